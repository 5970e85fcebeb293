/* The shortest way through the text by dynamic programming. A state is a character set, or bytes
 * that return to one; a step says a character (or a pair that has one code) in the set, or in
 * another that is shifted to for it alone; a switch latches.
 * Reference: ISO/IEC 24778, table 2 (codes), 7.2 (latches, shifts, bytes, FLG(n)). */
#include <stdlib.h>

#include "base/macros.h"
#include "symbol/aztec.h"
#include "symbol/aztec_set.h"

#define STATE_N    8u /* five sets; bytes within upper, lower, mixed */
#define BYTES_OF   5u /* state of bytes within set 0; and so on */
#define NEVER      UINT32_MAX
#define LONG_RUN   31u /* bytes whose count takes 5 bits; more take 11 bits more */
#define RUN_MAX    (LONG_RUN + 2047u)
#define LATCHES    3u /* in a row, at most */
#define ECI_DIGITS 2u

/* How a state was reached. */
struct step {
    uint8_t from, said; /* state before; characters said */
    uint8_t set;        /* in which they were said */
};

struct way {
    struct cm_slice text;
    uint32_t *cost; /* STATE_N a place */
    uint16_t *run;  /* bytes said in a row, as many */
    struct step *step;
};

static void way_wipe(struct way *w) {
    free(w->cost);
    free(w->run);
    free(w->step);
}

static cm_err way_begin(struct way *w) {
    const size_t n = (w->text.len + 1) * STATE_N;
    w->cost = malloc(n * sizeof *w->cost);
    w->run = calloc(n, sizeof *w->run);
    w->step = calloc(n, sizeof *w->step);
    if (w->cost == NULL || w->run == NULL || w->step == NULL) return CM_E_NO_MEMORY;
    memset(w->cost, 0xFF, n * sizeof *w->cost);
    w->cost[AZTEC_UPPER] = 0;
    return CM_OK;
}

static bool reach(struct way *w, size_t at, size_t to, struct step step, size_t cost) {
    const size_t i = at * STATE_N + to;
    if (cost >= w->cost[i]) return false;
    w->cost[i] = (uint32_t)cost;
    w->step[i] = step;
    return true;
}

/* Latches from one set to all others. */
static void latch_from(struct way *w, size_t at, uint8_t from) {
    const uint32_t cost = w->cost[at * STATE_N + from];
    for (uint8_t to = 0; to < AZTEC_SET_N && cost != NEVER; to++) {
        const struct aztec_code latch = aztec_latch((enum aztec_set)from, (enum aztec_set)to);
        if (latch.bits != 0)
            (void)reach(w, at, to, (struct step){.from = from}, (size_t)cost + latch.bits);
    }
}

static void switch_sets(struct way *w, size_t at) {
    const uint32_t *cost = &w->cost[at * STATE_N];
    for (uint8_t s = BYTES_OF; s < STATE_N; s++)
        (void)reach(w, at, s - BYTES_OF, (struct step){.from = s}, cost[s]);
    for (unsigned round = 0; round < LATCHES; round++)
        for (uint8_t from = 0; from < AZTEC_SET_N; from++)
            latch_from(w, at, from);
    for (uint8_t s = BYTES_OF; s < STATE_N; s++) {
        const uint8_t from = (uint8_t)(s - BYTES_OF);
        if (cost[from] != NEVER &&
            reach(w, at, s, (struct step){.from = from}, (size_t)cost[from] + AZTEC_BYTES_HEAD))
            w->run[at * STATE_N + s] = 0;
    }
}

/* One character, or two that have a code together. */
static void say(struct way *w, size_t at, size_t said) {
    const struct cm_slice text = slice_of(w->text.p + at, said);
    for (uint8_t set = 0; set < AZTEC_SET_N; set++) {
        const struct aztec_code code = aztec_code((enum aztec_set)set, text);
        if (code.bits == 0) continue;
        for (uint8_t from = 0; from < AZTEC_SET_N; from++) {
            const uint32_t cost = w->cost[at * STATE_N + from];
            const struct aztec_code shift = aztec_shift((enum aztec_set)from, (enum aztec_set)set);
            if (cost == NEVER || (from != set && shift.bits == 0)) continue;
            (void)reach(w, at + said, from, (struct step){from, (uint8_t)said, set},
                        (size_t)cost + (from == set ? 0u : shift.bits) + code.bits);
        }
    }
}

