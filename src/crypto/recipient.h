/* Whom a sealed file is for: a certificate to seal to, a private key to open with.
 * It refuses certificates that are expired, too weak, or not meant for encryption, and never asks
 * a terminal for anything itself. Sources: RFC 5280 sections 4.1.2.5 and 4.2.1.3, RFC 7468 (PEM);
 * SP 800-57 part 1 (112 bits: RSA 2048). Design: docs/design/keystore.md */
#ifndef CM_CRYPTO_RECIPIENT_H
#define CM_CRYPTO_RECIPIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"
#include "crypto/hash.h"

#define RECIPIENT_RSA_MIN_BITS 2048
#define RECIPIENT_EC_MIN_BITS  256
#define RECIPIENT_NAME_CAP     128u /* bytes with the NUL */

struct recipient;

/** Read a certificate (PEM or DER) and judge whether to seal to it.
 * @param[in]  now_unix_s     the caller's clock
 * @param[in]  allow_expired  take it outside its validity too (old backups, drills)
 * @param[out] out            recipient_free it; untouched on error
 * @retval CM_E_FORMAT       not a certificate
 * @retval CM_E_STATE        expired or not yet valid
 * @retval CM_E_WEAK         RSA below 2048 bits, curve below 256 bits
 * @retval CM_E_UNSUPPORTED  neither RSA nor EC, or its key usage forbids encryption */
CM_MUST_CHECK cm_err recipient_from_cert(struct cm_slice cert, uint64_t now_unix_s,
                                         bool allow_expired, struct recipient **out,
                                         struct cm_diag *diag);
void recipient_free(struct recipient *r);
void recipient_freep(struct recipient **r);
/* Subject of the certificate on one line, cut to fit. */
void recipient_name(const struct recipient *r, char out[RECIPIENT_NAME_CAP]);
/** SHA-256 of the certificate's DER form, as `openssl x509 -fingerprint -sha256` shows it.
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY  out untouched */
CM_MUST_CHECK cm_err recipient_fingerprint(const struct recipient *r, struct hash256 *out);
/** SHA-256 of the public key (SubjectPublicKeyInfo, DER): the same for a renewed certificate.
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY  out untouched */
CM_MUST_CHECK cm_err recipient_key_hash(const struct recipient *r, struct hash256 *out);

/* Where the passphrase of a private key comes from; `get` writes at most cap bytes. */
struct passphrase_source {
    cm_err (*get)(void *self, uint8_t *out, size_t cap, size_t *len);
    void *self;
};

struct recipient_key;

/** Read a private key (PEM, encrypted or not, or DER).
 * @param[in]  passphrase  asked only for an encrypted key; may be NULL
 * @param[out] out         recipient_key_free it; untouched on error
 * @retval CM_E_FORMAT  not a private key      @retval CM_E_AUTH  wrong or no passphrase
 * @retval CM_E_UNSUPPORTED  neither RSA nor EC */
CM_MUST_CHECK cm_err recipient_key_from(struct cm_slice key,
                                        const struct passphrase_source *passphrase,
                                        struct recipient_key **out, struct cm_diag *diag);
void recipient_key_free(struct recipient_key *k);
void recipient_key_freep(struct recipient_key **k);

#endif
