/* What calls ask of cards beside their codes, and what answers tell of them: the columns that only
 * frames with cards have, so that frames of codes stay as short as they were.
 * Refused: a reason, state, amount or currency that no encoder of ours would have written.
 * Byte tables: docs/design/processes.md, "Frames". */
#ifndef CM_WIRE_CARD_COLUMNS_H
#define CM_WIRE_CARD_COLUMNS_H

#include "countermark/engine.h"
#include "wire/item.h"

/** How many rows of asks the calls have, and the bytes of their texts.
 * @retval CM_E_LIMIT  an amount, currency or reason that no frame may carry */
CM_MUST_CHECK cm_err card_asks_measure(const struct cm_call *calls, size_t n, size_t *row_n,
                                       size_t *text_len);
/* Two items, the first under `key`: the rows, and the texts one after the other. */
void card_asks_put(struct buffer *out, uint32_t key, const struct cm_call *calls, size_t n,
                   size_t row_n, size_t text_len);

struct card_asks_reader {
    struct cursor rows, texts;
};
/** The next row. @param[out] out  other is borrowed
 * @retval CM_E_FORMAT  not what an encoder writes      @retval CM_E_LIMIT  too much or too long */
CM_MUST_CHECK cm_err card_asks_next(struct card_asks_reader *r, struct cm_card_ask *out);
/** @retval CM_E_FORMAT  something is left over */
CM_MUST_CHECK cm_err card_asks_end(const struct card_asks_reader *r);

/* Whether answer i has a row of what is told. */
static inline bool card_is_told(const struct cm_call *call, size_t i) {
    return call->told != NULL && call->told[i].card;
}
/* How many such rows the answers of these calls have, and the item of them, under `key`. */
size_t card_told_count(const struct cm_call *calls, size_t n);
void card_told_put(struct buffer *out, uint32_t key, const struct cm_call *calls, size_t n,
                   size_t row_n);
/** Check rows of TOLD_ROW bytes. @retval CM_E_FORMAT */
CM_MUST_CHECK cm_err card_told_check(struct cm_slice rows);
/* Read a row that was checked. */
void card_told_read(const uint8_t *row, struct cm_card_told *out);

#endif
