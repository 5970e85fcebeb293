/* Pages of unit bits, loaded when first touched. They are never let go: a quarter of a byte a unit.
 * They lie in slabs as large as a huge page of the kernel: in random use among 61,000 pages every
 * look would otherwise miss the processor's table of addresses as well as its caches. */
#include "engine/units.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define UNITS_PER_BYTE 4u
#define FIRST_CAP      64u      /* entries of a growing array */
#define SLAB_LEN       2097152u /* bytes */

struct unit_slab {
    struct unit_slab *next;
    size_t used;
    struct unit_page pages[];
};
#define SLAB_PAGES ((SLAB_LEN - sizeof(struct unit_slab)) / sizeof(struct unit_page))

void units_init(struct units *u, struct state *state) { *u = (struct units){.state = state}; }

void units_wipe(struct units *u) {
    for (uint32_t s = 0; s < u->set_n; s++)
        free(u->sets[s].pages);
    free(u->sets);
    for (struct unit_slab *slab = u->slabs, *next; slab != NULL; slab = next) {
        next = slab->next;
        free(slab);
    }
    *u = (struct units){0};
}

/* An empty page; the newest one can be given back with page_drop. */
static struct unit_page *page_new(struct units *u) {
    if (u->slabs == NULL || u->slabs->used == SLAB_PAGES) {
        struct unit_slab *slab = aligned_alloc(SLAB_LEN, SLAB_LEN);
        if (slab == NULL) return NULL;
        (void)madvise(slab, SLAB_LEN, MADV_HUGEPAGE); /* a wish; without it all works slower */
        slab->next = u->slabs;
        slab->used = 0;
        u->slabs = slab;
        u->slab_n++;
    }
    struct unit_page *page = &u->slabs->pages[u->slabs->used++];
    memset(page, 0, sizeof *page);
    return page;
}

static void page_drop(struct units *u) { u->slabs->used--; }

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
    struct unit_page *page = page_new(u);
    if (page == NULL) return CM_E_NO_MEMORY;
    bool found = false;
    const cm_err err = state_page(u->state, set, no, page->bits, &found);
    if (err != CM_OK) {
        page_drop(u);
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

void unit_set(struct units *u, uint32_t set, uint64_t serial, enum unit_bits bits) {
    struct unit_page *page = u->sets[set].pages[serial / STATE_PAGE_UNITS];
    const uint64_t at = serial % STATE_PAGE_UNITS;
    const unsigned shift = (unsigned)(at % UNITS_PER_BYTE) * 2u;
    uint8_t *byte = &page->bits[at / UNITS_PER_BYTE];
    const unsigned others = *byte & ~(3u << shift);
    *byte = (uint8_t)(others | ((unsigned)bits << shift));
}

void units_prefetch(const struct units *u, uint32_t set, uint64_t serial) {
    const uint64_t no = serial / STATE_PAGE_UNITS;
    if (set >= u->set_n || no >= u->sets[set].n || u->sets[set].pages[no] == NULL) return;
    const uint64_t at = serial % STATE_PAGE_UNITS;
    __builtin_prefetch(&u->sets[set].pages[no]->bits[at / UNITS_PER_BYTE], 1);
}

size_t units_memory(const struct units *u) { return u->slab_n * (size_t)SLAB_LEN; }
