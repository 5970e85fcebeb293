/* One batch or pool as the engine's owner knows it: what its units must agree with, what its terms
 * allow at any moment, and its counters. Plain data; the registry owns it. */
#ifndef CM_ENGINE_SET_H
#define CM_ENGINE_SET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cards/life.h"
#include "countermark/scheme.h"
#include "ledger/state.h"

struct prizes;

enum set_kind { SET_BATCH, SET_POOL, SET_LEGACY };

enum use_rule { USES_N, USES_ONCE_PER_REDEEMER };

/* The terms in force, reduced to what a decision needs. */
struct set_rule {
    enum use_rule uses;
    uint32_t use_max;  /* USES_N: 1 = once */
    uint64_t start_ms; /* 0 = from opening */
    uint64_t end_ms;   /* with grace; 0 = never */
    uint64_t cap;      /* redemptions of this set; 0 = none */
};

struct serial_range {
    uint64_t first, last; /* inclusive */
};

struct set {
    uint32_t number; /* registry number, from 1 */
    enum set_kind kind;
    uint32_t of; /* scheme id; of a pool or list its own number, of aliases their pool's */
    uint32_t brand;
    bool test;
    uint8_t key_version;
    uint64_t quantity;            /* units ordered */
    struct cm_unit_fields fields; /* batches: as made; serial unused */
    struct set_counters counters;
    bool counters_dirty;
    struct serial_range *recalls;
    size_t recall_n;
    struct set_rule rule;
    atomic_uint pin_issues; /* newest PIN that any of its cards has; 0 as 1. Openers read it */
    const struct card_life *life; /* of its cards; NULL: units, once and for ever. The registry's */
    struct prizes *prizes; /* what can be won, or NULL; owned by the registry, used by the owner */
};

/* Cards of a pool, or an imported list of cards: they may lie somewhere and have other names. */
static inline bool set_of_cards(const struct set *s) {
    return s->kind == SET_POOL || (s->kind == SET_LEGACY && s->life != NULL);
}

bool set_recalled(const struct set *s, uint64_t serial);

/* The campaign under whose key (KEY_PSEUDONYM) its redeemers stand: a batch's scheme, or the pool
 * or list itself with the top bit set, so that destroying one key unlinks one campaign only. */
#define CAMPAIGN_OF_POOL 0x80000000u
uint32_t set_campaign(const struct set *s);

#endif
