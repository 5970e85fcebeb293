/* Pages of unit bits: lazy loading, copy on write against the folder. */
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
    free(u->dirty);
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

static cm_err list_dirty(struct units *u, uint32_t set, uint64_t no, struct unit_page *page) {
    if (u->dirty_n == u->dirty_cap) {
        const size_t cap = u->dirty_cap == 0 ? FIRST_CAP : u->dirty_cap * 2;
        struct frozen_page *list = realloc(u->dirty, cap * sizeof *list);
        if (list == NULL) return CM_E_NO_MEMORY;
        u->dirty = list;
        u->dirty_cap = cap;
    }
    u->dirty[u->dirty_n++] = (struct frozen_page){.set = set, .page = no, .p = page};
    page->dirty = true;
    return CM_OK;
}

cm_err units_touch(struct units *u, uint32_t set, uint64_t serial) {
    TRY(units_load(u, set, serial));
    const uint64_t no = serial / STATE_PAGE_UNITS;
    struct unit_page **slot = &u->sets[set].pages[no];
    if ((*slot)->dirty) return CM_OK;
    if (!(*slot)->frozen) return list_dirty(u, set, no, *slot);
    struct unit_page *copy = malloc(sizeof *copy);
    if (copy == NULL) return CM_E_NO_MEMORY;
    memcpy(copy->bits, (*slot)->bits, sizeof copy->bits);
    copy->dirty = copy->frozen = copy->orphaned = false;
    const cm_err err = list_dirty(u, set, no, copy);
    if (err != CM_OK) {
        free(copy);
        return err;
    }
    (*slot)->orphaned = true;
    *slot = copy;
    return CM_OK;
}

enum unit_bits unit_get(const struct units *u, uint32_t set, uint64_t serial) {
    const struct unit_page *page = u->sets[set].pages[serial / STATE_PAGE_UNITS];
    const uint64_t at = serial % STATE_PAGE_UNITS;
    const unsigned shift = (unsigned)(at % UNITS_PER_BYTE) * 2u;
    return (enum unit_bits)(((unsigned)page->bits[at / UNITS_PER_BYTE] >> shift) & 3u);
}

void unit_set(struct units *u, uint32_t set, uint64_t serial, enum unit_bits bits) {
    struct unit_page *page = u->sets[set].pages[serial / STATE_PAGE_UNITS];
    const uint64_t at = serial % STATE_PAGE_UNITS;
    const unsigned shift = (unsigned)(at % UNITS_PER_BYTE) * 2u;
    uint8_t *byte = &page->bits[at / UNITS_PER_BYTE];
    const unsigned others = *byte & ~(3u << shift);
    *byte = (uint8_t)(others | ((unsigned)bits << shift));
}

size_t units_freeze(struct units *u, struct frozen_page **list) {
    for (size_t i = 0; i < u->dirty_n; i++) {
        u->dirty[i].p->dirty = false;
        u->dirty[i].p->frozen = true;
    }
    const size_t n = u->dirty_n;
    *list = u->dirty;
    u->dirty = NULL;
    u->dirty_n = u->dirty_cap = 0;
    return n;
}

cm_err units_folded(struct units *u, const struct frozen_page *list, size_t n, bool committed) {
    for (size_t i = 0; i < n; i++) {
        struct unit_page *page = list[i].p;
        page->frozen = false;
        if (page->orphaned)
            free(page); /* its successor is on the dirty list */
        else if (!committed)
            TRY(list_dirty(u, list[i].set, list[i].page, page));
    }
    return CM_OK;
}

size_t units_memory(const struct units *u) {
    size_t bytes = 0;
    for (uint32_t s = 0; s < u->set_n; s++)
        for (uint64_t p = 0; p < u->sets[s].n; p++)
            bytes += u->sets[s].pages[p] != NULL ? sizeof(struct unit_page) : 0;
    return bytes;
}
