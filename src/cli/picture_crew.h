/* Pictures of all rows of a feed into a ZIP or a folder: hands draw and pack chunks beside each
 * other, names are taken and files written in the order of rows. Memory is one chunk a hand and the
 * names' hashes. It stops at the first row that cannot be drawn, naming it, and when Ctrl-C comes;
 * what was made so far is the store's to remove. */
#ifndef CM_CLI_PICTURE_CREW_H
#define CM_CLI_PICTURE_CREW_H

#include "cli/file_store.h"
#include "cli/symbol_job.h"

struct picture_crew {
    const struct symbol_job *job;
    struct row_feed *feed;
    struct file_store *store; /* NULL: all is made and judged, nothing is written */
    bool packed;              /* the store is a ZIP: text is deflated */
    bool progress;            /* a line on standard error */
    unsigned hands;           /* 0: one a processor */
};
struct picture_count {
    uint64_t files;
    struct picture_size first; /* as the first row's is */
    char size[24];             /* its symbol, as the standard names it */
};

/** @retval as row_feed_take, symbol_job_make, symbol_job_name, picture_make, file_store_put;
 *          CM_E_EXISTS  two rows have one name      @retval CM_E_CANCELLED */
CM_MUST_CHECK cm_err picture_crew_run(const struct picture_crew *crew, struct picture_count *out,
                                      struct cm_diag *diag);

#endif
