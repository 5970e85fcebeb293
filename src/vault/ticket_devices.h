/* Devices that check tickets offline, as acts look them up. */
#ifndef CM_VAULT_TICKET_DEVICES_H
#define CM_VAULT_TICKET_DEVICES_H

#include "vault/acts_inside.h"

/** The device whose key has this id.
 * @retval CM_E_NOT_FOUND  none      @retval CM_E_DENIED  it was revoked; diag names the remedy */
CM_MUST_CHECK cm_err ticket_device_of(struct act *a, const uint8_t kid[COSE_KID_LEN],
                                      struct device_entry *out);

#endif
