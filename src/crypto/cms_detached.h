/* Detached signatures beside a file (CMS SignedData, RFC 5652): signing time, SHA-256, the signer's
 * certificate and the certificates above it. Wallet passes are signed so. Refused before anything
 * is signed: a key of another certificate, dates that do not hold, a certificate whose issuer is
 * not among those given. Others check with: openssl cms -verify -binary -inform DER -content FILE
 * Design: docs/design/passes.md */
#ifndef CM_CRYPTO_CMS_DETACHED_H
#define CM_CRYPTO_CMS_DETACHED_H

#include "base/buffer.h"
#include "crypto/cms_signer.h"

#define CMS_CHAIN_MAX 8u /* certificates of a file, and of a path */

/* Who a certificate says it is; texts cut to fit, empty when absent. */
struct cms_identity {
    char user_id[RECIPIENT_NAME_CAP];     /* UID of the subject */
    char common_name[RECIPIENT_NAME_CAP]; /* CN */
    char unit[RECIPIENT_NAME_CAP];        /* OU */
    char pass_type[RECIPIENT_NAME_CAP];   /* Apple's extension 1.2.840.113635.100.6.1.16 */
    uint64_t not_before_unix_s, not_after_unix_s;
};

struct cms_detached_files {
    struct cm_slice cert, key, chain;           /* PEM or DER; the chain may hold several in PEM */
    const struct passphrase_source *passphrase; /* may be NULL */
    uint64_t now_unix_s;
};

struct cms_detached;

/** Read and judge all that signing needs.
 * @param[out] out  cms_detached_free it; untouched on error
 * @retval CM_E_STATE      the certificate, or one above it, is expired or not yet valid
 * @retval CM_E_NOT_FOUND  the chain does not hold the certificate's issuer
 * @retval others as cms_signer_from */
CM_MUST_CHECK cm_err cms_detached_new(const struct cms_detached_files *files,
                                      struct cms_detached **out, struct cm_diag *diag);
void cms_detached_free(struct cms_detached *d);
void cms_detached_freep(struct cms_detached **d);
const struct cms_identity *cms_detached_identity(const struct cms_detached *d);
/** Sign the content. The same content and time give the same bytes with an RSA key.
 * @param[in,out] der  the signature is appended
 * @retval CM_E_RANGE  content empty or too long      @retval CM_E_CRYPTO, CM_E_NO_MEMORY
 * Not for two threads at once. */
CM_MUST_CHECK cm_err cms_detached_sign(struct cms_detached *d, struct cm_slice content,
                                       uint64_t signed_unix_s, struct buffer *der);

/* What a signature says that holds. */
struct cms_seal {
    struct cms_identity signer;
    uint64_t signed_unix_s; /* 0: it does not say when */
    size_t certs_n;
};

/** Whether a signature is one of this content, and its certificate one of these authorities'.
 * @param[in]  authorities  certificates in PEM or DER that are trusted as they are, or empty: then
 *                          only the content is judged, not who signed it
 * @param[out] out          untouched on error
 * @retval CM_E_FORMAT  not a detached signature by one signer
 * @retval CM_E_AUTH    it is not a signature of this content
 * @retval CM_E_STATE   a certificate is expired or not yet valid
 * @retval CM_E_DENIED  its certificate leads to none of the authorities */
CM_MUST_CHECK cm_err cms_detached_verify(struct cm_slice content, struct cm_slice der,
                                         struct cm_slice authorities, uint64_t now_unix_s,
                                         struct cms_seal *out, struct cm_diag *diag);

#endif
