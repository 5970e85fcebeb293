/* Reading a line protocol: lines into keys, values into phrases. References as in protocol.h. */
#include "line/protocol.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/reply.h"

#define PLACE_CAP 64u

enum phrase_kind { PHRASE_BYTES, PHRASE_REQUEST, PHRASE_ANSWER };

struct reader {
    struct line_protocol *p;
    const char *name;
    const char *const *fields;
    size_t line, column;
    const char *value_name; /* what an answer may catch */
    struct cm_diag *diag;
};

static cm_err wrong(struct reader *r, cm_err err, const char *problem, const char *remedy) {
    char place[PLACE_CAP];
    (void)snprintf(place, sizeof place, "line %zu, column %zu", r->line, r->column);
    return diag_fail(r->diag, err, r->name, place, remedy, "%s", problem);
}

static cm_err add(struct reader *r, struct phrase *out, struct piece piece) {
    if (out->n == PROTOCOL_PIECES) return wrong(r, CM_E_LIMIT, "too many parts", "make it shorter");
    out->pieces[out->n++] = piece;
    return CM_OK;
}

static cm_err add_byte(struct reader *r, struct phrase *out, uint8_t byte) {
    struct buffer *bytes = &r->p->bytes;
    if (out->n == 0 || out->pieces[out->n - 1].kind != PIECE_BYTES)
        TRY(add(r, out, (struct piece){.kind = PIECE_BYTES, .at = (uint16_t)bytes->len}));
    buffer_u8(bytes, byte);
    out->pieces[out->n - 1].len++;
    return CM_OK;
}

/* \r, \n, \\ or \xHH at the front of text; *len is how many characters it took. */
static cm_err escape(struct reader *r, struct cm_slice text, uint8_t *byte, size_t *len) {
    static const char *const remedy = "write \\r, \\n, \\\\ or \\x and two hex digits";
    const char kind = text.len < 2 ? '\0' : (char)text.p[1];
    *len = 2;
    if (kind == 'r') *byte = '\r';
    if (kind == 'n') *byte = '\n';
    if (kind == '\\') *byte = '\\';
    if (kind == 'r' || kind == 'n' || kind == '\\') return CM_OK;
    *len = 4;
    if (kind == 'x' && text.len >= 4 && hex_parse(slice_of(text.p + 2, 2), byte, 1) == CM_OK)
        return CM_OK;
    return wrong(r, CM_E_FORMAT, "an escape that is none", remedy);
}

/* {field} or {message}. */
static cm_err add_field(struct reader *r, struct phrase *out, struct cm_slice name) {
    if (slice_equal(name, slice_text("message")))
        return add(r, out, (struct piece){.kind = PIECE_MESSAGE});
    if (r->fields == NULL) return add(r, out, (struct piece){.kind = PIECE_FIELD});
    for (size_t i = 0; i < DRIVER_FIELDS && r->fields[i] != NULL; i++)
        if (slice_equal(name, slice_text(r->fields[i])))
            return add(r, out, (struct piece){.kind = PIECE_FIELD, .field = (uint8_t)i});
    return wrong(r, CM_E_NOT_FOUND, "a field of that name is not in the run",
                 "name one of the run's fields, or message");
}

/* Bytes of unknown number. */
static bool is_gap(const struct piece *p) {
    return p->kind == PIECE_ANY || (p->kind == PIECE_VALUE && p->len == 0);
}

static cm_err add_gap(struct reader *r, struct phrase *out, struct cm_slice name) {
    struct piece piece = {.kind = PIECE_ANY};
    if (slice_equal(name, slice_text("1"))) piece.kind = PIECE_ONE;
    struct cm_slice value = name;
    if (name.len > 2 && slice_equal(slice_of(name.p + name.len - 2, 2), slice_text(":1")))
        value.len -= 2;
    if (r->value_name != NULL && slice_equal(value, slice_text(r->value_name)))
        piece = (struct piece){.kind = PIECE_VALUE, .len = name.len - value.len > 0 ? 1 : 0};
    if (piece.kind == PIECE_ANY && !slice_equal(name, slice_text("*")))
        return wrong(r, CM_E_FORMAT, "an unknown part of an answer",
                     "write <1>, <*> or the name of its value");
    if (out->n > 0 && is_gap(&out->pieces[out->n - 1]))
        return wrong(r, CM_E_FORMAT, "two gaps side by side", "put bytes between them");
    return add(r, out, piece);
}

/* A name in brackets at the front of text. */
static cm_err bracket(struct reader *r, struct phrase *out, struct cm_slice text, size_t *len) {
    const bool field = text.p[0] == '{';
    const uint8_t *close = memchr(text.p, field ? '}' : '>', text.len);
    if (close == NULL)
        return wrong(r, CM_E_FORMAT, "a bracket without its end", "close it, or write it as \\xHH");
    const struct cm_slice name = slice_of(text.p + 1, (size_t)(close - text.p) - 1);
    *len = name.len + 2;
    return field ? add_field(r, out, name) : add_gap(r, out, name);
}

