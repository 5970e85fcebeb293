/* What became of ZTC's records. Records arrive in order, each after the answer to the one before,
 * so the buffer holds them without holes: SLR names the last one printed, SNI the one that prints
 * next, SRC how many wait behind it. What is in flight behind those never arrived; only the last
 * record in doubt can be such, or any number of the last ones of an earlier life. Two readings of
 * SLR around the others make sure that they are of one moment. References as in ztc.c. */
#include "line/ztc.h"

/* Whether the readings are of one moment and of this run. */
static bool is_sound(struct driver *d) {
    struct ztc *z = d->own;
    driver_count(d, z->good, z->left);
    /* Selecting a job may begin its count anew: with nothing of ours printed since, it is known. */
    if (z->last == z->seen && z->good < z->good_base) z->good_base = z->good;
    return z->first == z->last && z->last >= z->seen && z->last < z->next &&
           z->good >= z->good_base;
}

static void settle_printed(struct driver *d, enum unit_fate fate) {
    struct ztc *z = d->own;
    driver_settle(d, driver_up_to(d, z->last), fate);
    z->seen = z->last;
    z->good_base = z->good;
}

/* Settle what is printed; whether buffer and numbers tell the same of the rest. */
static bool ztc_agrees(struct driver *d) {
    const struct ztc *z = d->own;
    if (!is_sound(d)) return false;
    const uint64_t printed = driver_up_to(d, z->last);
    const uint64_t good = z->good - z->good_base;
    if (z->counts && good < printed) return false;
    settle_printed(d, FATE_PRINTED);
    if (z->counts && good > printed)
        driver_hold(d, good - printed, "the printer printed more than its records");
    if (z->left != d->flight_n) return false;
    d->doubt = false;
    return true;
}

/* Products passed unprinted: which of the records up to SLR were theirs, nobody knows. */
static void see_skips(struct driver *d) {
    struct ztc *z = d->own;
    const uint64_t printed = driver_up_to(d, z->last);
    const uint64_t good = z->good - z->good_base;
    const uint64_t missing = z->counts && good < printed ? printed - good : 0;
    if (missing == 0 || missing != z->missing) z->missing_us = d->now_us;
    z->missing = missing;
    if (missing > 0 && d->now_us - z->missing_us >= d->rest_us) settle_printed(d, FATE_UNKNOWN);
}

/* Of the records in flight: those that have begun to print, and those behind the buffer's last.
 * False: the numbers are not those of our records. SRC is read before SNI: a print that begins
 * between the two makes the buffer look larger, never smaller. */
static bool arrivals(const struct driver *d, size_t *begun, size_t *absent) {
    const struct ztc *z = d->own;
    const size_t most = d->past ? d->flight_n : d->doubt ? 1 : 0;
    *begun = z->prints_next == 0 ? 0 : driver_up_to(d, z->prints_next - 1);
    if (z->left > d->flight_n - *begun) return false;
    *absent = d->flight_n - *begun - (size_t)z->left;
    if (z->left > 0 && driver_number(d, *begun) != z->prints_next) return false;
    return *absent <= most;
}

static void settle_absent(struct driver *d, size_t n) {
    for (; n > 0; n--)
        driver_settle_last(d, FATE_REFUSED);
}

/* At rest, where SLR, SRC and SNI do not fit our records at once. An empty buffer may be one that
 * lost its power on a new link: then SLR must still be there, and the next record may have been cut
 * in the press. */
static bool rest_agrees(struct driver *d) {
    const struct ztc *z = d->own;
    size_t begun = 0, absent = 0;
    if (!is_sound(d)) return false;
    const bool ours = z->left > 0 || z->ran || !d->relinked;
    if (!ours && z->last == 0) return false;
    settle_printed(d, FATE_UNKNOWN);
    if (!arrivals(d, &begun, &absent)) return false;
    if (!ours && absent > 0) {
        begun++;
        absent--;
    }
    settle_absent(d, absent);
    driver_settle(d, begun, FATE_UNKNOWN); /* begun, not ended */
    return true;
}

/* On a new link, the printer running: keep its records if every one is accounted for. */
enum peek ztc_peeked(struct driver *d) {
    const struct ztc *z = d->own;
    size_t begun = 0, absent = 0;
    if (d->cause != DRIVER_RUNNING || !z->running) return PEEK_REST;
    if (z->first != z->last) return PEEK_AGAIN;
    if (!is_sound(d)) return PEEK_REST;
    const uint64_t printed = driver_up_to(d, z->last);
    const uint64_t good = z->good - z->good_base;
    if (z->counts && good > printed) return PEEK_REST; /* copies: it must be halted */
    if (z->counts && good < printed) return PEEK_AGAIN;
    if (!arrivals(d, &begun, &absent)) return PEEK_AGAIN;
    if (begun < printed || begun > printed + 1) return PEEK_AGAIN;
    /* Bytes of the old link may still be on their way. */
    if (absent > 0 && !driver_still(d, begun + z->left, absent, d->rest_us)) return PEEK_AGAIN;
    settle_absent(d, absent);
    settle_printed(d, FATE_PRINTED);
    return PEEK_KEEP;
}

/* Nothing of ours is in flight: count from what the printer shows. */
static void begin_anew(struct ztc *z) {
    if (z->next <= z->last) z->next = z->last + 1; /* one of others' came out of the press */
    z->seen = z->last;
    z->good_base = z->good;
}

