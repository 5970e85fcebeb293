/* Tails: what became of the units of a range of pages since those pages were written, in order of
 * arrival. They lie over the pages and their details, so that a fold need not write a page for a
 * unit; every reader of pages and details asks them first. Private to state*.c.
 * Byte table: docs/design/state.md, "Tails".
 */
#ifndef CM_LEDGER_STATE_TAIL_H
#define CM_LEDGER_STATE_TAIL_H

#include "ledger/state_table.h"

#define TAIL_HEAD_LEN  16u /* entries before the chunk's 4, base of times 6, of sequences 6 */
#define TAIL_ENTRY_LEN 19u /* place 3, use 4, actor 4, time 4 and sequence 4 over the bases */
#define TAIL_CHUNK_MAX ((STATE_PAGE_LEN - TAIL_HEAD_LEN) / TAIL_ENTRY_LEN) /* 213: one page */

/* One chunk of a range's tail. */
struct tail_chunk {
    uint16_t no;
    uint32_t before;         /* entries in the chunks before it */
    uint64_t time, sequence; /* bases: what its entries' times and sequences are counted from */
    size_t n;
    const uint8_t *entries; /* in the map */
};

void tail_head_put(uint8_t to[static TAIL_HEAD_LEN], const struct tail_chunk *chunk);
/* Whether times and sequence of the change can be told over the chunk's bases. */
bool tail_fits(const struct tail_chunk *chunk, const struct unit_change *change);
/* A change that fits. */
void tail_put(uint8_t to[static TAIL_ENTRY_LEN], const struct tail_chunk *chunk,
              const struct unit_change *change);
/* Entry number i, of a unit of that range. */
struct unit_change tail_read(const struct tail_chunk *chunk, size_t i, uint64_t range);

struct table_key tail_key(uint32_t set, uint64_t range, uint16_t no);

/** The first chunk of a range, and the one after the cursor's.
 * @param[out] found  false: the range has no (more) chunks
 * @retval CM_E_CORRUPT  the diag (may be NULL) names it      @retval CM_E_IO */
CM_MUST_CHECK cm_err tail_first(MDB_cursor *cursor, uint32_t set, uint64_t range,
                                struct cm_diag *diag, struct tail_chunk *out, bool *found);
CM_MUST_CHECK cm_err tail_next(MDB_cursor *cursor, uint32_t set, uint64_t range,
                               struct cm_diag *diag, struct tail_chunk *out, bool *found);
/** The last one, and the one before. @retval as tail_first */
CM_MUST_CHECK cm_err tail_last(MDB_cursor *cursor, uint32_t set, uint64_t range,
                               struct cm_diag *diag, struct tail_chunk *out, bool *found);
CM_MUST_CHECK cm_err tail_before(MDB_cursor *cursor, uint32_t set, uint64_t range,
                                 struct cm_diag *diag, struct tail_chunk *out, bool *found);

/** Lay the tail over a page's bits.
 * @param[in,out] bits   of the page as the table of pages has it; zeros if it has none
 * @param[in,out] found  set where a unit of the page has bits in the tail
 * @retval as tail_first */
CM_MUST_CHECK cm_err tail_over_page(MDB_cursor *cursor, uint32_t set, uint64_t page,
                                    struct cm_diag *diag, uint8_t bits[static STATE_PAGE_LEN],
                                    bool *found);
/** The newest details of a unit in the tail. @retval as tail_first */
CM_MUST_CHECK cm_err tail_detail(MDB_cursor *cursor, uint32_t set, uint64_t serial,
                                 struct cm_diag *diag, struct unit_detail *out, bool *found);

/* Two bits of a unit in its page. */
void page_bits_set(uint8_t page[static STATE_PAGE_LEN], uint64_t serial, unsigned bits);

#endif
