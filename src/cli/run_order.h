/* From the options of `run start` to the arguments of the act: what to print, where, how fast. It
 * reads the files that are named, and asks the workspace which scheme makes a product. */
#ifndef CM_CLI_RUN_ORDER_H
#define CM_CLI_RUN_ORDER_H

#include "base/buffer.h"
#include "cli/command.h"

/* The language of a printer's URI: "zpl" of "zpl+tcp://...". Empty when there is none. */
struct cm_slice printer_kind(const char *uri);
/* Whether its labels are laid out here, in a template file; other printers hold theirs. */
bool printer_takes_labels(struct cm_slice kind);
/** "250/min", "250", "5/s", "15000/h" as units per minute.
 * @retval CM_E_ARGUMENT  it is none of these, or beyond RUN_RATE_MAX (run_document.h) */
CM_MUST_CHECK cm_err rate_read(const char *text, uint64_t *per_minute, struct cm_diag *diag);

/* What the run lays out, and the protocol of a raw printer. */
struct run_texts {
    struct buffer template_text, protocol_text;
    struct cm_slice template_name, protocol_name; /* borrow the options */
};
void run_texts_wipe(struct run_texts *t);
/** Read --template and --protocol for a printer.
 * @retval CM_E_ARGUMENT  one is missing      @retval as shipped_read */
CM_MUST_CHECK cm_err run_texts_read(const struct options *o, const char *uri, struct run_texts *out,
                                    struct cm_diag *diag);

/** The arguments of run.start. The session is open.
 * @retval CM_E_ARGUMENT  options that do not go together     @retval as sku_scheme, run_texts_read
 */
CM_MUST_CHECK cm_err run_order(struct cli *cli, struct buffer *out);
/** Its members alone, but for the holder, into an object that is open. @retval as run_order */
struct json_writer;
CM_MUST_CHECK cm_err run_order_members(struct cli *cli, struct json_writer *w);

#endif
