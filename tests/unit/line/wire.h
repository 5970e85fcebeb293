/* A link under test and what it said, and the loop that carries it; waits are for facts and end
 * after ten seconds. */
#ifndef CM_TESTS_LINE_WIRE_H
#define CM_TESTS_LINE_WIRE_H

#include "support/cm.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "line/link.h"

#define WIRE_PATIENCE_US 60000000u

struct wire {
    struct loop *loop;
    struct link *lk;
    unsigned ups, downs, writables;
    char words[LINK_WORDS_CAP]; /* of the last down */
    struct buffer heard;
    uint64_t down_at_us[64];
    void (*on_event)(struct wire *w); /* runs inside every event; may be NULL */
};

static inline void wire_event(struct wire *w) {
    if (w->on_event != NULL) w->on_event(w);
}

static inline void wire_up(void *ctx) {
    struct wire *w = ctx;
    w->ups++;
    wire_event(w);
}

static inline void wire_down(void *ctx, const char *words) {
    struct wire *w = ctx;
    (void)snprintf(w->words, sizeof w->words, "%s", words);
    w->down_at_us[w->downs++ % 64] = loop_now_us(w->loop);
    wire_event(w);
}

static inline void wire_heard(void *ctx, struct cm_slice bytes) {
    struct wire *w = ctx;
    buffer_put(&w->heard, bytes.p, bytes.len);
    wire_event(w);
}

static inline void wire_writable(void *ctx) {
    struct wire *w = ctx;
    w->writables++;
    wire_event(w);
}

static const struct link_events wire_events = {
    .up = wire_up, .down = wire_down, .heard = wire_heard, .writable = wire_writable};

/* w->loop is made when there is none. */
static inline void wire_open(struct wire *w, const char *address, const struct link_options *o) {
    struct printer_uri uri;
    struct cm_diag diag = DIAG_INIT;
    if (w->loop == NULL) assert_ok(loop_new(&w->loop));
    assert_ok(printer_uri_parse(slice_text(address), &uri, &diag));
    assert_ok(link_new(w->loop, &uri, o, &wire_events, w, &w->lk, &diag));
}

static inline void wire_close(struct wire *w) {
    link_free(w->lk);
    loop_free(w->loop);
    buffer_free(&w->heard);
}

/* Turn until the condition holds. */
#define wire_until(w, condition)                                                                   \
    do {                                                                                           \
        const uint64_t until_end = clock_monotonic_us() + WIRE_PATIENCE_US;                        \
        while (!(condition)) {                                                                     \
            if (clock_monotonic_us() > until_end)                                                  \
                fail_msg("never: %s; last words: %s", #condition, (w)->words);                     \
            assert_ok(loop_turn((w)->loop, 10000));                                                \
        }                                                                                          \
    } while (0)

/* Turn for a time: for what must not happen. */
static inline void wire_for_ms(struct wire *w, uint64_t ms) {
    const uint64_t end = clock_monotonic_us() + ms * 1000u;
    while (clock_monotonic_us() < end)
        assert_ok(loop_turn(w->loop, 1000));
}

/* A port of this machine where nobody listens, and nobody else can meanwhile. */
static inline int wire_hold(uint16_t *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    at.sin_port = htons(*port);
    const int yes = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

/* A socket that listens on this machine; its port. */
static inline int wire_listen(uint16_t *port) {
    const int fd = wire_hold(port);
    assert_int_equal(listen(fd, 8), 0);
    return fd;
}

static inline int wire_accept(struct wire *w, int listener) {
    int fd = -1;
    wire_until(w, (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0);
    return fd;
}

/* Close so that the other side sees a reset. */
static inline void wire_reset(int fd) {
    const struct linger hard = {.l_onoff = 1};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    (void)close(fd);
}

#endif
