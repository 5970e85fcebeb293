/* The frozen numbers of a scheme: everything that minting and opening need, as plain data.
 *
 * They are set when the scheme is made and never recomputed from anything that may change later;
 * names, lists, terms and JSON belong to the scheme document, not here. No pointers inside: a copy
 * is a copy. Source: docs/design/construction.md, "Code construction, version 1".
 */
#ifndef COUNTERMARK_SCHEME_H
#define COUNTERMARK_SCHEME_H

#include <stdbool.h>
#include <stdint.h>

#include "countermark/alphabet.h"
#include "countermark/check.h"
#include "countermark/error.h"

struct cm_diag;

#define CM_ATTRIBUTES_MAX 8u   /* attributes of one scheme; our choice */
#define CM_GROUPS_MAX     8u   /* printed groups of one code; our choice */
#define CM_LENGTH_MAX     119u /* data characters: radix 2 just below S = 2^120 */

/* One mixed-radix digit. A registered field (present_inline false) lives in the batch record. */
struct cm_radix_field {
    bool present_inline;
    uint64_t cardinality; /* values 0 .. cardinality - 1; at least 1 */
};

struct cm_scheme_numbers {
    uint32_t id;
    int32_t epoch_day; /* the scheme's day 0, in days since 1970-01-01 */
    struct cm_radix_field attribute[CM_ATTRIBUTES_MAX];
    struct cm_radix_field date; /* cardinality = days from the epoch on */
    uint64_t batches, serials;  /* cardinalities; both fields are always inline */
    uint64_t t_minus_1;         /* T - 1, as T may be 2^64 */
    enum cm_check check;
    uint8_t attribute_n;          /* attributes in use, in the scheme's order */
    uint8_t length;               /* L, data characters, check character not counted */
    uint8_t key_version_first;    /* the scheme's first key version, at least 1 */
    uint8_t filter_version;       /* block list, 0 = none */
    uint8_t table_version;        /* normalisation and look-alike tables, at least 1 */
    bool rotation_filter;         /* skip codes that read as another code upside down */
    bool test;                    /* TEST for life; false = LIVE */
    char group_separator;         /* between printed groups */
    uint8_t group[CM_GROUPS_MAX]; /* characters of each printed group, 0 ends the list */
    struct cm_alphabet alphabet;
};

/* The fields of one unit. Registered attributes and a registered date are ignored by the minter
 * and come back as zero from the opener. */
struct cm_unit_fields {
    uint64_t attribute[CM_ATTRIBUTES_MAX]; /* index in the attribute's list */
    int64_t day;                           /* days since the scheme's epoch, 0 .. */
    uint64_t batch, serial;
};

/** Compute T = min(floor(S / C), 2^64) when a scheme is made.
 * @param[in,out] numbers  complete but for t_minus_1, which is written; untouched on error
 * @param[out] diag        may be NULL; what is wrong and what would mend it
 * @retval CM_E_RANGE  S outside 10^6 <= S < 2^120, C above 2^88, S < C, or a number out of range
 * @retval CM_E_UNSUPPORTED  the check kind does not belong to the alphabet's size
 * @retval CM_E_FORMAT  an impossible alphabet or group separator
 * @retval CM_E_VERSION  a filter or table version that this program does not know
 * Thread-safe, no allocation. Source: docs/design/construction.md. */
CM_API CM_MUST_CHECK cm_err cm_scheme_numbers_freeze(struct cm_scheme_numbers *numbers,
                                                     struct cm_diag *diag);

/** Check numbers that come from outside: as freeze, and the stored T must equal the computed one.
 * @param[in] numbers  complete; not stored
 * @param[out] diag    may be NULL
 * @retval CM_E_RANGE, CM_E_UNSUPPORTED, CM_E_FORMAT, CM_E_VERSION  as cm_scheme_numbers_freeze
 * @retval CM_E_CORRUPT  stored T contradicts length, alphabet and cardinalities, or
 *                       the alphabet's index its symbols
 * Thread-safe, no allocation. */
CM_API CM_MUST_CHECK cm_err cm_scheme_numbers_check(const struct cm_scheme_numbers *numbers,
                                                    struct cm_diag *diag);

/** Characters of a code without grouping: L, plus one with a check character.
 * @param[in] numbers  checked numbers
 * @return 1 .. CM_LENGTH_MAX + 1. Thread-safe, no allocation. */
CM_API uint8_t cm_scheme_code_len(const struct cm_scheme_numbers *numbers);

#endif
