/* A hash map from 16-byte keys to values of one fixed size: open addressing, linear probing,
 * grows by doubling, forgets only as a whole. Built for the engine's overlays, which live until
 * the next fold and never delete single entries (a removal is recorded as a value).
 * Not thread-safe. Keys must be well mixed by the caller's hash (map_key_*). */
#ifndef CM_BASE_MAP_H
#define CM_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "countermark/error.h"

struct map_key {
    uint64_t hi, lo;
};

struct map {
    struct map_key *keys;
    uint8_t *used;   /* one byte a slot */
    uint8_t *values; /* cap * value_len */
    size_t cap, n, value_len;
};

void map_init(struct map *m, size_t value_len);
void map_wipe(struct map *m);
/** Make room for `more` entries, so that the next `more` puts cannot fail.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err map_reserve(struct map *m, size_t more);
/* The value of a key, or NULL. The pointer lives until the next put. */
void *map_get(const struct map *m, struct map_key key);
/* The value of a key, made (zeroed) if absent. Room must have been reserved. */
void *map_put(struct map *m, struct map_key key, bool *made);
/* Walk: the next used slot at or after *at, or false. */
bool map_next(const struct map *m, size_t *at, struct map_key *key, void **value);

static inline bool map_key_equal(struct map_key a, struct map_key b) {
    return a.hi == b.hi && a.lo == b.lo;
}

#endif
