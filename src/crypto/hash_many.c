/* Padding and sharing out to lanes. See hash_many.h. */
#include "crypto/hash_many.h"

#include <limits.h>
#include <string.h>

#include "crypto/hash_lanes.h"
#include "crypto/kernels.h"

#define PAD       0x80u
#define BITS_LEN  sizeof(uint64_t) /* bytes; the length in bits ends the last block */
#define LANES_PAY 4u               /* messages from which lanes beat one call after the other */

_Static_assert(HASH_MANY_LEN_MAX == HASH_LANE_LEN - BITS_LEN - 1, "two blocks with padding");

static cm_err one(struct hasher *hasher, struct cm_slice message, struct hash256 *out) {
    TRY(hasher_begin(hasher));
    TRY(hasher_update(hasher, message));
    return hasher_end(hasher, out);
}

static cm_err one_by_one(struct hasher *hasher, const struct hash_messages *m, size_t from,
                         struct hash256 *out) {
    for (size_t i = from; i < m->n; i++)
        TRY(one(hasher, slice_of(m->first + i * m->stride, m->len), &out[i]));
    return CM_OK;
}

/* Section 5.1.1: a one, zeros, the length in bits, up to the end of the block. */
static size_t pad_rows(struct hash_lanes *lanes, size_t len) {
    const size_t block_n = len + 1 + BITS_LEN <= HASH_BLOCK_LEN ? 1 : 2;
    memset(lanes, 0, sizeof *lanes);
    for (size_t i = 0; i < HASH_LANES; i++) {
        lanes->row[i][len] = PAD;
        put_u64be(&lanes->row[i][block_n * HASH_BLOCK_LEN - BITS_LEN], len * CHAR_BIT);
    }
    return block_n;
}

cm_err hash_many(struct hasher *hasher, const struct hash_messages *m, struct hash256 *out) {
    hash_lanes_fn *const run = kernels_hash_lanes();
    if (m->len > HASH_MANY_LEN_MAX) return CM_E_ARGUMENT;
    size_t at = 0;
    if (run != NULL && m->n >= LANES_PAY) {
        struct hash_lanes lanes;
        struct hash256 sums[HASH_LANES];
        const size_t block_n = pad_rows(&lanes, m->len);
        for (; m->n - at >= LANES_PAY;) {
            const size_t n = m->n - at < HASH_LANES ? m->n - at : HASH_LANES;
            for (size_t i = 0; i < n; i++)
                memcpy(lanes.row[i], m->first + (at + i) * m->stride, m->len);
            run(&lanes, block_n, sums);
            memcpy(&out[at], sums, n * sizeof *sums);
            at += n;
        }
    }
    return one_by_one(hasher, m, at, out);
}
