/* Pages of unit bits, loaded when first touched. They are never let go: a quarter of a byte a unit.
 */
#include "engine/units.h"

#include <stdlib.h>
#include <string.h>

#define UNITS_PER_BYTE 4u
#define FIRST_CAP      64u /* entries of a growing array */

void units_init(struct units *u, struct state *state) { *u = (struct units){.state = state}; }

void units_wipe(struct units *u) {
    for (uint32_t s = 0; s < u->set_n; s++) {
        for (uint64_t p = 0; p < u->sets[s].n; p++)
            free(u->sets[s].pages[p]);
        free(u->sets[s].pages);
    }
    free(u->sets);
    *u = (struct units){0};
}

/* Room for `need` entries of `size` bytes, zeroing what is new. */
static void *grown(void *old, size_t have, size_t need, size_t size) {
    char *p = realloc(old, need * size);
    if (p != NULL) memset(p + have * size, 0, (need - have) * size);
    return p;
}

static cm_err slot_of(struct units *u, uint32_t set, uint64_t page, struct unit_page ***slot) {
    if (set >= u->set_n) {
        const size_t need = (size_t)set + FIRST_CAP;
        void *sets = grown(u->sets, u->set_n, need, sizeof *u->sets);
        if (sets == NULL) return CM_E_NO_MEMORY;
        u->sets = sets;
        u->set_n = (uint32_t)need;
    }
    struct unit_pages *pages = &u->sets[set];
    if (page >= pages->n) {
        const size_t need = (size_t)page + 1 + (size_t)page / 2;
        void *p = grown(pages->pages, (size_t)pages->n, need, sizeof(struct unit_page *));
        if (p == NULL) return CM_E_NO_MEMORY;
        pages->pages = p;
        pages->n = need;
    }
    *slot = &pages->pages[page];
    return CM_OK;
}

cm_err units_load(struct units *u, uint32_t set, uint64_t serial) {
    const uint64_t no = serial / STATE_PAGE_UNITS;
    struct unit_page **slot = NULL;
    TRY(slot_of(u, set, no, &slot));
    if (*slot != NULL) return CM_OK;
    struct unit_page *page = calloc(1, sizeof *page);
    if (page == NULL) return CM_E_NO_MEMORY;
    bool found = false;
    const cm_err err = state_page(u->state, set, no, page->bits, &found);
    if (err != CM_OK) {
        free(page);
        return err;
    }
    *slot = page;
    return CM_OK;
}

enum unit_bits unit_get(const struct units *u, uint32_t set, uint64_t serial) {
    const struct unit_page *page = u->sets[set].pages[serial / STATE_PAGE_UNITS];
    const uint64_t at = serial % STATE_PAGE_UNITS;
    const unsigned shift = (unsigned)(at % UNITS_PER_BYTE) * 2u;
    return (enum unit_bits)(((unsigned)page->bits[at / UNITS_PER_BYTE] >> shift) & 3u);
}

void page_set(struct unit_page *page, uint64_t serial, enum unit_bits bits) {
    const uint64_t at = serial % STATE_PAGE_UNITS;
    const unsigned shift = (unsigned)(at % UNITS_PER_BYTE) * 2u;
    uint8_t *byte = &page->bits[at / UNITS_PER_BYTE];
    const unsigned others = *byte & ~(3u << shift);
    *byte = (uint8_t)(others | ((unsigned)bits << shift));
}

void unit_set(struct units *u, uint32_t set, uint64_t serial, enum unit_bits bits) {
    page_set(u->sets[set].pages[serial / STATE_PAGE_UNITS], serial, bits);
}

void units_prefetch(const struct units *u, uint32_t set, uint64_t serial) {
    const uint64_t no = serial / STATE_PAGE_UNITS;
    if (set >= u->set_n || no >= u->sets[set].n || u->sets[set].pages[no] == NULL) return;
    const uint64_t at = serial % STATE_PAGE_UNITS;
    __builtin_prefetch(&u->sets[set].pages[no]->bits[at / UNITS_PER_BYTE], 1);
}

size_t units_memory(const struct units *u) {
    size_t bytes = 0;
    for (uint32_t s = 0; s < u->set_n; s++)
        for (uint64_t p = 0; p < u->sets[s].n; p++)
            bytes += u->sets[s].pages[p] != NULL ? sizeof(struct unit_page) : 0;
    return bytes;
}
