/* Documents of what devices admitted: rows of fixed length in base64, for there may be a million.
 * Format: docs/design/tickets.md, "Sync". */
#include "engine/spends.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/macros.h"
#include "doc/json.h"
#include "doc/json_write.h"

const char *spend_fate_name(enum spend_fate fate) {
    static const char *const names[SPEND_FATE_N] = {
        [FATE_REDEEMED] = "redeemed", [FATE_CONFLICT] = "conflict", [FATE_REVOKED] = "revoked",
        [FATE_VOID] = "void",         [FATE_EXPIRED] = "expired",   [FATE_NOT_OPEN] = "not_open",
        [FATE_UNKNOWN] = "unknown",   [FATE_NOTED] = "noted"};
    return (unsigned)fate < SPEND_FATE_N ? names[fate] : "unknown";
}

bool spend_fate_is_open(enum spend_fate fate) {
    return fate == FATE_EXPIRED || fate == FATE_NOT_OPEN || fate == FATE_UNKNOWN;
}

void spends_part_free(struct spends_part *p) {
    if (p == NULL) return;
    free(p->rows);
    free(p->firsts);
    free(p);
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static void put_row(struct buffer *out, const struct spend_row *r) {
    buffer_u32be(out, r->n);
    buffer_put(out, r->hash, sizeof r->hash);
    buffer_put(out, r->previous, sizeof r->previous);
    buffer_u64be(out, r->time_ms);
    buffer_put(out, r->cti, sizeof r->cti);
    buffer_u32be(out, r->set);
    buffer_u64be(out, r->serial);
    buffer_u8(out, r->fate);
    buffer_u8(out, r->flags);
}

static void put_first(struct buffer *out, const struct spend_first *f) {
    buffer_u32be(out, f->row);
    buffer_u8(out, f->way);
    buffer_u32be(out, f->who);
    buffer_u32be(out, f->n);
    buffer_u64be(out, f->device_ms);
    buffer_u64be(out, f->ledger_ms);
}

static void put_base64(struct json_writer *w, const char *key, struct buffer *bytes) {
    struct buffer text = BUFFER_INIT;
    base64_put(&text, buffer_slice(bytes));
    if (bytes->failed) text.failed = true;
    const char *cstr = buffer_cstr(&text);
    json_put_cstr(w, key, cstr != NULL ? cstr : "");
    if (text.failed) w->out->failed = true;
    buffer_free(&text);
    buffer_clear(bytes);
}

void spends_part_write(const struct spends_part *p, struct buffer *out) {
    struct buffer bytes = BUFFER_INIT;
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "device", p->device);
    json_put_u64(&w, "door", p->door);
    json_put_u64(&w, "at_ms", p->at_ms);
    for (size_t i = 0; i < p->row_n; i++)
        put_row(&bytes, &p->rows[i]);
    put_base64(&w, "entries", &bytes);
    for (size_t i = 0; i < p->first_n; i++)
        put_first(&bytes, &p->firsts[i]);
    put_base64(&w, "firsts", &bytes);
    json_object_end(&w);
    buffer_free(&bytes);
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static cm_err read_base64(struct json_value v, size_t row_len, struct buffer *out, size_t *n) {
    struct cm_slice text;
    TRY(json_text(v, 0, SIZE_MAX, &text));
    const cm_err err = base64_get(text, out);
    if (err == CM_E_FORMAT) return json_fail(v, err, NULL, "not base64");
    TRY(err);
    if (out->len % row_len != 0 || out->len / row_len > SPENDS_ROWS_MAX)
        return json_fail(v, CM_E_FORMAT, NULL, "not whole rows");
    *n = out->len / row_len;
    return CM_OK;
}

static void read_row(struct cursor *c, struct spend_row *r) {
    r->n = cursor_u32be(c);
    cursor_copy(c, r->hash, sizeof r->hash);
    cursor_copy(c, r->previous, sizeof r->previous);
    r->time_ms = cursor_u64be(c);
    cursor_copy(c, r->cti, sizeof r->cti);
    r->set = cursor_u32be(c);
    r->serial = cursor_u64be(c);
    r->fate = cursor_u8(c);
    r->flags = cursor_u8(c);
}

static void read_first(struct cursor *c, struct spend_first *f) {
    f->row = cursor_u32be(c);
    f->way = cursor_u8(c);
    f->who = cursor_u32be(c);
    f->n = cursor_u32be(c);
    f->device_ms = cursor_u64be(c);
    f->ledger_ms = cursor_u64be(c);
}

static cm_err read_rows(struct json_value v, struct spends_part *p) {
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    TRY(read_base64(v, SPENDS_ROW_LEN, &bytes, &p->row_n));
    p->rows = calloc(p->row_n + 1, sizeof *p->rows);
    if (p->rows == NULL) return CM_E_NO_MEMORY;
    struct cursor c = cursor_over(buffer_slice(&bytes));
    for (size_t i = 0; i < p->row_n; i++) {
        read_row(&c, &p->rows[i]);
        if (p->rows[i].fate >= SPEND_FATE_N)
            return json_fail(v, CM_E_FORMAT, NULL, "entry %zu is out of its range", i);
    }
    return cursor_err(&c);
}

static cm_err read_firsts(struct json_value v, struct spends_part *p) {
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    TRY(read_base64(v, SPENDS_FIRST_LEN, &bytes, &p->first_n));
    p->firsts = calloc(p->first_n + 1, sizeof *p->firsts);
    if (p->firsts == NULL) return CM_E_NO_MEMORY;
    struct cursor c = cursor_over(buffer_slice(&bytes));
    for (size_t i = 0; i < p->first_n; i++) {
        read_first(&c, &p->firsts[i]);
        const bool rises = i == 0 || p->firsts[i].row > p->firsts[i - 1].row;
        if (p->firsts[i].row >= p->row_n || p->firsts[i].way > WAY_DEVICE || !rises)
            return json_fail(v, CM_E_FORMAT, NULL, "row %zu is out of its range", i);
    }
    return cursor_err(&c);
}

static cm_err read_all(struct json_value root, struct spends_part *p) {
    static const char *const keys[] = {"device", "door", "at_ms", "entries", "firsts"};
    uint64_t device = 0, door = 0;
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_u64(json_get(root, "device"), 1, UINT32_MAX, &device));
    TRY(json_u64(json_get(root, "door"), 1, UINT32_MAX, &door));
    TRY(json_u64(json_get(root, "at_ms"), 0, INT64_MAX, &p->at_ms));
    p->device = (uint32_t)device;
    p->door = (uint32_t)door;
    TRY(read_rows(json_get(root, "entries"), p));
    return read_firsts(json_get(root, "firsts"), p);
}

cm_err spends_part_read(struct cm_slice text, struct spends_part *out, struct cm_diag *diag) {
    static const struct json_limits limits = {.text_max = 1u << 18, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct spends_part p = {.id = 0};
    TRY(json_doc_new(&doc, text, "spends", &limits, diag));
    const cm_err err = read_all(json_root(doc), &p);
    if (err == CM_OK) {
        *out = p;
        return CM_OK;
    }
    free(p.rows);
    free(p.firsts);
    return err;
}
