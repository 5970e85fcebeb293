/* Signing: judged once, then one private key operation for each content. */
#include "crypto/cms_detached.h"

#include <stdlib.h>

#include <openssl/cms.h>

#include "crypto/cms_detached_inside.h"
#include "crypto/cms_inside.h"
#include "crypto/cms_signer_inside.h"
#include "crypto/crypto_err.h"

#define CONTENT_MAX (1u << 24) /* bytes */
#define SIGN_FLAGS  (CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL)

struct cms_detached {
    struct cms_signer *signer;
    STACK_OF(X509) * above;
    struct cms_identity identity;
};

void cms_detached_free(struct cms_detached *d) {
    if (d == NULL) return;
    cms_signer_free(d->signer);
    sk_X509_pop_free(d->above, X509_free);
    free(d);
}

void cms_detached_freep(struct cms_detached **d) { cms_detached_free(take(d)); }

cm_err cms_detached_new(const struct cms_detached_files *files, struct cms_detached **out,
                        struct cm_diag *diag) {
    CM_CLEANUP(cms_detached_freep) struct cms_detached *d = calloc(1, sizeof *d);
    if (d == NULL) return CM_E_NO_MEMORY;
    TRY(cms_signer_from(files->cert, files->key, files->passphrase, &d->signer, diag));
    TRY(cms_cert_dates(d->signer->cert, "certificate", files->now_unix_s, diag));
    X509S_SCOPED STACK_OF(X509) *given = NULL;
    TRY(cms_chain_read(files->chain, "certificate chain", &given, diag));
    TRY(cms_chain_above(d->signer->cert, given, files->now_unix_s, &d->above, diag));
    cms_identity_of(d->signer->cert, &d->identity);
    *out = take(&d);
    return CM_OK;
}

const struct cms_identity *cms_detached_identity(const struct cms_detached *d) {
    return &d->identity;
}

static void time_freep(ASN1_TIME **t) { ASN1_TIME_free(*t); }

/* The caller's clock, not OpenSSL's: the same input gives the same bytes. */
static cm_err add_signer(CMS_ContentInfo *cms, const struct cms_detached *d, uint64_t now_unix_s) {
    CM_CLEANUP(time_freep) ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)now_unix_s);
    CMS_SignerInfo *info =
        CMS_add1_signer(cms, d->signer->cert, d->signer->key, EVP_sha256(), SIGN_FLAGS);
    if (now == NULL || info == NULL ||
        CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, now->type, now, -1) != 1)
        return crypto_err_openssl("CMS_add1_signer");
    return CM_OK;
}

cm_err cms_detached_sign(struct cms_detached *d, struct cm_slice content, uint64_t signed_unix_s,
                         struct buffer *der) {
    if (content.len == 0 || content.len > CONTENT_MAX) return CM_E_RANGE;
    CMS_SCOPED CMS_ContentInfo *cms = CMS_sign(NULL, NULL, d->above, NULL, SIGN_FLAGS);
    BIO_SCOPED BIO *in = BIO_new_mem_buf(content.p, (int)content.len);
    if (cms == NULL || in == NULL) return crypto_err_openssl("CMS_sign");
    TRY(add_signer(cms, d, signed_unix_s));
    if (CMS_final(cms, in, NULL, CMS_DETACHED | CMS_BINARY) != 1)
        return crypto_err_openssl("CMS_final");
    const int len = i2d_CMS_ContentInfo(cms, NULL);
    if (len <= 0) return crypto_err_openssl("i2d_CMS_ContentInfo");
    uint8_t *to = buffer_reserve(der, (size_t)len);
    if (to == NULL) return CM_E_NO_MEMORY;
    if (i2d_CMS_ContentInfo(cms, &to) != len) return crypto_err_openssl("i2d_CMS_ContentInfo");
    der->len += (size_t)len;
    return CM_OK;
}
