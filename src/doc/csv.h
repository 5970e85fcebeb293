/* CSV (RFC 4180) for reading, row by row, over text in memory (map large files): UTF-8, an optional
 * byte-order mark, LF or CRLF, separator , ; or tab. Refuses NUL, broken UTF-8, quotes in the
 * middle of a bare field, text after a closing quote, an open quote at the end, rows and fields
 * beyond the limits. Places are "line L, column C": physical line and field of the row, both
 * from 1.
 */
#ifndef CM_DOC_CSV_H
#define CM_DOC_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/diag.h"

#define CSV_FIELDS_MAX 64u /* fields of one row; wider tables are refused */

struct csv_limits {
    size_t row_max; /* bytes of the fields of one row together */
    size_t fields_max;
};
#define CSV_LIMITS_DEFAULT                                                                         \
    ((const struct csv_limits){.row_max = 1u << 16, .fields_max = CSV_FIELDS_MAX})

/* Lives in the caller; csv_reader_init, then csv_next until *more is false, then csv_reader_free.
 */
struct csv_reader {
    struct cm_slice rest; /* borrowed text not yet read */
    const char *input;    /* borrowed */
    struct cm_diag *diag; /* borrowed, may be NULL */
    struct csv_limits limits;
    char separator;
    uint64_t line;     /* physical line of the next byte */
    uint64_t row_line; /* physical line on which the present row began */
    struct buffer row; /* bytes of the present row's fields, one after the other */
    size_t n;          /* fields in the present row */
    size_t end[CSV_FIELDS_MAX];
    bool quoted[CSV_FIELDS_MAX];
};

/** Start reading.
 * @param[in] separator  ',', ';' or '\t', or 0 to take the one that the first line has most of
 * @param[in] input      names the text in errors; text, input and diag are borrowed until free
 * Nothing can fail here. */
void csv_reader_init(struct csv_reader *r, struct cm_slice text, char separator, const char *input,
                     const struct csv_limits *limits, struct cm_diag *diag);
void csv_reader_free(struct csv_reader *r);

/** Read the next row that is not blank.
 * @param[out] more  false at the end: then there is no row
 * @retval CM_E_FORMAT  malformed, see above     @retval CM_E_LIMIT  too many fields, row too long
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err csv_next(struct csv_reader *r, bool *more);
/* Field i of the present row (empty when i >= r->n); valid until the next csv_next. */
struct cm_slice csv_field(const struct csv_reader *r, size_t i);
/** Report a problem of the caller's own at field i of the present row.
 * @param[in] column  the column's name for people, or NULL to give its number
 * @return err */
cm_err csv_fail(const struct csv_reader *r, size_t i, const char *column, cm_err err,
                const char *remedy, const char *problem_format, ...)
    __attribute__((format(printf, 6, 7)));

#endif
