/* A depot: a shop with up to two thousand million live codes, none of which is kept. Their serials
 * are spent in the ledger; fresh ones are picked by a pseudo-random permutation and their texts
 * minted a load at a time, outside what is measured. Every answer must be "accepted": a bench that
 * measures refusals would flatter any ledger.
 * Reference: docs/design/performance.md, "scale". */
#ifndef CM_TESTS_BENCH_DEPOT_H
#define CM_TESTS_BENCH_DEPOT_H

#include "meter.h"
#include "shop.h"

#define DEPOT_BATCH 33000000u /* codes of a batch at most; the scheme has 2^25 serials */

/* Live codes of some batches that follow each other, and how many of them were fetched. */
struct depot_range {
    uint32_t set_first;
    uint64_t per_set, live, next;
};

struct depot {
    struct shop shop;
    const char *parent; /* of the shop's folder; borrowed */
    struct cm_diag *diag;
    struct cm_coder *coder;
    struct depot_range range;
    char *texts; /* the load: those of [text_at, text_n) are fresh */
    size_t text_cap, text_n, text_at;
    uint8_t *numerals, *skip;
    struct cm_unit_fields *units;
    struct cm_request *requests;
    struct cm_answer *answers;
};

/** @param[in] parent  existing folder on the disk to measure; borrowed */
CM_MUST_CHECK cm_err depot_open(struct depot *d, const char *parent, struct cm_diag *diag);
void depot_close(struct depot *d);
/** Spend the serials of `live` fresh codes and open them; what was there before is forgotten. Where
 * the scheme has no batches left the depot moves to a new shop. */
CM_MUST_CHECK cm_err depot_fill(struct depot *d, uint64_t live);
/** The same with codes that the minter makes: what minting costs goes into the leg. */
CM_MUST_CHECK cm_err depot_mint(struct depot *d, uint64_t live, struct leg *leg);
/** Mint the texts of the next n fresh codes, of fewer where the last are near; the load before is
 * forgotten. @retval CM_E_LIMIT  none is left */
CM_MUST_CHECK cm_err depot_fetch(struct depot *d, size_t n);
/** Have at least n fresh texts in the load: what is left of it, then the next; whenever the live
 * codes are used up, as many are made live again. */
CM_MUST_CHECK cm_err depot_stock(struct depot *d, size_t n);
/* Fresh texts in the load. */
static inline size_t depot_left(const struct depot *d) { return d->text_n - d->text_at; }
/* Bytes of memory that texts take, which no user of the ledger would hold. */
static inline double depot_texts_len(const struct depot *d) {
    return (double)d->text_cap * SHOP_CODE_LEN;
}
/** Redeem up to n codes of the load in one call. @param[out] done  how many; 0 = the load is gone
 */
CM_MUST_CHECK cm_err depot_redeem(struct depot *d, size_t n, size_t *done);
/** Redeem the whole load in calls of group_n and fold: the leg holds all that it cost. */
CM_MUST_CHECK cm_err depot_redeem_load(struct depot *d, size_t group_n, struct leg *leg);
/** Ask about a code that was redeemed: the first of the load. */
CM_MUST_CHECK cm_err depot_check(struct depot *d, enum cm_verdict *verdict);

#endif
