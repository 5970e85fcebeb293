/* Rows with named columns for whatever is drawn or signed from them (symbols, sheets, tickets,
 * passes): a CSV file with a header line, or a batch that is minted on the way, whose units are
 * spent before the first is shown. Either way in chunks, in constant memory.
 * It refuses a file without a header, rows with too few or too many cells, a NUL, and lines that
 * are not UTF-8, naming file and line. Cells may hold codes: they are wiped with the chunk. */
#ifndef CM_CLI_ROW_FEED_H
#define CM_CLI_ROW_FEED_H

#include "cli/command.h"

#define ROW_FEED_COLUMNS_MAX 64u

struct row_feed;
struct row_chunk {
    const struct cm_slice *cells; /* n rows, one after the other, of all columns */
    size_t n;
    uint64_t first; /* number of the first row, from 1 */
};

/** A file, or standard input for "-". The dialect (comma, semicolon, tab, pipe) is told by its
 * header. @param[out] out  row_feed_close it; untouched on error
 * @retval CM_E_NOT_FOUND, CM_E_DENIED, CM_E_IO, CM_E_FORMAT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err row_feed_file(const char *path, struct row_feed **out, struct cm_diag *diag);
/** A batch: all its columns as `mint` knows them. The session is open.
 * @retval as mint_source_open */
CM_MUST_CHECK cm_err row_feed_batch(struct cli *cli, const char *batch, struct row_feed **out,
                                    struct cm_diag *diag);
void row_feed_close(struct row_feed *f);
void row_feed_closep(struct row_feed **f);

/* n names, borrowed. */
const char *const *row_feed_columns(const struct row_feed *f, size_t *n);
/* Rows in all, or 0 when that is not known beforehand (for a progress bar). */
uint64_t row_feed_total(const struct row_feed *f);
/** The next rows; n is 0 at the end. @param[out] chunk  valid until the next call
 * @retval CM_E_FORMAT  names the line    @retval CM_E_IO, and as mint_source_take */
CM_MUST_CHECK cm_err row_feed_next(struct row_feed *f, struct row_chunk *chunk,
                                   struct cm_diag *diag);
/** All was written: a batch's ledger keeps the SHA-256 of what was made of it. Files: nothing.
 * @retval as the act batch.written */
CM_MUST_CHECK cm_err row_feed_done(struct row_feed *f, const char *sha256, struct cm_diag *diag);

#endif
