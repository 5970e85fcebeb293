/* What is asked of pages: sheets of labels, or a page for every symbol; read from the options once.
 * It refuses sizes that do not go together before a row is read or a unit spent. */
#ifndef CM_CLI_PAGE_JOB_H
#define CM_CLI_PAGE_JOB_H

#include "cli/symbol_job.h"
#include "symbol/label.h"
#include "symbol/sheet.h"

struct page_job {
    const struct symbol_job *symbols;
    bool natural;       /* every page as large as its symbol; else labels on sheets */
    struct sheet sheet; /* a page of one label for --label without --sheet */
    struct label_wish label;
    struct payload *lines[LABEL_LINES_MAX];
    size_t per_page; /* rows */
    size_t skip;     /* places of the first page that stay empty; below per_page */
    size_t serial;   /* column that numbers units; PAGE_NO_COLUMN: rows do */
};
#define PAGE_NO_COLUMN SIZE_MAX

#define SYMBOL_SHEET_OPTIONS                                                                        \
    {"sheet", OPTION_TEXT, "GRID", "labels on pages: 3x8, a4-24, letter-30 ...", NULL, false},      \
        {"page", OPTION_TEXT, "PAGE", "a4 (default), letter ... or WxH in mm", NULL, false},        \
        {"label", OPTION_TEXT, "WxH", "size of a label in mm", NULL, false},                        \
        {"margin", OPTION_TEXT, "MM|XxY", "of the page (default: labels centred)", NULL, false},    \
        {"gap", OPTION_TEXT, "MM|XxY", "between labels (default 0)", NULL, false},                  \
        {"padding", OPTION_TEXT, "MM", "free along a label's edges (default 2)", NULL, false},      \
        {"skip", OPTION_NUMBER, "N", "labels of the first sheet that are used already",             \
         NULL,   false},                                                                            \
        {"marks", OPTION_FLAG, NULL, "crop marks in the margin", NULL, false},                      \
        {"line", OPTION_LIST, "PATTERN", "a line of text on each label: '{printed}'", NULL, false}, \
        {"line-font", OPTION_TEXT, "NAME", "its font (default sans-serif)", NULL, false},           \
        {"line-mm", OPTION_TEXT, "MM", "height of its capitals (default 2)", NULL, false}, {        \
        "title", OPTION_TEXT, "TEXT", "of the document", NULL, false                                \
    }

/** Sizes, before rows are known. @retval CM_E_ARGUMENT, CM_E_RANGE */
CM_MUST_CHECK cm_err page_job_sizes(struct page_job *job, const struct options *o,
                                    struct cm_diag *diag);
/** Lines and numbers, over the columns of `symbols`. @retval as payload_new, CM_E_ARGUMENT */
CM_MUST_CHECK cm_err page_job_lines(struct page_job *job, const struct options *o,
                                    struct cm_diag *diag);
void page_job_wipe(struct page_job *job);

#endif
