/* The text is walked byte by byte: it is JSON already, so that only strings and what follows them
 * matter. White space between tokens is left out, numbers stay as they were written. */
#include "pass/pass_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "base/text.h"
#include "doc/json_place.h"

#define NO_COLUMN       SIZE_MAX
#define COLUMN_NAME_MAX 128u /* bytes */

enum part_kind { PART_CONSTANT, PART_TEXT, PART_BARE };

struct part {
    enum part_kind kind;
    size_t from, len; /* PART_CONSTANT: in constants */
    size_t column;
};

struct pass_text {
    struct buffer constants;
    struct part *parts;
    size_t n, cap;
    char **columns;
    size_t column_n;
    bool is_open; /* any name is a column */
};

/* While compiling. */
struct walk {
    struct pass_text *t;
    struct cm_slice json;
    const char *input;
    struct cm_diag *diag;
    size_t at, constant_from;
};

void pass_text_free(struct pass_text *t) {
    if (t == NULL) return;
    for (size_t i = 0; t->columns != NULL && i < t->column_n; i++)
        free(t->columns[i]);
    free(t->columns);
    free(t->parts);
    buffer_free(&t->constants);
    free(t);
}

void pass_text_freep(struct pass_text **t) { pass_text_free(take(t)); }

static cm_err fail_at(const struct walk *w, cm_err err, size_t at, const char *remedy,
                      const char *problem) {
    const struct json_spot spot = json_place_spot(w->json, at);
    char place[DIAG_PART_CAP];
    (void)snprintf(place, sizeof place, "line %zu, column %zu", spot.line, spot.column);
    return diag_fail(w->diag, err, w->input, place, remedy, "%s", problem);
}

static cm_err add_part(struct pass_text *t, struct part part) {
    if (t->n == t->cap) {
        const size_t cap = t->cap > 0 ? 2 * t->cap : 16;
        struct part *grown = reallocarray(t->parts, cap, sizeof *grown);
        if (grown == NULL) return CM_E_NO_MEMORY;
        t->parts = grown;
        t->cap = cap;
    }
    t->parts[t->n++] = part;
    return CM_OK;
}

static cm_err end_constant(struct walk *w) {
    const size_t from = w->constant_from;
    w->constant_from = w->t->constants.len;
    if (w->t->constants.len == from) return CM_OK;
    return add_part(w->t, (struct part){.kind = PART_CONSTANT,
                                        .from = from,
                                        .len = w->t->constants.len - from,
                                        .column = NO_COLUMN});
}

static cm_err learn_column(struct pass_text *t, const char *name) {
    char **grown = reallocarray(t->columns, t->column_n + 1, sizeof *grown);
    if (grown == NULL) return CM_E_NO_MEMORY;
    t->columns = grown;
    grown[t->column_n] = strdup(name);
    if (grown[t->column_n] == NULL) return CM_E_NO_MEMORY;
    t->column_n++;
    return CM_OK;
}

static cm_err no_column(const struct walk *w, size_t at, const char *name) {
    const struct pass_text *t = w->t;
    char remedy[DIAG_PART_CAP] = "", problem[DIAG_PART_CAP];
    const char *near = nearest_word(name, (const char *const *)t->columns, t->column_n);
    if (near != NULL) text_append(remedy, sizeof remedy, "did you mean {%s}? ", near);
    text_append(remedy, sizeof remedy, "there are: ");
    for (size_t i = 0; i < t->column_n; i++)
        text_append(remedy, sizeof remedy, "%s%s", i > 0 ? ", " : "", t->columns[i]);
    (void)snprintf(problem, sizeof problem, "there is no column '%s'", name);
    return fail_at(w, CM_E_NOT_FOUND, at, remedy, problem);
}

