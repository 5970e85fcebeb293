/* What runs hold, in memory: one entry a run and batch, as the image has it and the events since
 * have left it. The owner alone uses it. It judges nothing but what no journal of ours says: a
 * range that the run does not hold. Source: docs/design/runs.md, "Ledger and engine". */
#ifndef CM_ENGINE_HELD_H
#define CM_ENGINE_HELD_H

#include "ledger/state_held.h"

struct held_entry {
    struct held_row row;
    bool dirty; /* the image has it otherwise */
};

struct held {
    struct held_entry **p; /* owned; in order of (run, set) */
    size_t n, cap;
};
#define HELD_INIT                                                                                  \
    { NULL, 0, 0 }

void held_wipe(struct held *h);

/* NULL when the run holds nothing of the set. */
struct held_entry *held_find(const struct held *h, uint32_t run, uint32_t set);
/* Whether any run holds units of the set. */
bool held_set(const struct held *h, uint32_t set);
/* Index of the first entry of a run; those of one run stand together. */
size_t held_first(const struct held *h, uint32_t run);
/** The entry of (run, set), made empty if there is none. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err held_entry_of(struct held *h, uint32_t run, uint32_t set,
                                   struct held_entry **out);
/** Take a row of the image over, its spans and holes with it. @retval CM_E_NO_MEMORY
 * @retval CM_E_CORRUPT  it is there already */
CM_MUST_CHECK cm_err held_load(struct held *h, struct held_row *row);

/* Serials of a range that are no units; the place of the first of them goes to *at (may be NULL) */
size_t held_holes(const struct held_row *row, uint64_t first, uint64_t count, size_t *at);
static inline bool held_hole(const struct held_row *row, uint64_t serial) {
    return held_holes(row, serial, 1, NULL) > 0;
}
/* Units of a span of the row. */
static inline uint64_t held_units(const struct held_row *row, const struct span *s) {
    return s->count - held_holes(row, s->first, s->count, NULL);
}
/* Whether the row holds all serials of a range; else *gap is one that it does not. */
bool held_covers(const struct held_row *row, uint64_t first, uint64_t count, uint64_t *gap);

/** Room to apply this hold. @retval CM_E_NO_MEMORY  @retval CM_E_CORRUPT  not behind all it holds
 */
CM_MUST_CHECK cm_err held_room(struct held *h, const struct hold_event *e);
/* Apply; room was made. */
void held_add(struct held *h, const struct hold_event *e, uint64_t sequence);
/* Apply to the spans; covered, and room was made by spans_reserve. */
void held_move(struct held_entry *entry, const struct move_event *e);

/* Entries of a run in the order of sending, malloc'ed into *out: the caller frees it.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err held_in_order(const struct held *h, uint32_t run, struct held_entry ***out,
                                   size_t *n);

#endif
