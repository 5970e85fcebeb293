/* What the owner does for cards with a life around a decision. Private to the engine's local_*.c.
 * Source: docs/design/card-life.md. */
#ifndef CM_ENGINE_LOCAL_CARD_H
#define CM_ENGINE_LOCAL_CARD_H

#include "engine/local.h"

/* A document was applied: groups make room for the events of cards once there are any. */
void card_note_life(struct local *l, enum document_kind kind, uint32_t id);
/** Bring into memory what deciding a request to a card may look at: the card, lines of its history,
 * the card that is to take its place; and settle its PIN and whose range it lies in.
 * @retval CM_E_IO, CM_E_CORRUPT, CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err card_settle(struct local *l, const struct cm_call *call, size_t i,
                                 struct resolved *r);
/** The lines that tell what was told under an idempotency key; its record has been touched.
 * @retval CM_E_IO, CM_E_CORRUPT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err card_touch_replay(struct local *l, const uint8_t *key);
/* Whether a call may write an event: one that only checks may, where wrong PINs are counted. The
 * registry is held still. */
bool card_call_writes(const struct local *l, const struct cm_call *call);

#endif
