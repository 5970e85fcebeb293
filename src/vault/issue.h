/* Codes for the holder of an API key: the act `issue`, fenced by the key's role, brand and mode and
 * by the vault's ceiling. Serials stay inside: the answer holds codes and nothing to count them by.
 */
#ifndef CM_VAULT_ISSUE_H
#define CM_VAULT_ISSUE_H

#include "vault/gate.h"
#include "wire/frame.h"

/** Answer one FRAME_ISSUE.
 * @param[in,out] result  {"batch": NAME, "codes": [...], "replayed": BOOL} is appended
 * @retval CM_E_CONFLICT   the idempotency key belongs to another request
 * @retval CM_E_DENIED     the key may not issue      @retval CM_E_NOT_FOUND  no batch of its brand
 * @retval CM_E_BUSY       beyond the ceiling         @retval others  as the act's */
CM_MUST_CHECK cm_err issue_codes(const struct vault_options *o, struct gate *gate,
                                 const struct frame *frame, struct buffer *result,
                                 struct cm_diag *diag);

#endif
