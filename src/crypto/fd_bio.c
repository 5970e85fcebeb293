/* Two callbacks and no buffering: the chain above it brings blocks. */
#include "crypto/fd_bio.h"

#include <errno.h>
#include <unistd.h>

static int write_all(BIO *bio, const char *from, size_t len, size_t *done) {
    struct fd_bio *s = BIO_get_data(bio);
    *done = 0;
    while (*done < len) {
        const ssize_t n = write(s->fd, from + *done, len - *done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            s->error = errno;
            return 0;
        }
        *done += (size_t)n;
    }
    return 1;
}

static int read_range(BIO *bio, char *to, size_t cap, size_t *done) {
    struct fd_bio *s = BIO_get_data(bio);
    *done = 0;
    if (cap > s->end - s->at) cap = (size_t)(s->end - s->at);
    if (cap == 0) return 0;
    ssize_t n = pread(s->fd, to, cap, (off_t)s->at);
    while (n < 0 && errno == EINTR)
        n = pread(s->fd, to, cap, (off_t)s->at);
    if (n < 0) s->error = errno;
    if (n <= 0) return 0;
    s->at += (size_t)n;
    *done = (size_t)n;
    return 1;
}

static long control(BIO *bio, int command, long number, void *pointer) {
    (void)number, (void)pointer;
    const struct fd_bio *s = BIO_get_data(bio);
    if (command == BIO_CTRL_EOF) return s->at >= s->end;
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

cm_err fd_bio_new(struct fd_bio *state, BIO **out) {
    /* No index of its own: OpenSSL has 127 of them for the life of a process. */
    BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "countermark fd");
    if (m == NULL) return CM_E_NO_MEMORY;
    (void)BIO_meth_set_write_ex(m, write_all); /* these three always succeed */
    (void)BIO_meth_set_read_ex(m, read_range);
    (void)BIO_meth_set_ctrl(m, control);
    BIO *bio = BIO_new(m);
    if (bio == NULL) {
        BIO_meth_free(m);
        return CM_E_NO_MEMORY;
    }
    state->method = m;
    BIO_set_data(bio, state);
    BIO_set_init(bio, 1);
    *out = bio;
    return CM_OK;
}

void fd_bio_close(struct fd_bio *state) {
    BIO_meth_free(state->method);
    state->method = NULL;
}
