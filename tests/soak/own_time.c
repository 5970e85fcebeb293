/* Turns without waiting. A turn takes a little time of its own, as it does on any machine: work
 * that is always ready does not stop the clock. References as in own_time.h. */
#include "soak/own_time.h"

#include <stdlib.h>

#include "base/macros.h"
#include "line/loop_timers.h"

#define TURN_US 50u

struct loop {
    uint64_t now_us;
    struct loop_timers timers;
    bool hurry;
    loop_due *end;
    void *end_ctx;
    struct site **sites;
    size_t site_n;
};

cm_err loop_new(struct loop **out) {
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return CM_E_NO_MEMORY;
    (*out)->now_us = 1000000;
    return CM_OK;
}

void loop_free(struct loop *loop) { free(loop); }
void loop_freep(struct loop **loop) { loop_free(*loop); }

void own_time_sites(struct loop *loop, struct site **sites, size_t n) {
    loop->sites = sites;
    loop->site_n = n;
}

struct site *own_time_site(const struct loop *loop, size_t i) {
    return i < loop->site_n ? loop->sites[i] : NULL;
}

uint64_t loop_now_us(const struct loop *loop) { return loop->now_us; }

cm_err loop_watch(struct loop *loop, int fd, unsigned events, loop_fn *fn, void *ctx,
                  struct loop_watch **out) {
    (void)loop, (void)fd, (void)events, (void)fn, (void)ctx;
    *out = NULL;
    return CM_E_UNSUPPORTED;
}
void loop_watch_set(struct loop_watch *watch, unsigned events) { (void)watch, (void)events; }
void loop_unwatch(struct loop_watch *watch) { (void)watch; }

void loop_timer_at(struct loop *loop, struct loop_timer *t, uint64_t at_us, loop_due *fn,
                   void *ctx) {
    loop_timer_cancel(loop, t);
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

cm_err loop_turn(struct loop *loop, uint64_t most_wait_us) {
    const struct loop_timer *first = loop->timers.first;
    const uint64_t least_us = loop->now_us + TURN_US;
    const uint64_t most_us =
        most_wait_us > UINT64_MAX - least_us ? UINT64_MAX : loop->now_us + most_wait_us;
    uint64_t to_us = first == NULL || first->at_us > most_us ? most_us : first->at_us;
    if (loop->hurry || to_us < least_us) to_us = least_us;
    loop->hurry = false;
    loop->now_us = to_us;
    const uint64_t last = loop->timers.order;
    for (;;) {
        struct loop_timer *t = loop->timers.first;
        if (t == NULL || t->at_us > loop->now_us || t->order > last) break;
        loop_timers_remove(&loop->timers, t);
        t->fn(t->ctx);
    }
    if (loop->end != NULL) loop->end(loop->end_ctx);
    return CM_OK;
}
