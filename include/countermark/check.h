/* The kinds of check character. It is public arithmetic: it tells a typing error from a guess and
 * adds nothing to the odds. Reference: docs/design/construction.md section 7. */
#ifndef COUNTERMARK_CHECK_H
#define COUNTERMARK_CHECK_H

#include <stdint.h>

#include "countermark/bytes.h"
#include "countermark/error.h"

/* Values are stored in schemes: never renumber. */
enum cm_check {
    CM_CHECK_NONE = 0,
    CM_CHECK_PRIME = 1, /* sum a^i x_i = 0 in GF(p), a the smallest primitive root */
    CM_CHECK_GF16 = 2,  /* the same in GF(2)[x] / (x^4 + x + 1), a = x */
    CM_CHECK_GF32 = 3,  /* the same in GF(2)[x] / (x^5 + x^2 + 1), a = x */
    CM_CHECK_DAMM = 4   /* ten symbols: Damm's quasigroup of 2004 */
};

/** The kind that an alphabet of `radix` symbols can have.
 * @param[in]  radix  2..64
 * @param[out] kind   untouched on error
 * @retval CM_E_RANGE        radix outside 2..64
 * @retval CM_E_UNSUPPORTED  radix is not a prime of at least 5, 16, 32 or 10 (in GF(2) and GF(3)
 *                           transpositions or twins would pass: the promise could not be kept)
 * Thread-safe, no allocation. */
CM_API CM_MUST_CHECK cm_err cm_check_kind_for(uint8_t radix, enum cm_check *kind);

/** Name of a kind as written in scheme files: "none", "prime", "gf16", "gf32", "damm".
 * @return static text; "unknown" for a value outside the enum. Thread-safe. */
CM_API const char *cm_check_name(enum cm_check kind);

/** The kind of a name.
 * @param[out] kind  untouched on error
 * @retval CM_E_NOT_FOUND  no kind has that name
 * Thread-safe, no allocation. */
CM_API CM_MUST_CHECK cm_err cm_check_by_name(struct cm_slice name, enum cm_check *kind);

#endif
