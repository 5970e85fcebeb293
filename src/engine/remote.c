/* cm_engine_run over a Unix socket: encode, send, wait, decode. A connection that breaks while an
 * answer is awaited leaves the outcome unknown, so the engine is dead from then on: open another
 * and ask again under the same idempotency keys. References as in remote.h. */
#include "engine/remote.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/engine.h"
#include "wire/call_frame.h"
#include "wire/frame.h"

#define READ_CHUNK_LEN 65536u

struct remote {
    struct cm_engine base; /* first */
    int fd;
    bool dead;
    uint32_t number;
    pthread_mutex_t lock;
    struct buffer out, in;
};

static struct remote *remote_of(struct cm_engine *e) { return (struct remote *)(void *)e; }

/* ---- One question, one answer, under the lock ----------------------------------------------- */

static cm_err die(struct remote *r) {
    r->dead = true;
    return CM_E_DEAD;
}

static cm_err send_all(struct remote *r) {
    for (size_t at = 0; at < r->out.len;) {
        const ssize_t n = send(r->fd, r->out.p + at, r->out.len - at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return die(r);
        at += (size_t)n;
    }
    return CM_OK;
}

static cm_err read_more(struct remote *r) {
    uint8_t *to = buffer_reserve(&r->in, READ_CHUNK_LEN);
    if (to == NULL) return die(r);
    ssize_t n = 0;
    do
        n = read(r->fd, to, READ_CHUNK_LEN);
    while (n < 0 && errno == EINTR);
    if (n <= 0) return die(r);
    r->in.len += (size_t)n;
    return CM_OK;
}

/* The frame that answers number; what the vault sends unasked is passed over. */
static cm_err receive(struct remote *r, struct frame *answer) {
    buffer_clear(&r->in);
    size_t at = 0;
    for (;;) {
        size_t used = 0;
        const cm_err err = r->in.len > at
                               ? frame_take(slice_of(r->in.p + at, r->in.len - at), answer, &used)
                               : CM_E_TRUNCATED;
        if (err == CM_E_TRUNCATED) {
            TRY(read_more(r));
            continue;
        }
        if (err != CM_OK) return die(r);
        const bool unasked = answer->kind == FRAME_KEYS || answer->kind == FRAME_RUNS;
        if (!unasked) return answer->number == r->number ? CM_OK : die(r);
        at += used;
    }
}

static size_t begin(struct remote *r, enum frame_kind kind) {
    buffer_clear(&r->out);
    return frame_begin(&r->out, kind, ++r->number);
}

static cm_err fault_of(const struct frame *answer, struct cm_diag *diag) {
    struct outcome_frame o;
    if (outcome_decode(answer->body, &o) != CM_OK || o.err == CM_OK) return CM_E_DEAD;
    if (diag != NULL) *diag = o.diag;
    return o.err;
}

static cm_err ask(struct remote *r, size_t start, enum frame_kind wanted, struct frame *answer,
                  struct cm_diag *diag) {
    TRY(frame_end(&r->out, start));
    if (r->dead) return CM_E_DEAD;
    TRY(send_all(r));
    TRY(receive(r, answer));
    if (answer->kind == FRAME_FAULT) return fault_of(answer, diag);
    return answer->kind == wanted ? CM_OK : die(r);
}

/* ---- The interface ------------------------------------------------------------------------ */

static cm_err run_locked(struct remote *r, struct cm_call *calls, size_t n) {
    const size_t start = begin(r, FRAME_CALLS);
    if (calls_encode(&r->out, calls, n) != CM_OK) return CM_E_ARGUMENT;
    struct frame answer;
    TRY(ask(r, start, FRAME_ANSWERS, &answer, NULL));
    return answers_decode(answer.body, calls, n, NULL, NULL) == CM_OK ? CM_OK : die(r);
}

static cm_err remote_run(struct cm_engine *engine, struct cm_call *calls, size_t n) {
    struct remote *r = remote_of(engine);
    if (n == 0) return CM_OK;
    (void)pthread_mutex_lock(&r->lock);
    const cm_err err = run_locked(r, calls, n);
    (void)pthread_mutex_unlock(&r->lock);
    /* A frame of ours that the vault refuses to read broke a limit of the interface. */
    return err == CM_E_FORMAT || err == CM_E_LIMIT ? CM_E_ARGUMENT : err;
}

static void remote_close(struct cm_engine *engine) {
    struct remote *r = remote_of(engine);
    (void)close(r->fd);
    buffer_wipe(&r->out); /* both held codes */
    buffer_wipe(&r->in);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

static cm_err connect_to(const char *path, int *out, struct cm_diag *diag) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return diag_fail(diag, CM_E_RANGE, path, NULL, "give the workspace a shorter path",
                         "the path of a socket has at most %zu bytes", sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, strlen(path));
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return file_err_from_errno(errno);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        *out = fd;
        return CM_OK;
    }
    const int number = errno;
    (void)close(fd);
    if (number == ECONNREFUSED || number == ENOENT)
        return diag_fail(diag, CM_E_NOT_FOUND, path, NULL, "start countermarkd on this workspace",
                         "no daemon listens there");
    return diag_fail(diag, file_err_from_errno(number), path, NULL, NULL, "%s",
                     file_errno_text(number));
}

cm_err remote_open(const char *path, struct cm_engine **out, struct cm_diag *diag) {
    static const struct engine_ops ops = {remote_run, remote_close};
    struct remote *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    r->base.ops = &ops;
    cm_err err = connect_to(path, &r->fd, diag);
    if (err == CM_OK && pthread_mutex_init(&r->lock, NULL) != 0) {
        (void)close(r->fd);
        err = CM_E_NO_MEMORY;
    }
    if (err != CM_OK) {
        free(r);
        return err;
    }
    *out = &r->base;
    return CM_OK;
}

static cm_err act_locked(struct remote *r, const struct act_frame *act, struct buffer *result,
                         struct cm_diag *diag) {
    const size_t start = begin(r, FRAME_ACT);
    TRY(act_encode(&r->out, act));
    struct frame answer;
    TRY(ask(r, start, FRAME_ACT_ANSWER, &answer, diag));
    struct outcome_frame o;
    if (outcome_decode(answer.body, &o) != CM_OK) return die(r);
    if (diag != NULL) *diag = o.diag;
    TRY(o.err);
    buffer_put(result, o.result_json.p, o.result_json.len);
    return buffer_err(result);
}

cm_err remote_act(struct cm_engine *remote, struct cm_slice name, struct cm_slice args_json,
                  struct buffer *result_json, struct cm_diag *diag) {
    struct remote *r = remote_of(remote);
    const struct act_frame act = {.name = name, .args_json = args_json};
    (void)pthread_mutex_lock(&r->lock);
    const cm_err err = act_locked(r, &act, result_json, diag);
    (void)pthread_mutex_unlock(&r->lock);
    return err;
}

static cm_err status_locked(struct remote *r, struct status_frame *out) {
    const size_t start = begin(r, FRAME_STATUS);
    struct frame answer;
    TRY(ask(r, start, FRAME_STATUS_ANSWER, &answer, NULL));
    return status_decode(answer.body, out) == CM_OK ? CM_OK : die(r);
}

cm_err remote_status(struct cm_engine *remote, struct status_frame *out) {
    struct remote *r = remote_of(remote);
    (void)pthread_mutex_lock(&r->lock);
    const cm_err err = status_locked(r, out);
    (void)pthread_mutex_unlock(&r->lock);
    return err;
}
