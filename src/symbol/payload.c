/* Patterns as a list of pieces, constant or column, cut into elements where they are GS1's.
 * References as in payload.h. */
#include "symbol/payload.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/nearest.h"
#include "base/text.h"
#include "codes/gtin.h"
#include "symbol/gs1.h"
#include "symbol/gs1_link.h"

#define PIECES_MAX  128u
#define COLUMN_NONE SIZE_MAX
#define NAME_CAP    65u /* as long as a column of row_feed.h may be called, and NUL */
#define GTIN_LEN    14u

struct piece {
    size_t column;    /* or COLUMN_NONE */
    size_t from, len; /* constant: in texts */
};
struct element {
    char ai[GS1_AI_CAP];
    size_t piece, piece_n;
};

struct payload {
    enum payload_form form;
    char host[GS1_LINK_MAX];
    uint8_t texts[PAYLOAD_PATTERN_MAX];
    size_t text_len;
    struct piece piece[PIECES_MAX];
    size_t piece_n;
    struct element element[GS1_ELEMENTS_MAX];
    size_t element_n;
    char names[PIECES_MAX][NAME_CAP]; /* of pieces that are columns, for errors */
};

void payload_free(struct payload *p) { free(p); }

void payload_freep(struct payload **p) {
    payload_free(*p);
    *p = NULL;
}

/* ---- Compiling ------------------------------------------------------------------------------- */

struct source {
    const char *at;
    const char *const *columns;
    size_t column_n;
    struct cm_diag *diag;
};

static cm_err malformed(const struct source *s, const char *problem) {
    return diag_fail(s->diag, CM_E_FORMAT, NULL, NULL,
                     "write {code}, (01){gtin}(21){code}; {{ and }} are braces", "%s", problem);
}

static cm_err add_piece(struct payload *p, struct piece piece, const struct source *s) {
    if (p->piece_n == PIECES_MAX)
        return diag_fail(s->diag, CM_E_LIMIT, NULL, NULL, "shorten the pattern",
                         "a pattern of more than %u pieces", PIECES_MAX);
    p->piece[p->piece_n++] = piece;
    if (p->element_n > 0) p->element[p->element_n - 1].piece_n++;
    return CM_OK;
}

static cm_err add_column(struct payload *p, struct source *s) {
    const size_t len = strcspn(s->at + 1, "{}");
    char name[NAME_CAP];
    if (s->at[1 + len] != '}' || len == 0 || len >= sizeof name)
        return malformed(s, "a column's name in braces does not end, or is none");
    memcpy(name, s->at + 1, len);
    name[len] = '\0';
    for (size_t i = 0; i < s->column_n; i++) {
        if (strcmp(s->columns[i], name) != 0) continue;
        s->at += len + 2;
        TRY(add_piece(p, (struct piece){.column = i}, s));
        memcpy(p->names[p->piece_n - 1], name, len + 1);
        return CM_OK;
    }
    char remedy[DIAG_PART_CAP] = "";
    const char *near = nearest_word(name, s->columns, s->column_n);
    if (near != NULL) text_append(remedy, sizeof remedy, "did you mean {%.40s}? ", near);
    text_append(remedy, sizeof remedy, s->column_n > 0 ? "there are:" : "write a brace as {{");
    for (size_t i = 0; i < s->column_n; i++)
        text_append(remedy, sizeof remedy, "%s %.40s", i > 0 ? "," : "", s->columns[i]);
    return diag_fail(s->diag, CM_E_NOT_FOUND, NULL, NULL, remedy, "there is no column '%s'", name);
}

/* "(21)" begins an element. */
static cm_err add_element(struct payload *p, struct source *s) {
    const size_t len = strcspn(s->at + 1, ")");
    const struct gs1_id *id = NULL;
    if (s->at[1 + len] != ')' || len >= GS1_AI_CAP)
        return malformed(s, "an identifier in brackets does not end");
    if (gs1_id_find(slice_of(s->at + 1, len), &id) != CM_OK)
        return diag_fail(s->diag, CM_E_NOT_FOUND, NULL, NULL,
                         "internal data may stand in (90) to (99)",
                         "there is no GS1 identifier (%.*s)", (int)len, s->at + 1);
    if (p->element_n == GS1_ELEMENTS_MAX)
        return diag_fail(s->diag, CM_E_LIMIT, NULL, NULL, "no symbol holds so much",
                         "more than %u elements", GS1_ELEMENTS_MAX);
    struct element *e = &p->element[p->element_n++];
    memcpy(e->ai, s->at + 1, len);
    e->ai[len] = '\0';
    e->piece = p->piece_n;
    s->at += len + 2;
    return CM_OK;
}

