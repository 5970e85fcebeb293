/* What all links share: attempts, growing waits with jitter, and events in their order. An event
 * may free the link, so that memory goes when the outermost one ends. References as in link.h. */
#include "line/link.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/link_kind.h"

#define CONNECT_MS 5000u
#define DEAD_MS    30000u
#define FIRST_MS   100u
#define MOST_MS    30000u
#define US_PER_MS  1000u

static const struct link_kind *kind_of(enum printer_transport transport) {
    switch (transport) {
    case TRANSPORT_TCP: return &link_tcp;
    case TRANSPORT_SERIAL: return &link_serial;
    case TRANSPORT_FILE: return &link_file;
    case TRANSPORT_HTTP: return &link_http;
    default: return NULL;
    }
}

static void attempt(void *ctx) {
    struct link *lk = ctx;
    link_enter(lk);
    lk->phase = LINK_OPENS;
    lk->kind->open(lk);
    link_leave(lk);
}

static void set_options(struct link *lk, const struct link_options *o) {
    lk->o = *o;
    lk->o.folder = lk->folder;
    if (lk->o.connect_ms == 0) lk->o.connect_ms = CONNECT_MS;
    if (lk->o.dead_ms == 0) lk->o.dead_ms = DEAD_MS;
    if (lk->o.first_ms == 0) lk->o.first_ms = FIRST_MS;
    if (lk->o.most_ms == 0) lk->o.most_ms = MOST_MS;
    lk->random = o->seed;
}

static void release(struct link *lk) {
    if (lk->own != NULL && lk->kind->end != NULL) lk->kind->end(lk);
    free(lk->folder);
    free(lk->own);
    free(lk);
}

cm_err link_new(struct loop *loop, const struct printer_uri *uri, const struct link_options *o,
                const struct link_events *events, void *ctx, struct link **out,
                struct cm_diag *diag) {
    const struct link_kind *kind = kind_of(uri->transport);
    if (kind == NULL)
        return diag_fail(diag, CM_E_UNSUPPORTED, "printer address", NULL, "choose another address",
                         "a transport that is not possible here");
    CM_CLEANUP(link_freep) struct link *lk = calloc(1, sizeof *lk);
    if (lk == NULL) return CM_E_NO_MEMORY;
    lk->kind = kind;
    lk->loop = loop;
    lk->uri = *uri;
    lk->events = *events;
    lk->ctx = ctx;
    if (o->folder != NULL) {
        lk->folder = strdup(o->folder);
        if (lk->folder == NULL) return CM_E_NO_MEMORY;
    }
    set_options(lk, o);
    lk->own = calloc(1, kind->own_len);
    if (lk->own == NULL) return CM_E_NO_MEMORY;
    if (kind->begin != NULL) TRY(kind->begin(lk, diag));
    loop_timer_at(loop, &lk->timer, loop_now_us(loop), attempt, lk);
    *out = take(&lk);
    return CM_OK;
}

void link_free(struct link *lk) {
    if (lk == NULL) return;
    if (lk->own != NULL) lk->kind->close(lk);
    loop_timer_cancel(lk->loop, &lk->timer);
    lk->phase = LINK_WAITS;
    lk->dead = true;
    if (lk->depth == 0) release(lk);
}

void link_freep(struct link **lk) { link_free(*lk); }

void link_enter(struct link *lk) { lk->depth++; }

void link_leave(struct link *lk) {
    if (--lk->depth == 0 && lk->dead) release(lk);
}

/* SplitMix64 (Steele, Lea, Flood 2014): jitter needs no better one. */
static uint64_t next_random(struct link *lk) {
    uint64_t z = lk->random += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30u)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27u)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31u);
}

/* Doubled with each attempt, and somewhere in its upper half: many lines that lost one switch do
 * not come back in step. */
static uint64_t wait_us(struct link *lk) {
    uint64_t ms = lk->o.first_ms;
    for (unsigned i = 0; i < lk->tries && ms < lk->o.most_ms; i++)
        ms *= 2;
    if (ms > lk->o.most_ms) ms = lk->o.most_ms;
    lk->tries++;
    const uint64_t half = ms * US_PER_MS / 2;
    return half + next_random(lk) % (half + 1);
}

void link_is_up_now(struct link *lk) {
    loop_timer_cancel(lk->loop, &lk->timer);
    lk->phase = LINK_UP;
    lk->up_since_us = loop_now_us(lk->loop);
    if (lk->events.up != NULL) lk->events.up(lk->ctx);
}

void link_alive(struct link *lk) { lk->tries = 0; }

void link_tells(struct link *lk, struct cm_slice bytes) {
    if (lk->events.heard != NULL) lk->events.heard(lk->ctx, bytes);
}

void link_heard(struct link *lk, struct cm_slice bytes) {
    link_alive(lk);
    link_tells(lk, bytes);
}

void link_writable(struct link *lk) {
    if (!lk->owes_writable) return;
    lk->owes_writable = false;
    if (lk->events.writable != NULL) lk->events.writable(lk->ctx);
}

void link_failed(struct link *lk, const char *words) {
    const uint64_t now = loop_now_us(lk->loop);
    char told[LINK_WORDS_CAP] = ""; /* `words` may be in the link's own memory */
    text_append(told, sizeof told, "%s", words);
    lk->kind->close(lk);
    /* A printer that never speaks was well when it stayed so long. */
    if (lk->phase == LINK_UP && now - lk->up_since_us >= lk->o.most_ms * (uint64_t)US_PER_MS)
        lk->tries = 0;
    lk->phase = LINK_WAITS;
    lk->owes_writable = false;
    loop_timer_at(lk->loop, &lk->timer, now + wait_us(lk), attempt, lk);
    if (lk->events.down != NULL) lk->events.down(lk->ctx, told);
}

static void tell_failure(void *ctx) {
    struct link *lk = ctx;
    link_enter(lk);
    link_failed(lk, lk->words);
    link_leave(lk);
}

void link_fails_soon(struct link *lk, const char *words) {
    lk->words[0] = '\0';
    text_append(lk->words, sizeof lk->words, "%s", words);
    loop_timer_at(lk->loop, &lk->timer, loop_now_us(lk->loop), tell_failure, lk);
}

size_t link_write(struct link *lk, struct cm_slice bytes) {
    /* A set timer is a failure that waits to be told: nothing more may leave. */
    if (lk->phase != LINK_UP || lk->timer.set || bytes.len == 0) return 0;
    const size_t n = lk->kind->write(lk, bytes);
    lk->owes_writable = n < bytes.len;
    return n;
}

void link_cut(struct link *lk) {
    if (lk->phase == LINK_WAITS) return;
    link_enter(lk);
    link_failed(lk, "cut by us: the printer did not answer");
    link_leave(lk);
}

bool link_is_up(const struct link *lk) { return lk->phase == LINK_UP; }