static cm_err read_phrase(struct reader *r, enum phrase_kind kind, struct cm_slice text,
                          struct phrase *out) {
    if (out->n > 0) return wrong(r, CM_E_FORMAT, "this key stands twice", "keep one of them");
    if (text.len == 0) return wrong(r, CM_E_FORMAT, "nothing follows the key", "say what it is");
    while (text.len > 0) {
        uint8_t byte = text.p[0];
        size_t len = 1;
        const bool opens =
            (kind == PHRASE_REQUEST && byte == '{') || (kind == PHRASE_ANSWER && byte == '<');
        if (byte == '\\') TRY(escape(r, text, &byte, &len));
        if (opens) {
            TRY(bracket(r, out, text, &len));
        } else {
            TRY(add_byte(r, out, byte));
        }
        text = slice_of(text.p + len, text.len - len);
        r->column += len;
    }
    if (is_gap(&out->pieces[out->n - 1]))
        return wrong(r, CM_E_FORMAT, "an answer that ends in a gap", "say which byte ends it");
    return CM_OK;
}

static cm_err read_word(struct reader *r, struct cm_slice text, const char *const *words, size_t n,
                        size_t *out) {
    for (size_t i = 0; i < n; i++)
        if (slice_equal(text, slice_text(words[i]))) {
            *out = i;
            return CM_OK;
        }
    return wrong(r, CM_E_FORMAT, "a word that this key does not know",
                 "see docs/guide/protocols.md");
}

static cm_err read_meaning(struct reader *r, struct cm_slice text) {
    static const char *const words[] = {"running", "paper-out", "ribbon-out", "head-open",
                                        "paused",  "menu",      "full",       "fault"};
    static const enum driver_state states[] = {
        DRIVER_RUNNING, DRIVER_PAPER_OUT, DRIVER_RIBBON_OUT, DRIVER_HEAD_OPEN,
        DRIVER_PAUSED,  DRIVER_MENU,      DRIVER_FULL,       DRIVER_FAULT};
    struct line_protocol *p = r->p;
    struct cm_slice rest = text;
    struct phrase bytes = {.n = 0};
    size_t word = 0;
    if (p->means_n == PROTOCOL_MEANS)
        return wrong(r, CM_E_LIMIT, "too many meanings", "leave out those that are faults");
    TRY(read_word(r, reply_word(&rest), words, CM_ARRAY_N(words), &word));
    if (rest.len > 0) rest = slice_of(rest.p + 1, rest.len - 1);
    TRY(read_phrase(r, PHRASE_BYTES, rest, &bytes));
    p->means[p->means_n++] = (struct protocol_meaning){
        .state = states[word], .at = bytes.pieces[0].at, .len = bytes.pieces[0].len};
    return CM_OK;
}

/* Keys that may stand several times. */
static cm_err read_several(struct reader *r, struct cm_slice key, struct cm_slice text,
                           bool *known) {
    struct line_protocol *p = r->p;
    struct {
        const char *key;
        struct phrase *at;
        size_t *n, most;
        enum phrase_kind kind;
    } lists[] = {{"setup", p->setups, &p->setup_n, PROTOCOL_SETUPS, PHRASE_REQUEST},
                 {"ack", p->acks, &p->ack_n, PROTOCOL_ANSWERS, PHRASE_ANSWER},
                 {"refuse", p->refuses, &p->refuse_n, PROTOCOL_ANSWERS, PHRASE_ANSWER}};
    for (size_t i = 0; i < CM_ARRAY_N(lists); i++) {
        if (!slice_equal(key, slice_text(lists[i].key))) continue;
        *known = true;
        if (*lists[i].n == lists[i].most)
            return wrong(r, CM_E_LIMIT, "this key stands too often", "leave some out");
        return read_phrase(r, lists[i].kind, text, &lists[i].at[(*lists[i].n)++]);
    }
    return CM_OK;
}

