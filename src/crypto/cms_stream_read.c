/* Opening: file -> pieces of AuthEnvelopedData -> AES-256-GCM -> pieces of SignedData -> content,
 * twice: the first pass only judges (tag, then signature of the pinned signer), the second gives
 * out. Sources: RFC 5083; RFC 5652 section 5.6; NIST SP 800-38D section 7.2. */
#include <stdlib.h>
#include <string.h>

#include "crypto/cms_signer_inside.h"
#include "crypto/cms_stream.h"
#include "crypto/cms_stream_inside.h"
#include "crypto/crypto_err.h"
#include "crypto/secret.h"

struct cms_opener {
    const struct recipient_key *key; /* during _open only */
    CMS_ContentInfo *enveloped;      /* unlocked; for both passes */
    struct cms_head head;
    X509 *signer;
    BIO *cipher_chain;
    EVP_CIPHER_CTX *cipher; /* of cipher_chain; OpenSSL gives the key out once, so it is kept */

    /* one pass */
    struct cms_file file;
    struct ber_reader outer, inner;
    struct hasher *hasher;
    struct hash256 content, first_content; /* digests of this and the first pass */
    struct buffer version, digests, tail;  /* of the SignedData */
    uint8_t cipher_text[CMS_SEGMENT_LEN];
};

static void pass_close(struct cms_opener *o) {
    buffer_free(&o->version);
    buffer_free(&o->digests);
    buffer_free(&o->tail);
}

void cms_opener_close(struct cms_opener *o) {
    if (o == NULL) return;
    pass_close(o);
    BIO_free_all(o->cipher_chain);
    CMS_ContentInfo_free(o->enveloped);
    cms_head_free(&o->head);
    X509_free(o->signer);
    hasher_free(o->hasher);
    wipe(o, sizeof *o);
    free(o);
}

void cms_opener_closep(struct cms_opener **o) { cms_opener_close(take(o)); }

static cm_err damaged(struct cm_diag *diag) {
    crypto_err_clear();
    return diag_fail(diag, CM_E_CORRUPT, "sealed file", NULL, "ask for the file again",
                     "it was changed after it was sealed");
}

/* The source of the inner reader: deciphered bytes, not yet authenticated. */
static cm_err plain_pull(void *self, uint8_t *to, size_t cap, size_t *n) {
    struct cms_opener *o = self;
    size_t got = 0;
    if (cap > sizeof o->cipher_text) cap = sizeof o->cipher_text;
    ber_string_next(&o->outer, o->cipher_text, cap, &got);
    TRY(ber_err(&o->outer));
    int len = 0;
    if (got > 0 && (EVP_DecryptUpdate(o->cipher, to, &len, o->cipher_text, (int)got) != 1 ||
                    (size_t)len != got))
        return crypto_err_openssl("EVP_DecryptUpdate");
    *n = got;
    return CM_OK;
}

/* The cipher at its beginning: unlocked in the first pass, set back in the second, where the head
 * must still be the one that was unlocked. */
static cm_err start_cipher(struct cms_opener *o, struct cms_head *head, struct cm_diag *diag) {
    if (o->cipher == NULL) {
        TRY(cms_skeleton(head, &o->enveloped, diag));
        TRY(cms_unlock(o->enveloped, o->key, diag));
        if (cms_cipher(o->enveloped, &o->cipher_chain, &o->cipher) != CM_OK) return damaged(diag);
        o->head = *head;
        *head = (struct cms_head)CMS_HEAD_INIT;
        return CM_OK;
    }
    if (!slice_equal(buffer_slice(&head->recipients), buffer_slice(&o->head.recipients)) ||
        !slice_equal(buffer_slice(&head->algorithm), buffer_slice(&o->head.algorithm)))
        return damaged(diag);
    uint8_t nonce[EVP_MAX_IV_LENGTH];
    if (EVP_CIPHER_CTX_get_original_iv(o->cipher, nonce, sizeof nonce) != 1 ||
        EVP_DecryptInit_ex(o->cipher, NULL, NULL, NULL, nonce) != 1)
        return crypto_err_openssl("EVP_DecryptInit_ex");
    return CM_OK;
}

