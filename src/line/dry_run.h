/* What a run would send, without sending it: the exact bytes of the set-up and of label 1, out of
 * the driver itself, and a picture. The unit is a specimen: a dry run spends no serial and shows no
 * code. What a driver sends depends on answers: the printer is taken to be new, sound and at rest.
 */
#ifndef CM_LINE_DRY_RUN_H
#define CM_LINE_DRY_RUN_H

#include "line/preview.h"
#include "line/specimen.h"

struct dry_run_plan {
    const char *kind;              /* of the printer's URI: "zpl" */
    struct cm_slice template_text; /* as driver_options; raw: its protocol */
    const char *template_name;     /* names it in errors; ZTC, SPPL, WSI, raw: the message */
    const struct specimen *specimen;
    bool ascii;
};
struct dry_run {
    struct buffer setup, label;           /* the bytes */
    struct buffer setup_text, label_text; /* printable: control bytes as <STX>, others as <9B> */
    struct preview preview;
};
#define DRY_RUN_INIT                                                                               \
    {                                                                                              \
        .setup = BUFFER_INIT, .label = BUFFER_INIT, .setup_text = BUFFER_INIT,                     \
        .label_text = BUFFER_INIT, .preview = PREVIEW_INIT                                         \
    }
void dry_run_wipe(struct dry_run *r);

/** @retval CM_E_NOT_FOUND  no such language, or a field that no run has
 * @retval CM_E_FORMAT     the template: diag has line and column   @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err dry_run(const struct dry_run_plan *plan, struct dry_run *out,
                             struct cm_diag *diag);

/* Bytes as a person reads them: ASCII as it is, CR and STX by name, others in hex; a new line after
 * each line feed and each end of a label. */
void dry_run_print(struct cm_slice bytes, struct buffer *out);

#endif
