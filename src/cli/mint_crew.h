/* A crew that mints a file: every hand computes a chunk ahead, takes it in the order of serials
 * (which spends them, durably), lays its lines out, and writes it in the same order. So processors
 * share all of the work but the hash and the disk, nobody waits for a flush while there is
 * something to compute, and the file is the one that a single hand would write.
 * Memory is one chunk a hand. The first failure stops all. Reference: docs/design/performance.md.
 */
#ifndef CM_CLI_MINT_CREW_H
#define CM_CLI_MINT_CREW_H

#include "cli/mint_row.h"
#include "cli/mint_source.h"
#include "cli/outfile.h"

struct mint_crew {
    struct mint_source *source;
    const struct row_writer *rows;
    struct outfile *file;
    unsigned hands; /* 0 = as many as there are processors, two at least */
    /** Called in the order of serials, by one hand at a time, after a chunk was written. An error
     * stops the crew.
     * @param[in,out] diag  of the error, if there is one */
    cm_err (*written)(void *ctx, const struct minter_rows *rows, struct cm_diag *diag);
    void *ctx;
};

/** Write all that the source has.
 * @retval as mint_source_take, outfile_write and `written` */
CM_MUST_CHECK cm_err mint_crew_run(const struct mint_crew *crew, struct cm_diag *diag);

#endif
