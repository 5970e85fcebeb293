/* Templates of lines. Constants are quoted once; a code only where its bytes might ask for it. */
#include "cli/mint_row.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "doc/json_write.h"

#define NAME_CAP    64u
#define VALUE_CAP   512u
#define GROUPED_MAX (CM_LENGTH_MAX + 1u + CM_GROUPS_MAX)

/* ---- Parts ----------------------------------------------------------------------------------- */

static void end_constant(struct row_writer *w, size_t from) {
    if (w->constants.len == from) return;
    w->parts[w->part_n++] =
        (struct row_part){.kind = PART_CONSTANT, .from = from, .len = w->constants.len - from};
}

static void add_constant(struct row_writer *w, struct cm_slice text) {
    const size_t from = w->constants.len;
    buffer_put(&w->constants, text.p, text.len);
    end_constant(w, from);
}

static void put_json_text(struct buffer *out, struct cm_slice text) {
    struct json_writer json = json_writer_into(out, false);
    json_put_text(&json, NULL, text);
}

static void put_csv_field(const struct row_writer *w, struct buffer *out, struct cm_slice text) {
    /* a lone empty field would be quoted as a blank line is */
    struct csv_writer csv = {.out = out, .dialect = w->dialect, .row_begun = false};
    if (text.len > 0) csv_put(&csv, text);
}

static void put_field(const struct row_writer *w, struct buffer *out, struct cm_slice text) {
    if (w->format == ROW_JSONL)
        put_json_text(out, text);
    else if (w->format == ROW_CSV)
        put_csv_field(w, out, text);
    else
        buffer_put(out, text.p, text.len);
}

/* What stands before a column's value. */
static void add_lead(struct row_writer *w, const char *name, size_t column) {
    const size_t from = w->constants.len;
    if (w->format == ROW_JSONL) {
        buffer_text(&w->constants, column == 0 ? "{" : ",");
        put_json_text(&w->constants, slice_text(name));
        buffer_text(&w->constants, ":");
    } else if (column > 0) {
        buffer_u8(&w->constants, (uint8_t)w->dialect.separator);
        buffer_u8(&w->header, (uint8_t)w->dialect.separator);
    }
    if (w->format == ROW_CSV) put_csv_field(w, &w->header, slice_text(name));
    end_constant(w, from);
}

/* ---- Columns --------------------------------------------------------------------------------- */

static struct json_value column_value(struct json_value plan, const char *name) {
    const struct json_value about = json_get(plan, "about");
    const struct json_value attribute = json_get(json_get(about, "attributes"), name);
    return json_present(attribute) ? attribute : json_get(about, name);
}

static cm_err unknown_column(struct json_value plan, const char *name, struct cm_diag *diag) {
    char all[DIAG_PART_CAP] = "there are: code, serial, batch, scheme, product, gtin, line, date";
    const struct json_value attributes = json_get(json_get(plan, "about"), "attributes");
    const char *key = NULL;
    for (size_t i = 0; json_present(json_member(attributes, i, &key)); i++)
        text_append(all, sizeof all, ", %.40s", key);
    return diag_fail(diag, CM_E_ARGUMENT, "--columns", NULL, all, "there is no column '%.40s'",
                     name);
}

