/* An alphabet: the symbols that a code is printed with, and the position of each.
 * Positions are the numerals of every computation; order matters and never changes in a scheme.
 * It refuses repeated symbols, anything but graphic ASCII, and what people type between groups
 * (space, hyphen, dot). Reference: docs/design/construction.md. */
#ifndef COUNTERMARK_ALPHABET_H
#define COUNTERMARK_ALPHABET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "countermark/bytes.h"
#include "countermark/error.h"

struct cm_diag;

#define CM_ALPHABET_MIN 2u
#define CM_ALPHABET_MAX 64u
#define CM_NO_SYMBOL    0xFFu /* in index[]: this byte is no symbol of the alphabet */

/* Plain data without pointers: may be copied. Filled by cm_alphabet_init only. */
struct cm_alphabet {
    uint8_t n;                         /* symbols, CM_ALPHABET_MIN .. CM_ALPHABET_MAX */
    bool folds_case;                   /* no lower-case letter in it: input is upper-cased */
    char symbols[CM_ALPHABET_MAX + 1]; /* by position; NUL-terminated */
    uint8_t index[256];                /* byte -> position, or CM_NO_SYMBOL */
};

/* A ready alphabet and what it is good for. */
struct cm_alphabet_preset {
    const char *name;    /* "default", "crockford", "29" */
    const char *symbols; /* NUL-terminated */
    const char *remark;  /* one line for people: printing technology, check character */
};

/** Make an alphabet of given symbols, in the given order.
 * @param[out] out      untouched on error
 * @param[in]  symbols  2..64 distinct graphic ASCII bytes, none of them space, '-' or '.'
 * @param[out] diag     may be NULL; names a bad or repeated symbol with its places (from 1)
 * @retval CM_E_RANGE   fewer than 2 or more than 64 symbols
 * @retval CM_E_FORMAT  a byte is not graphic ASCII, is deleted by the reader, or is there twice
 * Thread-safe, no allocation. Example: tests/unit/codes/test_alphabet.c */
CM_API CM_MUST_CHECK cm_err cm_alphabet_init(struct cm_alphabet *out, struct cm_slice symbols,
                                             struct cm_diag *diag);

/** Make the alphabet of a preset.
 * @param[out] out   untouched on error
 * @param[in]  name  exact name of a preset, lower case
 * @param[out] diag  may be NULL; lists the names when there is no such preset
 * @retval CM_E_NOT_FOUND  no preset of that name
 * Thread-safe, no allocation. */
CM_API CM_MUST_CHECK cm_err cm_alphabet_by_name(struct cm_alphabet *out, struct cm_slice name,
                                                struct cm_diag *diag);

/** All presets, from the smallest alphabet to the largest.
 * @param[out] n  count
 * @return static table of n rows, valid for ever. Thread-safe. */
CM_API const struct cm_alphabet_preset *cm_alphabet_presets(size_t *n);

#endif
