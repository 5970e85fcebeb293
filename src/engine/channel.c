/* Frames over a non-blocking socket. It refuses to block and to grow without end.
 * References as in channel.h. */
#include "engine/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_CHUNK_LEN 262144u /* bytes; a frame of 4,000 codes in one read */
#define IN_MAX         (FRAME_HEADER_LEN + FRAME_BODY_MAX + READ_CHUNK_LEN)

void channel_init(struct channel *c, int fd) {
    *c = (struct channel){.fd = fd, .in = BUFFER_INIT, .out = BUFFER_INIT};
    const int flags = fcntl(fd, F_GETFL);
    if (flags >= 0) (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void channel_wipe(struct channel *c) {
    if (c->fd >= 0) (void)close(c->fd);
    buffer_wipe(&c->in);
    buffer_wipe(&c->out);
    *c = (struct channel){.fd = -1, .in = BUFFER_INIT, .out = BUFFER_INIT};
}

/* Move the rest to the front, over what was used up. */
static void compact(struct buffer *b, size_t *at) {
    if (*at == 0) return;
    const size_t rest = b->len - *at;
    if (rest > 0) memmove(b->p, b->p + *at, rest);
    wipe(b->p + rest, *at);
    b->len = rest;
    *at = 0;
}

cm_err channel_read(struct channel *c) {
    compact(&c->in, &c->in_at);
    while (c->in.len < IN_MAX) {
        uint8_t *to = buffer_reserve(&c->in, READ_CHUNK_LEN);
        if (to == NULL) return CM_E_NO_MEMORY;
        const ssize_t n = read(c->fd, to, READ_CHUNK_LEN);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN ? CM_OK : CM_E_IO;
        if (n == 0) c->ended = true;
        c->in.len += (size_t)n;
        if ((size_t)n < READ_CHUNK_LEN) return CM_OK;
    }
    return CM_OK;
}

cm_err channel_next(struct channel *c, struct frame *out) {
    if (c->in.len == c->in_at) return CM_E_TRUNCATED;
    size_t used = 0;
    TRY(frame_take(slice_of(c->in.p + c->in_at, c->in.len - c->in_at), out, &used));
    c->in_at += used;
    return CM_OK;
}

cm_err channel_flush(struct channel *c) {
    while (channel_wants_write(c)) {
        const ssize_t n =
            send(c->fd, c->out.p + c->out_at, c->out.len - c->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) break;
        if (n <= 0) return CM_E_IO;
        c->out_at += (size_t)n;
    }
    if (!channel_wants_write(c)) compact(&c->out, &c->out_at);
    return CM_OK;
}
