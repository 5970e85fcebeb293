/* The ways of `symbol`: one picture, many into a ZIP or folder, pages of a PDF. Each says what it
 * made as one JSON record. */
#ifndef CM_CLI_CMD_SYMBOL_H
#define CM_CLI_CMD_SYMBOL_H

#include "cli/command.h"
#include "cli/page_job.h"
#include "cli/row_feed.h"
#include "cli/symbol_job.h"

/* What was made, for the record. */
struct symbol_made {
    const char *out;  /* NULL: a dry run */
    const char *unit; /* "pictures", "pages" ... : the count's key */
    uint64_t n, pages, bytes, us;
    struct picture_size size; /* of the first; width_mm 0: not known */
    char symbol_size[24];
    char sha256[65]; /* empty: nothing was written */
};

/** A batch or --from: the feed, its columns in the job, content and names read.
 * @retval as row_feed_batch, row_feed_file, symbol_job_content, symbol_job_names */
CM_MUST_CHECK cm_err symbol_open_feed(struct cli *cli, struct symbol_job *job,
                                      struct row_feed **out);
/** All is written: the ledger is told, the record printed. @retval as row_feed_done */
CM_MUST_CHECK cm_err symbol_report(struct cli *cli, const struct symbol_job *job,
                                   struct row_feed *feed, const struct symbol_made *made);

CM_MUST_CHECK cm_err symbol_single(struct cli *cli, struct symbol_job *job);
CM_MUST_CHECK cm_err symbol_pages(struct cli *cli, struct symbol_job *job);

#endif
