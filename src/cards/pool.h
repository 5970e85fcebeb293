/* The pool document: what a pool of card numbers is, by name, for life.
 *
 * Frozen: id, mode, prefix, digits, PIN digits. Appended to: rule versions, key versions. Promised:
 * volume and odds. It refuses prefixes of payment schemes unless forced, promises that the digits
 * do not allow, and rules that leave too little. JSON form: docs/design/cards.md. References:
 * docs/design/construction.md section 11; ISO/IEC 7812-1. */
#ifndef CM_CARDS_POOL_H
#define CM_CARDS_POOL_H

#include "base/buffer.h"
#include "base/diag.h"
#include "cards/density.h"
#include "cards/identifiers.h"
#include "cards/life.h"
#include "cards/rules.h"
#include "countermark/card.h"

#define POOL_FORMAT   1u
#define POOL_NAME_CAP 65u /* bytes with NUL */
#define POOL_KEYS_MAX 64u /* key versions of one pool; our choice */

/* From this index on, cards are numbered under this key version: an index has one number only. */
struct pool_key {
    uint64_t first_index;
    uint8_t version;
};

struct pool {
    char name[POOL_NAME_CAP], brand[POOL_NAME_CAP];
    struct cm_pool_numbers numbers; /* numbers.rules = rules */
    uint64_t volume, one_in;        /* what was promised */
    struct identifiers identifiers; /* tracks, control number; the faces are in numbers */
    bool payment_forced;            /* the operator insisted on a payment scheme's prefix */
    struct cm_card_rules *rules;    /* owned; never NULL in a pool that was read */
    size_t key_n;                   /* 0 = version 1 for all; at least 1 in a pool that was read */
    struct pool_key keys[POOL_KEYS_MAX]; /* both fields ascending, the first from index 0 */
    struct card_life life;               /* life.on: the cards have one */
    char *receipt; /* owned: what tills print, lines with places (receipt.h); NULL = nothing */
};
#define POOL_INIT                                                                                  \
    { .rules = NULL, .receipt = NULL }

/* Free what it owns and leave an empty pool. */
void pool_clear(struct pool *pool);

/** Check everything that can be checked without the ledger.
 * @param[out] plan  the density plan of this very pool; may be NULL
 * @retval CM_E_RANGE, CM_E_FORMAT  as cm_pool_numbers_check and density_plan
 * @retval CM_E_DENIED  the prefix reaches into a payment scheme's range and is not forced
 * @retval CM_E_LIMIT   the digits do not keep the promise, or a rule version leaves too little */
CM_MUST_CHECK cm_err pool_check(const struct pool *pool, struct density_plan *plan,
                                struct cm_diag *diag);

/** Read a pool document and check it.
 * @param[in]  input  names the text in errors
 * @param[out] out    for pool_clear; untouched on error
 * @retval CM_E_VERSION  a format this program does not know
 * @retval others        as json_doc_new, rules_* and pool_check */
CM_MUST_CHECK cm_err pool_read(struct cm_slice text, const char *input, struct pool *out,
                               struct cm_diag *diag);
/* Write the document; the same pool gives the same bytes. Buffer errors stick. */
void pool_write(const struct pool *pool, struct buffer *out);

/* The key version of an index; and the first index beyond it that has another one, UINT64_MAX where
 * none has. */
uint8_t pool_key_version(const struct pool *pool, uint64_t index);
uint64_t pool_key_end(const struct pool *pool, uint64_t index);

/** Whether one number could belong to both: same length, one prefix the start of the other. Pools
 * of one door must not overlap. */
bool pool_overlaps(const struct cm_pool_numbers *a, const struct cm_pool_numbers *b);

#endif
