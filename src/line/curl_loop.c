/* The glue between libcurl's multi interface and the loop. References as in curl_loop.h. */
#include "line/curl_loop.h"

#include <stdlib.h>

#include "base/macros.h"

#define US_PER_MS 1000u

/* A connection of libcurl. */
struct wire {
    struct curl_loop *c;
    struct loop_watch *watch;
    curl_socket_t fd;
};

static void act(struct curl_loop *c, curl_socket_t fd, int mask) {
    int running = 0;
    (void)curl_multi_socket_action(c->multi, fd, mask, &running);
    c->stepped(c->ctx);
}

static void socket_ready(void *ctx, unsigned events) {
    const struct wire *w = ctx;
    int mask = 0;
    if (events & LOOP_READ) mask |= CURL_CSELECT_IN;
    if (events & LOOP_WRITE) mask |= CURL_CSELECT_OUT;
    if (events & LOOP_CLOSED) mask |= CURL_CSELECT_IN;
    act(w->c, w->fd, mask);
}

static void timer_due(void *ctx) { act(ctx, CURL_SOCKET_TIMEOUT, 0); }

static int set_timer(CURLM *multi, long ms, void *ctx) {
    struct curl_loop *c = ctx;
    (void)multi;
    if (ms < 0) {
        loop_timer_cancel(c->loop, &c->timer);
    } else {
        loop_timer_at(c->loop, &c->timer, loop_now_us(c->loop) + (uint64_t)ms * US_PER_MS,
                      timer_due, c);
    }
    return 0;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx) {
    struct curl_loop *c = ctx;
    struct wire *w = socket_ctx;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (w != NULL) loop_unwatch(w->watch);
        free(w);
        return 0;
    }
    unsigned events = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= LOOP_READ;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= LOOP_WRITE;
    if (w != NULL) {
        loop_watch_set(w->watch, events);
        return 0;
    }
    w = calloc(1, sizeof *w);
    if (w == NULL) return -1;
    *w = (struct wire){.c = c, .fd = fd};
    if (loop_watch(c->loop, fd, events, socket_ready, w, &w->watch) != CM_OK) {
        free(w);
        return -1;
    }
    (void)curl_multi_assign(c->multi, fd, w);
    return 0;
}

cm_err curl_loop_init(struct curl_loop *c, struct loop *loop, loop_due *stepped, void *ctx) {
    *c = (struct curl_loop){.loop = loop, .stepped = stepped, .ctx = ctx};
    c->global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!c->global) return CM_E_NO_MEMORY;
    c->multi = curl_multi_init();
    if (c->multi == NULL) return CM_E_NO_MEMORY;
    (void)curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    (void)curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    (void)curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    (void)curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    return CM_OK;
}

void curl_loop_wipe(struct curl_loop *c) {
    if (c->multi != NULL) {
        (void)curl_multi_cleanup(c->multi);
        loop_timer_cancel(c->loop, &c->timer);
    }
    if (c->global) curl_global_cleanup();
    c->multi = NULL;
    c->global = false;
}
