/* TCP to a printer. A name's addresses are tried in turn. A dead peer is known by its missing
 * acknowledgements: keepalive while nothing waits, TCP_INFO while something does. TCP_USER_TIMEOUT
 * is not used: it also cuts a living printer whose window has been shut for so long, and paper that
 * is out over lunch shuts it. References: RFC 9293, RFC 1122 (4.2.3.6), tcp(7). */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macros.h"
#include "line/link_kind.h"

#define READ_CAP    8192u  /* bytes of one callback: printers say little */
#define UNSENT_MOST 65536u /* bytes that wait in this machine: they count as left */
#define US_PER_MS   1000u
#define MS_PER_S    1000u
#define LOOKS       6u /* at the peer within dead_ms */
#define PROBES      3  /* unanswered in a row */

struct tcp {
    int fd; /* -1: none */
    struct loop_watch *watch;
    struct resolve_query *query;
    struct resolved found;
    size_t at;                 /* of found: the address that is tried */
    struct loop_timer watcher; /* looks at the peer */
};

static void fail(struct link *lk, int number) {
    char words[LINK_WORDS_CAP];
    link_explain(lk, number, words);
    link_failed(lk, words);
}

static int socket_error(int fd) {
    int number = 0;
    socklen_t len = sizeof number;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &len) != 0) return errno;
    return number;
}

static void drop_socket(struct tcp *t) {
    loop_unwatch(t->watch);
    t->watch = NULL;
    if (t->fd >= 0) (void)close(t->fd);
    t->fd = -1;
}

static void tcp_close(struct link *lk) {
    struct tcp *t = lk->own;
    loop_timer_cancel(lk->loop, &t->watcher);
    resolver_cancel(t->query);
    t->query = NULL;
    drop_socket(t);
}

static cm_err tcp_begin(struct link *lk, struct cm_diag *diag) {
    struct tcp *t = lk->own;
    struct resolved digits;
    t->fd = -1;
    if (lk->o.resolver == NULL && !resolve_digits(lk->uri.host, lk->uri.port, &digits))
        return diag_fail(diag, CM_E_UNSUPPORTED, "printer address", NULL,
                         "write the address in digits", "names are not looked up here");
    return CM_OK;
}

/* ---- Connected */

/* Nothing came back for so long although something was to be acknowledged. */
static bool is_dead(const struct link *lk) {
    const struct tcp *t = lk->own;
    struct tcp_info info = {.tcpi_state = 0};
    socklen_t len = sizeof info;
    if (getsockopt(t->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0) return false;
    const bool silent = info.tcpi_last_ack_recv >= lk->o.dead_ms;
    return silent &&
           ((info.tcpi_unacked > 0 && info.tcpi_retransmits > 0) || info.tcpi_probes >= PROBES);
}

static void look(void *ctx) {
    struct link *lk = ctx;
    struct tcp *t = lk->own;
    link_enter(lk);
    loop_timer_at(lk->loop, &t->watcher,
                  loop_now_us(lk->loop) + lk->o.dead_ms * (uint64_t)US_PER_MS / LOOKS, look, lk);
    if (lk->phase == LINK_UP && is_dead(lk)) fail(lk, ETIMEDOUT);
    link_leave(lk);
}

static void hear(struct link *lk) {
    struct tcp *t = lk->own;
    uint8_t bytes[READ_CAP];
    const ssize_t n = recv(t->fd, bytes, sizeof bytes, 0);
    if (n > 0) {
        link_heard(lk, slice_of(bytes, (size_t)n));
        wipe(bytes, (size_t)n); /* some printers repeat the codes they were sent */
    } else if (n == 0) {
        link_failed(lk, "the printer closed the connection");
    } else if (errno != EAGAIN && errno != EINTR) {
        fail(lk, errno);
    }
}

static void happens(void *ctx, unsigned events) {
    struct link *lk = ctx;
    struct tcp *t = lk->own;
    if (lk->timer.set) return; /* a write failed: that is told in this turn, in its words */
    link_enter(lk);
    if (events & LOOP_WRITE) {
        loop_watch_set(t->watch, LOOP_READ);
        link_writable(lk);
    }
    if (t->fd >= 0 && (events & (LOOP_READ | LOOP_CLOSED))) hear(lk);
    link_leave(lk);
}

static void set_int(int fd, int level, int name, int value) {
    /* A socket without one of these works, only less well. */
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

static int seconds(uint32_t ms) { return ms < MS_PER_S ? 1 : (int)(ms / MS_PER_S); }

static void tune(const struct link *lk, int fd) {
    set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_int(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, (int)UNSENT_MOST);
    set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds(lk->o.dead_ms / 3));
    set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, seconds(lk->o.dead_ms / LOOKS));
    set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, PROBES);
}

