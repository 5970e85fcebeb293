/* What a card is before anything happened to it: as its pool makes it, or as it was imported. */
#ifndef CM_ENGINE_CARD_FRESH_H
#define CM_ENGINE_CARD_FRESH_H

#include "engine/set.h"
#include "ledger/card.h"

/** The first record of a card whose ledger has none.
 * @param[in]  set  with a life @retval CM_E_IO, CM_E_CORRUPT  what was imported cannot be read */
CM_MUST_CHECK cm_err card_fresh(const struct set *set, uint64_t serial, struct card_record *out);

#endif
