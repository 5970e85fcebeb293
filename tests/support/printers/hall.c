/* The event loop of emulated printers: poll over listeners and links. References as in hall.h. */
#include "support/printers/hall.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "support/must.h"
#include "support/printers/address.h"

#define READ_LEN  65536u /* bytes of one read */
#define US_PER_MS 1000u

struct stand {
    struct printer *printer;
    struct address at;
    int listener; /* -1 while the printer is off; of a pty its own end */
    struct link *links[PRINTER_LINKS];
    int fds[PRINTER_LINKS]; /* -1: free */
};

struct hall {
    struct stand *stands;
    size_t n;
    struct pollfd *polls; /* (1 + PRINTER_LINKS) a stand, in their order */
    uint8_t *in;          /* READ_LEN */
};

static const nfds_t slots = 1 + PRINTER_LINKS;

cm_err hall_new(struct hall **out, struct cm_diag *diag) {
    (void)diag;
    struct hall *h = must_calloc(1, sizeof *h);
    h->in = must_calloc(READ_LEN, 1);
    *out = h;
    return CM_OK;
}

static void drop_link(struct stand *s, unsigned i, bool reset) {
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (reset) (void)setsockopt(s->fds[i], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    if (s->at.kind != ADDRESS_PTY) (void)close(s->fds[i]);
    printer_disconnect(s->links[i]);
    s->fds[i] = -1;
    s->links[i] = NULL;
}

void hall_free(struct hall *h) {
    if (h == NULL) return;
    for (size_t k = 0; k < h->n; k++) {
        struct stand *s = &h->stands[k];
        for (unsigned i = 0; i < PRINTER_LINKS; i++)
            if (s->fds[i] >= 0) drop_link(s, i, false);
        if (s->listener >= 0) (void)close(s->listener);
        address_close(&s->at);
        printer_free(s->printer);
    }
    free(h->stands);
    free(h->polls);
    free(h->in);
    free(h);
}

void hall_freep(struct hall **h) { hall_free(*h); }

cm_err hall_add(struct hall *h, struct printer *printer, const char *address,
                struct cm_diag *diag) {
    struct stand s = {.printer = printer, .listener = -1};
    for (unsigned i = 0; i < PRINTER_LINKS; i++)
        s.fds[i] = -1;
    cm_err err = address_parse(address, &s.at, diag);
    if (err == CM_OK) err = address_listen(&s.at, &s.listener, diag);
    if (err != CM_OK) {
        printer_free(printer);
        return err;
    }
    struct stand *stands = realloc(h->stands, (h->n + 1) * sizeof s);
    struct pollfd *polls = realloc(h->polls, (h->n + 1) * slots * sizeof *polls);
    if (stands == NULL || polls == NULL) abort();
    h->stands = stands;
    h->polls = polls;
    h->stands[h->n++] = s;
    return CM_OK;
}

size_t hall_n(const struct hall *h) { return h->n; }
struct printer *hall_printer(const struct hall *h, size_t i) {
    return h->stands[i].printer;
}
const char *hall_address(const struct hall *h, size_t i) { return h->stands[i].at.text; }
uint16_t hall_port(const struct hall *h, size_t i) { return h->stands[i].at.port; }

/* ---- Connections ---------------------------------------------------------------------------- */

static void take_link(struct stand *s, int fd, uint64_t now_us) {
    const int on = 1;
    unsigned i = 0;
    while (i < PRINTER_LINKS && s->fds[i] >= 0)
        i++;
    struct link *l = i == PRINTER_LINKS ? NULL : printer_connect(s->printer, now_us);
    if (l == NULL) {
        if (s->at.kind != ADDRESS_PTY) (void)close(fd);
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* split means split */
    s->fds[i] = fd;
    s->links[i] = l;
}

static void accept_one(struct stand *s, uint64_t now_us) {
    if (s->at.kind == ADDRESS_PTY) return; /* its one link is always there */
    const int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) take_link(s, fd, now_us);
}

/* Follow the printer's power: off, it listens to nobody. */
static cm_err follow_power(struct stand *s, uint64_t now_us) {
    const bool off = printer_is_stopped(s->printer, STOP_OFF);
    if (s->at.kind == ADDRESS_PTY) {
        if (!off && s->fds[0] < 0) take_link(s, s->listener, now_us);
        return CM_OK;
    }
    if (off && s->listener >= 0) {
        (void)close(s->listener);
        s->listener = -1;
    }
    if (!off && s->listener < 0) return address_listen(&s->at, &s->listener, NULL);
    return CM_OK;
}

/* False when the other side is gone. */
static bool read_link(struct hall *h, struct stand *s, unsigned i, uint64_t now_us) {
    if (printer_is_full(s->links[i])) return true;
    const ssize_t got = read(s->fds[i], h->in, READ_LEN);
    if (got > 0) printer_hear(s->printer, s->links[i], slice_of(h->in, (size_t)got), now_us);
    if (got > 0) return true;
    if (s->at.kind == ADDRESS_PTY) return true; /* nobody has it open just then */
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

static bool write_link(struct stand *s, unsigned i, uint64_t now_us) {
    struct outbox *out = &s->links[i]->out;
    for (;;) {
        const struct cm_slice piece = outbox_next(out, now_us);
        if (piece.len == 0) return true;
        const ssize_t sent = s->at.kind == ADDRESS_PTY
                                 ? write(s->fds[i], piece.p, piece.len)
                                 : send(s->fds[i], piece.p, piece.len, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN || errno == EINTR;
        outbox_left(out, (size_t)sent);
        if ((size_t)sent < piece.len) return true;
    }
}

/* ---- The loop ------------------------------------------------------------------------------- */

static struct pollfd *polls_of(const struct hall *h, size_t k) { return h->polls + k * slots; }

static uint64_t prepare(struct hall *h, uint64_t now_us) {
    uint64_t wakes_us = UINT64_MAX;
    for (size_t k = 0; k < h->n; k++) {
        const struct stand *s = &h->stands[k];
        struct pollfd *polls = polls_of(h, k);
        const bool listens = s->at.kind != ADDRESS_PTY;
        polls[0] = (struct pollfd){.fd = listens ? s->listener : -1, .events = POLLIN};
        const uint64_t at = printer_wakes_us(s->printer);
        if (at < wakes_us) wakes_us = at;
        for (unsigned i = 0; i < PRINTER_LINKS; i++) {
            polls[1 + i] = (struct pollfd){.fd = s->fds[i]};
            if (s->fds[i] < 0) continue;
            if (!printer_is_full(s->links[i])) polls[1 + i].events |= POLLIN;
            if (outbox_next(&s->links[i]->out, now_us).len > 0) polls[1 + i].events |= POLLOUT;
        }
    }
    return wakes_us;
}

static void turn_links(struct hall *h, struct stand *s, const struct pollfd *polls,
                       uint64_t now_us) {
    for (unsigned i = 0; i < PRINTER_LINKS; i++) {
        if (s->fds[i] < 0 || polls[1 + i].fd != s->fds[i]) continue;
        const bool heard = (polls[1 + i].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
        if (heard && !read_link(h, s, i, now_us)) drop_link(s, i, false);
    }
}

static void end_links(struct stand *s, uint64_t now_us) {
    for (unsigned i = 0; i < PRINTER_LINKS; i++) {
        if (s->fds[i] < 0) continue;
        if (s->links[i]->reset || !write_link(s, i, now_us)) drop_link(s, i, true);
    }
}

static cm_err turn_stand(struct hall *h, struct stand *s, const struct pollfd *polls,
                         uint64_t now_us) {
    if (s->listener >= 0 && (polls[0].revents & POLLIN) != 0) accept_one(s, now_us);
    turn_links(h, s, polls, now_us);
    printer_tick(s->printer, now_us);
    end_links(s, now_us);
    TRY(follow_power(s, now_us));
    return record_flush(s->printer->record);
}

/* The wait as a timespec: as long as nothing is due, at most `most_ms`. */
static struct timespec wait_for(uint64_t wakes_us, uint64_t now_us, unsigned most_ms) {
    uint64_t us = wakes_us <= now_us ? 0 : wakes_us - now_us;
    if (us > (uint64_t)most_ms * US_PER_MS) us = (uint64_t)most_ms * US_PER_MS;
    return (struct timespec){.tv_sec = (time_t)(us / 1000000u),
                             .tv_nsec = (long)(us % 1000000u) * 1000};
}

cm_err hall_turn(struct hall *h, unsigned most_ms) {
    uint64_t now_us = clock_monotonic_us();
    for (size_t k = 0; k < h->n; k++)
        TRY(follow_power(&h->stands[k], now_us));
    const struct timespec wait = wait_for(prepare(h, now_us), now_us, most_ms);
    const int ready = ppoll(h->polls, h->n * slots, &wait, NULL);
    if (ready < 0 && errno != EINTR) return CM_E_IO;
    now_us = clock_monotonic_us();
    for (size_t k = 0; k < h->n; k++)
        TRY(turn_stand(h, &h->stands[k], polls_of(h, k), now_us));
    return CM_OK;
}
