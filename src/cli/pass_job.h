/* What the commands that make passes share: the rows, the name of each pass, the columns of the
 * index. It refuses names that are no file names and names that two rows have. */
#ifndef CM_CLI_PASS_JOB_H
#define CM_CLI_PASS_JOB_H

#include "cli/count_line.h"
#include "cli/file_names.h"
#include "cli/row_feed.h"
#include "symbol/payload.h"

struct pass_job {
    struct cli *cli;
    struct row_feed *feed;
    const char *input; /* the file, or the batch */
    bool is_batch, is_dry;
    const char *const *columns;
    size_t column_n;
    struct payload *name; /* NULL: the row's number */
    struct file_names names;
    size_t index[ROW_FEED_COLUMNS_MAX];
    size_t index_n;
    struct count_line line;
    uint64_t rows;
};
#define PASS_JOB_INIT                                                                              \
    { .cli = NULL }

/* Part of the tables of options. */
#define PASS_JOB_OPTIONS                                                                           \
    {"from", OPTION_TEXT, "FILE.csv|-", "a pass for every row of a CSV file", NULL, false},        \
        {"name", OPTION_TEXT, "PATTERN", "names of passes (default '{serial}')", NULL, false},     \
        {"index", OPTION_TEXT, "A,B,C", "columns that go beside the names", NULL, false},          \
        {"key-passphrase-fd",                                                                      \
         OPTION_NUMBER,                                                                            \
         "N",                                                                                      \
         "read the key's passphrase from this descriptor",                                         \
         NULL,                                                                                     \
         false},                                                                                   \
    {                                                                                              \
        "dry-run", OPTION_FLAG, NULL, "judge all of it; spend and write nothing", NULL, false      \
    }

/** Whether a source was named: BATCH behind the template, or --from. @retval CM_E_ARGUMENT */
CM_MUST_CHECK cm_err pass_job_source(const struct cli *cli);
/** Open the rows. Units of a batch are not spent before pass_job_row.
 * @retval as row_feed_file, row_feed_batch, payload_new */
CM_MUST_CHECK cm_err pass_job_open(struct pass_job *job, struct cli *cli);
void pass_job_wipe(struct pass_job *job);

/** For every row. @param[in] name  judged, without an extension
 * @retval CM_E_CANCELLED  Ctrl-C      @retval as row_feed_next and `one` */
typedef cm_err pass_job_one(void *ctx, uint64_t row, const struct cm_slice *cells,
                            struct cm_slice name, struct cm_diag *diag);
CM_MUST_CHECK cm_err pass_job_run(struct pass_job *job, pass_job_one *one, void *ctx);
/* The index's columns: their names, a row's cells; as CSV with a comma before each. */
struct csv_writer;
void pass_job_index_head(const struct pass_job *job, struct csv_writer *w);
void pass_job_index_row(const struct pass_job *job, const struct cm_slice *cells,
                        struct csv_writer *w);

#endif
