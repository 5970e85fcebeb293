/* Tills, web pages and desks that ask random things of a few hundred cards, and a log of what they
 * asked and were told. The log is a file of lines, each appended by one write, so it outlives the
 * process; its order is the clock of the judge (cards_judge.mjs). What a worker knows (its seed,
 * its holds and spends, calls to ask again) lies in a mapped file and outlives the process, too. */
#ifndef CM_TESTS_PROOF_CARD_LOAD_H
#define CM_TESTS_PROOF_CARD_LOAD_H

#include <stdint.h>

#include "support/world_card.h"

#define CARD_LOAD_CARDS   400u
#define CARD_LOAD_WORKERS 12u
#define CARD_LOAD_ITEMS   3u
#define CARD_LOAD_KEEP    4u
#define CARD_LOAD_PINS    4u /* issue numbers whose PINs are known */

#define CARD_LOAD_WRONG                                                                            \
    99u /* the PIN of no card; else an item's pin is an issue number, 0 = none */

struct card_load_item {
    uint64_t op, card, other, amount, reference, hold_ms, pin, reason;
};
struct card_load_call {
    uint64_t key; /* 0 = none */
    uint64_t worker, actor, rights, n;
    struct card_load_item items[CARD_LOAD_ITEMS];
};

/* A hold or a spend of this worker. */
struct card_load_mine {
    uint64_t id, card;
};

struct card_load_memory {
    uint64_t seed, twin_seed, calls, twin_calls;
    struct card_load_mine spends[CARD_LOAD_KEEP], holds[CARD_LOAD_KEEP];
    struct card_load_call recent[CARD_LOAD_KEEP];
    uint64_t recent_n;
};

/* Number and PINs of each card, made before the first life. */
struct card_load_plastic {
    char number[CARD_CAP];
    char pin[CARD_LOAD_PINS][CARD_CAP];
    uint64_t issue; /* of the PIN that callers take for the right one */
};

struct card_load {
    struct cm_engine *engine;
    struct card_load_plastic *plastic;
    struct card_load_memory *memory;
    uint64_t boot, clock_ms;
    int log;
};

/* Make one random call of this worker. */
void card_load_step(struct card_load *load, uint32_t worker);
/* Make this call (again), logged. False: the engine is dead. */
bool card_load_ask(struct card_load *load, struct card_load_call *call);
/* A logged question back into a call; false for a line that is none. */
bool card_load_parse(const char *line, struct card_load_call *call);

#endif
