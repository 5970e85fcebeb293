/* Certificates and private keys of recipients. A certificate is judged once, here, before anything
 * is sealed to it; whether it is trusted is the operator's choice of file, not a chain. */
#include "crypto/recipient.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/cms_inside.h"
#include "crypto/crypto_err.h"
#include "crypto/hash.h"
#include "crypto/recipient_inside.h"

#define INPUT_MAX (1u << 20) /* bytes of a certificate or key file */

void recipient_free(struct recipient *r) {
    if (r == NULL) return;
    X509_free(r->cert);
    free(r);
}

void recipient_freep(struct recipient **r) { recipient_free(take(r)); }

void recipient_key_free(struct recipient_key *k) {
    if (k == NULL) return;
    EVP_PKEY_free(k->key); /* OpenSSL wipes the private parts */
    free(k);
}

void recipient_key_freep(struct recipient_key **k) { recipient_key_free(take(k)); }

static bool is_pem(struct cm_slice s) {
    return s.len > 0 && memmem(s.p, s.len, "-----BEGIN ", 11) != NULL;
}

static cm_err bio_over(struct cm_slice s, BIO **out) {
    if (s.len == 0 || s.len > INPUT_MAX) return CM_E_FORMAT;
    *out = BIO_new_mem_buf(s.p, (int)s.len);
    return *out != NULL ? CM_OK : crypto_err_openssl("BIO_new_mem_buf");
}

/* OpenSSL asks the terminal unless told otherwise: this says no. */
static int no_passphrase(char *buf, int cap, int writing, void *self) {
    (void)buf, (void)cap, (void)writing, (void)self;
    return -1;
}

static cm_err check_key(EVP_PKEY *key, struct cm_diag *diag) {
    const bool rsa = EVP_PKEY_is_a(key, "RSA") == 1;
    if (!rsa && EVP_PKEY_is_a(key, "EC") != 1)
        return diag_fail(diag, CM_E_UNSUPPORTED, "certificate", "public key",
                         "use an RSA key of 3072 bits or an EC key on P-256",
                         "its kind of key cannot receive encrypted files here");
    const int min = rsa ? RECIPIENT_RSA_MIN_BITS : RECIPIENT_EC_MIN_BITS;
    if (EVP_PKEY_get_bits(key) < min)
        return diag_fail(diag, CM_E_WEAK, "certificate", "public key",
                         "use an RSA key of 3072 bits or an EC key on P-256",
                         "%s key of %d bits; at least %d needed", rsa ? "RSA" : "EC",
                         EVP_PKEY_get_bits(key), min);
    return CM_OK;
}

/* RFC 5280 section 4.2.1.3: RSA transports keys, EC agrees on them. No extension allows all. */
static cm_err check_usage(X509 *cert, EVP_PKEY *key, struct cm_diag *diag) {
    const uint32_t usage = X509_get_key_usage(cert); /* all bits when the extension is absent */
    const bool rsa = EVP_PKEY_is_a(key, "RSA") == 1;
    if ((usage & (rsa ? KU_KEY_ENCIPHERMENT : KU_KEY_AGREEMENT)) != 0) return CM_OK;
    return diag_fail(diag, CM_E_UNSUPPORTED, "certificate", "key usage",
                     "ask the recipient for a certificate made for encryption",
                     "it does not allow %s", rsa ? "keyEncipherment" : "keyAgreement");
}

static cm_err check_dates(X509 *cert, uint64_t now_unix_s, struct cm_diag *diag) {
    time_t now = (time_t)now_unix_s;
    const int from = X509_cmp_time(X509_get0_notBefore(cert), &now);
    const int until = X509_cmp_time(X509_get0_notAfter(cert), &now);
    if (from == 0 || until == 0)
        return diag_fail(diag, CM_E_FORMAT, "certificate", "validity", "ask for another one",
                         "its dates cannot be read");
    if (from > 0 || until < 0)
        return diag_fail(diag, CM_E_STATE, "certificate", "validity",
                         "ask the recipient for a valid one, or allow expired ones expressly",
                         from > 0 ? "it is not valid yet" : "it has expired");
    return CM_OK;
}

