/* Sealing for OpenPGP: the caller writes into a socket, gpg reads from it, a thread of ours waits
 * for gpg and hashes what comes out. gpg does the cryptography; here is only plumbing. */
#include "order/pgp.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "order/pgp_home.h"

struct pgp_sealer {
    struct pgp_home home;
    int fd;          /* the file, the caller's */
    int plain, feed; /* the two ends: gpg's, ours */
    pthread_t thread;
    bool running;
    struct gpgme_data_cbs reader, writer;
    gpgme_data_t in, out;
    struct hasher *content, *file; /* ours; the thread's until it was joined */
    uint64_t content_len, file_len;
    gpgme_error_t err; /* of the thread */
    int number;        /* errno of a failed write to the file */
};

static ssize_t pull_plain(void *self, void *to, size_t cap) {
    const struct pgp_sealer *s = self;
    ssize_t n = read(s->plain, to, cap);
    while (n < 0 && errno == EINTR)
        n = read(s->plain, to, cap);
    return n;
}

static ssize_t put_sealed(void *self, const void *from, size_t len) {
    struct pgp_sealer *s = self;
    const struct cm_slice bytes = slice_of(from, len);
    ssize_t n = write(s->fd, bytes.p, bytes.len);
    while (n < 0 && errno == EINTR)
        n = write(s->fd, bytes.p, bytes.len);
    if (n < 0) s->number = errno;
    if (n <= 0) return n;
    if (hasher_update(s->file, slice_of(from, (size_t)n)) != CM_OK) {
        errno = EIO;
        return -1;
    }
    s->file_len += (uint64_t)n;
    return n;
}

static void *run(void *self) {
    struct pgp_sealer *s = self;
    /* The keys were given as files by the operator: that is the trust, not a web of others. No
     * compression: its length would tell about the content. */
    const unsigned flags = GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_COMPRESS;
    s->err =
        gpgme_op_encrypt(s->home.ctx, s->home.keys, (gpgme_encrypt_flags_t)flags, s->in, s->out);
    /* Whoever still writes learns now that nobody reads. */
    (void)shutdown(s->plain, SHUT_RDWR);
    return NULL;
}

static void join(struct pgp_sealer *s) {
    if (s->feed >= 0) (void)close(s->feed);
    s->feed = -1;
    if (s->running) (void)pthread_join(s->thread, NULL);
    s->running = false;
}

void pgp_sealer_close(struct pgp_sealer *s) {
    if (s == NULL) return;
    join(s);
    if (s->plain >= 0) (void)close(s->plain);
    if (s->in != NULL) gpgme_data_release(s->in);
    if (s->out != NULL) gpgme_data_release(s->out);
    hasher_free(s->content);
    hasher_free(s->file);
    pgp_home_close(&s->home);
    free(s);
}

void pgp_sealer_closep(struct pgp_sealer **s) { pgp_sealer_close(take(s)); }

static cm_err start(struct pgp_sealer *s, struct cm_diag *diag) {
    s->reader = (struct gpgme_data_cbs){.read = pull_plain};
    s->writer = (struct gpgme_data_cbs){.write = put_sealed};
    int ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return CM_E_IO;
    s->plain = ends[0];
    s->feed = ends[1];
    TRY(pgp_err(gpgme_data_new_from_cbs(&s->in, &s->reader, s), diag));
    TRY(pgp_err(gpgme_data_new_from_cbs(&s->out, &s->writer, s), diag));
    sigset_t all, before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return CM_E_IO;
    s->running = pthread_create(&s->thread, NULL, run, s) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s->running ? CM_OK : CM_E_NO_MEMORY;
}

cm_err pgp_sealer_open(int fd, const struct cm_slice *keys, size_t n, struct pgp_sealer **out,
                       struct cm_diag *diag) {
    CM_CLEANUP(pgp_sealer_closep) struct pgp_sealer *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    s->fd = fd;
    s->plain = s->feed = -1;
    TRY(hasher_new(&s->content));
    TRY(hasher_new(&s->file));
    TRY(hasher_begin(s->content));
    TRY(hasher_begin(s->file));
    TRY(pgp_home_open(&s->home, keys, n, diag));
    TRY(start(s, diag));
    *out = take(&s);
    return CM_OK;
}

/* Why gpg ended, once it has. */
static cm_err verdict(struct pgp_sealer *s, struct cm_diag *diag) {
    join(s);
    if (s->number == ENOSPC || s->number == EDQUOT)
        return diag_fail(diag, CM_E_NO_SPACE, "sealed file", NULL,
                         "free some space, then start again", "the disk is full");
    if (s->number != 0)
        return diag_fail(diag, CM_E_IO, "sealed file", NULL, "check the place it is written to",
                         "write: %s", file_errno_text(s->number));
    return pgp_err(s->err, diag);
}

cm_err pgp_sealer_write(struct pgp_sealer *s, struct cm_slice bytes, struct cm_diag *diag) {
    TRY(hasher_update(s->content, bytes));
    for (size_t done = 0; done < bytes.len;) {
        const ssize_t n = send(s->feed, bytes.p + done, bytes.len - done, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            TRY(verdict(s, diag));
            return diag_fail(diag, CM_E_IO, "gpg", NULL, "check that gpg works: gpg --version",
                             "it stopped before the end");
        }
        done += (size_t)n;
    }
    s->content_len += bytes.len;
    return CM_OK;
}

cm_err pgp_sealer_finish(struct pgp_sealer *s, struct cms_sealed *out, struct cm_diag *diag) {
    struct cms_sealed sealed = {.len = 0};
    TRY(verdict(s, diag));
    sealed.len = s->file_len;
    sealed.content_len = s->content_len;
    TRY(hasher_end(s->content, &sealed.content_sha256));
    TRY(hasher_end(s->file, &sealed.sha256));
    *out = sealed;
    return CM_OK;
}

cm_err pgp_key_look(struct cm_slice key, uint8_t fingerprint[PGP_FINGERPRINT_LEN],
                    char name[RECIPIENT_NAME_CAP], struct cm_diag *diag) {
    CM_CLEANUP(pgp_home_close) struct pgp_home home = {.n = 0};
    TRY(pgp_home_open(&home, &key, 1, diag));
    const struct _gpgme_key *found = home.keys[0];
    const char *uid = found->uids != NULL && found->uids->uid != NULL ? found->uids->uid : "";
    if (found->fpr == NULL ||
        hex_parse(slice_text(found->fpr), fingerprint, PGP_FINGERPRINT_LEN) != CM_OK)
        return diag_fail(diag, CM_E_UNSUPPORTED, "OpenPGP key", NULL, "ask for a key of version 4",
                         "its fingerprint has another length");
    name[0] = '\0';
    text_append(name, RECIPIENT_NAME_CAP, "%s", uid);
    return CM_OK;
}
