/* The shortest way through the text by dynamic programming. A state is an encodation and how many
 * values of its group of three or four are still unpaid; a step says one character (or two digits),
 * a switch latches or unlatches. What the end of a symbol saves is known, because its size is:
 * C40, Text and X12 need no unlatch when they fill it, nor before a last character that one
 * codeword says; EDIFACT ends by itself when at most two codewords are left.
 * Reference: ISO/IEC 16022, 5.2.5 to 5.2.8; annex P describes a greedy way, which is longer. */
#include <stdlib.h>

#include "base/macros.h"
#include "symbol/datamatrix_set.h"
#include "symbol/gs1.h"

#define STATE_N 15u
#define NEVER   UINT16_MAX
#define START   0xFFu
#define STEP_AT 4u /* bits of a state in a parent */

enum state { ASCII = 0, C40 = 1, TEXT = 4, X12 = 7, EDIFACT = 10, BASE256 = 14 };

struct plan {
    const struct datamatrix_text *text;
    size_t n, cap;
    uint16_t *cost;  /* STATE_N a place, n + 1 places */
    uint16_t *run;   /* bytes of the base 256 run that ends here */
    uint8_t *parent; /* state before | characters said << STEP_AT */
};

static void plan_wipe(struct plan *p) {
    free(p->cost);
    free(p->run);
    free(p->parent);
}

static cm_err plan_begin(struct plan *p) {
    const size_t places = p->n + 1;
    p->cost = malloc(places * STATE_N * sizeof *p->cost);
    p->run = calloc(places, sizeof *p->run);
    p->parent = malloc(places * STATE_N);
    if (p->cost == NULL || p->run == NULL || p->parent == NULL) return CM_E_NO_MEMORY;
    memset(p->cost, 0xFF, places * STATE_N * sizeof *p->cost);
    p->cost[ASCII] = (uint16_t)((p->text->gs1 ? 1 : 0) + (p->text->utf8 ? 2 : 0));
    p->parent[ASCII] = START;
    return CM_OK;
}

/* Reach a state at a place from another, `said` characters before. */
static bool reach(struct plan *p, size_t at, unsigned to, unsigned from, size_t said, size_t cost) {
    uint16_t *best = &p->cost[at * STATE_N + to];
    if (cost >= *best) return false;
    *best = (uint16_t)cost;
    p->parent[at * STATE_N + to] = (uint8_t)(from | (unsigned)said << STEP_AT);
    return true;
}

static enum datamatrix_mode mode_of(unsigned state) {
    if (state < C40) return DM_ASCII;
    if (state < TEXT) return DM_C40;
    if (state < X12) return DM_TEXT;
    if (state < EDIFACT) return DM_X12;
    return state < BASE256 ? DM_EDIFACT : DM_BASE256;
}

/* Codewords to leave a state that is no ASCII, or NEVER. */
static size_t leaving(const struct plan *p, size_t at, unsigned state, size_t cost) {
    static const uint8_t tail[] = {1, 2, 3, 3}; /* unlatch with the unpaid, whole bytes */
    if (state == BASE256) return 0;
    if (state >= EDIFACT) {
        const bool ends = p->cap - cost < 3;
        if (ends) return state == EDIFACT ? 0 : NEVER;
        return tail[state - EDIFACT];
    }
    if ((state - C40) % 3 != 0) return NEVER;
    const bool last = at + 1 == p->n && datamatrix_ascii_len(p->text->text.p[at]) == 1;
    return last && cost + 1 == p->cap ? 0 : 1;
}

static void switch_modes(struct plan *p, size_t at) {
    static const uint8_t latched[] = {C40, TEXT, X12, EDIFACT};
    uint16_t *cost = &p->cost[at * STATE_N];
    for (unsigned s = C40; s < STATE_N; s++) {
        if (cost[s] == NEVER || cost[s] > p->cap) continue;
        const size_t more = leaving(p, at, s, cost[s]);
        if (more != NEVER) (void)reach(p, at, ASCII, s, 0, cost[s] + more);
    }
    if (cost[ASCII] == NEVER) return;
    for (size_t i = 0; i < CM_ARRAY_N(latched); i++)
        (void)reach(p, at, latched[i], ASCII, 0, cost[ASCII] + 1u);
    if (reach(p, at, BASE256, ASCII, 0, cost[ASCII] + 2u)) p->run[at] = 0;
}

