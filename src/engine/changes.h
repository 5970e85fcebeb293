/* What became of units since the last fold: their two bits, and who used them and when. One record
 * a unit, in order of arrival in one array, and an index of their places. Built for millions of
 * them between two folds: a new one costs one write into the array and one into the index, and what
 * a fold leaves behind is used again without being cleared. The owner writes; the folder reads what
 * is no longer written. Nothing is ever removed alone. Source: docs/design/engine.md, "The book".
 */
#ifndef CM_ENGINE_CHANGES_H
#define CM_ENGINE_CHANGES_H

#include "base/macros.h"
#include "engine/units.h"

struct change {
    uint64_t serial;
    struct unit_detail detail; /* with has_detail */
    uint32_t set;
    bool has_bits, has_detail;
    uint8_t bits; /* enum unit_bits, with has_bits */
};

struct change_slot {
    uint16_t round; /* of the changes; any other: free */
    uint16_t tag;   /* of the unit: of units that meet, hardly any but the right one is looked at */
    uint32_t at;    /* in the list */
};

struct changes {
    struct change *list;
    size_t n, cap;
    struct change_slot *slots; /* slot_n of them, a power of two, at most half of them in use */
    size_t slot_n;
    uint16_t round;
};

void changes_init(struct changes *c);
void changes_wipe(struct changes *c);
/* Forget every one, keep the memory if it was needed. */
void changes_clear(struct changes *c);

/** Make room for `more` units. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err changes_reserve(struct changes *c, size_t more);
/* The unit's change, or NULL; valid until the next one is made. */
const struct change *changes_find(const struct changes *c, uint32_t set, uint64_t serial);
/* The unit's change, made if absent. Room must have been reserved. */
struct change *changes_of(struct changes *c, uint32_t set, uint64_t serial);
/* Have the index entry of a unit fetched from memory: it will be wanted soon. */
void changes_prefetch(const struct changes *c, uint32_t set, uint64_t serial);
/** Take what `older` knows and these do not. @retval CM_E_NO_MEMORY  nothing changed */
CM_MUST_CHECK cm_err changes_merge(struct changes *c, const struct changes *older);

/** The places of all in order of (set, serial).
 * @param[out] order  n places in `list`, malloc'ed, the caller's @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err changes_order(const struct changes *c, uint32_t **order);

#endif
