/* Reading a sealed stream. Shape first (head, trailer, lengths), then the key, then one whole pass
 * for the tag, and only then bytes for the caller.
 * Sources: RFC 5083, NIST SP 800-38D section 7.2 (no plaintext before the tag holds). */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "crypto/cms_inside.h"
#include "crypto/crypto_err.h"
#include "crypto/fd_bio.h"
#include "crypto/recipient_inside.h"
#include "crypto/seal.h"
#include "crypto/seal_layout.h"

#define RESTORE    "take another copy of the file"
#define STEP_BYTES 65536u

struct seal_reader {
    CMS_ContentInfo *cms;
    BIO *chain; /* cipher, descriptor */
    struct fd_bio in;
    struct buffer envelope;
    uint64_t content_len, content_left;
};

static void pass_close(struct seal_reader *r) {
    BIO_free_all(take(&r->chain));
    fd_bio_close(&r->in);
    CMS_ContentInfo_free(take(&r->cms));
}

void seal_reader_close(struct seal_reader *r) {
    if (r == NULL) return;
    pass_close(r);
    buffer_free(&r->envelope);
    free(r);
}

void seal_reader_closep(struct seal_reader **r) { seal_reader_close(take(r)); }

static cm_err read_at(int fd, uint64_t at, uint8_t *to, size_t len, struct cm_diag *diag) {
    size_t have = 0;
    while (have < len) {
        const ssize_t n = pread(fd, to + have, len - have, (off_t)(at + have));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0)
            return diag_fail(diag, CM_E_IO, "sealed file", NULL, RESTORE, "read: %s",
                             n < 0 ? file_errno_text(errno) : "it became shorter");
        have += (size_t)n;
    }
    return CM_OK;
}

static cm_err unfinished(struct cm_diag *diag) {
    return diag_fail(diag, CM_E_TRUNCATED, "sealed file", NULL, RESTORE,
                     "cut, or its writing was interrupted: the trailer is missing");
}

static cm_err check_head(int fd, uint64_t size, struct cm_diag *diag) {
    uint8_t head[SEAL_HEAD_LEN];
    const size_t have = size < sizeof head ? (size_t)size : sizeof head;
    TRY(read_at(fd, 0, head, have, diag));
    const size_t n = have < SEAL_MAGIC_LEN ? have : SEAL_MAGIC_LEN;
    if (!slice_equal(slice_of(head, n), slice_of(seal_magic, n)))
        return diag_fail(diag, CM_E_FORMAT, "sealed file", NULL, "check the path",
                         "not a file that countermark sealed");
    if (have < sizeof head) return unfinished(diag);
    if (get_u16be(head + SEAL_MAGIC_LEN) != SEAL_FORMAT)
        return diag_fail(diag, CM_E_VERSION, "sealed file", NULL, "update countermark",
                         "format %u; this program reads format %u",
                         get_u16be(head + SEAL_MAGIC_LEN), SEAL_FORMAT);
    for (size_t i = SEAL_MAGIC_LEN + 2; i < sizeof head; i++)
        if (head[i] != 0) return CM_E_CORRUPT;
    return CM_OK;
}

/* Find the envelope: trailer and lengths must account for every byte of the file. */
static cm_err read_shape(struct seal_reader *r, struct cm_diag *diag) {
    struct stat st;
    if (fstat(r->in.fd, &st) != 0 || !S_ISREG(st.st_mode))
        return diag_fail(diag, CM_E_FORMAT, "sealed file", NULL, "name a regular file",
                         "not a regular file");
    const uint64_t size = (uint64_t)st.st_size;
    TRY(check_head(r->in.fd, size, diag));
    if (size < SEAL_HEAD_LEN + SEAL_TRAILER_LEN) return unfinished(diag);
    uint8_t trailer[SEAL_TRAILER_LEN];
    TRY(read_at(r->in.fd, size - sizeof trailer, trailer, sizeof trailer, diag));
    if (!slice_equal(slice_of(trailer + 16, SEAL_MAGIC_LEN),
                     slice_of(seal_end_magic, SEAL_MAGIC_LEN)))
        return unfinished(diag);
    const uint64_t content = get_u64be(trailer);
    const uint32_t envelope = get_u32be(trailer + 8);
    if (envelope > SEAL_ENVELOPE_MAX || content > SEAL_CONTENT_MAX ||
        get_u32be(trailer + 12) != 0 ||
        SEAL_HEAD_LEN + content + envelope + SEAL_TRAILER_LEN != size)
        return diag_fail(diag, CM_E_CORRUPT, "sealed file", "trailer", RESTORE,
                         "its lengths do not add up to the file's");
    r->content_len = content;
    uint8_t *to = buffer_reserve(&r->envelope, envelope);
    if (to == NULL) return CM_E_NO_MEMORY;
    r->envelope.len = envelope;
    return read_at(r->in.fd, SEAL_HEAD_LEN + content, to, envelope, diag);
}

