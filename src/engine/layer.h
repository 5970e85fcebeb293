/* Everything that changed since the last fold: units, exception records, redeemers, idempotency
 * records. Two layers lie over the image: the active one takes
 * changes, the folding one is being written out; a look-up asks active, folding, image, in order.
 * The owner writes the active layer; the folder only reads the folding one. */
#ifndef CM_ENGINE_LAYER_H
#define CM_ENGINE_LAYER_H

#include "base/map.h"
#include "engine/changes.h"
#include "ledger/state_alias.h"

struct extra_slot {
    struct unit_extra extra;
    bool present; /* false: the record was removed */
};

struct used_slot {
    uint32_t set;
    uint64_t serial;
    uint8_t redeemer[EVENT_HASH_LEN];
    bool used; /* false: the use was reversed */
};

struct alias_slot {
    struct alias_record record;
    bool present; /* false: it names nothing (any more) */
    bool changed; /* else it was only looked at: nothing to fold */
};

/* A card with a life that was looked at, and whether it has changed since the last fold. */
struct card_slot {
    struct card_record card;
    bool present; /* a record; else as its pool makes it */
    bool changed;
};
struct line_slot {
    struct card_line line;
    bool changed;
};

struct layer {
    struct changes units;
    struct map extras;  /* (set, serial) -> struct extra_slot */
    struct map used_by; /* (set, serial, redeemer) mixed -> struct used_slot */
    struct map aliases; /* keyed hash of the text -> struct alias_slot */
    struct map answers; /* key hash -> struct answer_record (items owned) */
    struct map cards;   /* (set, serial) -> struct card_slot */
    struct map lines;   /* sequence -> struct line_slot */
};

void layer_init(struct layer *l);
void layer_wipe(struct layer *l);
/* Room for n more unit changes and as many answers; puts cannot fail then.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err layer_reserve(struct layer *l, size_t n);

/* Room for n aliases. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err layer_reserve_aliases(struct layer *l, size_t n);

/* Room for n units that change without answers or redeemers. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err layer_reserve_units(struct layer *l, size_t n);

static inline struct map_key unit_key(uint32_t set, uint64_t serial) {
    return (struct map_key){.hi = set, .lo = serial};
}
struct map_key hash_key(const uint8_t hash[static EVENT_HASH_LEN]);
/* Redeemers are pseudonyms already (keyed hashes): mixing the unit in is enough. */
struct map_key used_key(uint32_t set, uint64_t serial, const uint8_t r[static EVENT_HASH_LEN]);

/* Add an accepted item to an idempotency record, whose items stay in the order of the request: a
 * call of 10,000 is replayed by the owner, who must not search it 10,000 times from end to end.
 * @retval CM_E_NO_MEMORY  nothing appended */
CM_MUST_CHECK cm_err answer_append(struct answer_record *r, const struct answer_item *item);
const struct answer_item *answer_find(const struct answer_record *r, uint16_t item);

#endif
