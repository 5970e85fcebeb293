/* CSV for writing, in dialects. Fields are quoted when they must be (RFC 4180). The spreadsheet
 * dialect keeps digit strings as text (="0123": no lost zeros, no 1E+15) and defuses fields that a
 * spreadsheet would run as a formula (= + - @ tab CR first) by a leading apostrophe.
 */
#ifndef CM_DOC_CSV_WRITE_H
#define CM_DOC_CSV_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct csv_dialect {
    const char *name;
    char separator;
    bool crlf;        /* row ends: CRLF, else LF */
    bool bom;         /* begin with EF BB BF, by which spreadsheets know UTF-8 */
    bool spreadsheet; /* digit strings as text, formulas defused */
};

/** A dialect by name: "plain" (comma, LF), "rfc4180" (comma, CRLF), "semicolon", "tab",
 * "spreadsheet" (comma), "spreadsheet-semicolon"; NULL when there is none of that name. */
const struct csv_dialect *csv_dialect_named(struct cm_slice name);
/** The i-th dialect, NULL after the last: for help texts. */
const struct csv_dialect *csv_dialect_at(size_t i);

struct csv_writer {
    struct buffer *out; /* borrowed; carries the sticky error */
    struct csv_dialect dialect;
    bool row_begun;
};

/* Start: writes the byte-order mark if the dialect has one. */
void csv_writer_init(struct csv_writer *w, struct buffer *out, const struct csv_dialect *dialect);
void csv_put(struct csv_writer *w, struct cm_slice field);
void csv_put_cstr(struct csv_writer *w, const char *field);
void csv_end_row(struct csv_writer *w);

#endif
