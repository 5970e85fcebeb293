/* Spans in a sorted array: look-up by bisection, a change by one memmove. Reference: spans.h. */
#include "base/spans.h"

#include <stdlib.h>
#include <string.h>

#define SEAMS 5u /* at most three spans were laid, and one more on either side */

void spans_wipe(struct spans *s) {
    free(s->p);
    *s = (struct spans)SPANS_INIT;
}

cm_err spans_reserve(struct spans *s, size_t n) {
    const size_t most = SIZE_MAX / sizeof *s->p / 4;
    if (n > most || s->n > most) return CM_E_NO_MEMORY;
    const size_t need = s->n + 2 * n; /* a span laid inside another adds two */
    if (need <= s->cap) return CM_OK;
    const size_t cap = need + need / 2 + 8;
    struct span *p = realloc(s->p, cap * sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    s->p = p;
    s->cap = cap;
    return CM_OK;
}

static uint64_t end_of(const struct span *s) { return s->first + s->count; }

static bool ends_behind(const struct span *s, uint32_t set, uint64_t serial) {
    return s->set > set || (s->set == set && end_of(s) > serial);
}

size_t spans_from(const struct spans *s, uint32_t set, uint64_t serial) {
    size_t low = 0, high = s->n;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (ends_behind(&s->p[mid], set, serial))
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

const struct span *spans_find(const struct spans *s, uint32_t set, uint64_t serial) {
    const size_t i = spans_from(s, set, serial);
    return i < s->n && s->p[i].set == set && s->p[i].first <= serial ? &s->p[i] : NULL;
}

static bool melts(const struct span *a, const struct span *b) {
    return a->set == b->set && a->stage == b->stage && a->cause == b->cause &&
           end_of(a) == b->first;
}

/* Put `n` spans in the place of those from `at` to `to`. Room is there. */
static void splice(struct spans *s, size_t at, size_t to, const struct span *with, size_t n) {
    memmove(s->p + at + n, s->p + to, (s->n - to) * sizeof *s->p);
    if (n > 0) memcpy(s->p + at, with, n * sizeof *s->p);
    s->n = s->n - (to - at) + n;
}

/* Lay a span over what was there, or nothing but its hole. Returns the index of what stood first.
 */
static size_t lay(struct spans *s, const struct span *span, bool keeps) {
    struct span with[3];
    size_t n = 0;
    const uint64_t end = end_of(span);
    size_t at = spans_from(s, span->set, span->first), to = at;
    while (to < s->n && s->p[to].set == span->set && s->p[to].first < end)
        to++;
    if (at < to && s->p[at].first < span->first) { /* what sticks out in front */
        with[n] = s->p[at];
        with[n++].count = span->first - s->p[at].first;
    }
    if (keeps) with[n++] = *span;
    if (at < to && end_of(&s->p[to - 1]) > end) { /* and behind */
        with[n] = s->p[to - 1];
        with[n].first = end;
        with[n++].count = end_of(&s->p[to - 1]) - end;
    }
    splice(s, at, to, with, n);
    return at;
}

cm_err spans_cut(struct spans *s, uint32_t set, uint64_t first, uint64_t count) {
    if (count == 0 || first > UINT64_MAX - count) return CM_E_RANGE;
    const cm_err err = spans_reserve(s, 1);
    if (err != CM_OK) return err;
    (void)lay(s, &(struct span){.set = set, .first = first, .count = count}, false);
    return CM_OK;
}

cm_err spans_put(struct spans *s, const struct span *span) {
    if (span->count == 0 || span->first > UINT64_MAX - span->count) return CM_E_RANGE;
    const cm_err err = spans_reserve(s, 1);
    if (err != CM_OK) return err;
    const size_t at = lay(s, span, true);
    /* Only seams of the new span can have become invisible: look at one more on either side. */
    size_t i = at > 0 ? at - 1 : 0;
    for (size_t left = SEAMS; left > 0 && i + 1 < s->n; left--) {
        if (!melts(&s->p[i], &s->p[i + 1])) {
            i++;
            continue;
        }
        s->p[i].count += s->p[i + 1].count;
        splice(s, i + 1, i + 2, NULL, 0);
    }
    return CM_OK;
}

uint64_t spans_count(const struct spans *s, enum cm_stage stage) {
    uint64_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->p[i].stage == (uint8_t)stage) n += s->p[i].count;
    return n;
}
