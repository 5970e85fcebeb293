/* Codes that look like a scheme's and are none: for proofs, which are made before a scheme is
 * frozen and shown to people who must not hold real ones. They are minted under a key that everyone
 * can compute from the seed, and carry a wrong check character where the scheme has one, so that a
 * till says "typing error" and counts no guess. Without a check character a sample is a real code
 * as seldom as any guess is.
 * It refuses numbers that no coder takes, and schemes whose filter leaves nothing. */
#ifndef CM_SYMBOL_SAMPLE_CODES_H
#define CM_SYMBOL_SAMPLE_CODES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "codes/group.h"

#define SAMPLE_CODES_MAX 1000u

struct sample_codes {
    size_t n, len; /* texts, fewer than wished where the scheme has no more; symbols of each, check
                      character included, separators not */
    size_t full_len; /* bytes of each as printed, in groups */
    bool typo;       /* each has a wrong check character */
    char *texts;     /* n of len bytes, back to back */
    char *full;      /* n of full_len bytes, back to back */
};
#define SAMPLE_CODES_INIT                                                                          \
    { .n = 0 }

/** @param[in] numbers  checked ones, or a plan's
 * @param[in] n        how many are wished, 1..SAMPLE_CODES_MAX
 * @param[out] out     sample_codes_free it; untouched on error
 * @retval CM_E_RANGE  n of 0 or above SAMPLE_CODES_MAX
 * @retval CM_E_LIMIT  the filter skips everything
 * @retval as cm_coder_new, cm_coder_mint_range
 * Any thread. Example: tests/unit/symbol/test_sample_codes.c */
CM_MUST_CHECK cm_err sample_codes_make(const struct cm_scheme_numbers *numbers, uint64_t seed,
                                       size_t n, struct sample_codes *out, struct cm_diag *diag);
void sample_codes_free(struct sample_codes *s);

#endif
