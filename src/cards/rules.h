/* Which numbers of a pool are skipped for good, by rule version.
 *
 * A rule version governs every index from its first_index up to that of the next version, so what
 * was issued under version 1 stays judged by version 1 after version 2 exists. Versions are only
 * ever appended, each states its rules in full. Refuses patterns and listed numbers that do not
 * fit the pool. Built by one thread, sealed, then immutable and shared.
 * Source: docs/design/construction.md section 11; docs/design/card-rules.md. */
#ifndef CM_CARDS_RULES_H
#define CM_CARDS_RULES_H

#include "base/diag.h"
#include "cards/pattern.h"
#include "countermark/card.h"

#define RULES_VERSIONS_MAX 255u
#define RULES_PATTERNS_MAX 64u         /* of one version; each costs time on every number */
#define RULES_LISTED_MAX   1000000u    /* numbers of one version; 8 MB */
#define SHARE_ONE          1000000000u /* a share counts in billionths: nine decimals */

struct rules_version {
    uint64_t first_index;
    uint32_t held_share; /* billionths, below SHARE_ONE */
    uint32_t held_below; /* floor(held_share * 2^32 / 10^9): held out when the hold tag is less */
    size_t pattern_n, listed_n, listed_cap;
    struct pattern *patterns;
    uint64_t *listed; /* bodies as integers; sorted once sealed */
    uint64_t *sieve;  /* bits by the scattered body, set for listed ones; once sealed */
    uint8_t sieve_shift;
};

struct cm_card_rules {
    uint8_t prefix_n, body_n;
    char prefix[CM_CARD_PREFIX_MAX];
    bool sealed;
    size_t version_n;
    struct rules_version *versions; /* rule version 1 is versions[0] */
};

/** Start a rule book for a pool whose numbers have been checked.
 * @retval CM_E_NO_MEMORY  *out untouched */
CM_MUST_CHECK cm_err rules_new(struct cm_card_rules **out, const struct cm_pool_numbers *pool);
void rules_free(struct cm_card_rules *rules);
void rules_freep(struct cm_card_rules **rules);

/** Begin the next rule version; patterns and numbers added later belong to it. A sealed book that
 * no numberer uses yet opens again, for the new version alone.
 * @param first_index  0 for version 1; above the previous one's for the others
 * @param held_share   billionths held out
 * @retval CM_E_RANGE  share or first_index out of range      @retval CM_E_LIMIT  too many versions
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err rules_begin(struct cm_card_rules *rules, uint64_t first_index,
                                 uint32_t held_share, struct cm_diag *diag);
/** Add a pattern to the latest version.
 * @retval CM_E_FORMAT, CM_E_RANGE  as pattern_read      @retval CM_E_LIMIT  too many
 * @retval CM_E_STATE  no version begun, or sealed       @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err rules_add_pattern(struct cm_card_rules *rules, struct cm_slice text,
                                       struct cm_diag *diag);
/** Add a whole number, as printed without separators, to the latest version's list.
 * @retval CM_E_FORMAT  not a number of this pool; errors count its position, never quote it
 * @retval CM_E_LIMIT   too many      @retval CM_E_STATE, CM_E_NO_MEMORY  as above */
CM_MUST_CHECK cm_err rules_add_number(struct cm_card_rules *rules, struct cm_slice number,
                                      struct cm_diag *diag);
/** Sort the lists and close the book.
 * @retval CM_E_EXISTS  a number stands twice on one list */
CM_MUST_CHECK cm_err rules_seal(struct cm_card_rules *rules, struct cm_diag *diag);

/** Whether any version holds a share out (then rules_apply wants hold tags). */
bool rules_hold(const struct cm_card_rules *rules);

/* Numbers to judge, side by side. */
struct rules_rows {
    const uint64_t *index; /* each decides its rule version */
    const uint64_t *body;  /* bodies as integers */
    const uint32_t *hold;  /* first 32 bits of each hold tag; may be NULL unless rules_hold */
    size_t n;              /* at most DIGIT_LANES */
};

/** Judge the numbers of a block under a sealed book.
 * @param[in]  block  whole numbers
 * @param[out] skip   n times bits of enum cm_card_skip */
void rules_judge(const struct cm_card_rules *rules, const struct digit_block *block,
                 const struct rules_rows *rows, uint8_t *skip);

/** About how much of the pool a rule version skips, in billionths (list, patterns, held-out share);
 * SHARE_ONE at most. Measured, for planning. @param version  1 .. version_n */
uint32_t rules_skipped_share(const struct cm_card_rules *rules, size_t version);

/** Read a share below 1 with at most nine decimals, such as "0.02".
 * @retval CM_E_FORMAT  not of that form; *share untouched */
CM_MUST_CHECK cm_err share_read(struct cm_slice text, uint32_t *share);

#endif
