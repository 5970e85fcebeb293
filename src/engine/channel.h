/* A stream of frames over a non-blocking socket: what has arrived, what has still to go out. Used
 * by the vault for each of its connections and by the edge for its own. Buffers held codes: they
 * are wiped. One thread. Design: docs/design/processes.md. */
#ifndef CM_ENGINE_CHANNEL_H
#define CM_ENGINE_CHANNEL_H

#include <stdbool.h>

#include "wire/frame.h"

/* More than this waiting to go out: the other side does not read; no more is taken from it. */
#define CHANNEL_OUT_MAX ((size_t)2 * FRAME_BODY_MAX)

struct channel {
    int fd;     /* owned; -1 = closed */
    bool ended; /* the other side will send no more */
    struct buffer in, out;
    size_t in_at, out_at; /* used up so far */
};

/* Takes over fd and makes it non-blocking. */
void channel_init(struct channel *c, int fd);
void channel_wipe(struct channel *c);
static inline bool channel_wants_write(const struct channel *c) { return c->out.len > c->out_at; }
static inline bool channel_is_full(const struct channel *c) {
    return c->out.len - c->out_at > CHANNEL_OUT_MAX;
}
/** Read what is there, at most one full frame more than is buffered.
 * @retval CM_E_IO  the connection broke      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err channel_read(struct channel *c);
/** The next whole frame; it is borrowed until the next channel_read.
 * @retval CM_E_TRUNCATED  none yet      @retval as frame_take: the stream is unusable */
CM_MUST_CHECK cm_err channel_next(struct channel *c, struct frame *out);
/* Begin a frame in the out buffer; end it with channel_end. */
static inline size_t channel_begin(struct channel *c, enum frame_kind kind, uint32_t number) {
    return frame_begin(&c->out, kind, number);
}
static inline cm_err channel_end(struct channel *c, size_t start) {
    return frame_end(&c->out, start);
}
/** Write as much as goes. @retval CM_E_IO  the connection broke */
CM_MUST_CHECK cm_err channel_flush(struct channel *c);

#endif
