/* One thread that waits for many files and many times: epoll and a heap of timers. A turn is one
 * wait, every callback that is due, and the end-of-turn hook once: there the host journals for all
 * its runs together. It starts no thread and owns no file that is watched.
 *
 *     loop_new(&loop);
 *     loop_watch(loop, fd, LOOP_READ, heard, ctx, &watch);
 *     loop_timer_at(loop, &timer, loop_now_us(loop) + 5000, due, ctx);
 *     while (!done) TRY(loop_turn(loop, LOOP_FOREVER));
 *
 * Anything may be watched, unwatched, set or cancelled from inside any callback. Callbacks take a
 * bite and return: a file that is always ready gets one call a turn. Not thread-safe. */
#ifndef CM_LINE_LOOP_H
#define CM_LINE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "countermark/error.h"

#define LOOP_READ    1u
#define LOOP_WRITE   2u
#define LOOP_CLOSED  4u /* reported unasked: error, or the other side hung up */
#define LOOP_FOREVER UINT64_MAX

struct loop;
struct loop_watch;
typedef void loop_fn(void *ctx, unsigned events);
typedef void loop_due(void *ctx);

/* Embedded in its owner; zeroed before its first use. Setting and cancelling cannot fail. */
struct loop_timer {
    uint64_t at_us;
    uint64_t order; /* of setting: timers of one time fire in it */
    loop_due *fn;
    void *ctx;
    struct loop_timer *child, *next, *prev; /* of the heap */
    bool set;
};

/** @retval CM_E_IO  no epoll   @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err loop_new(struct loop **out);
/* Watches that are left are released; their files stay open. */
void loop_free(struct loop *loop);
void loop_freep(struct loop **loop);

/* Monotonic microseconds of this turn. */
uint64_t loop_now_us(const struct loop *loop);

/** Watch a file. @param[in] fd  stays the caller's; unwatch before it is closed
 * @param[in] events  LOOP_READ, LOOP_WRITE, both or none   @param[out] out  NULL on error
 * @retval CM_E_NO_MEMORY   @retval CM_E_UNSUPPORTED  a file that is always ready (a regular one)
 * @retval CM_E_IO */
CM_MUST_CHECK cm_err loop_watch(struct loop *loop, int fd, unsigned events, loop_fn *fn, void *ctx,
                                struct loop_watch **out);
void loop_watch_set(struct loop_watch *watch, unsigned events);
/* No callback comes afterwards, not even one of this turn. NULL is fine. */
void loop_unwatch(struct loop_watch *watch);

/* Set, or set anew, a timer; a past time is due in the next turn. */
void loop_timer_at(struct loop *loop, struct loop_timer *timer, uint64_t at_us, loop_due *fn,
                   void *ctx);
/* Fine when it is not set. */
void loop_timer_cancel(struct loop *loop, struct loop_timer *timer);

/* Called once at the end of every turn; NULL: nothing. */
void loop_turn_end(struct loop *loop, loop_due *fn, void *ctx);
/* The next turn does not wait: there is something left to do. */
void loop_hurry(struct loop *loop);

/** Wait until something is ready, a timer is due or most_wait_us is over; then call. A signal ends
 * the wait early. @retval CM_E_IO  epoll failed */
CM_MUST_CHECK cm_err loop_turn(struct loop *loop, uint64_t most_wait_us);

#endif
