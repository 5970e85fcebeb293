/* A key pair on P-256 from a seed, and the certificate it makes for itself.
 * Sources: FIPS 186-5 A.2.1 (extra random bits), RFC 5280 sections 4.1 and 4.2.1. */
#include "crypto/p256.h"

#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/cms_inside.h"
#include "crypto/cms_signer_inside.h"
#include "crypto/crypto_err.h"
#include "crypto/kdf.h"
#include "crypto/recipient_inside.h"

#define SCALAR_INFO   "countermark/1/p256"
#define SCALAR_DRAW   48u /* bytes: 32 of the order and 16 more, FIPS 186-5 A.2.1 wants 8 */
#define POINT_LEN     65u /* bytes: 04 | x | y, SEC 1 section 2.3.3 */
#define SERIAL_LEN    16u /* bytes; RFC 5280 4.1.2.2 allows 20 */
#define HOLD_NAME     "countermark hold"
#define HOLD_FROM     0ull
#define HOLD_UNTIL    4102444800ull   /* 2100-01-01, Unix time; nobody ever checks it */
#define CERT_TIME_MAX 253402300799ull /* 9999-12-31T23:59:59Z: RFC 5280 4.1.2.5 */

static void bn_freep(BIGNUM **b) { BN_clear_free(*b); }
static void ctx_freep(BN_CTX **c) { BN_CTX_free(*c); }
static void group_freep(EC_GROUP **g) { EC_GROUP_free(*g); }
static void point_freep(EC_POINT **p) { EC_POINT_free(*p); }
static void pkey_freep(EVP_PKEY **k) { EVP_PKEY_free(*k); }
static void pkey_ctx_freep(EVP_PKEY_CTX **c) { EVP_PKEY_CTX_free(*c); }
static void x509_freep(X509 **x) { X509_free(*x); }
static void bld_freep(OSSL_PARAM_BLD **b) { OSSL_PARAM_BLD_free(*b); }
static void params_freep(OSSL_PARAM **p) { OSSL_PARAM_free(*p); }

/* d = c mod (n - 1) + 1 for the 384 bits c that the seed gives. */
static cm_err scalar_of(const struct cm_key *seed, const EC_GROUP *group, BIGNUM *d, BN_CTX *ctx) {
    uint8_t draw[SCALAR_DRAW];
    TRY(kdf_hkdf(slice_of(seed->b, sizeof seed->b), slice_of(NULL, 0), slice_text(SCALAR_INFO),
                 draw, sizeof draw));
    CM_CLEANUP(bn_freep) BIGNUM *c = BN_secure_new();
    CM_CLEANUP(bn_freep) BIGNUM *most = BN_dup(EC_GROUP_get0_order(group));
    const bool read = c != NULL && BN_bin2bn(draw, sizeof draw, c) != NULL;
    wipe(draw, sizeof draw);
    if (!read || most == NULL) return crypto_err_openssl("BN_bin2bn");
    BN_set_flags(c, BN_FLG_CONSTTIME);
    if (BN_sub_word(most, 1) != 1 || BN_mod(d, c, most, ctx) != 1 || BN_add_word(d, 1) != 1)
        return crypto_err_openssl("BN_mod");
    BN_set_flags(d, BN_FLG_CONSTTIME);
    return CM_OK;
}

static cm_err pair_from(const BIGNUM *d, const uint8_t point[POINT_LEN], EVP_PKEY **out) {
    CM_CLEANUP(bld_freep) OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    if (bld == NULL ||
        OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, POINT_LEN) != 1 ||
        OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d) != 1)
        return crypto_err_openssl("OSSL_PARAM_BLD_push");
    CM_CLEANUP(params_freep) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
    CM_CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, out, EVP_PKEY_KEYPAIR, params) != 1)
        return crypto_err_openssl("EVP_PKEY_fromdata");
    return CM_OK;
}

static cm_err pair_of(const struct cm_key *seed, EVP_PKEY **out) {
    CM_CLEANUP(group_freep) EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    CM_CLEANUP(ctx_freep) BN_CTX *ctx = BN_CTX_secure_new();
    CM_CLEANUP(bn_freep) BIGNUM *d = BN_secure_new();
    if (group == NULL || ctx == NULL || d == NULL) return crypto_err_openssl("EC_GROUP_new");
    TRY(scalar_of(seed, group, d, ctx));
    CM_CLEANUP(point_freep) EC_POINT *point = EC_POINT_new(group);
    uint8_t octets[POINT_LEN];
    if (point == NULL || EC_POINT_mul(group, point, d, NULL, NULL, ctx) != 1 ||
        EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, octets, sizeof octets,
                           ctx) != sizeof octets)
        return crypto_err_openssl("EC_POINT_mul");
    return pair_from(d, octets, out);
}

