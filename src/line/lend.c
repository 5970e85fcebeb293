/* Reading and writing lends. References as in lend.h. */
#include "line/lend.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "crypto/cmac.h"
#include "crypto/seal.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define PIECE_LEN   65536u /* bytes decrypted at once */
#define INPUT       "lend"
#define KEY_HEX_LEN ((size_t)2 * CM_KEY_LEN)

static const struct json_limits limits = {.text_max = LEND_LINE_MAX, .depth_max = 16};

void lend_wipe(struct lend *l) {
    for (size_t i = 0; i < l->n; i++) {
        buffer_free(&l->chunks[i].words);
        buffer_wipe(&l->chunks[i].texts);
    }
    free(l->chunks);
    buffer_free(&l->run);
    key_wipe(&l->report_key);
    *l = (struct lend){.number = 0};
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

struct reader {
    struct lend *lend;
    struct cm_diag *diag;
    size_t line; /* from 1 */
    uint64_t units;
    bool ended;
};

static cm_err refuse(const struct reader *r, cm_err err, const char *problem) {
    return diag_fail(r->diag, err, INPUT, NULL, "ask for a new one: countermark run lend",
                     "line %zu: %s", r->line, problem);
}

static cm_err read_head(struct reader *r, struct json_value v) {
    static const char *const keys[] = {"format", "number",     "until_ms",
                                       "units",  "report_key", "run"};
    struct lend *l = r->lend;
    struct cm_slice format, hex;
    uint64_t number = 0;
    TRY(json_text(json_get(v, "format"), 1, 64, &format));
    if (!slice_equal(format, slice_text(LEND_FORMAT)))
        return refuse(r, CM_E_VERSION, "a lend of another format");
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_u64(json_get(v, "number"), 1, UINT32_MAX, &number));
    TRY(json_u64(json_get(v, "until_ms"), 1, INT64_MAX, &l->until_ms));
    TRY(json_u64(json_get(v, "units"), 1, LEND_UNITS_MAX, &l->units));
    TRY(json_text(json_get(v, "report_key"), KEY_HEX_LEN, KEY_HEX_LEN, &hex));
    if (hex_parse(hex, l->report_key.b, CM_KEY_LEN) != CM_OK)
        return refuse(r, CM_E_FORMAT, "the report key is not hexadecimal");
    l->number = (uint32_t)number;
    return json_copy_value(json_get(v, "run"), &l->run);
}

static cm_err read_codes(struct reader *r, struct json_value codes, struct lend_chunk *c) {
    for (size_t i = 0; i < c->count; i++) {
        const struct json_value v = json_at(codes, i);
        struct cm_slice text;
        if (json_kind_of(v) == JSON_KIND_NULL) {
            if (c->code_len > 0) memset(c->texts.p + i * c->code_len, 0, c->code_len);
            continue;
        }
        TRY(json_text(v, 1, UINT8_MAX, &text));
        if (c->code_len == 0) { /* the first text tells the length of all */
            c->code_len = (uint8_t)text.len;
            uint8_t *p = buffer_reserve(&c->texts, (size_t)c->count * c->code_len);
            if (p == NULL) return CM_E_NO_MEMORY;
            c->texts.len = (size_t)c->count * c->code_len;
            memset(p, 0, c->texts.len);
        }
        if (text.len != c->code_len) return refuse(r, CM_E_FORMAT, "codes of different lengths");
        memcpy(c->texts.p + i * c->code_len, text.p, text.len);
        r->units++;
    }
    return CM_OK;
}

static cm_err chunk_new(struct lend *l, struct lend_chunk **out) {
    if (l->n == l->cap) {
        const size_t cap = l->cap * 2 + 8;
        struct lend_chunk *p = realloc(l->chunks, cap * sizeof *p);
        if (p == NULL) return CM_E_NO_MEMORY;
        l->chunks = p;
        l->cap = cap;
    }
    *out = &l->chunks[l->n++];
    **out = (struct lend_chunk){.set = 0};
    return CM_OK;
}

/* Chunks that overlapped would give a serial twice. */
static bool overlaps(const struct lend *l, const struct lend_chunk *c) {
    for (size_t i = 0; i + 1 < l->n; i++) {
        const struct lend_chunk *o = &l->chunks[i];
        if (o->set == c->set && o->first < c->first + c->count && c->first < o->first + o->count)
            return true;
    }
    return false;
}

static cm_err read_chunk(struct reader *r, struct json_value v) {
    struct lend_chunk *c = NULL;
    uint64_t set = 0, count = 0;
    size_t n = 0;
    TRY(chunk_new(r->lend, &c));
    TRY(json_u64(json_get(v, "set"), 1, UINT32_MAX, &set));
    TRY(json_u64(json_get(v, "first"), 0, INT64_MAX, &c->first));
    TRY(json_u64(json_get(v, "count"), 1, LEND_UNITS_MAX, &count));
    TRY(json_items(json_get(v, "codes"), count, count, &n));
    TRY(json_copy_value(json_get(v, "batch"), &c->words));
    c->set = (uint32_t)set;
    c->count = (uint32_t)count;
    if (overlaps(r->lend, c)) return refuse(r, CM_E_FORMAT, "serials that came before");
    TRY(read_codes(r, json_get(v, "codes"), c));
    if (r->units > r->lend->units) return refuse(r, CM_E_FORMAT, "more codes than its head tells");
    return CM_OK;
}

