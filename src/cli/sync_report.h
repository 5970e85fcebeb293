/* What a sync says: a row for each piece of the device's file, as CSV when wanted, and counts that
 * add up to the pieces, or the sync has failed. */
#ifndef CM_CLI_SYNC_REPORT_H
#define CM_CLI_SYNC_REPORT_H

#include "base/buffer.h"
#include "cli/outfile.h"
#include "engine/spends.h"
#include "pass/spends_scan.h"

struct sync_report {
    struct outfile file;
    bool to_file;
    struct buffer lines;
    char device[128];
    uint64_t counts[SPEND_FATE_N], already, fresh, damaged, unfinished, forked, odd;
};
#define SYNC_REPORT_INIT                                                                           \
    { .file = OUTFILE_INIT }
void sync_report_wipe(struct sync_report *r);

/** @param[in] path  of the CSV file, or NULL for none     @retval as outfile_open */
CM_MUST_CHECK cm_err sync_report_begin(struct sync_report *r, const char *path,
                                       struct cm_diag *diag);
/** The result of one portion. @retval CM_E_FORMAT, and as outfile_write */
CM_MUST_CHECK cm_err sync_report_rows(struct sync_report *r, struct cm_slice result,
                                      struct cm_diag *diag);
/* A piece that is no entry. */
CM_MUST_CHECK cm_err sync_report_passed_over(struct sync_report *r,
                                             const struct spends_piece *piece,
                                             struct cm_diag *diag);
/** Have the file appear, and the record of all.
 * @param[in] pieces  of the device's file
 * @retval CM_E_CORRUPT  rows and pieces do not agree: a fault of this program */
CM_MUST_CHECK cm_err sync_report_end(struct sync_report *r, uint64_t pieces, struct buffer *record,
                                     struct cm_diag *diag);
/* Entries that were admitted and are no redemption. */
uint64_t sync_report_conflicts(const struct sync_report *r);

#endif