cm_err recipient_from_cert(struct cm_slice cert, uint64_t now_unix_s, bool allow_expired,
                           struct recipient **out, struct cm_diag *diag) {
    CM_CLEANUP(recipient_freep) struct recipient *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    BIO_SCOPED BIO *in = NULL;
    const cm_err err = bio_over(cert, &in);
    if (err != CM_OK && err != CM_E_FORMAT) return err;
    if (err == CM_OK)
        r->cert = is_pem(cert) ? PEM_read_bio_X509(in, NULL, no_passphrase, NULL)
                               : d2i_X509_bio(in, NULL);
    EVP_PKEY *key = r->cert != NULL ? X509_get0_pubkey(r->cert) : NULL;
    crypto_err_clear();
    if (key == NULL)
        return diag_fail(diag, CM_E_FORMAT, "certificate", NULL,
                         "give an X.509 certificate in PEM or DER form", "not a certificate");
    TRY(check_key(key, diag));
    TRY(check_usage(r->cert, key, diag));
    if (!allow_expired) TRY(check_dates(r->cert, now_unix_s, diag));
    *out = take(&r);
    return CM_OK;
}

void recipient_name(const struct recipient *r, char out[RECIPIENT_NAME_CAP]) {
    out[0] = '\0';
    BIO_SCOPED BIO *text = BIO_new(BIO_s_mem());
    if (text == NULL) return;
    if (X509_NAME_print_ex(text, X509_get_subject_name(r->cert), 0, XN_FLAG_ONELINE) >= 0) {
        const int len = BIO_read(text, out, (int)RECIPIENT_NAME_CAP - 1);
        out[len > 0 ? len : 0] = '\0';
    }
    crypto_err_clear();
}

cm_err recipient_fingerprint(const struct recipient *r, struct hash256 *out) {
    struct hash256 sum;
    unsigned len = 0;
    if (X509_digest(r->cert, EVP_sha256(), sum.b, &len) != 1 || len != sizeof sum.b)
        return crypto_err_openssl("X509_digest");
    *out = sum;
    return CM_OK;
}

cm_err recipient_key_hash(const struct recipient *r, struct hash256 *out) {
    unsigned char *der = NULL;
    const int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(r->cert), &der);
    if (len <= 0) return crypto_err_openssl("i2d_X509_PUBKEY");
    hash_sha256(slice_of(der, (size_t)len), out);
    OPENSSL_free(der);
    return CM_OK;
}

static int ask_passphrase(char *buf, int cap, int writing, void *self) {
    (void)writing;
    const struct passphrase_source *source = self;
    size_t len = 0;
    if (cap <= 0 || source->get(source->self, (uint8_t *)buf, (size_t)cap, &len) != CM_OK)
        return -1;
    return len <= (size_t)cap ? (int)len : -1;
}

static EVP_PKEY *read_key(BIO *in, bool pem, const struct passphrase_source *passphrase) {
    struct passphrase_source source = {NULL, NULL};
    if (passphrase != NULL) source = *passphrase;
    pem_password_cb *ask = source.get != NULL ? ask_passphrase : no_passphrase;
    return pem ? PEM_read_bio_PrivateKey(in, NULL, ask, &source) : d2i_PrivateKey_bio(in, NULL);
}

cm_err recipient_key_from(struct cm_slice key, const struct passphrase_source *passphrase,
                          struct recipient_key **out, struct cm_diag *diag) {
    CM_CLEANUP(recipient_key_freep) struct recipient_key *k = calloc(1, sizeof *k);
    if (k == NULL) return CM_E_NO_MEMORY;
    BIO_SCOPED BIO *in = NULL;
    const cm_err err = bio_over(key, &in);
    if (err != CM_OK && err != CM_E_FORMAT) return err;
    if (err == CM_OK) k->key = read_key(in, is_pem(key), passphrase);
    crypto_err_clear();
    if (k->key == NULL && key.len > 0 && memmem(key.p, key.len, "ENCRYPTED", 9) != NULL)
        return diag_fail(diag, CM_E_AUTH, "private key", NULL, "type its passphrase again",
                         "wrong passphrase, or none was given");
    if (k->key == NULL)
        return diag_fail(diag, CM_E_FORMAT, "private key", NULL,
                         "give the recipient's private key in PEM or DER form",
                         "not a private key");
    if (EVP_PKEY_is_a(k->key, "RSA") != 1 && EVP_PKEY_is_a(k->key, "EC") != 1)
        return diag_fail(diag, CM_E_UNSUPPORTED, "private key", NULL,
                         "give the key of the certificate that the file was sealed to",
                         "neither an RSA nor an EC key");
    *out = take(&k);
    return CM_OK;
}
