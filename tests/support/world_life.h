/* The world with the worked example's pool (world_pool.h), whose cards have a life: activated at
 * the till, with a balance in EUR. Callers are made with rights and agents. */
#ifndef CM_TESTS_SUPPORT_WORLD_LIFE_H
#define CM_TESTS_SUPPORT_WORLD_LIFE_H

#include "support/world_pool.h"

/* `life` is the value of the member "life", JSON; pin_n 0: without PINs. Opened, `cards` issued;
 * there is a key for names. */
void world_life_make(struct world *w, const char *life, unsigned pin_n, uint64_t cards);
#define LIFE_TILL "{\"activation\":\"till\",\"currency\":\"EUR\"}"

/* The number of a card, NUL-terminated. */
void world_number(uint64_t index, char out[static CM_CARD_NUMBER_MAX + 1u]);

/* One request to a card. */
struct life_ask {
    enum cm_operation operation;
    const char *code, *pin, *key;
    uint32_t actor, rights, agent;
    struct cm_card_ask ask;
    uint64_t hold_ms;
};
struct cm_answer world_life_ask(struct world *w, const struct life_ask *q,
                                struct cm_card_told *told);

#endif
