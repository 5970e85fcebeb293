/* The shape of sealed files: fixed bytes, head and foot. Sources: RFC 5652 sections 3, 5, 6;
 * RFC 5083 section 2.1. Layout: docs/design/orders.md, "Sealing and manifest". */
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/cms_stream_inside.h"
#include "crypto/crypto_err.h"

#define AGAIN         "ask for the file again"
#define ALGORITHM_MAX 64u /* bytes; AES-256-GCM needs 32 */

/* 1.2.840.113549.1.9.16.1.23, 1.2.840.113549.1.7.2, 1.2.840.113549.1.7.1 */
static const uint8_t oid_auth_enveloped[] = {0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7,
                                             0x0D, 0x01, 0x09, 0x10, 0x01, 0x17};
static const uint8_t oid_signed[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                     0xF7, 0x0D, 0x01, 0x07, 0x02};
static const uint8_t oid_data[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                   0xF7, 0x0D, 0x01, 0x07, 0x01};
static const uint8_t integer_0[] = {0x02, 0x01, 0x00};
static const uint8_t integer_1[] = {0x02, 0x01, 0x01};
/* SET { SEQUENCE { 2.16.840.1.101.3.4.2.1 } }: parameters absent, RFC 5754 section 2 */
static const uint8_t digests_sha256[] = {0x31, 0x0D, 0x30, 0x0B, 0x06, 0x09, 0x60, 0x86,
                                         0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};

const struct cms_words cms_words = {
    .auth_enveloped = {oid_auth_enveloped, sizeof oid_auth_enveloped},
    .signed_data = {oid_signed, sizeof oid_signed},
    .data = {oid_data, sizeof oid_data},
    .version0 = {integer_0, sizeof integer_0},
    .version1 = {integer_1, sizeof integer_1},
    .digests = {digests_sha256, sizeof digests_sha256},
};

cm_err cms_file_pull(void *self, uint8_t *to, size_t cap, size_t *n) {
    struct cms_file *f = self;
    ssize_t got = pread(f->fd, to, cap, (off_t)f->at);
    while (got < 0 && errno == EINTR)
        got = pread(f->fd, to, cap, (off_t)f->at);
    if (got < 0)
        return diag_fail(f->diag, CM_E_IO, "sealed file", NULL, AGAIN, "read: %s",
                         file_errno_text(errno));
    const uint64_t from = f->at;
    f->at += (uint64_t)got;
    if (f->tee != NULL && f->at > f->tee_from) {
        const size_t skip = from < f->tee_from ? (size_t)(f->tee_from - from) : 0;
        TRY(cms_sink_put(f->tee, slice_of(to + skip, (size_t)got - skip), f->diag));
    }
    *n = (size_t)got;
    return CM_OK;
}

void cms_head_free(struct cms_head *h) {
    buffer_free(&h->recipients);
    buffer_free(&h->algorithm);
}

void cms_head_read(struct ber_reader *r, struct cms_head *h) {
    bool open[3] = {false, false, false};
    ber_enter(r, BER_SEQUENCE, &open[0]);
    ber_expect(r, cms_words.auth_enveloped);
    ber_enter(r, BER_CONTEXT0, &open[1]);
    ber_enter(r, BER_SEQUENCE, &open[2]);
    ber_expect(r, cms_words.version0);
    h->open_ended = open[0] && open[1] && open[2];
    h->recipients_from = r->offset;
    ber_whole(r, BER_SET, CMS_HEAD_MAX, &h->recipients);
    h->recipients_to = r->offset;
    ber_enter(r, BER_SEQUENCE, NULL);
    ber_expect(r, cms_words.data);
    ber_whole(r, BER_SEQUENCE, ALGORITHM_MAX, &h->algorithm);
}

void cms_foot_read(struct ber_reader *r, uint8_t tag[CMS_TAG_LEN]) {
    CM_CLEANUP(buffer_free) struct buffer found = BUFFER_INIT;
    ber_leave(r);
    ber_whole(r, BER_OCTETS, CMS_TAG_LEN, &found);
    for (unsigned i = 0; i < 3; i++)
        ber_leave(r);
    if (ber_end(r) != CM_OK) return;
    if (found.len != CMS_TAG_LEN + 2)
        r->err = CM_E_FORMAT;
    else
        memcpy(tag, found.p + 2, CMS_TAG_LEN);
}

cm_err cms_shape_err(cm_err err, struct cm_diag *diag) {
    if (err == CM_E_TRUNCATED)
        return diag_fail(diag, err, "sealed file", NULL, AGAIN,
                         "cut, or its writing was interrupted");
    if (err == CM_E_FORMAT)
        return diag_fail(diag, err, "sealed file", NULL, "check that it is the right file",
                         "not a CMS file of the kind AuthEnvelopedData");
    return err;
}

