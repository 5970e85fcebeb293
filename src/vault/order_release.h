/* Files that change hands: sealed files are addressed to their recipients, or to new ones, in a
 * folder with a manifest of its own. Ciphertexts stay as they are. Gigabytes take a while: they are
 * hashed and copied in steps, between which others are served, and nothing is said of them in the
 * ledger before the last one. A change that is dropped leaves nothing. */
#ifndef CM_VAULT_ORDER_RELEASE_H
#define CM_VAULT_ORDER_RELEASE_H

#include "order/bundle.h"
#include "vault/acts_inside.h"
#include "vault/order.h"
#include "vault/order_folder.h"

struct order_change;

struct order_change_ask {
    const struct act_context *ctx; /* engine, keystore, workspace are borrowed until close */
    const struct order *order;     /* copied: its parts' keys are whom the files are for */
    char from[ORDER_PARTS_MAX]
             [ORDER_FOLDER_CAP]; /* where each part's files lie now; "" = it stays */
    struct hash256 of; /* what is done to what: who goes on with it must ask for the same */
    uint64_t now_unix_s;
};
struct order_change_progress {
    uint64_t done, total; /* bytes */
    bool ended;           /* all files are there: order_change_seal */
};

/** Begin, in folders without a name; what an earlier try left there is removed.
 * @retval CM_E_UNSUPPORTED  OpenPGP, in a daemon      @retval as order_recipients_read,
 * bundle_begin
 */
CM_MUST_CHECK cm_err order_change_open(struct order_change **out,
                                       const struct order_change_ask *ask, struct cm_diag *diag);
/** Some more. After an error the change is of no use: close it, and nothing is left.
 * @retval CM_E_CORRUPT  not the file that was sealed   @retval as cms_readdress, bundle_file */
CM_MUST_CHECK cm_err order_change_step(struct order_change *c,
                                       struct order_change_progress *progress,
                                       struct cm_diag *diag);
/** Write the manifests of what was copied.
 * @param[in,out] o  the order as the ledger has it: its parts' files and manifests become the new
 * @retval as order_manifest_new, bundle_seal */
CM_MUST_CHECK cm_err order_change_seal(struct order_change *c, struct order *o,
                                       struct cm_diag *diag);
/** Give the folders their names, when the ledger has the order. @retval as bundle_appear */
CM_MUST_CHECK cm_err order_change_appear(struct order_change *c, struct cm_diag *diag);
bool order_change_is(const struct order_change *c, const struct hash256 *of);
uint32_t order_change_order(const struct order_change *c);
void order_change_close(struct order_change *c);
void order_change_closep(struct order_change **c);

#endif
