/* Two bits for every unit as of the last applied event, in pages that are loaded when first
 * touched. The owner thread alone calls these. No journal, no verdicts, no fold: this file is a
 * bitmap; what a fold writes comes from changes.h. Source: docs/design/engine.md, "The book". */
#ifndef CM_ENGINE_UNITS_H
#define CM_ENGINE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "ledger/state.h"

enum unit_bits { UNIT_FRESH = 0, UNIT_SPENT = 1, UNIT_ABSENT = 2, UNIT_OTHER = 3 };

struct unit_page {
    uint8_t bits[STATE_PAGE_LEN];
};

struct unit_pages {
    struct unit_page **pages; /* NULL = not in memory */
    uint64_t n;
};

struct units {
    struct state *state;     /* where pages come from; borrowed */
    struct unit_pages *sets; /* by set number */
    uint32_t set_n;
    struct unit_slab *slabs; /* where pages lie; the first has room or none has */
    size_t slab_n;
};

void units_init(struct units *u, struct state *state);
void units_wipe(struct units *u);

/** Bring the unit's page into memory: unit_get and unit_set of its units cannot fail then.
 * @retval CM_E_NO_MEMORY, CM_E_IO, CM_E_CORRUPT  nothing changed */
CM_MUST_CHECK cm_err units_load(struct units *u, uint32_t set, uint64_t serial);
/* Have the unit's bits fetched into the cache, if they are in memory. */
void units_prefetch(const struct units *u, uint32_t set, uint64_t serial);
/* The unit must have been loaded. */
enum unit_bits unit_get(const struct units *u, uint32_t set, uint64_t serial);
void unit_set(struct units *u, uint32_t set, uint64_t serial, enum unit_bits bits);

/* Bytes of page memory, in slabs of 2 MiB. */
size_t units_memory(const struct units *u);

#endif
