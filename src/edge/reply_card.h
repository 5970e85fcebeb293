/* What an answer about a card with a life has beside its verdict: the card's state and balance, the
 * transaction, and the lines of a receipt. A number is never in it. Pure.
 * The interface: docs/openapi.yaml. */
#ifndef CM_EDGE_REPLY_CARD_H
#define CM_EDGE_REPLY_CARD_H

#include "countermark/engine.h"
#include "doc/json_write.h"

/* Members of the answer to request i, which told.card says is a card. */
void reply_put_card(struct json_writer *w, const struct cm_call *call, size_t i,
                    struct cm_slice receipt);

#endif