static void put_element(struct buffer *out, uint8_t tag, const struct buffer *body) {
    uint8_t head[BER_HEAD_CAP];
    const size_t len = ber_head_before(head + sizeof head, tag, body->len);
    buffer_put(out, head + sizeof head - len, len);
    buffer_put(out, body->p, body->len);
}

static void put_slice(struct buffer *out, struct cm_slice s) { buffer_put(out, s.p, s.len); }

cm_err cms_skeleton(const struct cms_head *h, CMS_ContentInfo **out, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer info = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer body = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer inner = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer all = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer der = BUFFER_INIT;
    put_slice(&info, cms_words.data);
    put_slice(&info, buffer_slice(&h->algorithm));
    put_slice(&body, cms_words.version0);
    put_slice(&body, buffer_slice(&h->recipients));
    put_element(&body, BER_SEQUENCE, &info);
    /* OpenSSL wants a tag before it gives the cipher; the true one is known at the end. */
    uint8_t no_tag[CMS_TAG_LEN] = {0};
    put_element(&body, BER_OCTETS, &(struct buffer){.p = no_tag, .len = sizeof no_tag});
    put_element(&inner, BER_SEQUENCE, &body);
    put_slice(&all, cms_words.auth_enveloped);
    put_element(&all, BER_CONTEXT0, &inner);
    put_element(&der, BER_SEQUENCE, &all);
    TRY(buffer_err(&info));
    TRY(buffer_err(&body));
    TRY(buffer_err(&inner));
    TRY(buffer_err(&all));
    TRY(buffer_err(&der));
    BIO_SCOPED BIO *in = BIO_new_mem_buf(der.p, (int)der.len);
    if (in == NULL) return crypto_err_openssl("BIO_new_mem_buf");
    CMS_ContentInfo *cms = d2i_CMS_bio(in, NULL);
    crypto_err_clear();
    if (cms == NULL) return cms_shape_err(CM_E_FORMAT, diag);
    *out = cms;
    return CM_OK;
}

cm_err cms_cipher(CMS_ContentInfo *cms, BIO **chain, EVP_CIPHER_CTX **cipher) {
    BIO_SCOPED BIO *sink = BIO_new(BIO_s_null());
    if (sink == NULL) return crypto_err_openssl("BIO_new");
    BIO_SCOPED BIO *all = CMS_dataInit(cms, sink);
    if (all == NULL) {
        crypto_err_clear();
        return CM_E_FORMAT;
    }
    (void)take(&sink); /* the chain owns it now */
    BIO *found = BIO_find_type(all, BIO_TYPE_CIPHER);
    EVP_CIPHER_CTX *ctx = NULL;
    if (found == NULL || BIO_get_cipher_ctx(found, &ctx) <= 0 || ctx == NULL) return CM_E_CRYPTO;
    if (EVP_CIPHER_is_a(EVP_CIPHER_CTX_get0_cipher(ctx), "AES-256-GCM") != 1) return CM_E_FORMAT;
    *chain = take(&all);
    *cipher = ctx;
    return CM_OK;
}

cm_err cms_head_of(CMS_ContentInfo *cms, struct cms_head *out) {
    BIO_SCOPED BIO *der = BIO_new(BIO_s_mem());
    if (der == NULL || i2d_CMS_bio(der, cms) != 1) return crypto_err_openssl("i2d_CMS_bio");
    char *bytes = NULL;
    const long len = BIO_get_mem_data(der, &bytes);
    struct cm_slice rest = slice_of(bytes, len > 0 ? (size_t)len : 0);
    struct ber_reader r;
    ber_begin(&r, ber_memory(&rest));
    cms_head_read(&r, out);
    return ber_err(&r) == CM_OK ? CM_OK : CM_E_CRYPTO;
}

void cms_put_before(struct buffer *out) {
    static const uint8_t open[] = {0x30, 0x80, 0xA0, 0x80, 0x30, 0x80};
    buffer_put(out, open, 2);
    put_slice(out, cms_words.auth_enveloped);
    buffer_put(out, open + 2, 4);
    put_slice(out, cms_words.version0);
}

void cms_put_after(const struct cms_head *h, struct buffer *out) {
    static const uint8_t open[] = {0x30, 0x80, 0xA0, 0x80};
    buffer_put(out, open, 2);
    put_slice(out, cms_words.data);
    put_slice(out, buffer_slice(&h->algorithm));
    buffer_put(out, open + 2, 2);
}