/* How many characters of a pattern give the next one of its text: 2 where it is doubled or escaped,
 * 0 where the text ends. */
static size_t text_step(const char *at, bool elements) {
    if ((*at == '{' || *at == '}') && at[1] == *at) return 2;
    if (elements && *at == '\\' && at[1] == '(') return 2;
    return *at == '\0' || *at == '{' || (elements && *at == '(') ? 0 : 1;
}

/* Text up to the next thing that is none. */
static cm_err add_text(struct payload *p, struct source *s, bool elements) {
    if (elements && p->element_n == 0)
        return malformed(s, "an element begins with its identifier in brackets");
    const size_t from = p->text_len;
    for (size_t n = text_step(s->at, elements); n > 0; n = text_step(s->at, elements)) {
        if (n == 1 && *s->at == '}') return malformed(s, "a closing brace without its opening one");
        p->texts[p->text_len++] = (uint8_t)s->at[n - 1];
        s->at += n;
    }
    return add_piece(
        p, (struct piece){.column = COLUMN_NONE, .from = from, .len = p->text_len - from}, s);
}

static cm_err compile(struct payload *p, struct source *s) {
    const bool elements = p->form != PAYLOAD_PLAIN;
    while (*s->at != '\0') {
        const bool column = *s->at == '{' && s->at[1] != '{';
        if (column && elements && p->element_n == 0)
            return malformed(s, "an element begins with its identifier in brackets");
        if (column)
            TRY(add_column(p, s));
        else if (elements && *s->at == '(')
            TRY(add_element(p, s));
        else
            TRY(add_text(p, s, elements));
    }
    for (size_t i = 0; i < p->element_n; i++)
        if (p->element[i].piece_n == 0)
            return diag_fail(s->diag, CM_E_FORMAT, NULL, NULL, "write (21){code}",
                             "the element (%s) has no value", p->element[i].ai);
    return p->piece_n > 0 ? CM_OK : malformed(s, "the pattern is empty");
}

cm_err payload_new(enum payload_form form, const char *pattern, const char *host,
                   const char *const *columns, size_t n, struct payload **out,
                   struct cm_diag *diag) {
    const bool link = form == PAYLOAD_LINK || form == PAYLOAD_LINK_UPPER;
    if (strlen(pattern) > PAYLOAD_PATTERN_MAX)
        return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "shorten the pattern",
                         "a pattern of more than %u bytes", PAYLOAD_PATTERN_MAX);
    if (link) TRY(gs1_link_host(host, diag));
    CM_CLEANUP(payload_freep) struct payload *p = calloc(1, sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    p->form = form;
    if (link) memcpy(p->host, host, strlen(host) + 1);
    struct source s = {.at = pattern, .columns = columns, .column_n = n, .diag = diag};
    TRY(compile(p, &s));
    *out = take(&p);
    return CM_OK;
}

/* ---- Filling --------------------------------------------------------------------------------- */

static struct cm_slice piece_text(const struct payload *p, size_t i, const struct cm_slice *cells) {
    const struct piece *piece = &p->piece[i];
    if (piece->column == COLUMN_NONE) return slice_of(p->texts + piece->from, piece->len);
    return cells[piece->column];
}

/* The value of an element as its identifier wants it: GTINs of 14 digits, dates of six, which say
 * 1951 to 2050 until 2050 (General Specifications 7.12). */
static void shape_value(const struct gs1_id *id, uint8_t *value, size_t *len) {
    const struct gs1_part *first = &id->part[0];
    int32_t day = 0;
    if (first->meaning == GS1_CHECK_DIGIT && first->max == GTIN_LEN &&
        (*len == 8 || *len == 12 || *len == 13)) {
        memmove(value + GTIN_LEN - *len, value, *len);
        memset(value, '0', GTIN_LEN - *len);
        *len = GTIN_LEN;
    } else if ((first->meaning == GS1_DATE0 || first->meaning == GS1_DATE) &&
               date_parse(slice_of(value, *len), &day) == CM_OK && day >= date_day(2000, 1, 1) &&
               day < date_day(2051, 1, 1)) {
        const uint8_t short_form[] = {value[2], value[3], value[5], value[6], value[8], value[9]};
        memcpy(value, short_form, sizeof short_form);
        *len = sizeof short_form;
    }
}