/* "{name}" at w->at, within a text; *bare when it is "{#name}". */
static cm_err read_name(struct walk *w, size_t *column, bool *bare) {
    const uint8_t *open = w->json.p + w->at;
    const size_t left = w->json.len - w->at;
    const uint8_t *close = memchr(open, '}', left), *quote = memchr(open, '"', left);
    char name[COLUMN_NAME_MAX + 1];
    if (close == NULL || (quote != NULL && quote < close))
        return fail_at(w, CM_E_FORMAT, w->at, "write {column}, or {{ for a brace",
                       "a brace is opened and not closed");
    const size_t head = open[1] == '#' ? 2 : 1;
    const size_t len = (size_t)(close - open) - head;
    if (close < open + head || len == 0 || len > COLUMN_NAME_MAX)
        return fail_at(w, CM_E_FORMAT, w->at, "write {column}, or {{ for a brace",
                       "there is no name of a column in the braces");
    memcpy(name, open + head, len);
    name[len] = '\0';
    for (*column = 0; *column < w->t->column_n; ++*column)
        if (strcmp(w->t->columns[*column], name) == 0) break;
    if (*column == w->t->column_n && !w->t->is_open) return no_column(w, w->at, name);
    if (*column == w->t->column_n) TRY(learn_column(w->t, name));
    *bare = head == 2;
    w->at += len + head + 1;
    return CM_OK;
}

/* The text behind its opening quote, at w->at, is "{#name}" as a whole. */
static cm_err bare_text(struct walk *w, size_t start) {
    size_t column = 0;
    bool bare = false;
    TRY(read_name(w, &column, &bare));
    if (w->at >= w->json.len || w->json.p[w->at] != '"' || w->json.p[start] != '"')
        return fail_at(w, CM_E_FORMAT, start, "let \"{#column}\" be the whole text",
                       "a number stands in the middle of a text");
    w->at++;
    TRY(end_constant(w));
    return add_part(w->t, (struct part){.kind = PART_BARE, .column = column});
}

static cm_err filled_part(struct walk *w) {
    size_t column = 0;
    bool bare = false;
    const size_t start = w->at;
    TRY(read_name(w, &column, &bare));
    if (bare)
        return fail_at(w, CM_E_FORMAT, start, "let \"{#column}\" be the whole text",
                       "a number stands in the middle of a text");
    TRY(end_constant(w));
    return add_part(w->t, (struct part){.kind = PART_TEXT, .column = column});
}

/* One or two bytes of a text, other than its closing quote. */
static cm_err text_piece(struct walk *w) {
    const uint8_t *p = w->json.p + w->at;
    const bool pair = w->at + 1 < w->json.len && p[1] == p[0];
    if (*p == '{' && !pair) return filled_part(w);
    if (*p == '}' && !pair)
        return fail_at(w, CM_E_FORMAT, w->at, "write }} for a brace",
                       "a brace is closed that was not opened");
    const bool escape = *p == '\\';
    buffer_put(&w->t->constants, p, escape ? 2 : 1);
    w->at += escape || *p == '{' || *p == '}' ? 2 : 1;
    return CM_OK;
}

/* A string at w->at, with its quotes; keys are taken as they are. */
static cm_err take_string(struct walk *w) {
    const size_t start = w->at;
    size_t end = start + 1;
    while (w->json.p[end] != '"')
        end += w->json.p[end] == '\\' ? 2 : 1;
    size_t next = end + 1;
    while (next < w->json.len && strchr(" \t\r\n", w->json.p[next]) != NULL)
        next++;
    if (next < w->json.len && w->json.p[next] == ':') {
        buffer_put(&w->t->constants, w->json.p + start, end + 1 - start);
        w->at = end + 1;
        return CM_OK;
    }
    w->at++;
    if (end - w->at > 2 && w->json.p[w->at] == '{' && w->json.p[w->at + 1] == '#')
        return bare_text(w, start);
    buffer_u8(&w->t->constants, '"');
    while (w->at < end)
        TRY(text_piece(w));
    buffer_u8(&w->t->constants, '"');
    w->at = end + 1;
    return CM_OK;
}

static cm_err compile(struct walk *w) {
    while (w->at < w->json.len) {
        const uint8_t c = w->json.p[w->at];
        if (c == '"') {
            TRY(take_string(w));
            continue;
        }
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') buffer_u8(&w->t->constants, c);
        w->at++;
    }
    TRY(end_constant(w));
    return buffer_err(&w->t->constants);
}

