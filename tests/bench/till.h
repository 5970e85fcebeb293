/* A till with stock: a shop with millions of live codes, and all of their texts in random order, to
 * be redeemed each once. Every answer must be "accepted": a bench that measures refusals would
 * flatter any ledger. */
#ifndef CM_TESTS_BENCH_TILL_H
#define CM_TESTS_BENCH_TILL_H

#include "meter.h"
#include "shop.h"

struct till {
    struct shop shop;
    struct cm_diag *diag;
    char *texts;             /* live * SHOP_CODE_LEN, in random order */
    size_t live, next;       /* the next fresh one */
    size_t group_n, leg_max; /* codes of a call; of a leg at most */
    struct cm_request *requests;
    struct cm_answer *answers;
    struct latencies latencies;
};

CM_MUST_CHECK cm_err till_open(struct till *t, const char *parent, struct cm_diag *diag);
void till_close(struct till *t);
/** Mint and open a fresh batch of `live` codes and shuffle it; what was left of the last is
 * forgotten.
 * @param[in] group_n  codes of a call, at most CM_REQUESTS_MAX
 * @param[in] legs     the stock is shared out among so many */
CM_MUST_CHECK cm_err till_stock(struct till *t, size_t live, size_t group_n, size_t legs);
/** Bytes that the journal writes for a call of group_n codes; redeems one. */
CM_MUST_CHECK cm_err till_group_len(struct till *t, size_t *len);
/* Redeem calls of group_n for about `seconds`, or until the leg's share of the stock is gone. */
bench_run till_run;

#endif