static cm_err damaged(struct cm_diag *diag) {
    crypto_err_clear();
    return diag_fail(diag, CM_E_CORRUPT, "sealed file", NULL, RESTORE,
                     "it was changed after it was sealed");
}

/* Stand before the first byte with a fresh cipher. */
static cm_err pass_open(struct seal_reader *r, const struct recipient_key *key,
                        struct cm_diag *diag) {
    pass_close(r);
    r->in.at = SEAL_HEAD_LEN;
    r->in.end = SEAL_HEAD_LEN + r->content_len;
    r->content_left = r->content_len;
    BIO_SCOPED BIO *der = BIO_new_mem_buf(r->envelope.p, (int)r->envelope.len);
    if (der == NULL) return crypto_err_openssl("BIO_new_mem_buf");
    r->cms = d2i_CMS_bio(der, NULL);
    if (r->cms == NULL) return damaged(diag);
    TRY(cms_unlock(r->cms, key, diag));
    BIO_SCOPED BIO *source = NULL;
    TRY(fd_bio_new(&r->in, &source));
    r->chain = CMS_dataInit(r->cms, source);
    if (r->chain == NULL) return damaged(diag);
    (void)take(&source); /* the chain owns it now */
    return CM_OK;
}

/* After the last byte: what was read was all, and the tag held. */
static cm_err pass_end(struct seal_reader *r, struct cm_diag *diag) {
    if (r->in.error != 0)
        return diag_fail(diag, CM_E_IO, "sealed file", NULL, RESTORE, "read: %s",
                         file_errno_text(r->in.error));
    const bool genuine = r->content_left == 0 && BIO_get_cipher_status(r->chain) == 1;
    return genuine ? CM_OK : damaged(diag);
}

cm_err seal_reader_read(struct seal_reader *r, uint8_t *out, size_t cap, size_t *n,
                        struct cm_diag *diag) {
    if (cap == 0) return CM_E_ARGUMENT;
    if (cap > STEP_BYTES) cap = STEP_BYTES;
    size_t got = 0;
    if (BIO_read_ex(r->chain, out, cap, &got) != 1 || got == 0) {
        TRY(pass_end(r, diag));
        *n = 0;
        return CM_OK;
    }
    if (got > r->content_left) return damaged(diag);
    r->content_left -= got;
    *n = got;
    return CM_OK;
}

static cm_err authenticate(struct seal_reader *r, struct cm_diag *diag) {
    uint8_t *scratch = malloc(STEP_BYTES);
    if (scratch == NULL) return CM_E_NO_MEMORY;
    size_t n = 1;
    cm_err err = CM_OK;
    while (err == CM_OK && n > 0)
        err = seal_reader_read(r, scratch, STEP_BYTES, &n, diag);
    wipe(scratch, STEP_BYTES);
    free(scratch);
    return err;
}

cm_err seal_reader_open(int fd, const struct recipient_key *key, struct seal_reader **out,
                        struct cm_diag *diag) {
    CM_CLEANUP(seal_reader_closep) struct seal_reader *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    r->in.fd = fd;
    TRY(read_shape(r, diag));
    TRY(pass_open(r, key, diag));
    TRY(authenticate(r, diag));
    TRY(pass_open(r, key, diag));
    *out = take(&r);
    return CM_OK;
}
