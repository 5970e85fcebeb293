/* Terms: what may change about codes that are printed already. Validity, uses, cap, reward, how
 * frankly refusals are told, how fast a door may be tried. A scheme has terms; a batch may have its
 * own, which then stand instead of the scheme's. Every version is journaled.
 * Reference: docs/design/states.md; file format: docs/design/terms.md.
 *
 *     CM_CLEANUP(terms_wipe) struct terms terms;
 *     terms_init(&terms);
 *     TRY(terms_json_read(&terms, text, "terms of 'cola'", diag));
 */
#ifndef CM_CODES_TERMS_H
#define CM_CODES_TERMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/diag.h"

#define TERMS_NAME_CAP    65u   /* display name with NUL */
#define TERMS_REWARD_MAX  2000u /* bytes of one reward text */
#define TERMS_LANGUAGES_N 32u   /* reward texts, one a language */
#define TERMS_USES_MAX    1000000u
#define TERMS_GRACE_MAX_S 31622400u /* 366 days */

enum terms_uses { TERMS_ONCE, TERMS_TIMES, TERMS_ONCE_PER_REDEEMER };
enum terms_answers {
    TERMS_ANSWERS_FULL, /* every verdict by its name, to callers with a key */
    TERMS_ANSWERS_TERSE /* accepted or not: for doors that strangers can reach */
};

struct terms {
    enum terms_uses uses;
    uint32_t times;              /* TERMS_TIMES: 2..TERMS_USES_MAX */
    uint64_t start_ms, until_ms; /* 0 = open at that end */
    uint32_t grace_s;            /* after until */
    uint64_t cap;                /* redemptions of one batch; 0 = none */
    enum terms_answers answers;
    uint32_t wrong_per_hour;   /* wrong answers a door lets one caller have; 0 = the default */
    char name[TERMS_NAME_CAP]; /* for people; may be empty */
    struct buffer reward;      /* JSON array of {language, text}, or empty */
};

/* Once, for ever, no reward. */
void terms_init(struct terms *t);
void terms_wipe(struct terms *t);
/** Copy into initialised terms. @retval CM_E_NO_MEMORY  out untouched */
CM_MUST_CHECK cm_err terms_copy(const struct terms *from, struct terms *out);

/** Read terms from JSON.
 * @param[in,out] out  initialised; untouched on error
 * @retval CM_E_FORMAT, CM_E_RANGE, CM_E_LIMIT  see diag: place, problem, remedy */
CM_MUST_CHECK cm_err terms_json_read(struct terms *out, struct cm_slice text, const char *input,
                                     struct cm_diag *diag);
/** Append the JSON of terms: the same bytes for the same terms. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err terms_json_write(const struct terms *t, struct buffer *out);

#endif
