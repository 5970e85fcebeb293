/* Links to the plant's printers over a loop with a time of its own, under the names of line/link.c,
 * which this file stands in for; nothing is resolved and no file is watched. As the real one it
 * connects anew with growing waits, keeps no bytes and writes nothing twice. */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/link.h"
#include "soak/own_time.h"
#include "soak/site.h"

#define FIRST_US 100000u
#define MOST_US  30000000u
#define SOON_US  1000u

struct link {
    struct loop *loop;
    struct site *site;
    struct link_events events;
    void *ctx;
    struct loop_timer retry, room;
    uint64_t wait_us;
    bool up;
};

static void try_it(void *ctx);

static void try_later(struct link *lk) {
    loop_timer_at(lk->loop, &lk->retry, loop_now_us(lk->loop) + lk->wait_us, try_it, lk);
    lk->wait_us = lk->wait_us * 2 < MOST_US ? lk->wait_us * 2 : MOST_US;
}

static void fall(struct link *lk, const char *words) {
    site_disconnect(lk->site);
    loop_timer_cancel(lk->loop, &lk->room);
    lk->up = false;
    try_later(lk);
    if (lk->events.down != NULL) lk->events.down(lk->ctx, words);
}

static void stirred(void *ctx) {
    struct link *lk = ctx;
    struct cm_slice piece = site_next(lk->site);
    while (lk->up && piece.len > 0) {
        lk->wait_us = FIRST_US;
        lk->events.heard(lk->ctx, piece);
        site_left(lk->site, piece.len);
        piece = site_next(lk->site);
    }
    if (lk->up && site_is_cut(lk->site)) fall(lk, "connection reset");
}

static void try_it(void *ctx) {
    struct link *lk = ctx;
    if (!site_connect(lk->site, stirred, lk)) {
        fall(lk, "connection refused");
        return;
    }
    lk->up = true;
    if (lk->events.up != NULL) lk->events.up(lk->ctx);
}

cm_err link_new(struct loop *loop, const struct printer_uri *uri, const struct link_options *o,
                const struct link_events *events, void *ctx, struct link **out,
                struct cm_diag *diag) {
    static const char host[] = "line-";
    uint64_t i = 0;
    (void)o;
    const char *number = uri->host + sizeof host - 1;
    const bool ours = strncmp(uri->host, host, sizeof host - 1) == 0 &&
                      text_u64(slice_text(number), UINT32_MAX, &i) == CM_OK;
    struct site *site = ours ? own_time_site(loop, (size_t)i) : NULL;
    if (site == NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, uri->host, NULL, NULL, "no such line in this plant");
    struct link *lk = calloc(1, sizeof *lk);
    if (lk == NULL) return CM_E_NO_MEMORY;
    *lk = (struct link){
        .loop = loop, .site = site, .events = *events, .ctx = ctx, .wait_us = FIRST_US};
    loop_timer_at(loop, &lk->retry, loop_now_us(loop), try_it, lk);
    *out = lk;
    return CM_OK;
}

void link_free(struct link *lk) {
    if (lk == NULL) return;
    loop_timer_cancel(lk->loop, &lk->retry);
    loop_timer_cancel(lk->loop, &lk->room);
    if (lk->up) site_disconnect(lk->site);
    free(lk);
}
void link_freep(struct link **lk) { link_free(*lk); }

static void has_room(void *ctx) {
    struct link *lk = ctx;
    if (lk->up && lk->events.writable != NULL) lk->events.writable(lk->ctx);
}

size_t link_write(struct link *lk, struct cm_slice bytes) {
    if (!lk->up) return 0;
    const size_t n = site_hear(lk->site, bytes);
    if (n < bytes.len)
        loop_timer_at(lk->loop, &lk->room, loop_now_us(lk->loop) + SOON_US, has_room, lk);
    return n;
}

void link_cut(struct link *lk) {
    if (lk->up) fall(lk, "cut: it looked dead");
}

bool link_is_up(const struct link *lk) { return lk->up; }

/* ---- No names -------------------------------------------------------------------------------- */

cm_err resolver_new(struct loop *loop, struct resolver **out) {
    (void)loop;
    *out = NULL;
    return CM_OK;
}
void resolver_free(struct resolver *r) { (void)r; }
void resolver_freep(struct resolver **r) { (void)r; }

cm_err resolver_ask(struct resolver *r, const char *host, uint16_t port, resolve_fn *fn, void *ctx,
                    struct resolve_query **out) {
    (void)r, (void)host, (void)port, (void)fn, (void)ctx;
    *out = NULL;
    return CM_E_NOT_FOUND;
}
void resolver_cancel(struct resolve_query *q) { (void)q; }

bool resolve_digits(const char *host, uint16_t port, struct resolved *out) {
    (void)host, (void)port;
    *out = (struct resolved){.n = 0};
    return false;
}