static cm_err read_line(struct reader *r, struct cm_slice line) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    uint64_t units = 0;
    r->line++;
    if (r->ended) return refuse(r, CM_E_FORMAT, "something behind its end");
    TRY(json_doc_new(&doc, line, INPUT, &limits, r->diag));
    const struct json_value v = json_root(doc);
    if (r->line == 1) return read_head(r, v);
    if (!json_present(json_get(v, "end"))) return read_chunk(r, v);
    TRY(json_u64(json_get(v, "units"), 0, LEND_UNITS_MAX, &units));
    if (units != r->units || units != r->lend->units)
        return refuse(r, CM_E_FORMAT, "its counts do not agree with its codes");
    r->ended = true;
    return CM_OK;
}

/* Take whole lines off the front; what is left stays for more bytes. */
static cm_err read_lines(struct reader *r, struct buffer *text) {
    size_t at = 0;
    cm_err err = CM_OK;
    while (err == CM_OK && at < text->len) {
        const uint8_t *end = memchr(text->p + at, '\n', text->len - at);
        if (end == NULL) break;
        const size_t len = (size_t)(end - (text->p + at));
        err = read_line(r, slice_of(text->p + at, len));
        at += len + 1;
    }
    if (at > 0) {
        memmove(text->p, text->p + at, text->len - at);
        wipe(text->p + text->len - at, at);
        text->len -= at;
    }
    if (err == CM_OK && text->len > LEND_LINE_MAX)
        return refuse(r, CM_E_LIMIT, "longer than any that we make");
    return err;
}

static cm_err read_end(const struct reader *r, const struct buffer *rest) {
    if (r->ended && rest->len == 0) return CM_OK;
    return refuse(r, CM_E_TRUNCATED, "its end is missing");
}

static cm_err read_sealed(struct reader *r, int fd, const struct recipient_key *key) {
    CM_CLEANUP(seal_reader_closep) struct seal_reader *sealed = NULL;
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT; /* holds codes */
    TRY(seal_reader_open(fd, key, &sealed, r->diag));
    for (size_t n = 1; n > 0;) {
        uint8_t *p = buffer_reserve(&text, PIECE_LEN);
        if (p == NULL) return CM_E_NO_MEMORY;
        TRY(seal_reader_read(sealed, p, PIECE_LEN, &n, r->diag));
        text.len += n;
        TRY(read_lines(r, &text));
    }
    return read_end(r, &text);
}

cm_err lend_read(int fd, const struct recipient_key *key, struct lend *out, struct cm_diag *diag) {
    *out = (struct lend){.number = 0};
    struct reader r = {.lend = out, .diag = diag};
    const cm_err err = read_sealed(&r, fd, key);
    if (err != CM_OK) lend_wipe(out);
    return err;
}

cm_err lend_parse(struct cm_slice bytes, struct lend *out, struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    *out = (struct lend){.number = 0};
    struct reader r = {.lend = out, .diag = diag};
    buffer_put(&text, bytes.p, bytes.len);
    cm_err err = buffer_err(&text);
    if (err == CM_OK) err = read_lines(&r, &text);
    if (err == CM_OK) err = read_end(&r, &text);
    if (err != CM_OK) lend_wipe(out);
    return err;
}

const struct lend_chunk *lend_find(const struct lend *l, uint32_t set, uint64_t serial) {
    for (size_t i = 0; i < l->n; i++) {
        const struct lend_chunk *c = &l->chunks[i];
        if (c->set == set && serial >= c->first && serial - c->first < c->count) return c;
    }
    return NULL;
}

struct cm_slice lend_text(const struct lend_chunk *c, uint64_t serial) {
    const uint8_t *p = c->texts.p + (serial - c->first) * c->code_len;
    return c->code_len > 0 && p[0] != 0 ? slice_of(p, c->code_len) : slice_of(NULL, 0);
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

cm_err lend_put_head(struct buffer *out, const struct lend_head *head) {
    char hex[2 * CM_KEY_LEN + 1];
    struct json_writer w = json_writer_into(out, false);
    hex_format(head->report_key->b, CM_KEY_LEN, hex);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "format", LEND_FORMAT);
    json_put_u64(&w, "number", head->number);
    json_put_u64(&w, "until_ms", head->until_ms);
    json_put_u64(&w, "units", head->units);
    json_put_cstr(&w, "report_key", hex);
    json_put_raw(&w, "run", head->run);
    json_object_end(&w);
    buffer_u8(out, '\n');
    wipe(hex, sizeof hex);
    return buffer_err(out);
}

cm_err lend_put_end(struct buffer *out, uint64_t units) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_bool(&w, "end", true);
    json_put_u64(&w, "units", units);
    json_object_end(&w);
    buffer_u8(out, '\n');
    return buffer_err(out);
}

cm_err report_mac(const struct cm_key *key, struct cm_slice report,
                  uint8_t mac[static REPORT_MAC_LEN]) {
    _Static_assert(REPORT_MAC_LEN == CMAC_LEN, "the whole tag");
    CM_CLEANUP(cmac_freep) struct cmac *cmac = NULL;
    TRY(cmac_new(&cmac, key));
    return cmac_message(cmac, report, mac);
}
