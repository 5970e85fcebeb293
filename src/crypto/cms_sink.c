/* A ring of pieces between two threads. What lies in it is ciphertext, so it needs no wiping. */
#include "crypto/cms_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define RING_N   8u         /* pieces: half a MiB, enough to bridge a slow write */
#define HINT_LEN (1u << 20) /* bytes after which the kernel is told to begin writing them */

struct piece {
    size_t from, len;
    uint8_t bytes[CMS_SINK_PIECE_CAP];
};

struct cms_sink {
    int fd;
    off_t begun;           /* place in the file; -1: it has none */
    struct hasher *hasher; /* the thread's */
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    /* below: under the lock; pieces sent..taken belong to the thread, the others to the caller */
    uint64_t sent, done;
    bool stop;
    cm_err err;
    int number; /* errno of err */
    uint64_t len;
    struct piece ring[RING_N];
};

/* Let the disk begin, so that the sync at the end finds little to do. A hint: nothing rests on it,
 * and a pipe takes none. */
static void hint(const struct cms_sink *s, off_t *hinted, off_t at) {
    if (s->begun < 0 || at - *hinted < (off_t)HINT_LEN) return;
    (void)sync_file_range(s->fd, s->begun + *hinted, at - *hinted, SYNC_FILE_RANGE_WRITE);
    *hinted = at;
}

static cm_err write_all(int fd, struct cm_slice bytes, int *number) {
    for (size_t at = 0; at < bytes.len;) {
        const ssize_t n = write(fd, bytes.p + at, bytes.len - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            *number = errno;
            return errno == ENOSPC || errno == EDQUOT ? CM_E_NO_SPACE : CM_E_IO;
        }
        at += (size_t)n;
    }
    return CM_OK;
}

/* The next piece, or NULL when the caller has no more. */
static const struct piece *next_piece(struct cms_sink *s, bool *failed) {
    (void)pthread_mutex_lock(&s->lock);
    while (s->done == s->sent && !s->stop)
        (void)pthread_cond_wait(&s->moved, &s->lock);
    const struct piece *p = s->done < s->sent ? &s->ring[s->done % RING_N] : NULL;
    *failed = s->err != CM_OK;
    (void)pthread_mutex_unlock(&s->lock);
    return p;
}

static void *run(void *self) {
    struct cms_sink *s = self;
    off_t hinted = 0, at = 0;
    bool failed = false;
    for (const struct piece *p = next_piece(s, &failed); p != NULL; p = next_piece(s, &failed)) {
        const struct cm_slice bytes = slice_of(p->bytes + p->from, p->len);
        int number = 0;
        cm_err err = failed ? CM_OK : write_all(s->fd, bytes, &number);
        at += (off_t)bytes.len;
        if (!failed && err == CM_OK) hint(s, &hinted, at);
        if (!failed && err == CM_OK) err = hasher_update(s->hasher, bytes);
        (void)pthread_mutex_lock(&s->lock);
        if (err != CM_OK) {
            s->err = err;
            s->number = number;
        }
        s->len += bytes.len;
        s->done++;
        (void)pthread_cond_signal(&s->moved);
        (void)pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

/* A thread that takes no signals: they are the program's. */
static bool start(struct cms_sink *s) {
    sigset_t all, before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
    s->running = pthread_create(&s->thread, NULL, run, s) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s->running;
}

cm_err cms_sink_open(int fd, struct cms_sink **out) {
    CM_CLEANUP(cms_sink_closep) struct cms_sink *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    s->fd = fd;
    s->begun = lseek(fd, 0, SEEK_CUR);
    (void)pthread_mutex_init(&s->lock, NULL); /* these two cannot fail with default attributes */
    (void)pthread_cond_init(&s->moved, NULL);
    TRY(hasher_new(&s->hasher));
    TRY(hasher_begin(s->hasher));
    if (!start(s)) return CM_E_NO_MEMORY;
    *out = take(&s);
    return CM_OK;
}

void cms_sink_close(struct cms_sink *s) {
    if (s == NULL) return;
    (void)pthread_mutex_lock(&s->lock);
    s->stop = true;
    (void)pthread_cond_signal(&s->moved);
    (void)pthread_mutex_unlock(&s->lock);
    if (s->running) (void)pthread_join(s->thread, NULL);
    (void)pthread_cond_destroy(&s->moved);
    (void)pthread_mutex_destroy(&s->lock);
    hasher_free(s->hasher);
    free(s);
}

void cms_sink_closep(struct cms_sink **s) { cms_sink_close(take(s)); }

/* Wait until at most `waiting` pieces are on their way. */
static cm_err wait_for(struct cms_sink *s, uint64_t waiting, int *number) {
    (void)pthread_mutex_lock(&s->lock);
    while (s->sent - s->done > waiting)
        (void)pthread_cond_wait(&s->moved, &s->lock);
    const cm_err err = s->err;
    *number = s->number;
    (void)pthread_mutex_unlock(&s->lock);
    return err;
}

uint8_t *cms_sink_room(struct cms_sink *s) {
    int number = 0;
    cm_ignore(wait_for(s, RING_N - 1, &number)); /* cms_sink_send says it */
    return s->ring[s->sent % RING_N].bytes;      /* only the caller changes `sent` */
}

static cm_err told(cm_err err, int number, struct cm_diag *diag) {
    if (err != CM_E_NO_SPACE && err != CM_E_IO) return err;
    return diag_fail(diag, err, "sealed file", NULL,
                     err == CM_E_NO_SPACE ? "free some space, then start again"
                                          : "check the place it is written to",
                     "write: %s", file_errno_text(number));
}

cm_err cms_sink_send(struct cms_sink *s, size_t from, size_t len, struct cm_diag *diag) {
    struct piece *p = &s->ring[s->sent % RING_N];
    if (from > sizeof p->bytes || len > sizeof p->bytes - from) return CM_E_ARGUMENT;
    p->from = from;
    p->len = len;
    (void)pthread_mutex_lock(&s->lock);
    s->sent++;
    const cm_err err = s->err;
    const int number = s->number;
    (void)pthread_cond_signal(&s->moved);
    (void)pthread_mutex_unlock(&s->lock);
    return told(err, number, diag);
}

cm_err cms_sink_put(struct cms_sink *s, struct cm_slice bytes, struct cm_diag *diag) {
    while (bytes.len > 0) {
        const size_t n = bytes.len < CMS_SINK_PIECE_CAP ? bytes.len : CMS_SINK_PIECE_CAP;
        memcpy(cms_sink_room(s), bytes.p, n);
        TRY(cms_sink_send(s, 0, n, diag));
        bytes = slice_of(bytes.p + n, bytes.len - n);
    }
    return CM_OK;
}

cm_err cms_sink_end(struct cms_sink *s, struct cms_sealed *out, struct cm_diag *diag) {
    int number = 0;
    const cm_err err = wait_for(s, 0, &number);
    TRY(told(err, number, diag));
    TRY(hasher_end(s->hasher, &out->sha256));
    out->len = s->len;
    return CM_OK;
}
