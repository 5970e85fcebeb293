/* Certificates above a signer, for the files that make and check detached signatures only. */
#ifndef CM_CRYPTO_CMS_DETACHED_INSIDE_H
#define CM_CRYPTO_CMS_DETACHED_INSIDE_H

#include <openssl/x509.h>

#include "crypto/cms_detached.h"

void x509_stack_freep(STACK_OF(X509) * *certs);
#define X509S_SCOPED CM_CLEANUP(x509_stack_freep)

/** All certificates of a text: PEM, one after the other, or one in DER.
 * @param[in]  input  names it in errors
 * @param[out] out    free with x509_stack_freep; untouched on error
 * @retval CM_E_FORMAT  none, or one is damaged     @retval CM_E_LIMIT  more than CMS_CHAIN_MAX */
CM_MUST_CHECK cm_err cms_chain_read(struct cm_slice text, const char *input, STACK_OF(X509) * *out,
                                    struct cm_diag *diag);
/** The certificates above the leaf that others need: each the issuer of the one before, without a
 * root that did not issue the leaf itself. All their dates are judged.
 * @param[out] out  free with x509_stack_freep; untouched on error
 * @retval CM_E_NOT_FOUND, CM_E_STATE */
CM_MUST_CHECK cm_err cms_chain_above(X509 *leaf, STACK_OF(X509) * given, uint64_t now_unix_s,
                                     STACK_OF(X509) * *out, struct cm_diag *diag);
/** @retval CM_E_STATE  expired or not yet valid      @retval CM_E_FORMAT  dates unreadable */
CM_MUST_CHECK cm_err cms_cert_dates(X509 *cert, const char *input, uint64_t now_unix_s,
                                    struct cm_diag *diag);
void cms_identity_of(X509 *cert, struct cms_identity *out);
/* Seconds since 1970 of a time in a certificate, 0 when it cannot be read. */
uint64_t cms_time(const ASN1_TIME *when);

#endif
