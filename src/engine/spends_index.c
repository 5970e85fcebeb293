/* Three maps over the rows of all parts: see spends_index.h. */
#include "engine/spends_index.h"

#include <stdlib.h>

#include "base/macros.h"
#include "base/map.h"

struct place {
    uint32_t part, row;
};

struct spends_index {
    struct spends_part **parts;
    size_t n;
    struct map entries, after, units; /* values: struct place */
};

static struct map_key hash_key(const uint8_t hash[SPENDS_ENTRY_LEN]) {
    return (struct map_key){.hi = get_u64be(hash), .lo = get_u64be(hash + sizeof(uint64_t))};
}

static struct map_key unit_key(uint32_t set, uint64_t serial) {
    return (struct map_key){.hi = set, .lo = serial};
}

static bool is_start(const struct spend_row *r) { return r->n == 1; }

void spends_index_free(struct spends_index *x) {
    if (x == NULL) return;
    for (size_t i = 0; i < x->n; i++)
        spends_part_free(x->parts[i]);
    free(x->parts);
    map_wipe(&x->entries);
    map_wipe(&x->after);
    map_wipe(&x->units);
    free(x);
}

static cm_err make_new(struct spends_index **x) {
    if (*x != NULL) return CM_OK;
    struct spends_index *made = calloc(1, sizeof *made);
    if (made == NULL) return CM_E_NO_MEMORY;
    map_init(&made->entries, sizeof(struct place));
    map_init(&made->after, sizeof(struct place));
    map_init(&made->units, sizeof(struct place));
    *x = made;
    return CM_OK;
}

static void add_row(struct spends_index *x, const struct spend_row *r, struct place at) {
    bool made = false;
    *(struct place *)map_put(&x->entries, hash_key(r->hash), &made) = at;
    struct place *after = is_start(r) ? NULL : map_put(&x->after, hash_key(r->previous), &made);
    if (after != NULL && made) *after = at;
    if (r->fate == FATE_REDEEMED)
        *(struct place *)map_put(&x->units, unit_key(r->set, r->serial), &made) = at;
}

cm_err spends_index_add(struct spends_index **index, struct spends_part *part) {
    TRY(make_new(index));
    struct spends_index *x = *index;
    TRY(map_reserve(&x->entries, part->row_n));
    TRY(map_reserve(&x->after, part->row_n));
    TRY(map_reserve(&x->units, part->row_n));
    struct spends_part **parts = realloc(x->parts, (x->n + 1) * sizeof(struct spends_part *));
    if (parts == NULL) return CM_E_NO_MEMORY;
    x->parts = parts;
    for (uint32_t i = 0; i < part->row_n; i++)
        add_row(x, &part->rows[i], (struct place){.part = (uint32_t)x->n, .row = i});
    x->parts[x->n++] = part;
    return CM_OK;
}

static struct spends_at at(const struct spends_index *x, const struct place *p) {
    if (p == NULL) return (struct spends_at){.part = NULL};
    const struct spends_part *part = x->parts[p->part];
    return (struct spends_at){.part = part, .row = &part->rows[p->row]};
}

struct spends_at spends_index_entry(const struct spends_index *x,
                                    const uint8_t hash[SPENDS_ENTRY_LEN]) {
    return at(x, x == NULL ? NULL : map_get(&x->entries, hash_key(hash)));
}

struct spends_at spends_index_after(const struct spends_index *x,
                                    const uint8_t previous[SPENDS_ENTRY_LEN]) {
    return at(x, x == NULL ? NULL : map_get(&x->after, hash_key(previous)));
}

struct spends_at spends_index_unit(const struct spends_index *x, uint32_t set, uint64_t serial) {
    return at(x, x == NULL ? NULL : map_get(&x->units, unit_key(set, serial)));
}

size_t spends_index_n(const struct spends_index *x) { return x == NULL ? 0 : x->n; }

const struct spends_part *spends_index_part(const struct spends_index *x, size_t i) {
    return x->parts[i];
}

bool spends_index_stands(const struct spends_index *x, const struct spend_row *row) {
    return spends_index_entry(x, row->hash).row == row;
}
