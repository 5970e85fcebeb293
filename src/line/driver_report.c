/* What a driver has to tell, in order. Fates of neighbouring serials become one report, so that a
 * clean run of a million units is few records. A fate and a word of copies are never lost: their
 * room is made before a unit is taken (report_room), and a unit without it is refused. Words of
 * states may be: a state without memory for its words is told bare, or not at all. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "line/kind.h"

#define COPIES_MAX 1000000000u /* at once */
#define SPARE      2u          /* rooms beside those of the fates: copies may be told at any time */
#define FIRST_CAP  16u         /* reports */

/* One report, small: of many that wait most are fates. */
struct kept_report {
    uint8_t kind, fate, state;
    uint32_t words;    /* where they begin in told_words, and one more; 0: none */
    uint64_t one, two; /* serial and n, or counter and depth */
};

/* Room for n more; what was read is forgotten first. */
static bool hold(struct driver *d, size_t n) {
    if (d->told_n + n <= d->told_cap) return true;
    if (d->told_first > 0) {
        d->told_n -= d->told_first;
        memmove(d->told, d->told + d->told_first, d->told_n * sizeof *d->told);
        d->told_first = 0;
        if (d->told_n + n <= d->told_cap) return true;
    }
    size_t cap = d->told_cap == 0 ? FIRST_CAP : d->told_cap * 2;
    while (cap < d->told_n + n)
        cap *= 2;
    struct kept_report *more = realloc(d->told, cap * sizeof *more);
    if (more == NULL) return false;
    d->told = more;
    d->told_cap = cap;
    return true;
}

bool report_room(struct driver *d, size_t flights) { return hold(d, flights + SPARE); }

static struct kept_report *add(struct driver *d, enum report_kind kind) {
    struct kept_report *t = &d->told[d->told_n++];
    *t = (struct kept_report){.kind = (uint8_t)kind, .fate = FATE_N, .state = (uint8_t)d->state};
    return t;
}

void report_units(struct driver *d, enum report_kind kind, enum unit_fate fate, uint64_t serial) {
    if (d->told_n > d->told_first) {
        struct kept_report *last = &d->told[d->told_n - 1];
        if (last->kind == kind && last->fate == fate && last->one + last->two == serial) {
            last->two++;
            return;
        }
    }
    /* A fate's room was made; the others must leave it. */
    if (kind != REPORT_FATE && !hold(d, d->flight_n + SPARE + 1)) return;
    struct kept_report *t = add(d, kind);
    t->fate = (uint8_t)fate;
    t->one = serial;
    t->two = 1;
}

void report_state(struct driver *d, enum driver_state state, const char *words) {
    struct buffer *all = &d->told_words;
    if (!hold(d, d->flight_n + SPARE + 1)) return;
    struct kept_report *t = add(d, REPORT_STATE);
    t->state = (uint8_t)state;
    if (words[0] == '\0' || all->len > UINT32_MAX / 2) return;
    const size_t at = all->len;
    buffer_put(all, words, strlen(words) + 1);
    t->words = all->failed ? 0 : (uint32_t)at + 1;
}

void report_counter(struct driver *d, uint64_t counter, uint64_t depth) {
    if (!hold(d, d->flight_n + SPARE + 1)) return;
    struct kept_report *t = add(d, REPORT_COUNTER);
    t->one = counter;
    t->two = depth;
}

/* A printer may say any number: what no line can print in its life is not passed on as it stands.
 */
void report_copies(struct driver *d, uint64_t n) {
    if (!hold(d, d->flight_n + 1)) return; /* never for want of room: SPARE */
    add(d, REPORT_DUPLICATE)->two = n < COPIES_MAX ? n : COPIES_MAX;
}

void report_reconnect(struct driver *d) {
    if (hold(d, d->flight_n + SPARE + 1)) (void)add(d, REPORT_RECONNECT);
}

bool driver_report(struct driver *d, struct report *out) {
    if (d->told_first == d->told_n) {
        d->told_first = d->told_n = 0;
        buffer_recycle(&d->told_words, (size_t)REPORT_WORDS_CAP * 4);
        return false;
    }
    const struct kept_report *t = &d->told[d->told_first++];
    *out = (struct report){.kind = (enum report_kind)t->kind,
                           .fate = (enum unit_fate)t->fate,
                           .state = (enum driver_state)t->state};
    out->serial = t->kind == REPORT_COUNTER ? 0 : t->one;
    out->n = t->kind == REPORT_COUNTER ? 0 : t->two;
    out->counter = t->kind == REPORT_COUNTER ? t->one : 0;
    out->depth = t->kind == REPORT_COUNTER ? t->two : 0;
    if (t->words > 0)
        text_append(out->words, sizeof out->words, "%s",
                    (const char *)d->told_words.p + t->words - 1);
    return true;
}

void report_end(struct driver *d) {
    free(d->told);
    d->told = NULL;
    buffer_free(&d->told_words);
}