static void connected(struct link *lk) {
    struct tcp *t = lk->own;
    loop_unwatch(t->watch);
    t->watch = NULL;
    const cm_err err = loop_watch(lk->loop, t->fd, LOOP_READ, happens, lk, &t->watch);
    if (err != CM_OK) {
        link_failed(lk, cm_err_name(err));
        return;
    }
    loop_timer_at(lk->loop, &t->watcher,
                  loop_now_us(lk->loop) + lk->o.dead_ms * (uint64_t)US_PER_MS / LOOKS, look, lk);
    link_is_up_now(lk);
}

/* ---- Connecting */

static void try_address(struct link *lk);

/* The next address of the name, or the end of the attempt. */
static void try_next(struct link *lk, int number) {
    struct tcp *t = lk->own;
    drop_socket(t);
    if (++t->at < t->found.n) {
        try_address(lk);
    } else {
        fail(lk, number);
    }
}

static void too_late(void *ctx) {
    struct link *lk = ctx;
    link_enter(lk);
    try_next(lk, ETIMEDOUT);
    link_leave(lk);
}

/* A socket that connects to a free port of this machine may meet itself (RFC 9293, 3.5). */
static bool met_itself(int fd) {
    struct sockaddr_storage us, them;
    socklen_t us_len = sizeof us, them_len = sizeof them;
    memset(&us, 0, sizeof us);
    memset(&them, 0, sizeof them);
    if (getsockname(fd, (struct sockaddr *)&us, &us_len) != 0) return false;
    if (getpeername(fd, (struct sockaddr *)&them, &them_len) != 0) return false;
    return us_len == them_len && memcmp(&us, &them, us_len) == 0;
}

static void may_be_connected(void *ctx, unsigned events) {
    struct link *lk = ctx;
    struct tcp *t = lk->own;
    (void)events;
    link_enter(lk);
    int number = socket_error(t->fd);
    if (number == 0 && met_itself(t->fd)) number = ECONNREFUSED;
    if (number != 0) {
        try_next(lk, number);
    } else {
        connected(lk);
    }
    link_leave(lk);
}

static void try_address(struct link *lk) {
    struct tcp *t = lk->own;
    const struct sockaddr *a = (const struct sockaddr *)&t->found.at[t->at];
    loop_timer_at(lk->loop, &lk->timer,
                  loop_now_us(lk->loop) + lk->o.connect_ms * (uint64_t)US_PER_MS, too_late, lk);
    t->fd = socket(a->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (t->fd < 0) {
        fail(lk, errno);
        return;
    }
    tune(lk, t->fd);
    if (connect(t->fd, a, t->found.len[t->at]) != 0 && errno != EINPROGRESS) {
        try_next(lk, errno);
        return;
    }
    if (loop_watch(lk->loop, t->fd, LOOP_WRITE, may_be_connected, lk, &t->watch) != CM_OK)
        try_next(lk, ENOMEM);
}

static void resolved(void *ctx, const struct resolved *found) {
    struct link *lk = ctx;
    struct tcp *t = lk->own;
    link_enter(lk);
    t->query = NULL;
    t->found = *found;
    t->at = 0;
    if (found->n == 0) {
        link_failed(lk, found->words);
    } else {
        try_address(lk);
    }
    link_leave(lk);
}

static void unresolved(void *ctx) {
    struct link *lk = ctx;
    link_enter(lk);
    link_failed(lk, "the name server does not answer: write the address in digits");
    link_leave(lk);
}

static void tcp_open(struct link *lk) {
    struct tcp *t = lk->own;
    t->at = 0;
    if (resolve_digits(lk->uri.host, lk->uri.port, &t->found)) {
        try_address(lk);
        return;
    }
    loop_timer_at(lk->loop, &lk->timer,
                  loop_now_us(lk->loop) + lk->o.connect_ms * (uint64_t)US_PER_MS, unresolved, lk);
    const cm_err err =
        resolver_ask(lk->o.resolver, lk->uri.host, lk->uri.port, resolved, lk, &t->query);
    if (err != CM_OK) link_failed(lk, cm_err_name(err));
}

static size_t tcp_write(struct link *lk, struct cm_slice bytes) {
    struct tcp *t = lk->own;
    const ssize_t n = send(t->fd, bytes.p, bytes.len, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        char words[LINK_WORDS_CAP];
        link_explain(lk, errno, words);
        link_fails_soon(lk, words);
        return 0;
    }
    if (n < 0 || (size_t)n < bytes.len) loop_watch_set(t->watch, LOOP_READ | LOOP_WRITE);
    return n < 0 ? 0 : (size_t)n;
}

const struct link_kind link_tcp = {
    .own_len = sizeof(struct tcp),
    .begin = tcp_begin,
    .open = tcp_open,
    .write = tcp_write,
    .close = tcp_close,
};
