/* What the files that make passes share. For pkpass*.c only. */
#ifndef CM_PASS_PKPASS_INSIDE_H
#define CM_PASS_PKPASS_INSIDE_H

#include "doc/json.h"
#include "pass/pkpass.h"

#define PASS_NAME_CAP    RECIPIENT_NAME_CAP
#define PKPASS_MANIFEST  "manifest.json"
#define PKPASS_SIGNATURE "signature"

/** The pass type of a certificate; borrows it.
 * @retval CM_E_UNSUPPORTED  not one for passes      @retval CM_E_CONFLICT  it names two */
CM_MUST_CHECK cm_err pkpass_type_of(const struct cms_identity *is, const char **type,
                                    struct cm_diag *diag);
/** Whether a pass names that type and team, where it names any. @retval CM_E_CONFLICT */
CM_MUST_CHECK cm_err pkpass_agree(struct json_value root, const char *type, const char *team);
/* The style of a pass that has exactly one. */
enum pass_style pkpass_style(struct json_value root);
/** Append the JSON with type and team, where it lacks them. @retval CM_E_NO_MEMORY, CM_E_FORMAT */
CM_MUST_CHECK cm_err pkpass_complete(struct cm_slice json, struct json_value root, const char *type,
                                     const char *team, struct buffer *out);

#endif
