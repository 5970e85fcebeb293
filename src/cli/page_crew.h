/* Pages of symbols from the rows of a feed: hands encode, one draws in the order of rows. Every
 * page is named after the units it shows ("25-48"), as its page label and in the outline, so that a
 * sheet that was spoiled is found again. It stops at the first row that does not fit, naming it,
 * and when Ctrl-C comes. */
#ifndef CM_CLI_PAGE_CREW_H
#define CM_CLI_PAGE_CREW_H

#include "cli/page_job.h"

struct page_crew {
    const struct page_job *job;
    struct row_feed *feed;
    struct pages *pages;
    bool progress;
    unsigned hands; /* 0: one a processor */
};
struct page_count {
    uint64_t labels, pages;
    struct picture_size first; /* symbol of the first row */
    char size[24];
};

/** @retval as row_feed_take, symbol_job_make, label_draw, page_begin; CM_E_CANCELLED */
CM_MUST_CHECK cm_err page_crew_run(const struct page_crew *crew, struct page_count *out,
                                   struct cm_diag *diag);

#endif
