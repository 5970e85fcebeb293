/* Open addressing with linear probing at most 3/4 full; the mixing is splitmix64's finaliser,
 * enough because keys come from our own counters or from keyed hashes, never raw from outside. */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/macros.h"

#define MAP_FIRST_CAP 1024u /* slots, a power of two */

static uint64_t mix(uint64_t x) {
    x ^= x >> 30;
    x *= 0xBF58476D1CE4E5B9u;
    x ^= x >> 27;
    x *= 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static size_t slot_of(struct map_key k, size_t cap) {
    return (size_t)mix(k.lo ^ mix(k.hi + 0x9E3779B97F4A7C15u)) & (cap - 1);
}

void map_init(struct map *m, size_t value_len) { *m = (struct map){.value_len = value_len}; }

void map_wipe(struct map *m) {
    free(m->keys);
    free(m->used);
    free(m->values);
    map_init(m, m->value_len);
}

static size_t probe(const struct map *m, struct map_key key) {
    size_t at = slot_of(key, m->cap);
    while (m->used[at] != 0 && !map_key_equal(m->keys[at], key))
        at = (at + 1) & (m->cap - 1);
    return at;
}

static cm_err grow(struct map *m, size_t cap) {
    size_t bytes = 0;
    if (!checked_mul_size(cap, m->value_len, &bytes)) return CM_E_NO_MEMORY;
    struct map next = {.cap = cap, .value_len = m->value_len};
    next.keys = calloc(cap, sizeof *next.keys);
    next.used = calloc(cap, 1);
    next.values = calloc(1, bytes == 0 ? 1 : bytes);
    if (next.keys == NULL || next.used == NULL || next.values == NULL) {
        map_wipe(&next);
        return CM_E_NO_MEMORY;
    }
    size_t at = 0;
    struct map_key key;
    void *value;
    while (map_next(m, &at, &key, &value))
        memcpy(map_put(&next, key, NULL), value, m->value_len);
    map_wipe(m);
    *m = next;
    return CM_OK;
}

cm_err map_reserve(struct map *m, size_t more) {
    size_t need = 0;
    if (!checked_add_size(m->n, more, &need) || !checked_mul_size(need, 4, &need))
        return CM_E_NO_MEMORY;
    need = need / 3 + 1;
    if (need <= m->cap) return CM_OK;
    size_t cap = m->cap == 0 ? MAP_FIRST_CAP : m->cap;
    while (cap < need)
        if (!checked_mul_size(cap, 2, &cap)) return CM_E_NO_MEMORY;
    return grow(m, cap);
}

void *map_get(const struct map *m, struct map_key key) {
    if (m->n == 0) return NULL;
    const size_t at = probe(m, key);
    return m->used[at] != 0 ? m->values + at * m->value_len : NULL;
}

void *map_put(struct map *m, struct map_key key, bool *made) {
    const size_t at = probe(m, key);
    if (made != NULL) *made = m->used[at] == 0;
    if (m->used[at] == 0) {
        m->used[at] = 1;
        m->keys[at] = key;
        memset(m->values + at * m->value_len, 0, m->value_len);
        m->n++;
    }
    return m->values + at * m->value_len;
}

bool map_next(const struct map *m, size_t *at, struct map_key *key, void **value) {
    for (; *at < m->cap; (*at)++) {
        if (m->used[*at] == 0) continue;
        *key = m->keys[*at];
        *value = m->values + *at * m->value_len;
        (*at)++;
        return true;
    }
    return false;
}