static void say_in_ascii(struct plan *p, size_t at) {
    const struct cm_slice text = p->text->text;
    const uint8_t c = text.p[at];
    const size_t cost = p->cost[at * STATE_N + ASCII];
    if (cost == NEVER) return;
    (void)reach(p, at + 1, ASCII, ASCII, 1, cost + datamatrix_ascii_len(c));
    const bool pair =
        datamatrix_is_digit(c) && at + 1 < p->n && datamatrix_is_digit(text.p[at + 1]);
    if (pair) (void)reach(p, at + 2, ASCII, ASCII, 2, cost + 1);
}

/* Groups of `group` values are paid with `words` codewords when they are full. */
static void say_in_groups(struct plan *p, size_t at, unsigned first, size_t group, size_t words) {
    uint8_t values[DM_VALUES_MAX];
    const uint8_t c = p->text->text.p[at];
    const size_t n = datamatrix_values(mode_of(first), c, p->text->gs1, values);
    for (unsigned unpaid = 0; unpaid < group && n > 0; unpaid++) {
        const size_t cost = p->cost[at * STATE_N + first + unpaid], all = unpaid + n;
        if (cost != NEVER)
            (void)reach(p, at + 1, first + (unsigned)(all % group), first + unpaid, 1,
                        cost + all / group * words);
    }
}

static void say_in_bytes(struct plan *p, size_t at) {
    const size_t cost = p->cost[at * STATE_N + BASE256];
    if (cost == NEVER || (p->text->gs1 && p->text->text.p[at] == GS1_SEPARATOR)) return;
    const size_t run = p->run[at] + 1u;
    if (reach(p, at + 1, BASE256, BASE256, 1, cost + 1 + (run == DM_LENGTH_ONE + 1)))
        p->run[at + 1] = (uint16_t)run;
}

/* The cheapest state after the last character. */
static unsigned finish(const struct plan *p, size_t *len) {
    const uint16_t *cost = &p->cost[p->n * STATE_N];
    unsigned best = ASCII;
    *len = cost[ASCII];
    for (unsigned s = C40; s < EDIFACT; s++) {
        const unsigned unpaid = (s - C40) % 3;
        const bool good = unpaid == 0 || (unpaid == 2 && s < X12); /* two take a pad with them */
        if (!good || cost[s] == NEVER || cost[s] + unpaid >= *len) continue;
        *len = cost[s] + unpaid;
        best = s;
    }
    return best;
}

cm_err datamatrix_plan(const struct datamatrix_text *text, size_t cap, uint8_t *modes,
                       size_t *len) {
    CM_CLEANUP(plan_wipe) struct plan p = {.text = text, .n = text->text.len, .cap = cap};
    TRY(plan_begin(&p));
    for (size_t at = 0; at < p.n; at++) {
        switch_modes(&p, at);
        say_in_ascii(&p, at);
        say_in_groups(&p, at, C40, 3, 2);
        say_in_groups(&p, at, TEXT, 3, 2);
        say_in_groups(&p, at, X12, 3, 2);
        say_in_groups(&p, at, EDIFACT, 4, 3);
        say_in_bytes(&p, at);
    }
    switch_modes(&p, p.n);
    unsigned state = finish(&p, len);
    for (size_t at = p.n; *len != NEVER && at > 0;) {
        const uint8_t parent = p.parent[at * STATE_N + state];
        const size_t said = (size_t)parent >> STEP_AT;
        for (size_t i = 0; i < said; i++)
            modes[--at] = (uint8_t)mode_of(state);
        state = parent & ((1u << STEP_AT) - 1u);
    }
    return CM_OK;
}