static cm_err read_once(struct reader *r, struct cm_slice key, struct cm_slice text, bool *known) {
    struct line_protocol *p = r->p;
    const struct {
        const char *key;
        struct phrase *at;
        enum phrase_kind kind;
        const char *value;
    } phrases[] = {
        {"begin", &p->begin, PHRASE_BYTES, NULL},
        {"end", &p->end, PHRASE_BYTES, NULL},
        {"forbid", &p->forbid, PHRASE_BYTES, NULL},
        {"unit", &p->unit, PHRASE_REQUEST, NULL},
        {"on", &p->on, PHRASE_REQUEST, NULL},
        {"off", &p->off, PHRASE_REQUEST, NULL},
        {"printed", &p->printed, PHRASE_ANSWER, NULL},
        {"status", &p->status, PHRASE_REQUEST, NULL},
        {"status-answer", &p->status_answer, PHRASE_ANSWER, "state"},
        {"count", &p->count, PHRASE_REQUEST, NULL},
        {"count-answer", &p->count_answer, PHRASE_ANSWER, "count"},
        {"readback", &p->readback, PHRASE_REQUEST, NULL},
        {"readback-answer", &p->readback_answer, PHRASE_ANSWER, "value"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(phrases); i++) {
        if (!slice_equal(key, slice_text(phrases[i].key))) continue;
        *known = true;
        r->value_name = phrases[i].value;
        return read_phrase(r, phrases[i].kind, text, phrases[i].at);
    }
    return CM_OK;
}

/* Keys with words and numbers. */
static cm_err read_scalar(struct reader *r, struct cm_slice key, struct cm_slice text) {
    static const char *const confidences[] = {"low", "medium", "high"};
    static const char *const checksums[] = {"none", "sum8", "xor8"};
    static const char *const models[] = {"slot", "fifo"};
    struct line_protocol *p = r->p;
    size_t word = 0;
    if (slice_equal(key, slice_text("about")) || slice_equal(key, slice_text("source")))
        return CM_OK;
    if (slice_equal(key, slice_text("means"))) return read_meaning(r, text);
    if (slice_equal(key, slice_text("name"))) {
        if (text.len == 0 || text.len >= sizeof p->name)
            return wrong(r, CM_E_FORMAT, "a name of no or too many letters", "1 to 31 letters");
        memcpy(p->name, text.p, text.len);
        return CM_OK;
    }
    if (slice_equal(key, slice_text("window"))) {
        if (text_u64(text, DRIVER_WINDOW_MAX, &p->window) == CM_OK && p->window > 0) return CM_OK;
        return wrong(r, CM_E_FORMAT, "not a number of units", "write 1 to 4096");
    }
    if (slice_equal(key, slice_text("confidence"))) {
        TRY(read_word(r, text, confidences, CM_ARRAY_N(confidences), &word));
        p->confidence = (enum protocol_confidence)word;
        return CM_OK;
    }
    if (slice_equal(key, slice_text("checksum"))) {
        TRY(read_word(r, text, checksums, CM_ARRAY_N(checksums), &word));
        p->checksum = (enum protocol_checksum)word;
        return CM_OK;
    }
    if (slice_equal(key, slice_text("model"))) {
        TRY(read_word(r, text, models, CM_ARRAY_N(models), &word));
        p->fifo = word == 1;
        return CM_OK;
    }
    r->column = 1;
    return wrong(r, CM_E_FORMAT, "an unknown key", "see docs/guide/protocols.md");
}

static cm_err read_line(struct reader *r, struct cm_slice line) {
    struct cm_slice rest = line;
    bool known = false;
    while (rest.len > 0 && (rest.p[rest.len - 1] == ' ' || rest.p[rest.len - 1] == '\r'))
        rest.len--; /* a blank that counts is written \x20 */
    if (rest.len == 0 || rest.p[0] == '#') return CM_OK;
    const struct cm_slice key = reply_word(&rest);
    while (rest.len > 0 && rest.p[0] == ' ')
        rest = slice_of(rest.p + 1, rest.len - 1);
    r->column = (size_t)(rest.p - line.p) + 1;
    r->value_name = NULL;
    TRY(read_once(r, key, rest, &known));
    if (!known) TRY(read_several(r, key, rest, &known));
    return known ? CM_OK : read_scalar(r, key, rest);
}

/* What no single line shows. */
static cm_err check_whole(struct reader *r) {
    const char *problem = NULL, *remedy = NULL;
    r->column = 1;
    TRY(buffer_err(&r->p->bytes));
    if (protocol_is_sound(r->p, &problem, &remedy)) return CM_OK;
    return wrong(r, CM_E_FORMAT, problem, remedy);
}

static cm_err read_all(struct reader *r, struct cm_slice text) {
    if (text.len > PROTOCOL_MAX) return wrong(r, CM_E_LIMIT, "the file is too long", "shorten it");
    while (text.len > 0) {
        const uint8_t *end = memchr(text.p, '\n', text.len);
        const size_t len = end == NULL ? text.len : (size_t)(end - text.p);
        r->line++;
        TRY(read_line(r, slice_of(text.p, len)));
        const size_t eaten = end == NULL ? len : len + 1;
        text = slice_of(text.p + eaten, text.len - eaten);
    }
    return check_whole(r);
}

cm_err protocol_read(struct line_protocol *p, struct cm_slice text, const char *name,
                     const char *const *fields, struct cm_diag *diag) {
    *p = (struct line_protocol){.window = 1, .bytes = BUFFER_INIT};
    struct reader r = {.p = p, .name = name, .fields = fields, .column = 1, .diag = diag};
    const cm_err err = read_all(&r, text);
    if (err != CM_OK) protocol_wipe(p);
    return err;
}

cm_err protocol_lint(struct cm_slice text, const char *name, struct cm_diag *diag) {
    CM_CLEANUP(protocol_wipe) struct line_protocol p = {.window = 1, .bytes = BUFFER_INIT};
    return protocol_read(&p, text, name, NULL, diag);
}

void protocol_wipe(struct line_protocol *p) {
    buffer_free(&p->bytes);
    *p = (struct line_protocol){.window = 1, .bytes = BUFFER_INIT};
}
