/* The overlay layers: units, three maps and the growing lists inside idempotency records. */
#include "engine/layer.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

void layer_init(struct layer *l) {
    map_init(&l->extras, sizeof(struct extra_slot));
    changes_init(&l->units);
    map_init(&l->used_by, sizeof(struct used_slot));
    map_init(&l->aliases, sizeof(struct alias_slot));
    map_init(&l->answers, sizeof(struct answer_record));
    map_init(&l->cards, sizeof(struct card_slot));
    map_init(&l->lines, sizeof(struct line_slot));
}

void layer_wipe(struct layer *l) {
    size_t at = 0;
    struct map_key key;
    void *value;
    while (map_next(&l->answers, &at, &key, &value))
        free(((struct answer_record *)value)->items);
    map_wipe(&l->extras);
    changes_wipe(&l->units);
    map_wipe(&l->used_by);
    map_wipe(&l->aliases);
    map_wipe(&l->answers);
    map_wipe(&l->cards);
    map_wipe(&l->lines);
}

cm_err layer_reserve_units(struct layer *l, size_t n) {
    TRY(map_reserve(&l->extras, n));
    return changes_reserve(&l->units, n);
}

cm_err layer_reserve(struct layer *l, size_t n) {
    TRY(layer_reserve_units(l, n));
    TRY(map_reserve(&l->used_by, n));
    return map_reserve(&l->answers, n);
}

cm_err layer_reserve_aliases(struct layer *l, size_t n) { return map_reserve(&l->aliases, n); }

struct map_key hash_key(const uint8_t hash[static EVENT_HASH_LEN]) {
    return (struct map_key){.hi = get_u64be(hash), .lo = get_u64be(hash + sizeof(uint64_t))};
}

#define ODD_A 0x9E3779B97F4A7C15u /* odd multipliers: spread small counters over the word */
#define ODD_B 0xC2B2AE3D27D4EB4Fu

struct map_key used_key(uint32_t set, uint64_t serial, const uint8_t r[static EVENT_HASH_LEN]) {
    struct map_key key = hash_key(r);
    key.hi ^= serial * ODD_A;
    key.lo ^= set * ODD_B + serial;
    return key;
}

/* The first of the record's items that is not below `item`. */
static size_t place_of(const struct answer_record *r, uint16_t item) {
    size_t low = 0, high = r->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (r->items[middle].item < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

cm_err answer_append(struct answer_record *r, const struct answer_item *item) {
    /* Capacity is the next power of two of n, so it need not be stored. */
    if ((r->n & (r->n - 1)) == 0) {
        const size_t cap = r->n == 0 ? 1 : r->n * 2;
        struct answer_item *items = realloc(r->items, cap * sizeof *items);
        if (items == NULL) return CM_E_NO_MEMORY;
        r->items = items;
    }
    /* In order of the request: nearly always that is the end. */
    const size_t at = place_of(r, item->item);
    memmove(&r->items[at + 1], &r->items[at], (r->n - at) * sizeof *r->items);
    r->items[at] = *item;
    r->n++;
    if (item->time_ms > r->time_ms) r->time_ms = item->time_ms;
    return CM_OK;
}

const struct answer_item *answer_find(const struct answer_record *r, uint16_t item) {
    const size_t at = place_of(r, item);
    return at < r->n && r->items[at].item == item ? &r->items[at] : NULL;
}
