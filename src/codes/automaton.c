/* The automaton as one flat table. A found word is a state that is never left, so the pass over a
 * row has no branch. It refuses more states than its 16-bit entries and its memory bound allow.
 * Reference: A. V. Aho, M. J. Corasick, Efficient string matching, CACM 18 (1975) 333-340. */
#include "codes/automaton.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

#define STATE_START 0u
#define STATE_FOUND 1u
#define FIRST_CAP   64u
_Static_assert(AUTOMATON_STATES_MAX <= UINT16_MAX, "states are 16-bit numbers");

static void free_p(void *pp) {
    void *p = NULL;
    memcpy(&p, pp, sizeof p); /* a pointer of any type */
    free(p);
}

static uint16_t *row_of(const struct automaton *a, uint32_t state) {
    return a->next + ((size_t)state << a->shift);
}

static cm_err grow(struct automaton *a, uint32_t cap) {
    const size_t row_len = sizeof(uint16_t) << a->shift;
    uint16_t *const next = realloc(a->next, cap * row_len);
    if (next == NULL) return CM_E_NO_MEMORY;
    memset(next + ((size_t)a->cap << a->shift), 0, (cap - a->cap) * row_len);
    a->next = next;
    a->cap = cap;
    return CM_OK;
}

cm_err automaton_init(struct automaton *a, uint8_t radix) {
    *a = (struct automaton){.radix = radix, .n = STATE_FOUND + 1u};
    while (1u << a->shift < radix)
        a->shift++;
    TRY(grow(a, FIRST_CAP));
    for (uint32_t x = 0; x < 1u << a->shift; x++)
        row_of(a, STATE_FOUND)[x] = STATE_FOUND;
    return CM_OK;
}

void automaton_wipe(struct automaton *a) {
    free(a->next);
    *a = (struct automaton){.next = NULL};
}

cm_err automaton_add(struct automaton *a, const uint8_t *word, size_t len) {
    uint32_t state = STATE_START;
    for (size_t i = 0; i + 1 < len && state != STATE_FOUND; i++) {
        uint32_t child = row_of(a, state)[word[i]];
        if (child == STATE_START) {
            if (a->n == AUTOMATON_STATES_MAX) return CM_E_LIMIT;
            if (a->n == a->cap) TRY(grow(a, 2u * a->cap));
            child = a->n++;
            row_of(a, state)[word[i]] = (uint16_t)child;
        }
        state = child;
    }
    /* a longer word beyond this point is found with the shorter one: its states are orphans */
    if (len > 0 && state != STATE_FOUND) row_of(a, state)[word[len - 1]] = STATE_FOUND;
    return CM_OK;
}

/* Complete the row of a state whose longest proper suffix in the trie is `fallback` (complete
 * already, as it is nearer to the start), and queue its children. */
static uint32_t complete_row(struct automaton *a, uint32_t state, uint16_t *fallback,
                             uint16_t *queue, uint32_t queued) {
    uint16_t *const row = row_of(a, state);
    for (uint32_t x = 0; x < a->radix; x++) {
        const uint16_t beyond =
            state == STATE_START ? (uint16_t)STATE_START : row_of(a, fallback[state])[x];
        if (row[x] == STATE_START || beyond == STATE_FOUND) {
            row[x] = row[x] == STATE_FOUND ? (uint16_t)STATE_FOUND : beyond;
        } else if (row[x] != STATE_FOUND) {
            fallback[row[x]] = beyond;
            queue[queued++] = row[x];
        }
    }
    return queued;
}

cm_err automaton_finish(struct automaton *a) {
    CM_CLEANUP(free_p) uint16_t *fallback = calloc(a->n, sizeof *fallback);
    CM_CLEANUP(free_p) uint16_t *queue = calloc(a->n, sizeof *queue);
    if (fallback == NULL || queue == NULL) return CM_E_NO_MEMORY;
    uint32_t queued = complete_row(a, STATE_START, fallback, queue, 0);
    for (uint32_t i = 0; i < queued; i++)
        queued = complete_row(a, queue[i], fallback, queue, queued);
    return CM_OK;
}

void automaton_twin(struct automaton *a, uint8_t twin, uint8_t of) {
    for (uint32_t state = 0; state < a->n; state++)
        row_of(a, state)[twin] = row_of(a, state)[of];
}

void automaton_rows(const struct automaton *a, const uint8_t *rows, size_t n, size_t stride,
                    size_t row_n, uint8_t *found_out) {
    const uint32_t mask = (1u << a->shift) - 1u;
    const uint16_t *const next = a->next;
    const unsigned shift = a->shift;
    size_t i = 0;
    /* four rows at once: each step of a row waits for memory, the others use that time */
    for (; i + 4 <= n; i += 4) {
        const uint8_t *const r = rows + i * stride;
        uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (size_t j = 0; j < row_n; j++) {
            s0 = next[s0 << shift | (r[j] & mask)];
            s1 = next[s1 << shift | (r[j + stride] & mask)];
            s2 = next[s2 << shift | (r[j + 2 * stride] & mask)];
            s3 = next[s3 << shift | (r[j + 3 * stride] & mask)];
        }
        found_out[i] = s0 == STATE_FOUND;
        found_out[i + 1] = s1 == STATE_FOUND;
        found_out[i + 2] = s2 == STATE_FOUND;
        found_out[i + 3] = s3 == STATE_FOUND;
    }
    for (; i < n; i++) {
        uint32_t s = 0;
        for (size_t j = 0; j < row_n; j++)
            s = next[s << shift | (rows[i * stride + j] & mask)];
        found_out[i] = s == STATE_FOUND;
    }
}

/* One more numeral: spread the probability of each state over its successors. */
static void spread(const struct automaton *a, const double *from, double *to) {
    for (uint32_t state = 0; state < a->n; state++)
        to[state] = 0.0;
    for (uint32_t state = 0; state < a->n; state++) {
        if (from[state] <= 0.0) continue;
        for (uint32_t x = 0; x < a->radix; x++)
            to[row_of(a, state)[x]] += from[state] / a->radix;
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
    *share = now[STATE_FOUND];
    return CM_OK;
}
