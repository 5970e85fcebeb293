/* Callers of all kinds at once: random operations on a few hundred units, alone and in small
 * arrays, with and without idempotency keys, with replays and with twins that ask the same under
 * the same key in the same moment. What each learnt is written down for the judge. */
#ifndef CM_TESTS_PROOF_LOAD_H
#define CM_TESTS_PROOF_LOAD_H

#include "history.h"
#include "support/world.h"

#define LOAD_ITEMS 4u

/* One call with its answers. An item's key in the history is the call's key and its position. */
struct load_call {
    uint64_t key; /* 0 = none */
    uint32_t n;
    struct history_event items[LOAD_ITEMS];
};

/* What all workers share; does not change while they work. */
struct load {
    struct cm_engine *engine;
    char (*codes)[WORLD_CODE_CAP];
    uint32_t unit_n, use_max, boot;
    uint64_t clock_ms, hold_ms_max, seed;
    /* Told before a call is made (every outcome unknown) and when its answers are known. */
    void (*tell)(void *ctx, const struct load_call *call, bool answered);
    void *tell_ctx;
};

struct load_worker {
    struct load *load;
    uint32_t number; /* workers 2k and 2k + 1 are twins */
    uint64_t seed, twin_seed;
    struct load_call recent[8]; /* calls with a key, to be asked again */
    uint32_t recent_n;
};

void load_worker_init(struct load_worker *w, struct load *load, uint32_t number);
/* Make one random call. */
void load_step(struct load_worker *w);
/* Make this call (again). False: the engine is dead and the outcome unknown. */
bool load_ask(const struct load *load, uint32_t number, struct load_call *call);
/* Nanoseconds of the clock of all histories. */
uint64_t load_now(void);

/* The units of one batch with their codes: codes[i] is that of serial i. Release with free. */
char (*load_codes(struct world *w, uint32_t set, uint32_t unit_n))[WORLD_CODE_CAP];

#endif
