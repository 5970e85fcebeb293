/* What became of each record of an order, as return files say it: one state a record in memory,
 * runs of equal states where it is kept. States only move forward: late and repeated news change
 * nothing, and what cannot be true together is a contradiction.
 * Table and packing: docs/design/orders.md, "The life of an order". */
#ifndef CM_ORDER_BOOK_H
#define CM_ORDER_BOOK_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/macros.h"

/* The numbers are written in ledgers: append only. */
enum book_state {
    BOOK_ORDERED = 0,     /* nothing was said of it */
    BOOK_PRODUCED = 1,    /* made, and still there */
    BOOK_HELD = 2,        /* made, and kept back */
    BOOK_SHIPPED = 3,     /* left for its shop */
    BOOK_SPOILED = 4,     /* destroyed */
    BOOK_REMADE = 5,      /* destroyed, and another record took its place */
    BOOK_QUARANTINED = 6, /* lines of it did not hold: not believed until they do */
};
#define BOOK_STATE_N    7u
#define BOOK_PACKED_MAX (2u << 20) /* bytes */

struct book_of_order {
    uint8_t *state; /* one a record: record r is state[r - 1] */
    uint64_t records;
};
void book_of_order_wipe(struct book_of_order *b);

/** Unpack.
 * @param[in]  packed  empty: nothing was said yet
 * @param[out] out     book_of_order_wipe it; untouched on error
 * @retval CM_E_CORRUPT  not such a book of so many records      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err book_of_order_read(struct cm_slice packed, uint64_t records,
                                        struct book_of_order *out);
/** Pack. @retval CM_E_LIMIT  states change too often for BOOK_PACKED_MAX  @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err book_of_order_pack(const struct book_of_order *b, struct buffer *out);

/** What a record that was `old` is after `news`.
 * @param[out] now  old, where the news are late      @return false: both cannot be true */
bool book_follow(enum book_state old, enum book_state news, enum book_state *now);
/* "ordered", "produced" ...; static text. */
const char *book_state_name(enum book_state state);

#endif
