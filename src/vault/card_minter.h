/* The minter of cards: the numbers and PINs of one pool in order of index, chunk after chunk. As
 * with codes (minter.h), indices are spent in the ledger, durably, before their numbers are handed
 * out; an index that the pool's rules skip, or whose number belongs to a card of another key
 * version, is skipped for good; it stops at the pool's volume. Indices that were spent earlier come
 * again as they came the first time, as long as nothing of the pool was shipped. Memory is
 * constant. Source: docs/design/construction.md section 11; docs/design/cards.md. */
#ifndef CM_VAULT_CARD_MINTER_H
#define CM_VAULT_CARD_MINTER_H

#include "countermark/card.h"
#include "engine/engine.h"
#include "vault/minter.h"

#define CARD_MINTER_CHUNK 16384u /* indices of one chunk: one durable event each */

struct card_minter;

struct card_minter_options {
    struct cm_engine *engine;
    const struct keystore *keystore;
    uint32_t set;    /* number of the pool */
    bool from_start; /* begin with index `first`, giving spent ones again; else with the next new
                        one */
    uint64_t first;  /* from_start: at most the next new index */
    bool shipped;   /* from_start even when cards were shipped: an order's own, for its recipient */
    uint32_t chunk; /* indices of one chunk; 0 = CARD_MINTER_CHUNK */
    bool no_pins;   /* none are made: rows.pins is NULL */
    minter_spend *spend; /* how indices are spent; NULL = engine_issue */
    void *spend_ctx;
};

struct card_rows {
    uint64_t first;      /* index of row 0 */
    size_t n;            /* rows, skipped ones included; 0 = no card is left to be made */
    size_t cards;        /* rows that are cards */
    const uint8_t *skip; /* n bytes: not 0 = no card, and its row must not be shown */
    const char *numbers; /* n rows of number_n digits */
    const char *pins;    /* n rows of pin_n digits; NULL when the pool has none, or no_pins */
    uint8_t number_n, pin_n;
    bool again; /* these indices had been spent before */
};

/** Begin.
 * @retval CM_E_NOT_FOUND  no such pool, or a key version of it is not in the keystore
 * @retval CM_E_STATE      that version was destroyed; from_start: cards of it were shipped
 * @retval CM_E_RANGE      `first` lies beyond the next new index
 * @retval CM_E_NO_MEMORY, CM_E_CRYPTO */
CM_MUST_CHECK cm_err card_minter_open(struct card_minter **out,
                                      const struct card_minter_options *options,
                                      struct cm_diag *diag);
/** The next chunk.
 * @param[in]  most  cards wanted at most, at least 1
 * @param[out] rows  valid until the next call
 * @retval CM_E_CONFLICT  somebody made cards or changed the rules meanwhile: start again
 * @retval CM_E_LIMIT     the pool's indices are used up before its volume is reached
 * @retval others         as card_minter_open and engine_issue */
CM_MUST_CHECK cm_err card_minter_next(struct card_minter *m, uint64_t most, struct card_rows *rows,
                                      struct cm_diag *diag);
/* Wipes the numbers and PINs. NULL is fine. */
void card_minter_close(struct card_minter *m);
void card_minter_closep(struct card_minter **m);

#endif
