/* What a coder of a protocol file has printed: by its counter, by its messages, or nobody knows.
 * References as in raw.c. */
#include "base/macros.h"
#include "line/raw_inside.h"

/* Units that the printer said it has. */
size_t raw_taken_n(const struct driver *d) {
    const bool open = d->asking == ASK_UNIT || d->doubt;
    return open && d->flight_n > 0 ? d->flight_n - 1 : d->flight_n;
}

void raw_contradicts(struct driver *d, uint64_t copies, const char *why) {
    struct raw *r = d->own;
    driver_settle(d, d->flight_n, FATE_UNKNOWN);
    r->based = false;
    driver_hold(d, copies, why);
}

/* By the counter, where there is one. A slot whose text was not taken for certain may have printed
 * the one before once more. */
static void judge_count(struct driver *d) {
    struct raw *r = d->own;
    driver_count(d, r->count, d->flight_n);
    if (!r->based || d->phase == PHASE_HELD) return;
    const uint64_t counted = r->count - r->base;
    if (!r->p.fifo && counted == 1 && d->flight_n == 1 && raw_taken_n(d) == 0) {
        driver_settle(d, 1, FATE_UNKNOWN);
        r->base = r->count;
        return;
    }
    if (r->count < r->base || counted > d->flight_n) {
        raw_contradicts(d, r->count < r->base ? 0 : counted - d->flight_n,
                        "the print counter is not that of this run");
        return;
    }
    driver_settle(d, counted, FATE_PRINTED);
    r->base = r->count;
}

bool raw_rested(struct driver *d) {
    struct raw *r = d->own;
    /* A slot that is off prints no more; of a queue one may be in the press. */
    const uint64_t rest_us = r->p.fifo && d->flight_n > 0 ? driver_lag_us(d) : d->rest_us;
    const bool still = driver_still(d, r->count, d->flight_n, rest_us);
    if (r->p.count.n > 0) judge_count(d);
    if (d->phase == PHASE_HELD || !still) return false;
    if (d->clear && r->by_hand) {
        r->by_hand = false;
        driver_hold(d, 0, "no command clears it: empty its memory by hand, then resume");
        return false;
    }
    driver_settle(d, d->flight_n, FATE_UNKNOWN); /* printed or not: a slot cannot tell */
    r->base = r->count;
    r->based = true;
    return true;
}

/* It prints nothing, and what it printed before is known. */
static bool is_shut(const struct driver *d) {
    const struct raw *r = d->own;
    const bool old = r->p.status.n == 0 && d->read_us < r->off_us;
    return r->p.off.n == 0 || (!r->on && !old);
}

void raw_polled(struct driver *d) {
    struct raw *r = d->own;
    if (r->p.count.n > 0) judge_count(d);
    if (d->phase == PHASE_HELD) return;
    if (r->wrong_text) {
        r->wrong_text = false;
        driver_settle_last(d, FATE_UNKNOWN);
        driver_block(d, DRIVER_FAULT, "the printer holds another text than it was sent");
        driver_reopen(d);
    } else if (d->doubt) {
        driver_reopen(d);
    } else if (d->flight_n == 0 && !r->p.fifo && !is_shut(d) && d->phase == PHASE_RUNNING) {
        driver_walk(d, raw_off_plan);
    }
}

bool raw_blind(const struct driver *d) {
    const struct raw *r = d->own;
    return r->p.count.n == 0 && r->p.printed.n == 0;
}

void raw_passed(struct driver *d, uint64_t n) {
    if (!raw_blind(d)) return;
    const size_t taken = raw_taken_n(d);
    driver_settle(d, n < taken ? (size_t)n : taken, FATE_UNKNOWN);
}

/* A slot that is off waits for the next text; a queue, or a slot that is never off, prints on. */
void raw_clear(struct driver *d) {
    struct raw *r = d->own;
    r->based = false;
    r->by_hand = r->p.fifo || r->p.off.n == 0;
}

void raw_lost(struct driver *d) {
    struct raw *r = d->own;
    r->on = true; /* it may have been off and on again */
}

/* The print counter before the first unit in flight; of a slot, whether it took its text. */
void raw_memory(const struct driver *d, struct buffer *out) {
    const struct raw *r = d->own;
    buffer_u8(out, r->based && r->p.count.n > 0);
    buffer_u8(out, d->flight_n == 1 && raw_taken_n(d) == 1);
    buffer_u64be(out, r->base);
}

bool raw_remember(struct driver *d, struct cm_slice memory) {
    struct raw *r = d->own;
    struct cursor c = cursor_over(memory);
    const uint8_t based = cursor_u8(&c), taken = cursor_u8(&c);
    const uint64_t base = cursor_u64be(&c);
    if (cursor_end(&c) != CM_OK || based != 1 || taken > 1) return false;
    if (!r->p.fifo && d->flight_n != 1) return false;
    r->based = true;
    r->base = r->count = base;
    d->past = taken == 0 || d->flight_n > 1; /* nothing is in doubt of a text that was taken */
    return true;
}

bool raw_reads(const struct driver *d, int ask) {
    const struct raw *r = d->own;
    return r->p.status.n == 0 && (ask == ASK_SYNC || ask == ASK_COUNT);
}
