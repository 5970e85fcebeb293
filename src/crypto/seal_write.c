/* Writing a sealed stream: head, ciphertext as it comes, then the envelope with the tag, trailer.
 * A stop anywhere before the last byte leaves a file that the reader calls unfinished. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/cms_inside.h"
#include "crypto/crypto_err.h"
#include "crypto/fd_bio.h"
#include "crypto/seal.h"
#include "crypto/seal_layout.h"

struct seal_writer {
    CMS_ContentInfo *cms;
    BIO *chain; /* cipher, buffer, descriptor */
    struct fd_bio out;
    uint64_t content_len;
};

void seal_writer_close(struct seal_writer *w) {
    if (w == NULL) return;
    BIO_free_all(w->chain);
    fd_bio_close(&w->out);
    CMS_ContentInfo_free(w->cms);
    free(w);
}

void seal_writer_closep(struct seal_writer **w) { seal_writer_close(take(w)); }

static cm_err write_failed(const struct seal_writer *w, const char *call, struct cm_diag *diag) {
    const int cause = w->out.error;
    if (cause == 0) return crypto_err_openssl(call);
    crypto_err_clear();
    const bool full = cause == ENOSPC || cause == EDQUOT;
    return diag_fail(diag, full ? CM_E_NO_SPACE : CM_E_IO, "sealed file", NULL,
                     full ? "free some space, then start again"
                          : "check the place it is written to",
                     "write: %s", file_errno_text(cause));
}

static cm_err put(struct seal_writer *w, BIO *to, const void *p, size_t len, struct cm_diag *diag) {
    size_t done = 0;
    if (len > 0 && (BIO_write_ex(to, p, len, &done) != 1 || done != len))
        return write_failed(w, "BIO_write_ex", diag);
    return CM_OK;
}

static cm_err chain_new(struct seal_writer *w, struct cm_diag *diag) {
    BIO_SCOPED BIO *sink = NULL;
    TRY(fd_bio_new(&w->out, &sink));
    uint8_t head[SEAL_HEAD_LEN] = {0};
    memcpy(head, seal_magic, SEAL_MAGIC_LEN);
    put_u16be(head + SEAL_MAGIC_LEN, SEAL_FORMAT);
    TRY(put(w, sink, head, sizeof head, diag));
    w->chain = CMS_dataInit(w->cms, sink);
    if (w->chain == NULL) return crypto_err_openssl("CMS_dataInit");
    (void)take(&sink); /* the chain owns it now */
    return CM_OK;
}

cm_err seal_writer_open(int fd, const struct recipient *to, struct seal_writer **out,
                        struct cm_diag *diag) {
    CM_CLEANUP(seal_writer_closep) struct seal_writer *w = calloc(1, sizeof *w);
    if (w == NULL) return CM_E_NO_MEMORY;
    w->out.fd = fd;
    TRY(cms_begin(to, CMS_DETACHED | CMS_STREAM, &w->cms));
    TRY(chain_new(w, diag));
    *out = take(&w);
    return CM_OK;
}

cm_err seal_writer_write(struct seal_writer *w, struct cm_slice bytes, struct cm_diag *diag) {
    if (bytes.len > SEAL_CONTENT_MAX - w->content_len)
        return diag_fail(diag, CM_E_LIMIT, "sealed file", NULL, "split it into several files",
                         "more than 64 GiB cannot be sealed in one");
    /* BIO writes take an int below OpenSSL's surface. */
    const size_t step_max = 1u << 30;
    while (bytes.len > 0) {
        const size_t step = bytes.len < step_max ? bytes.len : step_max;
        TRY(put(w, w->chain, bytes.p, step, diag));
        w->content_len += step;
        bytes = slice_of(bytes.p + step, bytes.len - step);
    }
    return CM_OK;
}

static cm_err envelope_of(CMS_ContentInfo *cms, BIO **out) {
    BIO_SCOPED BIO *der = BIO_new(BIO_s_mem());
    if (der == NULL || i2d_CMS_bio(der, cms) != 1) return crypto_err_openssl("i2d_CMS_bio");
    *out = take(&der);
    return CM_OK;
}

cm_err seal_writer_finish(struct seal_writer *w, struct cm_diag *diag) {
    if (BIO_flush(w->chain) != 1) return write_failed(w, "BIO_flush", diag);
    if (CMS_dataFinal(w->cms, w->chain) != 1) return write_failed(w, "CMS_dataFinal", diag);
    BIO_SCOPED BIO *der = NULL;
    TRY(envelope_of(w->cms, &der));
    char *envelope = NULL;
    const long len = BIO_get_mem_data(der, &envelope);
    if (len <= 0 || len > (long)SEAL_ENVELOPE_MAX) return CM_E_CRYPTO;
    uint8_t trailer[SEAL_TRAILER_LEN] = {0};
    put_u64be(trailer, w->content_len);
    put_u32be(trailer + 8, (uint32_t)len);
    memcpy(trailer + 16, seal_end_magic, SEAL_MAGIC_LEN);
    BIO *sink = BIO_next(w->chain); /* below the cipher */
    TRY(put(w, sink, envelope, (size_t)len, diag));
    return put(w, sink, trailer, sizeof trailer, diag);
}
