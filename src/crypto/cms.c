/* CMS through OpenSSL. RSA recipients are tried one by one instead of through CMS_decrypt, which
 * hides a wrong key behind a random one: right against oracles on a network, useless advice to an
 * operator at a terminal. PKCS#1 v1.5 key transport is never made. */
#include "crypto/cms.h"

#include <string.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/cms_inside.h"
#include "crypto/crypto_err.h"
#include "crypto/recipient_inside.h"

void cms_freep(CMS_ContentInfo **cms) { CMS_ContentInfo_free(*cms); }

void bio_chain_freep(BIO **chain) { BIO_free_all(*chain); }

/* Key transport and agreement as the head of cms.h says, instead of OpenSSL's older defaults. */
static cm_err set_recipient(CMS_RecipientInfo *ri) {
    EVP_PKEY_CTX *ctx = CMS_RecipientInfo_get0_pkey_ctx(ri);
    if (ctx == NULL) return crypto_err_openssl("CMS_RecipientInfo_get0_pkey_ctx");
    if (CMS_RecipientInfo_type(ri) == CMS_RECIPINFO_AGREE)
        return EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, EVP_sha256()) > 0
                   ? CM_OK
                   : crypto_err_openssl("EVP_PKEY_CTX_set_ecdh_kdf_md");
    if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) <= 0 ||
        EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) <= 0 ||
        EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) <= 0)
        return crypto_err_openssl("EVP_PKEY_CTX_set_rsa_padding");
    return CM_OK;
}

cm_err cms_add_recipient(CMS_ContentInfo *cms, const struct recipient *to,
                         CMS_RecipientInfo **out) {
    CMS_RecipientInfo *ri = CMS_add1_recipient_cert(cms, to->cert, CMS_KEY_PARAM);
    if (ri == NULL) return crypto_err_openssl("CMS_add1_recipient_cert");
    TRY(set_recipient(ri));
    if (out != NULL) *out = ri;
    return CM_OK;
}

cm_err cms_begin(const struct recipient *to, unsigned flags, CMS_ContentInfo **out) {
    CMS_SCOPED CMS_ContentInfo *cms =
        CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(), CMS_PARTIAL | CMS_BINARY | flags);
    if (cms == NULL) return crypto_err_openssl("CMS_encrypt");
    if (to != NULL) TRY(cms_add_recipient(cms, to, NULL));
    *out = take(&cms);
    return CM_OK;
}

cm_err cms_seal(const struct recipient *to, struct cm_slice content, struct buffer *der) {
    if (content.len == 0 || content.len > CMS_MESSAGE_MAX) return CM_E_RANGE;
    CMS_SCOPED CMS_ContentInfo *cms = NULL;
    TRY(cms_begin(to, 0, &cms));
    BIO_SCOPED BIO *in = BIO_new_mem_buf(content.p, (int)content.len);
    if (in == NULL) return crypto_err_openssl("BIO_new_mem_buf");
    if (CMS_final(cms, in, NULL, CMS_BINARY) != 1) return crypto_err_openssl("CMS_final");
    BIO_SCOPED BIO *out = BIO_new(BIO_s_mem());
    if (out == NULL || i2d_CMS_bio(out, cms) != 1) return crypto_err_openssl("i2d_CMS_bio");
    char *bytes = NULL;
    const long len = BIO_get_mem_data(out, &bytes);
    buffer_put(der, bytes, len > 0 ? (size_t)len : 0);
    return buffer_err(der);
}

static bool unlock_rsa(CMS_ContentInfo *cms, CMS_RecipientInfo *ri, EVP_PKEY *key) {
    if (EVP_PKEY_is_a(key, "RSA") != 1 || EVP_PKEY_up_ref(key) != 1) return false;
    if (CMS_RecipientInfo_set0_pkey(ri, key) != 1) {
        EVP_PKEY_free(key);
        return false;
    }
    const bool opened = CMS_RecipientInfo_decrypt(cms, ri) == 1;
    (void)CMS_RecipientInfo_set0_pkey(ri, NULL);
    return opened;
}

cm_err cms_unlock(CMS_ContentInfo *cms, const struct recipient_key *key, struct cm_diag *diag) {
    STACK_OF(CMS_RecipientInfo) *all = CMS_get0_RecipientInfos(cms);
    const bool kind = OBJ_obj2nid(CMS_get0_type(cms)) == NID_id_smime_ct_authEnvelopedData;
    if (!kind || all == NULL)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "check that it is the right file",
                         "a CMS message, but not of the kind AuthEnvelopedData");
    bool opened = false, agree = false;
    for (int i = 0; i < sk_CMS_RecipientInfo_num(all) && !opened; i++) {
        CMS_RecipientInfo *ri = sk_CMS_RecipientInfo_value(all, i);
        const int type = CMS_RecipientInfo_type(ri);
        if (type == CMS_RECIPINFO_TRANS) opened = unlock_rsa(cms, ri, key->key);
        agree = agree || type == CMS_RECIPINFO_AGREE;
    }
    if (!opened && agree && EVP_PKEY_is_a(key->key, "EC") == 1)
        opened = CMS_decrypt_set1_pkey(cms, key->key, NULL) == 1;
    crypto_err_clear();
    if (opened) return CM_OK;
    return diag_fail(diag, CM_E_AUTH, NULL, NULL,
                     "give the private key of the certificate that it was sealed to",
                     "sealed to another key");
}

static CMS_ContentInfo *read_message(struct cm_slice message) {
    if (message.len == 0 || message.len > (size_t)2 * CMS_MESSAGE_MAX) return NULL;
    BIO_SCOPED BIO *in = BIO_new_mem_buf(message.p, (int)message.len);
    if (in == NULL) return NULL;
    const bool pem = memmem(message.p, message.len, "-----BEGIN ", 11) == message.p;
    return pem ? PEM_read_bio_CMS(in, NULL, NULL, NULL) : d2i_CMS_bio(in, NULL);
}

cm_err cms_open(const struct recipient_key *key, struct cm_slice message, struct secret *content,
                struct cm_diag *diag) {
    CMS_SCOPED CMS_ContentInfo *cms = read_message(message);
    crypto_err_clear();
    if (cms == NULL)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "check the file, and that it is whole",
                         "not a CMS message, or cut");
    TRY(cms_unlock(cms, key, diag));
    /* Secure memory BIO: freed with its bytes wiped. It is read only after the tag held. */
    BIO_SCOPED BIO *out = BIO_new(BIO_s_secmem());
    if (out == NULL) return crypto_err_openssl("BIO_new");
    const bool genuine = CMS_decrypt(cms, NULL, NULL, NULL, out, CMS_BINARY) == 1;
    crypto_err_clear();
    char *bytes = NULL;
    const long len = BIO_get_mem_data(out, &bytes);
    if (!genuine || len <= 0)
        return diag_fail(diag, CM_E_CORRUPT, NULL, NULL, "ask for the file again",
                         "the key fits, but the content was changed on its way");
    SECRET_SCOPED struct secret opened = SECRET_INIT;
    TRY(secret_init(&opened, (size_t)len, diag));
    memcpy(opened.p, bytes, (size_t)len);
    *content = opened;
    opened = (struct secret)SECRET_INIT;
    return CM_OK;
}
