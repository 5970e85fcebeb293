/* Files sealed to OpenPGP keys (RFC 4880) by the gpg program, through GPGME. The keys come as files
 * and live in a temporary home of their own: nobody's key ring is read or changed. No signature:
 * the manifest signs the file's hash. It needs to start programs, so it works in the command, not
 * in the fenced vault. Design: docs/design/orders.md, "Sealing and manifest". */
#ifndef CM_ORDER_PGP_H
#define CM_ORDER_PGP_H

#include "base/diag.h"
#include "crypto/cms_stream.h"

#define PGP_FINGERPRINT_LEN 20u        /* bytes; RFC 4880 section 12.2 */
#define PGP_KEY_MAX         (1u << 20) /* bytes of a key file */

struct pgp_sealer;

/** Begin a sealed file at the present end of fd.
 * @param[in]  keys  n public keys, armoured or binary, 1..CMS_RECIPIENTS_MAX
 * @param[out] out   pgp_sealer_close it; untouched on error
 * @retval CM_E_UNSUPPORTED  gpg is not installed      @retval CM_E_FORMAT  not a public key
 * @retval CM_E_STATE  expired, revoked, or not for encryption
 * @retval CM_E_RANGE  n      @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pgp_sealer_open(int fd, const struct cm_slice *keys, size_t n,
                                     struct pgp_sealer **out, struct cm_diag *diag);
/** @retval CM_E_IO, CM_E_NO_SPACE  gpg could not take it */
CM_MUST_CHECK cm_err pgp_sealer_write(struct pgp_sealer *s, struct cm_slice bytes,
                                      struct cm_diag *diag);
/** @param[out] out  untouched on error      @retval CM_E_IO, CM_E_NO_SPACE, CM_E_STATE */
CM_MUST_CHECK cm_err pgp_sealer_finish(struct pgp_sealer *s, struct cms_sealed *out,
                                       struct cm_diag *diag);
void pgp_sealer_close(struct pgp_sealer *s);
void pgp_sealer_closep(struct pgp_sealer **s);

/** Who a public key belongs to.
 * @param[out] fingerprint  of the primary key      @param[out] name  its first user id, cut to fit
 * @retval as pgp_sealer_open */
CM_MUST_CHECK cm_err pgp_key_look(struct cm_slice key, uint8_t fingerprint[PGP_FINGERPRINT_LEN],
                                  char name[RECIPIENT_NAME_CAP], struct cm_diag *diag);

#endif