static cm_err fill_element(const struct payload *p, const struct element *e,
                           const struct cm_slice *cells, struct gs1 *m, struct cm_diag *diag) {
    uint8_t value[GS1_TEXT_MAX];
    size_t len = 0;
    for (size_t i = e->piece; i < e->piece + e->piece_n; i++) {
        const struct cm_slice text = piece_text(p, i, cells);
        if (text.len > sizeof value - len) {
            wipe(value, len);
            return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "no symbol holds so much",
                             "the value of (%s) is longer than %u bytes", e->ai, GS1_TEXT_MAX);
        }
        if (text.len > 0) memcpy(value + len, text.p, text.len);
        len += text.len;
    }
    const struct gs1_id *id = NULL;
    TRY(gs1_id_find(slice_text(e->ai), &id));
    shape_value(id, value, &len);
    const cm_err err = gs1_add(m, slice_text(e->ai), slice_of(value, len), diag);
    wipe(value, len);
    return err;
}

/* Name the column that an element's value came from, behind the element's place. */
static void name_column(const struct payload *p, struct cm_diag *diag) {
    if (diag == NULL || diag->place[0] != '(') return;
    const size_t len = strcspn(diag->place + 1, ")");
    for (size_t i = 0; i < p->element_n; i++) {
        const struct element *e = &p->element[i];
        if (strlen(e->ai) != len || memcmp(e->ai, diag->place + 1, len) != 0) continue;
        for (size_t k = e->piece; k < e->piece + e->piece_n; k++)
            if (p->piece[k].column != COLUMN_NONE)
                text_append(diag->place, sizeof diag->place, ", column %s", p->names[k]);
        return;
    }
}

static cm_err fill_elements(const struct payload *p, const struct cm_slice *cells, struct gs1 *m,
                            struct buffer *out, struct cm_diag *diag) {
    for (size_t i = 0; i < p->element_n; i++)
        TRY(fill_element(p, &p->element[i], cells, m, diag));
    TRY(gs1_judge(m, diag));
    if (p->form != PAYLOAD_ELEMENTS)
        return gs1_link_write(m, p->host, p->form == PAYLOAD_LINK_UPPER, out, diag);
    gs1_write_carried(m, out);
    return buffer_err(out);
}

cm_err payload_fill(const struct payload *p, const struct cm_slice *cells, struct buffer *out,
                    struct cm_diag *diag) {
    if (p->form == PAYLOAD_PLAIN) {
        for (size_t i = 0; i < p->piece_n; i++) {
            const struct cm_slice text = piece_text(p, i, cells);
            buffer_put(out, text.p, text.len);
        }
        return buffer_err(out);
    }
    struct gs1 m;
    gs1_init(&m);
    const cm_err err = fill_elements(p, cells, &m, out, diag);
    gs1_wipe(&m);
    if (err != CM_OK) name_column(p, diag);
    return err;
}

/* ---- Suggesting ------------------------------------------------------------------------------ */

cm_err payload_suggest(struct cm_slice gtin, size_t code_len,
                       char pattern[static PAYLOAD_SUGGESTION_CAP], struct cm_diag *diag) {
    static const struct {
        size_t most;
        const char *ai;
    } serials[] = {{20, "21"}, {28, "235"}, {90, "99"}};
    if (gtin.len == 0)
        return diag_fail(diag, CM_E_NOT_FOUND, NULL, NULL,
                         "give the product a GTIN, write it yourself: --gs1 "
                         "'(01)09506000134352(21){code}', or take a symbol that is not GS1's",
                         "the product has no GTIN, and a serial number says nothing without it");
    char digits[GTIN_CAP];
    TRY(gtin_parse(gtin, digits, diag));
    for (size_t i = 0; i < CM_ARRAY_N(serials); i++) {
        if (code_len > serials[i].most) continue;
        (void)snprintf(pattern, PAYLOAD_SUGGESTION_CAP, "(01){gtin}(%s){code}", serials[i].ai);
        return CM_OK;
    }
    return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "take a symbol that is not GS1's",
                     "no GS1 element holds a code of %zu characters", code_len);
}
