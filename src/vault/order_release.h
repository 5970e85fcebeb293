/* Files that change hands: sealed files are addressed to their recipients, or to new ones, in a
 * folder with a manifest of its own. Ciphertexts stay as they are. */
#ifndef CM_VAULT_ORDER_RELEASE_H
#define CM_VAULT_ORDER_RELEASE_H

#include "order/bundle.h"
#include "vault/acts_inside.h"
#include "vault/order.h"

/** Address the files of a part to its keys, in a folder that is sealed and has no name yet.
 * @param[in,out] o     the part's files and manifest become those of the new folder
 * @param[out]    out   bundle_appear it when the ledger has the order; bundle_close it
 * @param[in]     from  name of the folder that has them now, sealed to our own key as well
 * @retval CM_E_UNSUPPORTED  OpenPGP, in a daemon      @retval as cms_readdress, bundle_seal */
CM_MUST_CHECK cm_err order_readdress(struct act *a, struct order *o, size_t part, const char *from,
                                     struct bundle **out);

#endif
