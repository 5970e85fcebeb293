/* CSV writer. Formula defusing after OWASP, "CSV injection": a field that begins with = + - @, tab
 * or carriage return is text for people, so an apostrophe goes first. */
#include "doc/csv_write.h"

#include <string.h>

#include "base/macros.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static const struct csv_dialect dialects[] = {
    {.name = "plain", .separator = ','},
    {.name = "rfc4180", .separator = ',', .crlf = true},
    {.name = "semicolon", .separator = ';'},
    {.name = "tab", .separator = '\t'},
    {.name = "spreadsheet", .separator = ',', .crlf = true, .bom = true, .spreadsheet = true},
    {.name = "spreadsheet-semicolon",
     .separator = ';',
     .crlf = true,
     .bom = true,
     .spreadsheet = true},
};

const struct csv_dialect *csv_dialect_at(size_t i) {
    return i < CM_ARRAY_N(dialects) ? &dialects[i] : NULL;
}

const struct csv_dialect *csv_dialect_named(struct cm_slice name) {
    for (size_t i = 0; i < CM_ARRAY_N(dialects); i++)
        if (slice_equal(name, slice_text(dialects[i].name))) return &dialects[i];
    return NULL;
}

void csv_writer_init(struct csv_writer *w, struct buffer *out, const struct csv_dialect *dialect) {
    *w = (struct csv_writer){.out = out, .dialect = *dialect, .row_begun = false};
    if (dialect->bom) buffer_text(out, BYTE_ORDER_MARK);
}

static bool is_one_of(uint8_t c, const char *set) { return c != 0 && strchr(set, c) != NULL; }

/* Digits with an optional exponent such as 12E5, which a spreadsheet would turn into a number. */
static bool reads_as_number(struct cm_slice f) {
    if (f.len == 0) return false;
    for (size_t i = 0; i < f.len; i++)
        if (!is_one_of(f.p[i], "0123456789.,eE")) return false;
    return f.p[0] >= '0' && f.p[0] <= '9';
}

static void put_quoted(struct buffer *out, const char *before, struct cm_slice f,
                       const char *after) {
    buffer_u8(out, '"');
    buffer_text(out, before);
    for (size_t i = 0; i < f.len; i++) {
        if (f.p[i] == '"') buffer_u8(out, '"');
        buffer_u8(out, f.p[i]);
    }
    buffer_text(out, after);
    buffer_u8(out, '"');
}

static bool needs_quotes(const struct csv_writer *w, struct cm_slice f) {
    const struct cm_slice mark =
        slice_text(BYTE_ORDER_MARK); /* as text it must not open the file */
    if (f.len >= mark.len && slice_equal(slice_of(f.p, mark.len), mark)) return true;
    for (size_t i = 0; i < f.len; i++)
        if (f.p[i] == (uint8_t)w->dialect.separator || is_one_of(f.p[i], "\"\r\n")) return true;
    return false;
}

void csv_put(struct csv_writer *w, struct cm_slice field) {
    if (w->row_begun) buffer_u8(w->out, (uint8_t)w->dialect.separator);
    /* a row of one empty field must not look like a blank line */
    const bool lone_empty = !w->row_begun && field.len == 0;
    w->row_begun = true;
    const bool formula = field.len > 0 && is_one_of(field.p[0], "=+-@\t\r");
    if (w->dialect.spreadsheet && reads_as_number(field))
        put_quoted(w->out, "=\"\"", field, "\"\"");
    else if (w->dialect.spreadsheet && formula)
        put_quoted(w->out, "'", field, "");
    else if (lone_empty || needs_quotes(w, field))
        put_quoted(w->out, "", field, "");
    else
        buffer_put(w->out, field.p, field.len);
}

void csv_put_cstr(struct csv_writer *w, const char *field) { csv_put(w, slice_text(field)); }

void csv_end_row(struct csv_writer *w) {
    buffer_text(w->out, w->dialect.crlf ? "\r\n" : "\n");
    w->row_begun = false;
}
