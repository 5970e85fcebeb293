/* A face of new cards as another key version of their pool reads it: a text that is a card of that
 * version already is never given to a second one, be it a number, an EAN-13, a GSRN or a key tag's.
 * It asks no ledger: what was issued, the caller finds out.
 * Source: docs/design/construction.md sections 10 and 12. */
#ifndef CM_VAULT_CARD_CROSS_H
#define CM_VAULT_CARD_CROSS_H

#include "countermark/card.h"

struct card_cross;

/** @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err card_cross_new(struct card_cross **out);
/* Wipes. NULL is fine. */
void card_cross_free(struct card_cross *c);

/* Which texts of the new cards: cards first .. first + n, of key tags the member-th. */
struct card_cross_face {
    enum cm_card_face face;
    uint8_t member;
    uint8_t width; /* digits, as cm_card_shape says */
    uint64_t first;
};

/** Make the texts under one version, open them under the other.
 * @param[out] opened  n answers
 * @retval CM_E_CRYPTO, and as cm_numberer_face */
CM_MUST_CHECK cm_err card_cross_open(struct card_cross *c, struct cm_numberer *own,
                                     struct cm_numberer *other, const struct card_cross_face *face,
                                     size_t n, struct cm_card_opened *opened);

#endif
