/* The edge's loop: HTTP, then the vault, then HTTP again. References as in edge.h. */
#include "edge/edge.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/secret.h"
#include "edge/inside.h"

#define DRAIN_US    10000000u
#define TICK_MS     500 /* deadlines and status are looked at so often at least */
#define TICK_US     500000u
#define BURST_MIN   5u /* a burst is what five minutes earn */
#define SECONDS_MIN 60u

bool edge_is_ready(const struct edge *e, const char **why) {
    const bool fresh = e->status_us > 0 && clock_monotonic_us() - e->status_us < STATUS_OLD_US;
    *why = e->draining              ? "shutting down"
           : !e->has_keys || !fresh ? "the vault does not answer"
           : e->status.dead         ? "the ledger has failed"
           : e->status.restored     ? "a restored workspace waits for the operator"
                                    : NULL;
    return *why == NULL;
}

cm_err edge_prepare(void) {
    tzset(); /* the library asks for the time of day as text, and that opens a file once */
    return crypto_init();
}

static cm_err turn(struct edge *e, int wait_ms, bool *stop) {
    struct pollfd polls[] = {
        {.fd = e->o->stop_fd, .events = POLLIN},
        {.fd = e->http.epoll_fd, .events = POLLIN},
        {.fd = e->gateway.verify.fd, .events = POLLIN},
        {.fd = e->gateway.issue.fd, .events = POLLIN},
    };
    if (channel_wants_write(&e->gateway.verify)) polls[2].events |= POLLOUT;
    if (channel_wants_write(&e->gateway.issue)) polls[3].events |= POLLOUT;
    if (poll(polls, CM_ARRAY_N(polls), http_wait_ms(&e->http, wait_ms)) < 0 && errno != EINTR)
        return CM_E_IO;
    *stop = *stop || polls[0].revents != 0;
    const uint64_t now_us = clock_monotonic_us();
    if (((polls[2].revents | polls[3].revents) & ~POLLOUT) != 0) TRY(gateway_receive(e, now_us));
    http_turn(e);
    return gateway_send(e, now_us);
}

static void tick(struct edge *e, uint64_t *last_us) {
    const uint64_t now_us = clock_monotonic_us();
    if (now_us - *last_us < TICK_US) return;
    *last_us = now_us;
    e->metrics.slow += conn_expire(&e->conns, now_us);
}

static cm_err drain(struct edge *e) {
    const uint64_t end_us = clock_monotonic_us() + DRAIN_US;
    uint64_t ticked_us = 0;
    bool stop = true;
    e->draining = true;
    http_quiet(&e->http);
    log_event(LOG_INFO, "edge: draining, %zu connections", e->conns.n);
    while (e->conns.n > 0 && clock_monotonic_us() < end_us) {
        conn_shut_idle(&e->conns);
        /* stop_fd stays readable: the short wait keeps this from spinning. */
        http_turn(e);
        const struct timespec nap = {.tv_nsec = 1000000};
        (void)nanosleep(&nap, NULL);
        TRY(turn(e, 1, &stop));
        tick(e, &ticked_us);
    }
    return CM_OK;
}

static cm_err loop(struct edge *e) {
    bool stop = false;
    uint64_t ticked_us = 0;
    while (!stop) {
        TRY(turn(e, TICK_MS, &stop));
        tick(e, &ticked_us);
    }
    return drain(e);
}

static void edge_wipe(struct edge *e) {
    http_stop(&e->http);
    exchange_free_idle(e);
    gateway_wipe(&e->gateway);
    throttle_wipe(&e->throttle);
    key_table_wipe(&e->keys);
}

cm_err edge_run(const struct edge_options *options, struct cm_diag *diag) {
    const struct edge_limits *l = &options->limits;
    CM_CLEANUP(edge_wipe)
    struct edge e = {
        .o = options,
        .address_rate =
            gcra_of(l->address_wrong_per_min, SECONDS_MIN, BURST_MIN * l->address_wrong_per_min),
        .key_rate = gcra_of(l->key_wrong_per_min, SECONDS_MIN, BURST_MIN * l->key_wrong_per_min)};
    gateway_init(&e.gateway, options->verify_fd, options->issue_fd);
    TRY(throttle_init(&e.throttle));
    TRY(http_start(&e, diag));
    const cm_err err = loop(&e);
    if (err == CM_OK) return CM_OK;
    return diag_fail(diag, err, "edge", NULL, NULL, "%s", cm_err_name(err));
}
