/* One pattern of digits that card numbers must not show: "equal:4", "number.contains:666".
 * Grammar and examples: docs/design/card-rules.md. A text that could never match, or that says
 * nothing (an empty argument), is refused rather than ignored. */
#ifndef CM_CARDS_PATTERN_H
#define CM_CARDS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "cards/digit_block.h"

#define PATTERN_TEXT_CAP 64u /* bytes of a pattern's text, with its NUL; ours */
#define PATTERN_ARG_CAP  32u /* bytes of its argument; a glob over 19 digits with stars fits */

enum pattern_kind {
    PATTERN_EQUAL,       /* count or more equal digits in a row */
    PATTERN_RUN,         /* count or more digits rising, or falling, by one; no wrap 9 to 0 */
    PATTERN_REPEAT_HALF, /* the first half is said again; the middle digit of an odd length free */
    PATTERN_ZEROS,       /* nothing but zeros */
    PATTERN_CONTAINS,    /* the argument somewhere */
    PATTERN_PREFIX,      /* the argument at the front */
    PATTERN_SUFFIX,      /* the argument at the end */
    PATTERN_GLOB         /* the whole against digits, ? = one digit, * = any run of digits */
};

struct pattern {
    enum pattern_kind kind;
    bool whole;    /* looks at prefix, body and Luhn digit; otherwise at the body alone */
    uint8_t count; /* of equal and run */
    uint8_t arg_n;
    char arg[PATTERN_ARG_CAP];
    char text[PATTERN_TEXT_CAP]; /* as written, NUL-terminated */
};

/** Read one pattern.
 * @param[in]  text      as in the grammar; no spaces
 * @param[in]  body_n    digits of the body it will look at
 * @param[in]  number_n  digits of the whole number
 * @param[out] out       untouched on error
 * @retval CM_E_FORMAT  not in the grammar      @retval CM_E_RANGE  could never match */
CM_MUST_CHECK cm_err pattern_read(struct cm_slice text, size_t body_n, size_t number_n,
                                  struct pattern *out, struct cm_diag *diag);

/** Note which numbers of a block show the pattern.
 * @param[in]     first, n  the digits it looks at: those of the body, or all when pattern->whole
 * @param[in,out] shown     not 0 where a number shows this pattern, or one noted before */
void pattern_mark(const struct pattern *pattern, const struct digit_block *block, size_t first,
                  size_t n, uint8_t shown[static DIGIT_LANES]);

/** The same of one number.
 * @param digits  n ASCII digits, at most CM_CARD_NUMBER_MAX */
bool pattern_matches(const struct pattern *pattern, const char *digits, size_t n);

#endif