static bool put_name(X509 *cert, struct cm_slice name) {
    X509_NAME *subject = X509_get_subject_name(cert);
    return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, name.p, (int)name.len,
                                      -1, 0) == 1 &&
           X509_set_issuer_name(cert, subject) == 1;
}

/* The serial number says which key it is, so that it is the same whenever it is made. */
static bool put_serial(X509 *cert, EVP_PKEY *key) {
    uint8_t point[POINT_LEN];
    size_t len = 0;
    struct hash256 sum;
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) !=
        1)
        return false;
    hash_sha256(slice_of(point, len), &sum);
    sum.b[0] = (uint8_t)((sum.b[0] & 0x3Fu) | 0x40u); /* positive, and never shorter */
    CM_CLEANUP(bn_freep) BIGNUM *number = BN_bin2bn(sum.b, SERIAL_LEN, NULL);
    return number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
}

static bool put_extension(X509 *cert, int nid, const char *value) {
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    const bool done = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return done;
}

static cm_err certify(EVP_PKEY *key, struct cm_slice name, const char *usage, uint64_t from_unix_s,
                      uint64_t until_unix_s, X509 **out) {
    CM_CLEANUP(x509_freep) X509 *cert = X509_new();
    if (cert == NULL) return CM_E_NO_MEMORY;
    const bool made = X509_set_version(cert, X509_VERSION_3) == 1 && put_serial(cert, key) &&
                      put_name(cert, name) &&
                      ASN1_TIME_adj(X509_getm_notBefore(cert), (time_t)from_unix_s, 0, 0) != NULL &&
                      ASN1_TIME_adj(X509_getm_notAfter(cert), (time_t)until_unix_s, 0, 0) != NULL &&
                      X509_set_pubkey(cert, key) == 1 &&
                      put_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
                      put_extension(cert, NID_key_usage, usage) &&
                      put_extension(cert, NID_subject_key_identifier, "hash") &&
                      X509_sign(cert, key, EVP_sha256()) > 0;
    if (!made) return crypto_err_openssl("X509_sign");
    *out = take(&cert);
    return CM_OK;
}

cm_err p256_certificate(const struct cm_key *seed, const char *name, uint64_t from_unix_s,
                        uint64_t until_unix_s, struct buffer *pem) {
    const struct cm_slice text = slice_text(name);
    if (text.len == 0 || text.len > P256_NAME_MAX || from_unix_s >= until_unix_s ||
        until_unix_s > CERT_TIME_MAX)
        return CM_E_RANGE;
    CM_CLEANUP(pkey_freep) EVP_PKEY *key = NULL;
    TRY(pair_of(seed, &key));
    CM_CLEANUP(x509_freep) X509 *cert = NULL;
    TRY(certify(key, text, "critical,digitalSignature", from_unix_s, until_unix_s, &cert));
    BIO_SCOPED BIO *out = BIO_new(BIO_s_mem());
    if (out == NULL || PEM_write_bio_X509(out, cert) != 1)
        return crypto_err_openssl("PEM_write_bio_X509");
    char *bytes = NULL;
    const long len = BIO_get_mem_data(out, &bytes);
    buffer_put(pem, bytes, len > 0 ? (size_t)len : 0);
    return buffer_err(pem);
}

cm_err p256_signer(const struct cm_key *seed, struct cm_slice pem, struct cms_signer **out,
                   struct cm_diag *diag) {
    CM_CLEANUP(x509_freep) X509 *cert = NULL;
    TRY(cms_signer_cert(pem, &cert, diag));
    EVP_PKEY *key = NULL;
    TRY(pair_of(seed, &key));
    return cms_signer_join(take(&cert), key, out, diag);
}

cm_err p256_hold(const struct cm_key *seed, struct recipient **to, struct recipient_key **key) {
    CM_CLEANUP(recipient_freep) struct recipient *hold = calloc(1, sizeof *hold);
    CM_CLEANUP(recipient_key_freep) struct recipient_key *own = calloc(1, sizeof *own);
    if (hold == NULL || own == NULL) return CM_E_NO_MEMORY;
    TRY(pair_of(seed, &own->key));
    TRY(certify(own->key, slice_text(HOLD_NAME), "critical,keyAgreement", HOLD_FROM, HOLD_UNTIL,
                &hold->cert));
    if (to != NULL) *to = take(&hold);
    if (key != NULL) *key = take(&own);
    return CM_OK;
}
