/* Signers: a certificate and its key are judged once, here, before anything is signed with them.
 * Whom others trust is their choice of file; no chain is built. */
#include "crypto/cms_signer.h"

#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/cms_inside.h"
#include "crypto/cms_signer_inside.h"
#include "crypto/crypto_err.h"
#include "crypto/recipient_inside.h"

#define CERT_MAX (1u << 20) /* bytes of a certificate file */

void cms_signer_free(struct cms_signer *s) {
    if (s == NULL) return;
    X509_free(s->cert);
    EVP_PKEY_free(s->key); /* OpenSSL wipes the private parts */
    free(s);
}

void cms_signer_freep(struct cms_signer **s) { cms_signer_free(take(s)); }

cm_err cms_signer_cert(struct cm_slice cert, X509 **out, struct cm_diag *diag) {
    X509 *read = NULL;
    if (cert.len > 0 && cert.len <= CERT_MAX) {
        BIO_SCOPED BIO *in = BIO_new_mem_buf(cert.p, (int)cert.len);
        if (in == NULL) return crypto_err_openssl("BIO_new_mem_buf");
        const bool pem = memmem(cert.p, cert.len, "-----BEGIN ", 11) != NULL;
        read = pem ? PEM_read_bio_X509(in, NULL, NULL, NULL) : d2i_X509_bio(in, NULL);
    }
    crypto_err_clear();
    if (read == NULL || X509_get0_pubkey(read) == NULL) {
        X509_free(read);
        crypto_err_clear();
        return diag_fail(diag, CM_E_FORMAT, "certificate", NULL,
                         "give an X.509 certificate in PEM or DER form", "not a certificate");
    }
    *out = read;
    return CM_OK;
}

cm_err cms_signer_fingerprint(struct cm_slice cert, struct hash256 *out) {
    X509 *x509 = NULL;
    struct hash256 sum;
    unsigned len = 0;
    TRY(cms_signer_cert(cert, &x509, NULL));
    const bool done = X509_digest(x509, EVP_sha256(), sum.b, &len) == 1 && len == sizeof sum.b;
    X509_free(x509);
    if (!done) return crypto_err_openssl("X509_digest");
    *out = sum;
    return CM_OK;
}

static cm_err judge(const struct cms_signer *s, struct cm_diag *diag) {
    const bool rsa = EVP_PKEY_is_a(s->key, "RSA") == 1;
    if (!rsa && EVP_PKEY_is_a(s->key, "EC") != 1)
        return diag_fail(diag, CM_E_UNSUPPORTED, "signing key", NULL,
                         "use an EC key on P-256 or an RSA key of 3072 bits",
                         "its kind of key cannot sign order files here");
    const int min = rsa ? RECIPIENT_RSA_MIN_BITS : RECIPIENT_EC_MIN_BITS;
    if (EVP_PKEY_get_bits(s->key) < min)
        return diag_fail(diag, CM_E_WEAK, "signing key", NULL,
                         "use an EC key on P-256 or an RSA key of 3072 bits",
                         "%d bits; at least %d needed", EVP_PKEY_get_bits(s->key), min);
    if (X509_check_private_key(s->cert, s->key) != 1) {
        crypto_err_clear();
        return diag_fail(diag, CM_E_CONFLICT, "signing key", NULL,
                         "give the key that the certificate was made for",
                         "it does not belong to the certificate");
    }
    if ((X509_get_key_usage(s->cert) & KU_DIGITAL_SIGNATURE) == 0)
        return diag_fail(diag, CM_E_UNSUPPORTED, "certificate", "key usage",
                         "give a certificate made for signatures",
                         "it does not allow digitalSignature");
    return CM_OK;
}

cm_err cms_signer_join(X509 *give_cert, EVP_PKEY *give_key, struct cms_signer **out,
                       struct cm_diag *diag) {
    CM_CLEANUP(cms_signer_freep) struct cms_signer *s = calloc(1, sizeof *s);
    if (s == NULL) {
        X509_free(give_cert);
        EVP_PKEY_free(give_key);
        return CM_E_NO_MEMORY;
    }
    *s = (struct cms_signer){.cert = give_cert, .key = give_key};
    TRY(judge(s, diag));
    *out = take(&s);
    return CM_OK;
}

cm_err cms_signer_from(struct cm_slice cert, struct cm_slice key,
                       const struct passphrase_source *passphrase, struct cms_signer **out,
                       struct cm_diag *diag) {
    CM_CLEANUP(recipient_key_freep) struct recipient_key *read = NULL;
    struct cm_diag said = DIAG_INIT; /* of a recipient's key; this one is a signer's */
    const cm_err err = recipient_key_from(key, passphrase, &read, &said);
    if (err != CM_OK)
        return diag_fail(diag, err, said.input, said.place,
                         err == CM_E_FORMAT ? "give the signer's private key in PEM or DER form"
                                            : said.remedy,
                         "%s", said.problem);
    X509 *x509 = NULL;
    TRY(cms_signer_cert(cert, &x509, diag));
    return cms_signer_join(x509, take(&read->key), out, diag);
}
