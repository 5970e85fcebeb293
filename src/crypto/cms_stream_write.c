/* Sealing: content -> pieces of SignedData -> AES-256-GCM -> pieces of AuthEnvelopedData -> file.
 * A few pieces are in memory at a time. The framing is ours; key wrap, cipher, digest and
 * signature are OpenSSL's, whose own streams keep the whole message or copy every block thrice. */
#include <stdlib.h>
#include <string.h>

#include "crypto/cms_signer_inside.h"
#include "crypto/cms_stream.h"
#include "crypto/cms_stream_inside.h"
#include "crypto/crypto_err.h"

struct cms_sealer {
    struct cms_sink *sink;
    CMS_ContentInfo *enveloped, *signature;
    BIO *cipher_chain, *digest_chain;
    EVP_CIPHER_CTX *cipher; /* of cipher_chain */
    EVP_MD_CTX *digest;     /* of digest_chain */
    uint64_t content_len;
    size_t fill; /* content bytes waiting in plain */
    uint8_t plain[CMS_SEGMENT_CAP];
};

#define CONTENT_AT BER_HEAD_CAP /* its head stands right before it, in clear and enciphered */

_Static_assert(CONTENT_AT + CMS_SEGMENT_LEN <= CMS_SEGMENT_CAP, "a piece fits");
_Static_assert(CONTENT_AT + BER_HEAD_CAP + CMS_SEGMENT_LEN <= CMS_SINK_PIECE_CAP,
               "and, enciphered, into the sink");

void cms_sealer_close(struct cms_sealer *s) {
    if (s == NULL) return;
    BIO_free_all(s->cipher_chain);
    BIO_free_all(s->digest_chain);
    CMS_ContentInfo_free(s->enveloped);
    CMS_ContentInfo_free(s->signature);
    cms_sink_close(s->sink);
    wipe(s, sizeof *s);
    free(s);
}

void cms_sealer_closep(struct cms_sealer **s) { cms_sealer_close(take(s)); }

/* One piece of ciphertext: encrypt it into the sink, put its head before it, send. */
static cm_err put_piece(struct cms_sealer *s, struct cm_slice plain, struct cm_diag *diag) {
    int len = 0;
    uint8_t *const to = cms_sink_room(s->sink) + CONTENT_AT;
    if (EVP_EncryptUpdate(s->cipher, to, &len, plain.p, (int)plain.len) != 1 ||
        (size_t)len != plain.len)
        return crypto_err_openssl("EVP_EncryptUpdate");
    const size_t head_len = ber_head_before(to, BER_OCTETS, plain.len);
    return cms_sink_send(s->sink, CONTENT_AT - head_len, head_len + plain.len, diag);
}

static cm_err flush_content(struct cms_sealer *s, struct cm_diag *diag) {
    if (s->fill == 0) return CM_OK;
    uint8_t *const content = s->plain + CONTENT_AT;
    if (EVP_DigestUpdate(s->digest, content, s->fill) != 1)
        return crypto_err_openssl("EVP_DigestUpdate");
    const size_t head_len = ber_head_before(content, BER_OCTETS, s->fill);
    TRY(put_piece(s, slice_of(content - head_len, head_len + s->fill), diag));
    s->fill = 0;
    return CM_OK;
}

static cm_err begin_signature(struct cms_sealer *s, const struct cms_signer *signer) {
    const unsigned flags = CMS_PARTIAL | CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP | CMS_STREAM;
    s->signature = CMS_sign(NULL, NULL, NULL, NULL, flags);
    if (s->signature == NULL ||
        CMS_add1_signer(s->signature, signer->cert, signer->key, EVP_sha256(), flags) == NULL)
        return crypto_err_openssl("CMS_add1_signer");
    BIO_SCOPED BIO *sink = BIO_new(BIO_s_null());
    s->digest_chain = sink != NULL ? CMS_dataInit(s->signature, sink) : NULL;
    if (s->digest_chain == NULL) return crypto_err_openssl("CMS_dataInit");
    (void)take(&sink); /* the chain owns it now */
    BIO *digest = BIO_find_type(s->digest_chain, BIO_TYPE_MD);
    if (digest == NULL || BIO_get_md_ctx(digest, &s->digest) <= 0)
        return crypto_err_openssl("BIO_get_md_ctx");
    return CM_OK;
}

/* Everything before the content: the envelope's head in clear, the signature's enciphered. */
static cm_err put_heads(struct cms_sealer *s, struct cm_diag *diag) {
    CM_CLEANUP(cms_head_free) struct cms_head head = CMS_HEAD_INIT;
    TRY(cms_head_of(s->enveloped, &head));
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    cms_put_before(&out);
    buffer_put(&out, head.recipients.p, head.recipients.len);
    cms_put_after(&head, &out);
    TRY(buffer_err(&out));
    TRY(cms_sink_put(s->sink, buffer_slice(&out), diag));
    static const uint8_t open[] = {0x30, 0x80, 0xA0, 0x80, 0x30, 0x80};
    static const uint8_t open_content[] = {0x30, 0x80, 0xA0, 0x80, 0x24, 0x80};
    buffer_clear(&out);
    buffer_put(&out, open, 2);
    buffer_put(&out, cms_words.signed_data.p, cms_words.signed_data.len);
    buffer_put(&out, open + 2, 4);
    buffer_put(&out, cms_words.version1.p, cms_words.version1.len);
    buffer_put(&out, cms_words.digests.p, cms_words.digests.len);
    buffer_put(&out, open_content, 2);
    buffer_put(&out, cms_words.data.p, cms_words.data.len);
    buffer_put(&out, open_content + 2, 4);
    TRY(buffer_err(&out));
    return put_piece(s, buffer_slice(&out), diag);
}

