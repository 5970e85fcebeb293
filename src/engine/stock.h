/* Where the cards of a set lie before they are used, and whose they are: spans of indices, as the
 * stock events laid them one over the other. Cards of which nothing was said are made and nobody's.
 * The owner alone uses it. It judges nothing: who may move what is asked before the event.
 * Source: docs/design/stock.md. */
#ifndef CM_ENGINE_STOCK_H
#define CM_ENGINE_STOCK_H

#include "base/buffer.h"
#include "base/macros.h"
#include "countermark/life.h"
#include "ledger/event.h"

struct stock_span {
    uint64_t first, count;
    uint32_t agent, order;
    uint8_t state;
};

/* The spans of one set, ascending; neighbours that touch differ. */
struct stock_row {
    uint32_t set;
    bool dirty; /* the image has it otherwise */
    struct stock_span *p;
    size_t n, cap;
};

struct stock {
    struct stock_row *rows; /* owned; ascending by set */
    size_t n, cap;
};
#define STOCK_INIT                                                                                 \
    { NULL, 0, 0 }

void stock_wipe(struct stock *s);

struct stock_place {
    enum cm_card_state state; /* made, shipped or in stock */
    uint32_t agent, order;    /* 0 = none */
};
struct stock_place stock_at(const struct stock *s, uint32_t set, uint64_t serial);
/* NULL when nothing was said of the set. */
const struct stock_row *stock_row_of(const struct stock *s, uint32_t set);

/** Room so that the next n lays on this set cannot fail. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err stock_room(struct stock *s, uint32_t set, size_t n);
/* Apply; room was made. */
void stock_lay(struct stock *s, const struct stock_event *e);

/* The image's document of a row (DOCUMENT_STOCK), appended. */
void stock_pack(const struct stock_row *row, struct buffer *out);
/** Take a row of the image over. @retval CM_E_NO_MEMORY  @retval CM_E_CORRUPT  no row of ours */
CM_MUST_CHECK cm_err stock_load(struct stock *s, uint32_t set, struct cm_slice content);

#endif