static bool known_text(const char *name) {
    static const char *const names[] = {"batch", "scheme", "product", "gtin", "line", "date"};
    for (size_t i = 0; i < CM_ARRAY_N(names); i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

static cm_err add_column(struct row_writer *w, struct json_value plan, const char *name,
                         size_t column, struct cm_diag *diag) {
    const struct json_value v = column_value(plan, name);
    struct cm_slice text = {NULL, 0};
    const bool code = strcmp(name, "code") == 0, serial = strcmp(name, "serial") == 0;
    if (!code && !serial && !json_present(v) && !known_text(name))
        return unknown_column(plan, name, diag);
    add_lead(w, name, column);
    if (code || serial) {
        w->parts[w->part_n++] = (struct row_part){.kind = code ? PART_CODE : PART_SERIAL};
        return CM_OK;
    }
    if (json_present(v)) TRY(json_text(v, 0, VALUE_CAP, &text));
    const size_t from = w->constants.len;
    put_field(w, &w->constants, text);
    end_constant(w, from);
    return CM_OK;
}

static cm_err add_columns(struct row_writer *w, const char *columns, struct json_value plan,
                          struct cm_diag *diag) {
    size_t n = 0;
    for (const char *at = columns;; n++) {
        char name[NAME_CAP];
        const size_t len = strcspn(at, ",");
        if (len == 0 || len >= sizeof name || n == ROW_COLUMNS_MAX)
            return diag_fail(diag, CM_E_ARGUMENT, "--columns", NULL, "write code,serial,batch",
                             "not a list of at most %u names", ROW_COLUMNS_MAX);
        memcpy(name, at, len);
        name[len] = '\0';
        TRY(add_column(w, plan, name, n, diag));
        if (at[len] == '\0') return CM_OK;
        at += len + 1;
    }
}

/* ---- The whole ------------------------------------------------------------------------------- */

static cm_err choose_format(struct row_writer *w, const char *format, struct cm_diag *diag) {
    const char *name = strcmp(format, "csv") == 0 ? "plain" : format;
    const struct csv_dialect *dialect = csv_dialect_named(slice_text(name));
    if (strcmp(format, "text") == 0) {
        w->format = ROW_TEXT;
    } else if (strcmp(format, "jsonl") == 0) {
        w->format = ROW_JSONL;
    } else if (dialect != NULL) {
        w->format = ROW_CSV;
        w->dialect = *dialect;
    } else {
        return diag_fail(diag, CM_E_ARGUMENT, "--format", NULL,
                         "csv, rfc4180, semicolon, tab, spreadsheet, spreadsheet-semicolon, jsonl "
                         "or text",
                         "there is no format '%.40s'", format);
    }
    return CM_OK;
}

static cm_err read_grouping(struct row_writer *w, struct json_value plan) {
    const struct json_value groups = json_get(plan, "groups");
    struct cm_slice separator;
    uint64_t len = 0, size = 0;
    size_t n = 0;
    TRY(json_u64(json_get(plan, "printed_length"), 1, CM_LENGTH_MAX + 1, &len));
    w->code_len = (uint8_t)len;
    TRY(json_items(groups, 0, CM_GROUPS_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(json_u64(json_at(groups, i), 1, CM_LENGTH_MAX, &size));
        w->grouping.size[i] = (uint8_t)size;
    }
    TRY(json_text(json_get(plan, "separator"), 0, 1, &separator));
    w->grouping.separator = separator.len > 0 ? (char)separator.p[0] : '-';
    return grouping_check(&w->grouping, w->code_len, NULL);
}

static void end_line(struct row_writer *w) {
    const char *end = w->format == ROW_JSONL                    ? "}\n"
                      : w->format == ROW_CSV && w->dialect.crlf ? "\r\n"
                                                                : "\n";
    add_constant(w, slice_text(end));
    if (w->format == ROW_CSV) buffer_text(&w->header, end);
}

cm_err row_writer_init(struct row_writer *w, const char *format, const char *columns,
                       struct json_value plan, bool grouped, struct cm_diag *diag) {
    *w = (struct row_writer){.grouped = grouped};
    TRY(choose_format(w, format, diag));
    TRY(read_grouping(w, plan));
    if (columns == NULL || w->format == ROW_TEXT)
        columns = w->format == ROW_TEXT ? "code" : "code,serial,batch";
    if (w->format == ROW_CSV && w->dialect.bom) buffer_text(&w->header, "\xEF\xBB\xBF");
    TRY(add_columns(w, columns, plan, diag));
    end_line(w);
    TRY(buffer_err(&w->constants));
    return buffer_err(&w->header);
}

void row_writer_wipe(struct row_writer *w) {
    buffer_free(&w->constants);
    buffer_free(&w->header);
}

void row_put(const struct row_writer *w, const char *code, uint64_t serial, struct buffer *out) {
    char text[GROUPED_MAX];
    size_t len = w->code_len;
    if (w->grouped) {
        len = grouping_text_len(&w->grouping, w->code_len);
        grouping_apply(&w->grouping, w->code_len, code, 1, text);
        code = text;
    }
    for (size_t i = 0; i < w->part_n; i++) {
        const struct row_part *part = &w->parts[i];
        if (part->kind == PART_CONSTANT)
            buffer_put(out, w->constants.p + part->from, part->len);
        else if (part->kind == PART_CODE)
            put_field(w, out, slice_of(code, len));
        else
            buffer_printf(out, "%" PRIu64, serial);
    }
}