cm_err cms_sealer_open(int fd, const struct cms_signer *signer,
                       const struct recipient *const *recipients, size_t n, struct cms_sealer **out,
                       struct cm_diag *diag) {
    if (n == 0 || n > CMS_RECIPIENTS_MAX)
        return diag_fail(diag, CM_E_RANGE, "sealed file", NULL, "name 1 to 16 recipients",
                         "%zu recipients", n);
    CM_CLEANUP(cms_sealer_closep) struct cms_sealer *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    TRY(cms_sink_open(fd, &s->sink));
    TRY(begin_signature(s, signer));
    TRY(cms_begin(NULL, CMS_DETACHED | CMS_STREAM, &s->enveloped));
    for (size_t i = 0; i < n; i++)
        TRY(cms_add_recipient(s->enveloped, recipients[i], NULL));
    TRY(cms_cipher(s->enveloped, &s->cipher_chain, &s->cipher));
    TRY(put_heads(s, diag));
    *out = take(&s);
    return CM_OK;
}

cm_err cms_sealer_write(struct cms_sealer *s, struct cm_slice bytes, struct cm_diag *diag) {
    if (bytes.len > CMS_CONTENT_MAX - s->content_len)
        return diag_fail(diag, CM_E_LIMIT, "sealed file", NULL, "split it into several files",
                         "more than 64 GiB cannot be sealed in one");
    s->content_len += bytes.len;
    while (bytes.len > 0) {
        const size_t room = CMS_SEGMENT_LEN - s->fill;
        const size_t n = bytes.len < room ? bytes.len : room;
        memcpy(s->plain + CONTENT_AT + s->fill, bytes.p, n);
        s->fill += n;
        bytes = slice_of(bytes.p + n, bytes.len - n);
        if (s->fill == CMS_SEGMENT_LEN) TRY(flush_content(s, diag));
    }
    return CM_OK;
}

/* Certificates and signer infos of the finished signature: what stands behind its content. */
static cm_err tail_of(CMS_ContentInfo *cms, struct buffer *out) {
    BIO_SCOPED BIO *der = BIO_new(BIO_s_mem());
    if (der == NULL || i2d_CMS_bio(der, cms) != 1) return crypto_err_openssl("i2d_CMS_bio");
    char *bytes = NULL;
    const long len = BIO_get_mem_data(der, &bytes);
    struct cm_slice rest = slice_of(bytes, len > 0 ? (size_t)len : 0);
    struct ber_reader r;
    ber_begin(&r, ber_memory(&rest));
    ber_enter(&r, BER_SEQUENCE, NULL);
    ber_expect(&r, cms_words.signed_data);
    ber_enter(&r, BER_CONTEXT0, NULL);
    ber_enter(&r, BER_SEQUENCE, NULL);
    ber_expect(&r, cms_words.version1);
    ber_expect(&r, cms_words.digests);
    ber_enter(&r, BER_SEQUENCE, NULL);
    ber_expect(&r, cms_words.data);
    ber_leave(&r);
    ber_whole(&r, BER_CONTEXT0, CMS_TAIL_MAX, out);
    ber_whole(&r, BER_SET, CMS_TAIL_MAX, out);
    return ber_err(&r) == CM_OK ? buffer_err(out) : CM_E_CRYPTO;
}

static cm_err put_signature(struct cms_sealer *s, struct cms_sealed *out, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer tail = BUFFER_INIT;
    static const uint8_t ends[6] = {0};
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    unsigned len = 0;
    const bool summed = copy != NULL && EVP_MD_CTX_copy_ex(copy, s->digest) == 1 &&
                        EVP_DigestFinal_ex(copy, out->content_sha256.b, &len) == 1 &&
                        len == HASH_LEN;
    EVP_MD_CTX_free(copy);
    if (!summed) return crypto_err_openssl("EVP_DigestFinal_ex");
    if (CMS_dataFinal(s->signature, s->digest_chain) != 1)
        return crypto_err_openssl("CMS_dataFinal");
    buffer_put(&tail, ends, 6); /* of string, [0] and encapContentInfo */
    TRY(tail_of(s->signature, &tail));
    buffer_put(&tail, ends, 6); /* of SignedData, [0] and ContentInfo */
    TRY(buffer_err(&tail));
    if (tail.len > CMS_SEGMENT_LEN) return CM_E_CRYPTO;
    return put_piece(s, buffer_slice(&tail), diag);
}

cm_err cms_sealer_finish(struct cms_sealer *s, struct cms_sealed *out, struct cm_diag *diag) {
    struct cms_sealed sealed = {.content_len = s->content_len};
    TRY(flush_content(s, diag));
    TRY(put_signature(s, &sealed, diag));
    /* ends of string and content info; the tag; ends of AuthEnvelopedData, [0] and ContentInfo */
    uint8_t foot[4 + 2 + CMS_TAG_LEN + 6] = {0};
    foot[4] = BER_OCTETS;
    foot[5] = CMS_TAG_LEN;
    int len = 0;
    if (EVP_EncryptFinal_ex(s->cipher, s->plain, &len) != 1 || len != 0 ||
        EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_AEAD_GET_TAG, CMS_TAG_LEN, foot + 6) != 1)
        return crypto_err_openssl("EVP_EncryptFinal_ex");
    TRY(cms_sink_put(s->sink, slice_of(foot, sizeof foot), diag));
    TRY(cms_sink_end(s->sink, &sealed, diag));
    *out = sealed;
    return CM_OK;
}