/* Stand before the first byte of the content. */
static cm_err pass_open(struct cms_opener *o, struct cm_diag *diag) {
    pass_close(o);
    o->file.at = 0;
    o->file.diag = diag;
    CM_CLEANUP(cms_head_free) struct cms_head head = CMS_HEAD_INIT;
    ber_begin(&o->outer, (struct ber_source){.pull = cms_file_pull, .self = &o->file});
    cms_head_read(&o->outer, &head);
    ber_string_begin(&o->outer, BER_STRING0, BER_CONTEXT0);
    TRY(cms_shape_err(ber_err(&o->outer), diag));
    TRY(start_cipher(o, &head, diag));
    TRY(hasher_begin(o->hasher));
    struct ber_reader *in = &o->inner;
    ber_begin(in, (struct ber_source){.pull = plain_pull, .self = o});
    ber_enter(in, BER_SEQUENCE, NULL);
    ber_expect(in, cms_words.signed_data);
    ber_enter(in, BER_CONTEXT0, NULL);
    ber_enter(in, BER_SEQUENCE, NULL);
    ber_whole(in, BER_INTEGER, 1, &o->version);
    ber_whole(in, BER_SET, CMS_TAIL_MAX, &o->digests);
    ber_enter(in, BER_SEQUENCE, NULL);
    ber_expect(in, cms_words.data);
    ber_enter(in, BER_CONTEXT0, NULL);
    ber_string_begin(in, BER_OCTETS, BER_PIECES);
    return CM_OK; /* its own failure shows in the first read */
}

/* What stands behind the content, inside and outside; then the tag decides. */
static cm_err pass_end(struct cms_opener *o, struct cm_diag *diag) {
    struct ber_reader *in = &o->inner;
    ber_leave(in);
    ber_leave(in);
    if (ber_peek(in) == BER_CONTEXT0) ber_whole(in, BER_CONTEXT0, CMS_TAIL_MAX, &o->tail);
    if (ber_peek(in) == BER_CONTEXT1) ber_whole(in, BER_CONTEXT1, CMS_TAIL_MAX, &o->tail);
    ber_whole(in, BER_SET, CMS_TAIL_MAX, &o->tail);
    for (unsigned i = 0; i < 3; i++)
        ber_leave(in);
    const cm_err shape = ber_end(in);
    uint8_t tag[CMS_TAG_LEN] = {0};
    /* A changed file deciphers to noise: whatever the inner reader met, the tag speaks first. */
    size_t n = 1;
    while (n > 0 && ber_err(&o->outer) == CM_OK)
        if (plain_pull(o, in->window, sizeof in->window, &n) == CM_E_CRYPTO) return CM_E_CRYPTO;
    cms_foot_read(&o->outer, tag);
    TRY(cms_shape_err(ber_err(&o->outer), diag));
    int len = 0;
    if (EVP_CIPHER_CTX_ctrl(o->cipher, EVP_CTRL_AEAD_SET_TAG, CMS_TAG_LEN, tag) != 1 ||
        EVP_DecryptFinal_ex(o->cipher, tag, &len) != 1)
        return damaged(diag);
    if (shape == CM_E_NO_MEMORY || shape == CM_E_CRYPTO || shape == CM_E_IO) return shape;
    if (shape != CM_OK)
        return diag_fail(diag, CM_E_FORMAT, "sealed file", "content", "ask the sender",
                         "what was sealed is not signed (CMS SignedData)");
    TRY(buffer_err(&o->tail));
    return hasher_end(o->hasher, &o->content);
}

cm_err cms_opener_read(struct cms_opener *o, uint8_t *out, size_t cap, size_t *n,
                       struct cm_diag *diag) {
    if (cap == 0) return CM_E_ARGUMENT;
    size_t got = 0;
    ber_string_next(&o->inner, out, cap, &got);
    if (got > 0) {
        TRY(hasher_update(o->hasher, slice_of(out, got)));
        *n = got;
        return CM_OK;
    }
    TRY(pass_end(o, diag));
    if (!slice_equal(slice_of(o->content.b, HASH_LEN), slice_of(o->first_content.b, HASH_LEN)))
        return damaged(diag);
    *n = 0;
    return CM_OK;
}

static void put_element(struct buffer *out, uint8_t tag, const struct buffer *body) {
    uint8_t head[BER_HEAD_CAP];
    const size_t len = ber_head_before(head + sizeof head, tag, body->len);
    buffer_put(out, head + sizeof head - len, len);
    buffer_put(out, body->p, body->len);
}

