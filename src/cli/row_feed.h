/* Rows with named columns for whatever is drawn or signed from them (symbols, sheets, tickets,
 * passes): a CSV file with a header line, or a batch that is minted on the way, whose units are
 * spent before the first is shown. Either way in chunks, in constant memory.
 * It refuses a file without a header, rows with too few or too many cells, a NUL, and lines that
 * are not UTF-8, naming file and line. Cells may hold codes: they are wiped with the chunk. */
#ifndef CM_CLI_ROW_FEED_H
#define CM_CLI_ROW_FEED_H

#include "base/buffer.h"
#include "cli/command.h"

#define ROW_FEED_COLUMNS_MAX 64u
#define ROW_FEED_NAME_MAX    64u   /* bytes of a column's name */
#define ROW_CHUNK_MAX        1024u /* rows of one chunk */

struct row_feed;
struct row_chunk {
    const struct cm_slice *cells; /* n rows, one after the other, of all columns */
    size_t n;
    uint64_t first; /* number of the first row, from 1 */
};

/** A file, or standard input for "-". The dialect (comma, semicolon, tab, pipe) is told by its
 * header. @param[out] out  row_feed_close it; untouched on error
 * @retval CM_E_NOT_FOUND, CM_E_DENIED, CM_E_IO, CM_E_FORMAT, CM_E_LIMIT, CM_E_NO_MEMORY
 * @retval CM_E_CANCELLED  a signal that is held (interrupt.h) came while it waited for input */
CM_MUST_CHECK cm_err row_feed_file(const char *path, struct row_feed **out, struct cm_diag *diag);
/** A batch: "code", "printed" (in groups), "serial", and what `mint` knows of the batch ("batch",
 * "scheme", "product", "gtin", "line", "date", attributes). The session is open.
 * @retval as mint_source_open */
CM_MUST_CHECK cm_err row_feed_batch(struct cli *cli, const char *batch, struct row_feed **out,
                                    struct cm_diag *diag);
void row_feed_close(struct row_feed *f);
void row_feed_closep(struct row_feed **f);

/* n names, borrowed. */
const char *const *row_feed_columns(const struct row_feed *f, size_t *n);
/** No column has one of these names: a file that puts columns of its own before them would have two
 * of one name, and nobody could say which is meant. @retval CM_E_CONFLICT  names the column */
CM_MUST_CHECK cm_err row_feed_without(const struct row_feed *f, const char *input,
                                      const char *const *names, size_t n, struct cm_diag *diag);
/* Rows in all, or 0 when that is not known beforehand (for a progress bar). */
uint64_t row_feed_total(const struct row_feed *f);
/* Rows so far that had been made of the batch before; files: 0. */
uint64_t row_feed_again(const struct row_feed *f);
/** The next rows; n is 0 at the end. @param[out] chunk  valid until the next call
 * @retval CM_E_FORMAT, CM_E_LIMIT  name the line    @retval CM_E_IO, and as mint_source_take */
CM_MUST_CHECK cm_err row_feed_next(struct row_feed *f, struct row_chunk *chunk,
                                   struct cm_diag *diag);
/** All was written: a batch's ledger keeps the SHA-256 of what was made of it. Files: nothing.
 * @param[in] sha256  64 hex digits      @retval as the act batch.written */
CM_MUST_CHECK cm_err row_feed_done(struct row_feed *f, const char *sha256, struct cm_diag *diag);

/** A feed of one row that looks as the batch's will, with a text that is no code: to judge what is
 * made of rows before a unit is spent. Files: *out is NULL, their rows can be judged themselves.
 * @param[out] out  row_feed_close it before f      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err row_feed_sample(const struct row_feed *f, struct row_feed **out);

/* ---- Rows that a thread keeps while others take theirs ----------------------------------------
 */

struct row_store {
    struct buffer text; /* of the cells; recycled from chunk to chunk */
    struct cm_slice *cells;
    size_t cell_cap, cell_n;
};
#define ROW_STORE_INIT                                                                             \
    { .cell_cap = 0 }
void row_store_wipe(struct row_store *s);
/** As row_feed_next, into a store of the caller's: the rows live until it is used again. One thread
 * at a time. @param[in] most  rows, 1..ROW_CHUNK_MAX      @retval as row_feed_next */
CM_MUST_CHECK cm_err row_feed_take(struct row_feed *f, size_t most, struct row_store *store,
                                   struct row_chunk *chunk, struct cm_diag *diag);

#endif