static void say_byte(struct way *w, size_t at) {
    for (uint8_t s = BYTES_OF; s < STATE_N; s++) {
        const size_t i = at * STATE_N + s;
        if (w->cost[i] == NEVER || w->run[i] == RUN_MAX) continue;
        const size_t run = w->run[i] + 1u, longer = run == LONG_RUN + 1 ? AZTEC_LONG_BITS : 0;
        if (reach(w, at + 1, s, (struct step){s, 1, 0}, w->cost[i] + AZTEC_BYTE_BITS + longer))
            w->run[i + STATE_N] = (uint16_t)run;
    }
}

static void put(struct buffer *bits, size_t value, size_t n) {
    while (n-- > 0)
        buffer_u8(bits, value >> n & 1u);
}

/* The way backwards, turned round: the steps into each place in order. */
struct path {
    struct step *step;
    uint8_t *state; /* after the step */
    size_t n;
};

static void path_wipe(struct path *p) {
    free(p->step);
    free(p->state);
}

static cm_err find_path(const struct way *w, struct path *p) {
    const size_t most = (w->text.len + 1) * (LATCHES + 3);
    size_t state = 0, at = w->text.len;
    p->step = calloc(most, sizeof *p->step);
    p->state = calloc(most, 1);
    if (p->step == NULL || p->state == NULL) return CM_E_NO_MEMORY;
    for (size_t s = 1; s < STATE_N; s++)
        if (w->cost[at * STATE_N + s] < w->cost[at * STATE_N + state]) state = s;
    if (w->cost[at * STATE_N + state] == NEVER) return CM_E_LIMIT; /* bytes beyond RUN_MAX */
    while (p->n < most && (at > 0 || state != AZTEC_UPPER)) {
        p->step[p->n] = w->step[at * STATE_N + state];
        p->state[p->n] = (uint8_t)state;
        state = p->step[p->n].from;
        at -= p->step[p->n++].said;
    }
    return CM_OK;
}

static size_t bytes_ahead(const struct path *p, size_t i) {
    size_t n = 0;
    while (i > 0 && p->state[i - 1] >= BYTES_OF && p->step[i - 1].said == 1) {
        n++;
        i--;
    }
    return n;
}

static void put_bytes_head(size_t run, struct buffer *bits) {
    put(bits, AZTEC_BYTES_CODE, AZTEC_CODE_BITS);
    put(bits, run <= LONG_RUN ? run : 0, AZTEC_CODE_BITS);
    if (run > LONG_RUN) put(bits, run - LONG_RUN, AZTEC_LONG_BITS);
}

static void put_step(const struct path *p, size_t i, const uint8_t *text, struct buffer *bits) {
    const struct step step = p->step[i];
    const uint8_t to = p->state[i];
    if (step.said == 0 && to >= BYTES_OF) {
        put_bytes_head(bytes_ahead(p, i), bits);
    } else if (step.said == 0 && step.from < BYTES_OF) {
        const struct aztec_code latch = aztec_latch((enum aztec_set)step.from, (enum aztec_set)to);
        put(bits, latch.value, latch.bits);
    } else if (to >= BYTES_OF) {
        put(bits, text[0], AZTEC_BYTE_BITS);
    } else if (step.said > 0) {
        const enum aztec_set set = (enum aztec_set)step.set;
        const struct aztec_code code = aztec_code(set, slice_of(text, step.said));
        const struct aztec_code shift = aztec_shift((enum aztec_set)to, set);
        if (step.set != to) put(bits, shift.value, shift.bits);
        put(bits, code.value, code.bits);
    }
}

/* FLG(2) and the digits of 26, in the set of punctuation. */
static void put_eci(struct buffer *bits) {
    put(bits, AZTEC_PUNCT_SHIFT, AZTEC_CODE_BITS);
    put(bits, AZTEC_FLG, AZTEC_CODE_BITS);
    put(bits, ECI_DIGITS, 3);
    put(bits, aztec_code(AZTEC_DIGIT, slice_text("2")).value, AZTEC_DIGIT_BITS);
    put(bits, aztec_code(AZTEC_DIGIT, slice_text("6")).value, AZTEC_DIGIT_BITS);
}

cm_err aztec_bits(const struct aztec_text *text, struct buffer *bits) {
    CM_CLEANUP(way_wipe) struct way w = {.text = text->text};
    CM_CLEANUP(path_wipe) struct path p = {.n = 0};
    TRY(way_begin(&w));
    for (size_t at = 0; at < w.text.len; at++) {
        switch_sets(&w, at);
        say(&w, at, 1);
        if (at + 1 < w.text.len) say(&w, at, 2);
        say_byte(&w, at);
    }
    TRY(find_path(&w, &p));
    if (text->utf8) put_eci(bits);
    size_t at = 0;
    for (size_t i = p.n; i-- > 0; at += p.step[i].said)
        put_step(&p, i, w.text.p + at, bits);
    return buffer_err(bits);
}