cm_err pass_text_new(struct cm_slice json, const char *input, const char *const *columns, size_t n,
                     struct pass_text **out, struct cm_diag *diag) {
    CM_CLEANUP(pass_text_freep) struct pass_text *t = calloc(1, sizeof *t);
    if (t == NULL) return CM_E_NO_MEMORY;
    t->is_open = columns == NULL;
    t->columns = calloc(n > 0 ? n : 1, sizeof *t->columns);
    if (t->columns == NULL) return CM_E_NO_MEMORY;
    for (; columns != NULL && t->column_n < n; t->column_n++) {
        t->columns[t->column_n] = strdup(columns[t->column_n]);
        if (t->columns[t->column_n] == NULL) return CM_E_NO_MEMORY;
    }
    struct walk w = {.t = t, .json = json, .input = input, .diag = diag};
    TRY(compile(&w));
    *out = take(&t);
    return CM_OK;
}

const char *const *pass_text_columns(const struct pass_text *t, size_t *n) {
    *n = t->column_n;
    return (const char *const *)t->columns;
}

/* RFC 8259 section 6: -? (0|[1-9][0-9]*) (. digits)? ; powers of ten are not for amounts. */
static bool is_bare(struct cm_slice cell) {
    size_t i = 0, whole = 0, fraction = 0;
    if (slice_equal(cell, slice_text("true")) || slice_equal(cell, slice_text("false")))
        return true;
    if (i < cell.len && cell.p[i] == '-') i++;
    const size_t first = i;
    for (; i < cell.len && cell.p[i] >= '0' && cell.p[i] <= '9'; i++)
        whole++;
    if (whole == 0 || (whole > 1 && cell.p[first] == '0')) return false;
    if (i == cell.len) return true;
    if (cell.p[i++] != '.') return false;
    for (; i < cell.len && cell.p[i] >= '0' && cell.p[i] <= '9'; i++)
        fraction++;
    return i == cell.len && fraction > 0;
}

static cm_err bad_cell(const struct pass_text *t, size_t column, const char *remedy,
                       const char *problem, struct cm_diag *diag) {
    char place[DIAG_PART_CAP];
    (void)snprintf(place, sizeof place, "column %.100s", t->columns[column]);
    return diag_fail(diag, CM_E_FORMAT, NULL, place, remedy, "%s", problem);
}

/* The bytes of a JSON text without its quotes. */
static void put_escaped(struct buffer *out, struct cm_slice cell) {
    for (size_t i = 0; i < cell.len; i++) {
        const uint8_t c = cell.p[i];
        if (c == '"' || c == '\\') {
            buffer_u8(out, '\\');
            buffer_u8(out, c);
        } else if (c < 0x20) {
            buffer_printf(out, "\\u%04x", c);
        } else {
            buffer_u8(out, c);
        }
    }
}

static cm_err put_part(const struct pass_text *t, const struct part *p,
                       const struct cm_slice *cells, struct buffer *out, struct cm_diag *diag) {
    if (p->kind == PART_CONSTANT) {
        buffer_put(out, t->constants.p + p->from, p->len);
        return CM_OK;
    }
    const struct cm_slice cell = cells[p->column];
    if (p->kind == PART_BARE && !is_bare(cell))
        return bad_cell(t, p->column, "write it like 12.50, with a point, or true or false",
                        "the template asks for a number there", diag);
    if (!utf8_valid(cell))
        return bad_cell(t, p->column, "save the file as UTF-8", "it is not UTF-8", diag);
    if (p->kind == PART_BARE)
        buffer_put(out, cell.p, cell.len);
    else
        put_escaped(out, cell);
    return CM_OK;
}

cm_err pass_text_put(const struct pass_text *t, const struct cm_slice *cells, struct buffer *out,
                     struct cm_diag *diag) {
    for (size_t i = 0; i < t->n; i++)
        TRY(put_part(t, &t->parts[i], cells, out, diag));
    return buffer_err(out);
}
