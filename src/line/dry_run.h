/* What a run would send, without sending it: the exact bytes of the set-up and of label 1, out of
 * the driver itself, and a picture. The unit is a specimen: a dry run spends no serial and shows no
 * code. What a driver sends depends on answers: the printer is taken to be sound, at rest and new
 * to us; the questions that a driver repeats while it prints stand here once. */
#ifndef CM_LINE_DRY_RUN_H
#define CM_LINE_DRY_RUN_H

#include "line/preview.h"
#include "line/specimen.h"

struct dry_run_plan {
    const struct driver_options *driver; /* as the run's own: run_document_driver() makes them */
    const struct specimen *specimen;
    bool ascii; /* terminal picture without Unicode */
};
struct dry_run {
    struct buffer setup, label;           /* the bytes */
    struct buffer setup_text, label_text; /* as dry_run_print writes them */
    struct preview preview;
};
#define DRY_RUN_INIT                                                                               \
    {                                                                                              \
        .setup = BUFFER_INIT, .label = BUFFER_INIT, .setup_text = BUFFER_INIT,                     \
        .label_text = BUFFER_INIT, .preview = PREVIEW_INIT                                         \
    }
void dry_run_wipe(struct dry_run *r);

/** @param[out] out  release with dry_run_wipe; untouched on error
 * @retval CM_E_NOT_FOUND  a field that no run has    @retval CM_E_RANGE  window, times, a name
 * @retval CM_E_FORMAT     the template: diag has line and column; or a word that it cannot say
 * @retval CM_E_LIMIT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err dry_run(const struct dry_run_plan *plan, struct dry_run *out,
                             struct cm_diag *diag);

/* Bytes as a person reads them: ASCII as it is, <CR> <LF> <STX> and the like by their names, other
 * bytes in hex, <9B>; a new line after each LF, CR and ETX, and behind ^XZ and ^FS. */
void dry_run_print(struct cm_slice bytes, struct buffer *out);

#endif
