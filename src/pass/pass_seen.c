/* 128 bits of SHA-256: two of a million texts meet by accident once in 10^26 runs. */
#include "pass/pass_seen.h"

#include "base/macros.h"
#include "crypto/hash.h"

void pass_seen_init(struct pass_seen *s) { map_init(&s->rows, sizeof(uint64_t)); }

void pass_seen_wipe(struct pass_seen *s) { map_wipe(&s->rows); }

cm_err pass_seen_take(struct pass_seen *s, struct cm_slice text, uint64_t row, uint64_t *first) {
    struct hash256 sum;
    struct map_key key;
    bool made = false;
    hash_sha256(text, &sum);
    memcpy(&key, sum.b, sizeof key);
    TRY(map_reserve(&s->rows, 1));
    uint64_t *known = map_put(&s->rows, key, &made);
    if (!made) {
        *first = *known;
        return CM_E_EXISTS;
    }
    *known = row;
    return CM_OK;
}
