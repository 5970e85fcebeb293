/* An external sort of keyed hashes in bounded memory: runs of LEGACY_RUN_ROWS rows, sorted and
 * spilled into one file without a name, then merged. It holds hashes, serials and line numbers,
 * never a text; a process that dies leaves nothing of it. One thread. */
#ifndef CM_ENGINE_LEGACY_SORT_H
#define CM_ENGINE_LEGACY_SORT_H

#include "engine/legacy.h"

#define LEGACY_RUN_ROWS (1u << 20) /* rows sorted in memory: 24 MiB */

struct legacy_sort_row {
    uint64_t high;  /* the hash's first eight bytes */
    uint64_t place; /* its last two, then the serial's six */
    uint32_t line;  /* of the file that was imported */
    uint32_t mark;  /* the caller's */
};

struct legacy_sort;
/** @param[in] folder  where it spills @retval CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err legacy_sort_new(struct legacy_sort **out, const char *folder,
                                     struct cm_diag *diag);
void legacy_sort_free(struct legacy_sort *s);
/** @retval CM_E_IO, CM_E_NO_SPACE  the spill could not be written */
CM_MUST_CHECK cm_err legacy_sort_put(struct legacy_sort *s, const uint8_t *hash, uint64_t serial,
                                     uint32_t line, uint32_t mark, struct cm_diag *diag);
/** No more rows: begin to merge, or begin anew. @retval as legacy_sort_put, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err legacy_sort_begin(struct legacy_sort *s, struct cm_diag *diag);
/** The next row in the order of hash, then serial.
 * @param[out] more  false at the end @retval CM_E_IO */
CM_MUST_CHECK cm_err legacy_sort_next(struct legacy_sort *s, struct legacy_sort_row *out,
                                      bool *more, struct cm_diag *diag);
uint64_t legacy_sort_rows(const struct legacy_sort *s);

#define LEGACY_SERIAL_BITS 48u
static inline uint64_t legacy_sort_serial(const struct legacy_sort_row *r) {
    return r->place & (((uint64_t)1 << LEGACY_SERIAL_BITS) - 1);
}
static inline bool legacy_sort_same(const struct legacy_sort_row *a,
                                    const struct legacy_sort_row *b) {
    return a->high == b->high && a->place >> LEGACY_SERIAL_BITS == b->place >> LEGACY_SERIAL_BITS;
}
/* The index row: hash, then serial. */
static inline void legacy_sort_put_row(uint8_t *row, const struct legacy_sort_row *r) {
    put_u64be(row, r->high);
    put_u64be(row + sizeof r->high, r->place);
}

#endif
