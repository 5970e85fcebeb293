/* RFC 4180 reader: one pass, one row in memory. Strict where a lenient reader would guess. */
#include "doc/csv.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define PLACE_CAP DIAG_PART_CAP

static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* The separator that stands most often, outside quotes, in the first line; comma when none does. */
static char separator_of(struct cm_slice text) {
    static const char candidates[] = {',', ';', '\t'};
    size_t count[CM_ARRAY_N(candidates)] = {0};
    bool inside = false;
    for (size_t i = 0; i < text.len && (inside || text.p[i] != '\n'); i++) {
        if (text.p[i] == '"') inside = !inside;
        for (size_t c = 0; c < CM_ARRAY_N(candidates) && !inside; c++)
            if (text.p[i] == (uint8_t)candidates[c]) count[c]++;
    }
    size_t best = 0;
    for (size_t c = 1; c < CM_ARRAY_N(candidates); c++)
        if (count[c] > count[best]) best = c;
    return candidates[best];
}

void csv_reader_init(struct csv_reader *r, struct cm_slice text, char separator, const char *input,
                     const struct csv_limits *limits, struct cm_diag *diag) {
    const size_t mark = sizeof byte_order_mark - 1;
    if (text.len >= mark && memcmp(text.p, byte_order_mark, mark) == 0)
        text = slice_of(text.p + mark, text.len - mark);
    *r = (struct csv_reader){.rest = text,
                             .input = input,
                             .diag = diag,
                             .limits = *limits,
                             .separator = separator != 0 ? separator : separator_of(text),
                             .line = 1,
                             .row_line = 1,
                             .row = BUFFER_INIT};
    if (r->limits.fields_max > CSV_FIELDS_MAX) r->limits.fields_max = CSV_FIELDS_MAX;
}

void csv_reader_free(struct csv_reader *r) { buffer_free(&r->row); }

static cm_err row_fail(const struct csv_reader *r, cm_err err, const char *remedy,
                       const char *problem) {
    char place[PLACE_CAP];
    (void)snprintf(place, sizeof place, "line %" PRIu64 ", column %zu", r->line, r->n + 1);
    return diag_fail(r->diag, err, r->input, place, remedy, "%s", problem);
}

static int peek(const struct csv_reader *r) { return r->rest.len > 0 ? r->rest.p[0] : -1; }

static void skip(struct csv_reader *r, size_t n) {
    r->rest.p += n;
    r->rest.len -= n;
}

/* Bytes of the line end here: 0 none, 1 LF, 2 CRLF. */
static size_t line_end(const struct csv_reader *r) {
    if (peek(r) == '\n') return 1;
    return r->rest.len >= 2 && r->rest.p[0] == '\r' && r->rest.p[1] == '\n' ? 2 : 0;
}

/* The line where a quote opens is told: where the text ends, nobody would find it. */
static cm_err quote_fail(struct csv_reader *r, uint64_t opened, cm_err err, const char *remedy,
                         const char *problem) {
    r->line = opened;
    return row_fail(r, err, remedy, problem);
}

static cm_err quoted_field(struct csv_reader *r) {
    const uint64_t opened = r->line;
    skip(r, 1);
    for (;;) {
        const int c = peek(r);
        if (c < 0)
            return quote_fail(r, opened, CM_E_FORMAT, "close the quote",
                              "a quoted field never ends");
        skip(r, 1);
        if (c == '"' && peek(r) != '"') return CM_OK;
        if (c == '"') skip(r, 1); /* two quotes stand for one */
        if (c == '\n') r->line++;
        buffer_u8(&r->row, (uint8_t)c);
        if (r->row.len > r->limits.row_max)
            return quote_fail(r, opened, CM_E_LIMIT, "close the quote, or split the row",
                              "the row is too long");
    }
}

static cm_err bare_field(struct csv_reader *r) {
    while (r->rest.len > 0 && peek(r) != r->separator && line_end(r) == 0) {
        if (peek(r) == '"')
            return row_fail(r, CM_E_FORMAT, "put the whole field in quotes and double those inside",
                            "a quote stands within a bare field");
        buffer_u8(&r->row, r->rest.p[0]);
        skip(r, 1);
        if (r->row.len > r->limits.row_max)
            return row_fail(r, CM_E_LIMIT, "split the row", "the row is too long");
    }
    return CM_OK;
}

static cm_err one_field(struct csv_reader *r) {
    if (r->n >= r->limits.fields_max)
        return row_fail(r, CM_E_LIMIT, "remove columns", "the row has too many fields");
    const size_t start = r->row.len;
    const bool quoted = peek(r) == '"';
    TRY(quoted ? quoted_field(r) : bare_field(r));
    if (quoted && r->rest.len > 0 && peek(r) != r->separator && line_end(r) == 0)
        return row_fail(r, CM_E_FORMAT, "double quotes inside a quoted field",
                        "text follows a closing quote");
    TRY(buffer_err(&r->row));
    if (r->row.len > start && !utf8_valid(slice_of(r->row.p + start, r->row.len - start)))
        return row_fail(r, CM_E_FORMAT, "save the file as UTF-8",
                        "the field is not UTF-8 text, or holds a NUL");
    r->quoted[r->n] = quoted;
    r->end[r->n++] = r->row.len;
    return CM_OK;
}

static void skip_line_end(struct csv_reader *r) {
    const size_t n = line_end(r);
    if (n > 0) r->line++;
    skip(r, n);
}

cm_err csv_next(struct csv_reader *r, bool *more) {
    r->n = 0;
    buffer_clear(&r->row);
    while (line_end(r) > 0)
        skip_line_end(r); /* blank lines */
    r->row_line = r->line;
    if (r->rest.len == 0) {
        *more = false;
        return CM_OK;
    }
    for (;;) {
        TRY(one_field(r));
        if (r->rest.len == 0 || peek(r) != r->separator) break;
        skip(r, 1);
    }
    skip_line_end(r);
    *more = true;
    return CM_OK;
}

struct cm_slice csv_field(const struct csv_reader *r, size_t i) {
    if (i >= r->n) return slice_of(NULL, 0);
    const size_t start = i == 0 ? 0 : r->end[i - 1];
    return slice_of(r->row.p == NULL ? NULL : r->row.p + start, r->end[i] - start);
}

cm_err csv_fail(const struct csv_reader *r, size_t i, const char *column, cm_err err,
                const char *remedy, const char *problem_format, ...) {
    char place[PLACE_CAP], problem[DIAG_PART_CAP];
    if (column != NULL)
        (void)snprintf(place, sizeof place, "line %" PRIu64 ", column %.64s", r->row_line, column);
    else
        (void)snprintf(place, sizeof place, "line %" PRIu64 ", column %zu", r->row_line, i + 1);
    va_list args;
    va_start(args, problem_format);
    (void)vsnprintf(problem, sizeof problem, problem_format, args);
    va_end(args);
    return diag_fail(r->diag, err, r->input, place, remedy, "%s", problem);
}
