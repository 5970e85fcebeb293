/* From record to text; what could steer a terminal is made harmless. A first pass measures, a
 * second writes; cells are made twice rather than kept, as tables here are short. */
#include "cli/render.h"

#include <inttypes.h>
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "cards/amount.h"
#include "cli/plain.h"
#include "doc/json.h"

#define RECORD_MAX  (256u << 20) /* bytes of one record */
#define COLUMNS_MAX 32u
#define INDENT      2u /* blanks before a nested line or a row */
#define GAP         2u /* blanks between columns */

static const struct json_limits limits = {.text_max = RECORD_MAX, .depth_max = JSON_DEPTH_MAX};

static bool ends_in(const char *text, const char *end) {
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void pad(struct buffer *out, size_t n) {
    while (n-- > 0)
        buffer_text(out, " ");
}

/* "redeemed_ms" is shown as "redeemed", "next_serial" as "next serial". */
static void put_name(struct buffer *out, const char *key) {
    const size_t n = strlen(key) - (ends_in(key, "_ms") ? 3 : 0);
    for (size_t i = 0; i < n; i++)
        buffer_put(out, key[i] == '_' ? " " : &key[i], 1);
}

/* Amounts stand in records as minor units, of the currency that the record names beside them. */
static bool is_money(const char *key) {
    static const char *const keys[] = {"amount",   "balance", "held",  "available",
                                       "refunded", "loaded",  "spent", "outstanding"};
    for (size_t i = 0; i < CM_ARRAY_N(keys); i++)
        if (strcmp(key, keys[i]) == 0) return true;
    return false;
}

static bool put_money(struct buffer *out, struct json_value v, int64_t minor) {
    const struct json_value named = json_nearest(v, "currency");
    char currency[4], text[AMOUNT_TEXT_CAP];
    if (minor < 0 || json_kind_of(named) != JSON_KIND_TEXT) return false;
    if (json_copy_text(named, 3, currency, sizeof currency) != CM_OK) return false;
    amount_format((uint64_t)minor, currency, text);
    buffer_text(out, text);
    return true;
}

static cm_err put_integer(struct buffer *out, const char *key, struct json_value v) {
    int64_t n = 0;
    TRY(json_i64(v, INT64_MIN, INT64_MAX, &n));
    if (key != NULL && ends_in(key, "_ms") && n > 0) {
        char time[TIME_TEXT_CAP];
        time_format((uint64_t)n, time);
        buffer_text(out, time);
        return CM_OK;
    }
    if (key == NULL || !is_money(key) || !put_money(out, v, n)) buffer_printf(out, "%" PRId64, n);
    return CM_OK;
}

static cm_err put_scalar(struct buffer *out, const char *key, struct json_value v) {
    struct cm_slice text;
    bool truth = false;
    double number = 0;
    switch (json_kind_of(v)) {
    case JSON_KIND_TEXT:
        TRY(json_text(v, 0, RECORD_MAX, &text));
        plain_put(out, text);
        return CM_OK;
    case JSON_KIND_INTEGER: return put_integer(out, key, v);
    case JSON_KIND_BOOL:
        TRY(json_bool(v, &truth));
        buffer_text(out, truth ? "yes" : "no");
        return CM_OK;
    case JSON_KIND_ABSENT:
    case JSON_KIND_NULL: buffer_text(out, "-"); return CM_OK;
    case JSON_KIND_REAL:
        TRY(json_number(v, &number));
        buffer_printf(out, "%.9g", number);
        return CM_OK;
    case JSON_KIND_ARRAY:
    case JSON_KIND_OBJECT:
    default: buffer_text(out, "..."); return CM_OK;
    }
}

/* A cell: a scalar, or the scalars of an array with commas between. */
static cm_err put_cell(struct buffer *out, const char *key, struct json_value v) {
    size_t n = 0;
    if (json_kind_of(v) != JSON_KIND_ARRAY) return put_scalar(out, key, v);
    TRY(json_items(v, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        if (i > 0) buffer_text(out, ", ");
        TRY(put_scalar(out, NULL, json_at(v, i)));
    }
    return CM_OK;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

struct column {
    const char *key;
    size_t width;
    bool right; /* every cell is a number */
};

struct table {
    struct json_value rows;
    size_t row_n, n, indent;
    struct column columns[COLUMNS_MAX];
};

static cm_err measure(struct table *t, struct buffer *cell) {
    for (size_t c = 0; c < t->n; c++) {
        struct column *column = &t->columns[c];
        buffer_clear(cell);
        put_name(cell, column->key);
        column->width = plain_width(buffer_slice(cell));
        column->right = true;
        for (size_t r = 0; r < t->row_n; r++) {
            const struct json_value v = json_get(json_at(t->rows, r), column->key);
            if (json_kind_of(v) != JSON_KIND_INTEGER || ends_in(column->key, "_ms"))
                column->right = false;
            buffer_clear(cell);
            TRY(put_cell(cell, column->key, v));
            const size_t width = plain_width(buffer_slice(cell));
            if (width > column->width) column->width = width;
        }
    }
    return CM_OK;
}

static void put_padded(struct buffer *out, const struct column *column, struct cm_slice cell,
                       bool last) {
    const size_t width = plain_width(cell),
                 room = column->width > width ? column->width - width : 0;
    if (column->right) pad(out, room);
    buffer_put(out, cell.p, cell.len);
    if (!column->right && !last) pad(out, room);
    if (!last) pad(out, GAP);
}

static cm_err put_rows(const struct table *t, struct buffer *cell, struct buffer *out) {
    for (size_t r = 0; r <= t->row_n; r++) { /* row 0 is the head */
        pad(out, t->indent + INDENT);
        for (size_t c = 0; c < t->n; c++) {
            const struct column *column = &t->columns[c];
            buffer_clear(cell);
            if (r == 0)
                put_name(cell, column->key);
            else
                TRY(put_cell(cell, column->key, json_get(json_at(t->rows, r - 1), column->key)));
            put_padded(out, column, buffer_slice(cell), c + 1 == t->n);
        }
        buffer_text(out, "\n");
    }
    return CM_OK;
}

static cm_err put_table(struct buffer *out, const char *key, struct json_value rows, size_t n,
                        size_t indent) {
    CM_CLEANUP(buffer_wipe) struct buffer cell = BUFFER_INIT;
    struct table t = {.rows = rows, .row_n = n, .indent = indent};
    const char *name = NULL;
    for (size_t i = 0; i < COLUMNS_MAX; i++) {
        if (!json_present(json_member(json_at(rows, 0), i, &name))) break;
        t.columns[t.n++].key = name;
    }
    pad(out, indent);
    put_name(out, key);
    buffer_text(out, ":\n");
    TRY(measure(&t, &cell));
    TRY(put_rows(&t, &cell, out));
    return buffer_err(&cell);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static cm_err put_object(struct buffer *out, struct json_value object, size_t indent);

/* A document of ours: its line ends mean something. */
static cm_err put_verbatim(struct buffer *out, struct json_value v) {
    struct cm_slice text;
    TRY(json_text(v, 0, RECORD_MAX, &text));
    buffer_put(out, text.p, text.len);
    return CM_OK;
}

static cm_err put_notes(struct buffer *out, struct json_value notes) {
    size_t n = 0;
    TRY(json_items(notes, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(put_scalar(out, NULL, json_at(notes, i)));
        buffer_text(out, "\n");
    }
    return CM_OK;
}

static bool is_table(struct json_value v) {
    return json_kind_of(v) == JSON_KIND_ARRAY && json_kind_of(json_at(v, 0)) == JSON_KIND_OBJECT;
}

/* A row that has a table of its own is no line of a table. */
static bool holds_tables(struct json_value rows, size_t n) {
    const char *key = NULL;
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; json_present(json_member(json_at(rows, r), i, &key)); i++)
            if (is_table(json_get(json_at(rows, r), key))) return true;
    return false;
}

static cm_err put_blocks(struct buffer *out, const char *key, struct json_value rows, size_t n,
                         size_t indent) {
    pad(out, indent);
    put_name(out, key);
    buffer_text(out, ":\n");
    for (size_t r = 0; r < n; r++)
        TRY(put_object(out, json_at(rows, r), indent + INDENT));
    return CM_OK;
}

static cm_err put_array(struct buffer *out, const char *key, struct json_value v, size_t indent) {
    size_t n = 0;
    TRY(json_items(v, 0, SIZE_MAX, &n));
    if (strcmp(key, "notes") == 0) return put_notes(out, v);
    if (is_table(v) && holds_tables(v, n)) return put_blocks(out, key, v, n, indent);
    if (is_table(v)) return put_table(out, key, v, n, indent);
    pad(out, indent);
    put_name(out, key);
    buffer_text(out, n == 0 ? ": none" : ": ");
    TRY(put_cell(out, key, v));
    buffer_text(out, "\n");
    return CM_OK;
}

static cm_err put_line(struct buffer *out, const char *key, struct json_value v, size_t indent,
                       size_t width) {
    const size_t before = out->len;
    pad(out, indent);
    put_name(out, key);
    buffer_text(out, ":");
    const size_t used = plain_width(slice_of(out->p + before, out->len - before));
    pad(out, indent + width + GAP > used ? indent + width + GAP - used : 1);
    TRY(put_scalar(out, key, v));
    buffer_text(out, "\n");
    return CM_OK;
}

static cm_err put_member(struct buffer *out, const char *key, struct json_value v, size_t indent,
                         size_t width) {
    if (json_kind_of(v) == JSON_KIND_ARRAY) return put_array(out, key, v, indent);
    if (json_kind_of(v) == JSON_KIND_OBJECT) {
        pad(out, indent);
        put_name(out, key);
        buffer_text(out, json_present(json_member(v, 0, &key)) ? ":\n" : ": none\n");
        return put_object(out, v, indent + INDENT);
    }
    if (strcmp(key, "text") == 0) return put_verbatim(out, v);
    return put_line(out, key, v, indent, width);
}

static cm_err put_object(struct buffer *out, struct json_value object, size_t indent) {
    const char *key = NULL;
    size_t width = 0, n = 0;
    for (; json_present(json_member(object, n, &key)); n++) {
        const enum json_kind kind = json_kind_of(json_get(object, key));
        if (kind == JSON_KIND_ARRAY || kind == JSON_KIND_OBJECT || strcmp(key, "text") == 0)
            continue;
        const size_t len = strlen(key) - (ends_in(key, "_ms") ? 3 : 0);
        if (len > width) width = len;
    }
    for (size_t i = 0; i < n; i++) {
        const struct json_value v = json_member(object, i, &key);
        TRY(put_member(out, key, v, indent, width));
    }
    return CM_OK;
}

cm_err render_record(struct cm_slice record, struct buffer *out) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, record, "record", &limits, NULL));
    if (json_kind_of(json_root(doc)) != JSON_KIND_OBJECT) return CM_E_FORMAT;
    TRY(put_object(out, json_root(doc), 0));
    return buffer_err(out);
}
