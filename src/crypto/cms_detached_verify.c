/* Checking, in two steps with two answers: is it a signature of this content; and whose is it.
 * Apple marks extensions of its own as critical, which OpenSSL does not know: they are let pass,
 * other unknown ones are not (RFC 5280 section 4.2). */
#include "crypto/cms_detached.h"

#include <openssl/cms.h>
#include <openssl/x509v3.h>

#include "crypto/cms_detached_inside.h"
#include "crypto/cms_inside.h"
#include "crypto/crypto_err.h"

#define CONTENT_MAX  (1u << 24) /* bytes */
#define APPLE_ARC    "1.2.840.113635.100.6."
#define OID_TEXT_CAP 128

static cm_err not_a_signature(struct cm_diag *diag, const char *what) {
    crypto_err_clear();
    return diag_fail(diag, CM_E_FORMAT, "signature", NULL, "sign it anew", "%s", what);
}

static cm_err read_signature(struct cm_slice der, CMS_ContentInfo **out, struct cm_diag *diag) {
    const unsigned char *at = der.p;
    if (der.len == 0 || der.len > CONTENT_MAX) return not_a_signature(diag, "empty, or too long");
    CMS_SCOPED CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.len);
    if (cms == NULL || at != der.p + der.len)
        return not_a_signature(diag, "not one CMS message in DER form");
    if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
        return not_a_signature(diag, "not CMS SignedData");
    if (CMS_is_detached(cms) != 1) return not_a_signature(diag, "it is not detached");
    if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) != 1)
        return not_a_signature(diag, "it has not exactly one signer");
    *out = take(&cms);
    return CM_OK;
}

static cm_err judge_content(CMS_ContentInfo *cms, struct cm_slice content, struct cm_diag *diag) {
    BIO_SCOPED BIO *in = BIO_new_mem_buf(content.p, (int)content.len);
    if (in == NULL) return crypto_err_openssl("BIO_new_mem_buf");
    const unsigned flags = CMS_BINARY | CMS_DETACHED | CMS_NO_SIGNER_CERT_VERIFY;
    if (CMS_verify(cms, NULL, NULL, in, NULL, flags) == 1) return CM_OK;
    crypto_err_clear();
    return diag_fail(diag, CM_E_AUTH, "signature", NULL, "sign it anew; trust nothing in it",
                     "it is not a signature of this content");
}

static bool all_known_or_apples(X509 *cert) {
    for (int i = 0; i < X509_get_ext_count(cert); i++) {
        X509_EXTENSION *ext = X509_get_ext(cert, i);
        char oid[OID_TEXT_CAP] = "";
        if (X509_EXTENSION_get_critical(ext) == 0 || X509_supported_extension(ext) == 1) continue;
        (void)OBJ_obj2txt(oid, sizeof oid, X509_EXTENSION_get_object(ext), 1);
        const struct cm_slice arc = slice_text(APPLE_ARC), head = {(const uint8_t *)oid, arc.len};
        if (!slice_equal(head, arc)) return false;
    }
    return true;
}

static int on_cert(int ok, X509_STORE_CTX *ctx) {
    if (ok == 1 || X509_STORE_CTX_get_error(ctx) != X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION)
        return ok;
    if (!all_known_or_apples(X509_STORE_CTX_get_current_cert(ctx))) return 0;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static void store_freep(X509_STORE **s) { X509_STORE_free(*s); }
static void store_ctx_freep(X509_STORE_CTX **c) { X509_STORE_CTX_free(*c); }

static cm_err fill_store(X509_STORE *store, STACK_OF(X509) * trusted, uint64_t now_unix_s) {
    for (int i = 0; i < sk_X509_num(trusted); i++)
        if (X509_STORE_add_cert(store, sk_X509_value(trusted, i)) != 1)
            return crypto_err_openssl("X509_STORE_add_cert");
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
    X509_VERIFY_PARAM_set_time(param, (time_t)now_unix_s);
    /* An intermediate in the user's file is trusted as it is: WWDR without Apple's root. */
    if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) != 1)
        return crypto_err_openssl("X509_VERIFY_PARAM_set_flags");
    X509_STORE_set_verify_cb(store, on_cert);
    return CM_OK;
}

static cm_err judge_signer(X509 *signer, STACK_OF(X509) * others, struct cm_slice authorities,
                           uint64_t now_unix_s, struct cm_diag *diag) {
    X509S_SCOPED STACK_OF(X509) *trusted = NULL;
    TRY(cms_chain_read(authorities, "authorities", &trusted, diag));
    CM_CLEANUP(store_freep) X509_STORE *store = X509_STORE_new();
    CM_CLEANUP(store_ctx_freep) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    if (store == NULL || ctx == NULL) return CM_E_NO_MEMORY;
    TRY(fill_store(store, trusted, now_unix_s));
    if (X509_STORE_CTX_init(ctx, store, signer, others) != 1)
        return crypto_err_openssl("X509_STORE_CTX_init");
    const bool good = X509_verify_cert(ctx) == 1;
    const int why = X509_STORE_CTX_get_error(ctx);
    crypto_err_clear();
    if (good) return CM_OK;
    if (why == X509_V_ERR_CERT_HAS_EXPIRED || why == X509_V_ERR_CERT_NOT_YET_VALID)
        return diag_fail(diag, CM_E_STATE, "signature", "certificate",
                         "sign it anew with a valid certificate", "%s",
                         X509_verify_cert_error_string(why));
    return diag_fail(diag, CM_E_DENIED, "signature", "certificate",
                     "give the issuer's certificate as an authority if you trust it",
                     "it leads to none of the authorities: %s", X509_verify_cert_error_string(why));
}

static uint64_t signing_time(CMS_ContentInfo *cms) {
    CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    const int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
    X509_ATTRIBUTE *attribute = at >= 0 ? CMS_signed_get_attr(info, at) : NULL;
    const ASN1_TYPE *value = attribute != NULL ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
    if (value == NULL || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
        return 0;
    return cms_time(value->value.asn1_string);
}

cm_err cms_detached_verify(struct cm_slice content, struct cm_slice der,
                           struct cm_slice authorities, uint64_t now_unix_s, struct cms_seal *out,
                           struct cm_diag *diag) {
    CMS_SCOPED CMS_ContentInfo *cms = NULL;
    if (content.len == 0 || content.len > CONTENT_MAX) return CM_E_RANGE;
    TRY(read_signature(der, &cms, diag));
    TRY(judge_content(cms, content, diag));
    X509S_SCOPED STACK_OF(X509) *certs = CMS_get1_certs(cms);
    STACK_OF(X509) *signers = CMS_get0_signers(cms); /* the stack is ours, not what is in it */
    X509 *signer = signers != NULL ? sk_X509_value(signers, 0) : NULL;
    sk_X509_free(signers);
    if (certs == NULL || signer == NULL)
        return not_a_signature(diag, "the signer's certificate is not in it");
    if (authorities.len > 0) TRY(judge_signer(signer, certs, authorities, now_unix_s, diag));
    struct cms_seal seal = {.signed_unix_s = signing_time(cms),
                            .certs_n = (size_t)sk_X509_num(certs)};
    cms_identity_of(signer, &seal.signer);
    *out = seal;
    return CM_OK;
}