/* The buffer was cleared while the printer stood. */
static bool cleared(struct driver *d) {
    struct ztc *z = d->own;
    z->clearing = false;
    driver_settle(d, d->flight_n, z->verdict);
    begin_anew(z);
    return true;
}

bool ztc_rested(struct driver *d) {
    struct ztc *z = d->own;
    const bool still = driver_still(d, z->last, z->left, driver_lag_us(d));
    if (z->first != z->last) return false;
    driver_count(d, z->good, z->left);
    const bool pressing = d->clear && !still; /* one may be in the press */
    if (z->clearing && z->left == 0) return !pressing && cleared(d);
    if (!z->known || d->flight_n == 0) begin_anew(z);
    z->known = true;
    bool agrees = d->flight_n == 0 || ztc_agrees(d);
    if (d->phase == PHASE_HELD || (!agrees && !still)) return false;
    if (!agrees) agrees = rest_agrees(d);
    z->verdict = agrees ? FATE_CLEARED : FATE_UNKNOWN;
    z->clearing = true;
    if (z->left == 0 && !pressing) return cleared(d);
    if (z->left > 0) driver_walk(d, ztc_clear_plan);
    return false;
}

void ztc_polled(struct driver *d) {
    struct ztc *z = d->own;
    const bool agrees = ztc_agrees(d);
    const bool still = driver_still(d, z->last, z->left, driver_lag_us(d));
    if (d->phase == PHASE_HELD) return;
    if (is_sound(d)) see_skips(d);
    if (d->cause != DRIVER_RUNNING) return;
    if (!agrees && still) {
        driver_reopen(d);
        return;
    }
    if (z->running && z->left == 0) driver_walk(d, ztc_halt_plan);
    if (!z->running && z->left > 0) driver_walk(d, ztc_run_plan);
}

void ztc_lost(struct driver *d) {
    struct ztc *z = d->own;
    z->clearing = z->ran = false;
}

/* ---- Another life: the number of the first record in flight, and which numbers were spent by
 * records that left from among the others; what was printed then. */

#define KNOWN    1u
#define SPENT_N  4u /* places where numbers are missing; more are not told */
#define TOO_MANY 0xFFu

struct spent {
    uint16_t place; /* before which flight; the number of flights: before the next one */
    uint32_t n;
};

/* Those places; SPENT_N + 1 when they are too many, or a gap is too large. */
static size_t find_spent(const struct driver *d, struct spent *spent) {
    const struct ztc *z = d->own;
    uint64_t expected = d->flight_n > 0 ? driver_number(d, 0) : z->next;
    size_t n = 0;
    for (size_t i = 0; i <= d->flight_n; i++) {
        const uint64_t number = i < d->flight_n ? driver_number(d, i) : z->next;
        const uint64_t gap = number - expected;
        expected = number + 1;
        if (gap == 0) continue;
        if (n == SPENT_N || gap > UINT32_MAX) return SPENT_N + 1;
        spent[n++] = (struct spent){.place = (uint16_t)i, .n = (uint32_t)gap};
    }
    return n;
}

void ztc_memory(const struct driver *d, struct buffer *out) {
    const struct ztc *z = d->own;
    struct spent spent[SPENT_N];
    const size_t n = find_spent(d, spent);
    buffer_u8(out, z->known ? KNOWN : 0);
    buffer_u64be(out, d->flight_n > 0 ? driver_number(d, 0) : z->next);
    buffer_u64be(out, z->seen);
    buffer_u64be(out, z->good_base);
    buffer_u8(out, n > SPENT_N ? TOO_MANY : (uint8_t)n);
    for (size_t i = 0; i < n && n <= SPENT_N; i++) {
        buffer_u16be(out, spent[i].place);
        buffer_u32be(out, spent[i].n);
    }
}
#define SPENT_LEN (2u + 4u)
_Static_assert(1 + 3 * 8 + 1 + SPENT_N * SPENT_LEN <= MEMORY_OWN_MAX, "a memory holds all that");

/* Give each flight its number. */
static void number_flights(struct driver *d, uint64_t first, const struct spent *spent, size_t n) {
    struct ztc *z = d->own;
    uint64_t number = first;
    size_t k = 0;
    for (size_t i = 0; i <= d->flight_n; i++) {
        while (k < n && spent[k].place <= i)
            number += spent[k++].n;
        if (i < d->flight_n) d->flights[i].number = number++;
    }
    z->next = number;
}

bool ztc_remember(struct driver *d, struct cm_slice memory) {
    struct ztc *z = d->own;
    struct spent spent[SPENT_N] = {{0, 0}};
    struct cursor c = cursor_over(memory);
    const uint8_t known = cursor_u8(&c);
    const uint64_t first = cursor_u64be(&c), seen = cursor_u64be(&c), good = cursor_u64be(&c);
    const size_t n = cursor_u8(&c);
    for (size_t i = 0; i < n && n <= SPENT_N; i++) {
        spent[i].place = cursor_u16be(&c);
        spent[i].n = cursor_u32be(&c);
        if (i > 0 && spent[i].place <= spent[i - 1].place) return false;
    }
    if (cursor_end(&c) != CM_OK || known != KNOWN || n > SPENT_N) return false;
    if (first <= seen || first > UINT64_MAX / 2) return false;
    number_flights(d, first, spent, n);
    z->known = true;
    z->seen = seen;
    z->good_base = good;
    return true;
}
