/* Whom an order's files are sealed to: certificates, read from a text that holds several, one after
 * the other; and who signs them. Refused: what is no certificate, and too many of them. */
#ifndef CM_VAULT_ORDER_RECIPIENTS_H
#define CM_VAULT_ORDER_RECIPIENTS_H

#include "crypto/hash.h"
#include "crypto/recipient.h"
#include "order/signer.h"
#include "vault/acts.h"
#include "vault/order_keys.h"

/** The signer of sealed files and its certificate. @retval as signer_open */
CM_MUST_CHECK cm_err order_signer(const struct order_keys *keys, const char *workspace,
                                  uint64_t now_unix_s, struct cms_signer **out, struct buffer *pem,
                                  struct cm_diag *diag);

/** Whether files can be sealed to OpenPGP keys here: gpg is a program of its own, and a daemon
 * starts none.  @param[in] name  of the order, for the error      @retval CM_E_UNSUPPORTED  not
 * here */
CM_MUST_CHECK cm_err order_pgp_here(const struct act_context *ctx, const char *name,
                                    struct cm_diag *diag);

struct order_part; /* order.h */
/** Whether no key opens both: public keys of certificates, fingerprints of OpenPGP keys. The same
 * certificate may be written in many ways, and be renewed.
 * @retval as order_recipients_read (but for validity), pgp_key_look */
CM_MUST_CHECK cm_err order_parts_apart(const struct order_part *a, const struct order_part *b,
                                       bool *apart, struct cm_diag *diag);

#define ORDER_CERTIFICATES_MAX 15u /* one place is the hold key's */
struct order_recipients {
    struct recipient *list[ORDER_CERTIFICATES_MAX];
    struct hash256 fingerprints[ORDER_CERTIFICATES_MAX]; /* SHA-256 of the DER */
    size_t n;
};
void order_recipients_wipe(struct order_recipients *r);
/** @param[in] pem  one certificate after the other
 * @retval CM_E_FORMAT  none, or something else between them     @retval CM_E_LIMIT  too many
 * @retval others       as recipient_from_cert */
CM_MUST_CHECK cm_err order_recipients_read(struct cm_slice pem, uint64_t now_unix_s,
                                           struct order_recipients *out, struct cm_diag *diag);

#endif
