/* The event loop over epoll. Timers live in a pairing heap of their owners' memory (Fredman and
 * others 1986), so that setting one cannot fail. A watch that is released amid a turn stays in
 * memory until its end, since the kernel may have named it already. */
#include "line/loop.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "line/loop_timers.h"

#define READY_MOST  256 /* files of one turn; the kernel goes round among more */
#define US_PER_MS   1000u
#define WAIT_MS_MAX 3600000u

struct loop_watch {
    struct loop *loop;
    loop_fn *fn;
    void *ctx;
    int fd;
    unsigned events;
    bool dead;
    struct loop_watch *next, *prev; /* of the living, or next of the dead */
};

struct loop {
    int epoll;
    bool turning, hurry;
    uint64_t now_us;
    struct loop_timers timers;
    struct loop_watch *watches, *dead;
    loop_due *end;
    void *end_ctx;
    struct epoll_event ready[READY_MOST];
};

cm_err loop_new(struct loop **out) {
    CM_CLEANUP(loop_freep) struct loop *l = calloc(1, sizeof *l);
    if (l == NULL) return CM_E_NO_MEMORY;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll < 0) return CM_E_IO;
    l->now_us = clock_monotonic_us();
    *out = take(&l);
    return CM_OK;
}

static void free_all(struct loop_watch *w) {
    while (w != NULL) {
        struct loop_watch *next = w->next;
        free(w);
        w = next;
    }
}

void loop_free(struct loop *loop) {
    if (loop == NULL) return;
    free_all(loop->watches); /* the kernel forgets them with the file below */
    free_all(loop->dead);
    if (loop->epoll >= 0) (void)close(loop->epoll);
    free(loop);
}

void loop_freep(struct loop **loop) { loop_free(*loop); }

uint64_t loop_now_us(const struct loop *loop) { return loop->now_us; }

static uint32_t epoll_mask(unsigned events) {
    uint32_t mask = EPOLLRDHUP;
    if (events & LOOP_READ) mask |= EPOLLIN;
    if (events & LOOP_WRITE) mask |= EPOLLOUT;
    return mask;
}

static cm_err watch_err(int number) {
    return number == EPERM ? CM_E_UNSUPPORTED : file_err_from_errno(number);
}

cm_err loop_watch(struct loop *loop, int fd, unsigned events, loop_fn *fn, void *ctx,
                  struct loop_watch **out) {
    struct loop_watch *w = calloc(1, sizeof *w);
    *out = NULL;
    if (w == NULL) return CM_E_NO_MEMORY;
    *w = (struct loop_watch){.loop = loop, .fn = fn, .ctx = ctx, .fd = fd, .events = events};
    struct epoll_event wish = {.events = epoll_mask(events), .data.ptr = w};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &wish) != 0) {
        const cm_err err = watch_err(errno);
        free(w);
        return err;
    }
    w->next = loop->watches;
    if (w->next != NULL) w->next->prev = w;
    loop->watches = w;
    *out = w;
    return CM_OK;
}

void loop_watch_set(struct loop_watch *w, unsigned events) {
    if (w->events == events) return;
    struct epoll_event wish = {.events = epoll_mask(events), .data.ptr = w};
    /* It was added and its file is open: the kernel has no reason to refuse. */
    (void)epoll_ctl(w->loop->epoll, EPOLL_CTL_MOD, w->fd, &wish);
    w->events = events;
}

void loop_unwatch(struct loop_watch *w) {
    if (w == NULL || w->dead) return;
    (void)epoll_ctl(w->loop->epoll, EPOLL_CTL_DEL, w->fd, NULL);
    if (w->prev == NULL) {
        w->loop->watches = w->next;
    } else {
        w->prev->next = w->next;
    }
    if (w->next != NULL) w->next->prev = w->prev;
    if (!w->loop->turning) {
        free(w);
        return;
    }
    w->dead = true;
    w->next = w->loop->dead;
    w->loop->dead = w;
}

void loop_timer_at(struct loop *loop, struct loop_timer *t, uint64_t at_us, loop_due *fn,
                   void *ctx) {
    loop_timer_cancel(loop, t);
    /* Not before now: one that sets itself anew must not come before others that are due. */
    t->at_us = at_us < loop->now_us ? loop->now_us : at_us;
    t->fn = fn;
    t->ctx = ctx;
    loop_timers_add(&loop->timers, t);
}

void loop_timer_cancel(struct loop *loop, struct loop_timer *t) {
    if (t->set) loop_timers_remove(&loop->timers, t);
}

void loop_turn_end(struct loop *loop, loop_due *fn, void *ctx) {
    loop->end = fn;
    loop->end_ctx = ctx;
}

void loop_hurry(struct loop *loop) { loop->hurry = true; }

/* Whole milliseconds, rounded up: a wait that ends too early would only be waited again. */
static int wait_ms(const struct loop *loop, uint64_t most_us) {
    if (loop->hurry) return 0;
    const struct loop_timer *first = loop->timers.first;
    if (first != NULL) {
        const uint64_t now = clock_monotonic_us();
        const uint64_t left = first->at_us > now ? first->at_us - now : 0;
        if (left < most_us) most_us = left;
    } else if (most_us == LOOP_FOREVER) {
        return -1;
    }
    const uint64_t ms = most_us / US_PER_MS + (most_us % US_PER_MS != 0);
    return (int)(ms < WAIT_MS_MAX ? ms : WAIT_MS_MAX);
}

static void call(struct loop_watch *w, uint32_t mask) {
    unsigned events = 0;
    if (w->dead) return;
    if (mask & EPOLLIN) events |= LOOP_READ;
    if (mask & EPOLLOUT) events |= LOOP_WRITE;
    if (mask & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) events |= LOOP_CLOSED;
    w->fn(w->ctx, events);
}

/* Only what was due when they began: a timer that sets itself to now does not keep the turn. */
static void call_due(struct loop *loop) {
    const uint64_t last = loop->timers.order;
    for (;;) {
        struct loop_timer *t = loop->timers.first;
        if (t == NULL || t->at_us > loop->now_us || t->order > last) return;
        loop_timers_remove(&loop->timers, t);
        t->fn(t->ctx);
    }
}

cm_err loop_turn(struct loop *loop, uint64_t most_wait_us) {
    const int n = epoll_wait(loop->epoll, loop->ready, READY_MOST, wait_ms(loop, most_wait_us));
    if (n < 0 && errno != EINTR) return CM_E_IO;
    loop->hurry = false;
    loop->now_us = clock_monotonic_us();
    loop->turning = true;
    for (int i = 0; i < n; i++)
        call(loop->ready[i].data.ptr, loop->ready[i].events);
    call_due(loop);
    if (loop->end != NULL) loop->end(loop->end_ctx);
    loop->turning = false;
    free_all(loop->dead);
    loop->dead = NULL;
    return CM_OK;
}