/* The SignedData without its content, for OpenSSL. */
static cm_err signature_of(const struct cms_opener *o, CMS_ContentInfo **out) {
    CM_CLEANUP(buffer_free) struct buffer info = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer body = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer inner = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer all = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer der = BUFFER_INIT;
    buffer_put(&info, cms_words.data.p, cms_words.data.len);
    buffer_put(&body, o->version.p, o->version.len);
    buffer_put(&body, o->digests.p, o->digests.len);
    put_element(&body, BER_SEQUENCE, &info);
    buffer_put(&body, o->tail.p, o->tail.len);
    put_element(&inner, BER_SEQUENCE, &body);
    buffer_put(&all, cms_words.signed_data.p, cms_words.signed_data.len);
    put_element(&all, BER_CONTEXT0, &inner);
    put_element(&der, BER_SEQUENCE, &all);
    if (info.failed || body.failed || inner.failed || all.failed || der.failed)
        return CM_E_NO_MEMORY;
    BIO_SCOPED BIO *in = BIO_new_mem_buf(der.p, (int)der.len);
    if (in == NULL) return crypto_err_openssl("BIO_new_mem_buf");
    *out = d2i_CMS_bio(in, NULL);
    crypto_err_clear();
    return *out != NULL ? CM_OK : CM_E_FORMAT;
}

/* RFC 5652 section 5.4: the signature is over attributes, one of which is the content's digest. */
static bool signed_by(CMS_SignerInfo *si, X509 *signer, const struct hash256 *content) {
    if (CMS_SignerInfo_cert_cmp(si, signer) != 0 || CMS_signed_get_attr_count(si) <= 0)
        return false;
    X509_ALGOR *digest = NULL;
    const ASN1_OBJECT *oid = NULL;
    CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, NULL);
    X509_ALGOR_get0(&oid, NULL, NULL, digest);
    if (OBJ_obj2nid(oid) != NID_sha256) return false;
    CMS_SignerInfo_set1_signer_cert(si, signer);
    if (CMS_SignerInfo_verify(si) != 1) return false;
    const ASN1_OCTET_STRING *sum = CMS_signed_get0_data_by_OBJ(
        si, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
    return sum != NULL && ASN1_STRING_length(sum) == (int)HASH_LEN &&
           secret_equal(ASN1_STRING_get0_data(sum), content->b, HASH_LEN);
}

static cm_err check_signature(const struct cms_opener *o, struct cm_diag *diag) {
    CMS_SCOPED CMS_ContentInfo *cms = NULL;
    const cm_err err = signature_of(o, &cms);
    if (err == CM_E_FORMAT)
        return diag_fail(diag, err, "sealed file", "signature", "ask the sender",
                         "it cannot be read");
    TRY(err);
    STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(cms);
    bool good = false;
    for (int i = 0; i < sk_CMS_SignerInfo_num(all) && !good; i++)
        good = signed_by(sk_CMS_SignerInfo_value(all, i), o->signer, &o->content);
    crypto_err_clear();
    if (good) return CM_OK;
    return diag_fail(diag, CM_E_AUTH, "sealed file", "signature",
                     "check the signer's certificate, or ask who sent the file",
                     "not signed by the signer that is expected");
}

static cm_err judge(struct cms_opener *o, struct cm_diag *diag) {
    uint8_t *scratch = malloc(CMS_SEGMENT_LEN);
    if (scratch == NULL) return CM_E_NO_MEMORY;
    size_t n = 1;
    cm_err err = CM_OK;
    while (err == CM_OK && n > 0) {
        ber_string_next(&o->inner, scratch, CMS_SEGMENT_LEN, &n);
        if (n > 0) err = hasher_update(o->hasher, slice_of(scratch, n));
    }
    wipe(scratch, CMS_SEGMENT_LEN);
    free(scratch);
    TRY(err);
    TRY(pass_end(o, diag));
    TRY(check_signature(o, diag));
    o->first_content = o->content;
    return CM_OK;
}

cm_err cms_opener_open(int fd, const struct recipient_key *key, struct cm_slice signer,
                       struct cms_opener **out, struct cm_diag *diag) {
    CM_CLEANUP(cms_opener_closep) struct cms_opener *o = calloc(1, sizeof *o);
    if (o == NULL) return CM_E_NO_MEMORY;
    TRY(cms_signer_cert(signer, &o->signer, diag));
    TRY(hasher_new(&o->hasher));
    o->file.fd = fd;
    o->key = key;
    TRY(pass_open(o, diag));
    TRY(judge(o, diag));
    TRY(pass_open(o, diag));
    o->key = NULL;
    *out = take(&o);
    return CM_OK;
}
