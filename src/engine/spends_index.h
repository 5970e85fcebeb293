/* Everything that devices admitted, by entry, by the entry before, and by unit: what the registry
 * keeps of DOCUMENT_SPENDS. Later documents say better of the same entry. Nothing is ever taken
 * out. */
#ifndef CM_ENGINE_SPENDS_INDEX_H
#define CM_ENGINE_SPENDS_INDEX_H

#include "engine/spends.h"

struct spends_index;
/* Where a row stands; part NULL: nowhere. */
struct spends_at {
    const struct spends_part *part;
    const struct spend_row *row;
};

void spends_index_free(struct spends_index *x);
/** Take a part in. @param[in,out] x  made when NULL   @param[in] part  given: freed with the index
 * @retval CM_E_NO_MEMORY  nothing changed, part is still the caller's */
CM_MUST_CHECK cm_err spends_index_add(struct spends_index **x, struct spends_part *part);

/* An entry by the first bytes of its hash; the newest word on it. */
struct spends_at spends_index_entry(const struct spends_index *x,
                                    const uint8_t hash[SPENDS_ENTRY_LEN]);
/* The first entry that came in which follows another one. */
struct spends_at spends_index_after(const struct spends_index *x,
                                    const uint8_t previous[SPENDS_ENTRY_LEN]);
/* The entry that redeemed a unit. */
struct spends_at spends_index_unit(const struct spends_index *x, uint32_t set, uint64_t serial);
/* Parts in the order in which they came. */
size_t spends_index_n(const struct spends_index *x);
const struct spends_part *spends_index_part(const struct spends_index *x, size_t i);
/* Whether what a row says still stands: no later document speaks of its entry. */
bool spends_index_stands(const struct spends_index *x, const struct spend_row *row);

#endif
