/* The automaton as one flat table. A found word is a state that is never left, so the pass over a
 * row has no branch. It refuses more states than its memory bound allows.
 * Reference: A. V. Aho, M. J. Corasick, Efficient string matching, CACM 18 (1975) 333-340. */
#include "codes/automaton.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

#define STATE_START   0u
#define FIRST_CAP     64u
#define NUMERALS_N    256u /* what a byte can hold: so much room follows the last row */
#define COLUMNS_MAX_N 64u
#define ROWS_AT_ONCE  8u
_Static_assert((uint64_t)AUTOMATON_STATES_MAX *COLUMNS_MAX_N <= UINT32_MAX, "a row's begin fits");

static void free_p(void *pp) {
    void *p = NULL;
    memcpy(&p, pp, sizeof p); /* a pointer of any type */
    free(p);
}

/* The second row: a word was found, and that is never left. */
static inline uint32_t found_of(const struct automaton *a) { return (uint32_t)1 << a->shift; }

static cm_err grow(struct automaton *a, uint32_t cap) {
    const size_t old_n = a->next == NULL ? 0 : ((size_t)a->cap << a->shift) + NUMERALS_N;
    const size_t new_n = ((size_t)cap << a->shift) + NUMERALS_N;
    uint32_t *const next = realloc(a->next, new_n * sizeof *next);
    if (next == NULL) return CM_E_NO_MEMORY;
    memset(next + old_n, 0, (new_n - old_n) * sizeof *next);
    a->next = next;
    a->cap = cap;
    return CM_OK;
}

cm_err automaton_init(struct automaton *a, uint8_t radix) {
    *a = (struct automaton){.radix = radix, .n = 2};
    while (1u << a->shift < radix)
        a->shift++;
    TRY(grow(a, FIRST_CAP));
    for (uint32_t x = 0; x < found_of(a); x++)
        a->next[found_of(a) + x] = found_of(a);
    return CM_OK;
}

void automaton_wipe(struct automaton *a) {
    free(a->next);
    *a = (struct automaton){.next = NULL};
}

cm_err automaton_add(struct automaton *a, const uint8_t *word, size_t len) {
    const uint32_t found = found_of(a);
    uint32_t state = STATE_START;
    for (size_t i = 0; i + 1 < len && state != found; i++) {
        uint32_t child = a->next[state + word[i]];
        if (child == STATE_START) {
            if (a->n == AUTOMATON_STATES_MAX) return CM_E_LIMIT;
            if (a->n == a->cap) TRY(grow(a, 2u * a->cap));
            child = a->n++ << a->shift;
            a->next[state + word[i]] = child;
        }
        state = child;
    }
    /* a longer word beyond this point is found with the shorter one: its states are orphans */
    if (len > 0 && state != found) a->next[state + word[len - 1]] = found;
    return CM_OK;
}

/* What automaton_finish works with: for each state the longest proper suffix of it in the trie, and
 * the states in order of their depth. */
struct finishing {
    uint32_t *fallback, *queue;
    uint32_t queued;
};

/* Complete the row of a state, whose fallback is complete already as it is nearer to the start, and
 * queue its children. */
static void complete_row(struct automaton *a, uint32_t state, struct finishing *f) {
    const uint32_t found = found_of(a), fallback = f->fallback[state >> a->shift];
    for (uint32_t x = 0; x < a->radix; x++) {
        uint32_t *const to = &a->next[state + x];
        const uint32_t beyond = state == STATE_START ? STATE_START : a->next[fallback + x];
        if (*to == STATE_START || beyond == found) {
            if (*to != found) *to = beyond;
        } else if (*to != found) {
            f->fallback[*to >> a->shift] = beyond;
            f->queue[f->queued++] = *to;
        }
    }
}

cm_err automaton_finish(struct automaton *a) {
    CM_CLEANUP(free_p) uint32_t *fallback = calloc(a->n, sizeof *fallback);
    CM_CLEANUP(free_p) uint32_t *queue = calloc(a->n, sizeof *queue);
    if (fallback == NULL || queue == NULL) return CM_E_NO_MEMORY;
    struct finishing f = {.fallback = fallback, .queue = queue};
    complete_row(a, STATE_START, &f);
    for (uint32_t i = 0; i < f.queued; i++)
        complete_row(a, queue[i], &f);
    return CM_OK;
}

void automaton_twin(struct automaton *a, uint8_t twin, uint8_t of) {
    for (uint32_t i = 0; i < a->n; i++)
        a->next[(i << a->shift) + twin] = a->next[(i << a->shift) + of];
}

/* Eight rows at once: each step of a row waits for memory, the others use that time. */
static void eight_rows(const struct automaton *a, const uint8_t *rows, size_t stride, size_t row_n,
                       uint8_t *found_out) {
    const uint32_t *const next = a->next;
    const uint32_t found = found_of(a);
    uint32_t s0 = STATE_START, s1 = STATE_START, s2 = STATE_START, s3 = STATE_START;
    uint32_t s4 = STATE_START, s5 = STATE_START, s6 = STATE_START, s7 = STATE_START;
    for (const uint8_t *x = rows; x < rows + row_n; x++) {
        s0 = next[s0 + x[0]];
        s1 = next[s1 + x[stride]];
        s2 = next[s2 + x[2 * stride]];
        s3 = next[s3 + x[3 * stride]];
        s4 = next[s4 + x[4 * stride]];
        s5 = next[s5 + x[5 * stride]];
        s6 = next[s6 + x[6 * stride]];
        s7 = next[s7 + x[7 * stride]];
    }
    found_out[0] = s0 == found;
    found_out[1] = s1 == found;
    found_out[2] = s2 == found;
    found_out[3] = s3 == found;
    found_out[4] = s4 == found;
    found_out[5] = s5 == found;
    found_out[6] = s6 == found;
    found_out[7] = s7 == found;
}

void automaton_rows(const struct automaton *a, const uint8_t *rows, size_t n, size_t stride,
                    size_t row_n, uint8_t *found_out) {
    size_t i = 0;
    for (; i + ROWS_AT_ONCE <= n; i += ROWS_AT_ONCE)
        eight_rows(a, rows + i * stride, stride, row_n, found_out + i);
    for (; i < n; i++) {
        uint32_t s = STATE_START;
        for (size_t j = 0; j < row_n; j++)
            s = a->next[s + rows[i * stride + j]];
        found_out[i] = s == found_of(a);
    }
}

/* One more numeral: spread the probability of each state over its successors. */
static void spread(const struct automaton *a, const double *from, double *to) {
    for (uint32_t state = 0; state < a->n; state++)
        to[state] = 0.0;
    for (uint32_t state = 0; state < a->n; state++) {
        if (from[state] <= 0.0) continue;
        for (uint32_t x = 0; x < a->radix; x++)
            to[a->next[(state << a->shift) + x] >> a->shift] += from[state] / a->radix;
    }
}

cm_err automaton_share(const struct automaton *a, size_t row_n, double *share) {
    CM_CLEANUP(free_p) double *now = calloc(a->n, sizeof *now);
    CM_CLEANUP(free_p) double *later = calloc(a->n, sizeof *later);
    if (now == NULL || later == NULL) return CM_E_NO_MEMORY;
    now[STATE_START] = 1.0;
    for (size_t i = 0; i < row_n; i++) {
        spread(a, now, later);
        double *const swap = now;
        now = later;
        later = swap;
    }
    *share = now[found_of(a) >> a->shift];
    return CM_OK;
}
