/* What an event does to a card's record: the last column of docs/design/card-life.md. It applies
 * and checks, and decides nothing: sums that do not hold are a damaged ledger. Pure. */
#ifndef CM_ENGINE_CARD_APPLY_H
#define CM_ENGINE_CARD_APPLY_H

#include "base/macros.h"
#include "ledger/card.h"

/** Apply one event.
 * @param[in,out] card  untouched on error
 * @retval CM_E_CORRUPT  the event does not follow from the record: another balance, an unknown hold
 */
CM_MUST_CHECK cm_err card_apply(struct card_record *card, const struct card_event *e,
                                uint64_t sequence, uint64_t time_ms);

/* Inert: not activated, wherever it lies. */
static inline bool card_inert(enum cm_card_state state) { return state <= CM_CARD_STOCK; }

/* Index of a hold, or hold_n. */
size_t card_hold_at(const struct card_record *card, uint64_t id);

#endif
