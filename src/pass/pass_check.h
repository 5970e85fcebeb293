/* The rules of Apple's pass.json, for templates and for passes as they leave: required members,
 * one style, fields, barcodes and their encodings, colours, dates, addresses, what needs what.
 * It judges the text alone; pictures are judged by pass_images.h. Unknown members are warnings, as
 * Wallet passes them over. Source: Apple, Wallet Passes (developer.apple.com/documentation/
 * walletpasses); limits that Apple does not write down are marked in the code. */
#ifndef CM_PASS_PASS_CHECK_H
#define CM_PASS_PASS_CHECK_H

#include "pass/pass_folder.h"
#include "pass/pass_report.h"

/** Judge a pass. The document was made with &r->diag.
 * @param[out] style  PASS_STYLE_N when it has not exactly one */
void pass_check(struct pass_report *r, struct json_value root, enum pass_style *style);
/* Judge which pictures there are, for that style. */
void pass_check_images(struct pass_report *r, const struct pass_folder *folder,
                       enum pass_style style);
/** Judge a folder that was read, and its template.
 * @param[out] out  its report; pass_report_free it; untouched on error
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pass_lint(const struct pass_folder *folder, struct pass_report **out);
/** Read and judge it, as `pass lint` does: every mistake of every file in one go.
 * @param[out] folder  NULL when it could not be read at all; pass_folder_free it
 * @param[out] out     pass_report_free it; both untouched on error
 * @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pass_lint_folder(const char *path, struct pass_folder **folder,
                                      struct pass_report **out, struct cm_diag *diag);

#endif
