/* OpenSSL's side of a signer, for the files that make CMS signatures and identities only. */
#ifndef CM_CRYPTO_CMS_SIGNER_INSIDE_H
#define CM_CRYPTO_CMS_SIGNER_INSIDE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/cms_signer.h"

struct cms_signer {
    X509 *cert;
    EVP_PKEY *key;
};

/** Read a certificate in PEM or DER form.
 * @param[out] out  X509_free it; untouched on error      @retval CM_E_FORMAT  not a certificate */
CM_MUST_CHECK cm_err cms_signer_cert(struct cm_slice cert, X509 **out, struct cm_diag *diag);
/** A signer of these two; takes both over, also on error.
 * @retval as cms_signer_from */
CM_MUST_CHECK cm_err cms_signer_join(X509 *give_cert, EVP_PKEY *give_key, struct cms_signer **out,
                                     struct cm_diag *diag);

#endif
