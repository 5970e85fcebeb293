/* Two bits for every unit, in pages that are loaded when first touched and copied when a fold
 * holds them. The owner thread alone calls these, units_folded included. No journal, no verdicts:
 * this file is a bitmap with a memory. Source: docs/design/engine.md, "Pages". */
#ifndef CM_ENGINE_UNITS_H
#define CM_ENGINE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "ledger/state.h"

enum unit_bits { UNIT_FRESH = 0, UNIT_SPENT = 1, UNIT_ABSENT = 2, UNIT_OTHER = 3 };

struct unit_page {
    uint8_t bits[STATE_PAGE_LEN];
    bool dirty;    /* differs from the image, or will once folded */
    bool frozen;   /* a fold reads it: copy before the next change */
    bool orphaned; /* frozen and replaced: only the fold's list holds it */
};

/* A page as the folder sees it. */
struct frozen_page {
    uint32_t set;
    uint64_t page;
    struct unit_page *p;
};

struct unit_pages {
    struct unit_page **pages; /* NULL = not in memory */
    uint64_t n;
};

struct units {
    struct state *state;     /* where pages come from; borrowed */
    struct unit_pages *sets; /* by set number */
    uint32_t set_n;
    struct frozen_page *dirty; /* pages changed since the last freeze */
    size_t dirty_n, dirty_cap;
};

void units_init(struct units *u, struct state *state);
void units_wipe(struct units *u);

/** Bring the unit's page into memory, for reading.
 * @retval CM_E_NO_MEMORY, CM_E_IO, CM_E_CORRUPT  nothing changed */
CM_MUST_CHECK cm_err units_load(struct units *u, uint32_t set, uint64_t serial);
/** As units_load, and writable, on the dirty list: the following unit_set of any unit of that page
 * cannot fail. */
CM_MUST_CHECK cm_err units_touch(struct units *u, uint32_t set, uint64_t serial);
/* The unit must have been touched (set) or loaded (get). */
enum unit_bits unit_get(const struct units *u, uint32_t set, uint64_t serial);
void unit_set(struct units *u, uint32_t set, uint64_t serial, enum unit_bits bits);

/* Hand the dirty pages to a fold: they are frozen, the list is the caller's (free it). */
size_t units_freeze(struct units *u, struct frozen_page **list);
/* The fold is over: thaw or free its pages. When it failed they are dirty again. */
CM_MUST_CHECK cm_err units_folded(struct units *u, const struct frozen_page *list, size_t n,
                                  bool committed);
/* Bytes of page memory. */
size_t units_memory(const struct units *u);

#endif
