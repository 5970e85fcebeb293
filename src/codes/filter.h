/* The filter of the minter: codes that must not be printed although they are sound. Two rules,
 * over data and check characters: it spells a word of the block list (digits read as letters,
 * too), or it reads upside down as another text of the alphabet. Skipping is a pure function of the
 * numerals and of versions frozen in the scheme. Reference: docs/design/construction.md. */
#ifndef CM_CODES_FILTER_H
#define CM_CODES_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "countermark/alphabet.h"

#define FILTER_VERSION 1u /* newest version of the compiled-in word list; 0 = no list */

struct filter; /* immutable once built: shared by threads */

struct filter_options {
    uint8_t code_n;               /* symbols of a row: data and check character */
    uint8_t version;              /* word list, as frozen in the scheme: 0 = none */
    bool rotation;                /* skip what reads as another text upside down */
    const struct cm_slice *extra; /* further words (letters and digits), borrowed for the call */
    size_t extra_n;
    bool extra_exact; /* extra words symbol by symbol, without their other spellings */
};

/** Build the filter of a scheme.
 * @param[out] out   to be freed with filter_free; untouched on error
 * @retval CM_E_VERSION    unknown version      @retval CM_E_RANGE  code_n is 0
 * @retval CM_E_FORMAT     an extra word is shorter than 2, longer than 16, or not letters and
 *                         digits; diag says which
 * @retval CM_E_LIMIT      the words need too many states
 * @retval CM_E_NO_MEMORY  an allocation failed */
CM_MUST_CHECK cm_err filter_new(struct filter **out, const struct cm_alphabet *alphabet,
                                const struct filter_options *options, struct cm_diag *diag);
void filter_free(struct filter *filter);
void filter_freep(struct filter **filter); /* for CM_CLEANUP */

/* skip_out[i] = 1 if row i (code_n numerals at numerals + i * stride) is to be skipped, else 0. */
void filter_mask(const struct filter *filter, const uint8_t *numerals, size_t n, size_t stride,
                 uint8_t *skip_out);

/* Share of rows that the filter skips, for the planner's reserve, with every numeral equally
 * likely: words counted over the automaton, rotation added as an upper bound. 0 .. 1. */
double filter_share(const struct filter *filter);

#endif
