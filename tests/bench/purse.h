/* Value cards at a till: a shop with a pool of live cards that have money on them, and calls that
 * spend one minor unit from each of so many, durably, as tills do. Every answer must be "accepted".
 * Reference: docs/design/performance.md, "orders". */
#ifndef CM_TESTS_BENCH_PURSE_H
#define CM_TESTS_BENCH_PURSE_H

#include "meter.h"
#include "shop.h"

#define PURSE_CARDS    1048576u /* 2^20, so that an odd stride comes by every card */
#define PURSE_BALANCE  1000000u /* minor units on each at the start */
#define PURSE_CALLS    64u      /* callers of one turn */
#define PURSE_NUMBER_N 16u

/* Which card is next: each once before any comes again, far apart, the same for us and the peer. */
static inline uint64_t purse_next(uint64_t *at) { return ((*at)++ * 0x9E3779B1u) % PURSE_CARDS; }

struct purse {
    struct shop shop;
    struct cm_diag *diag;
    char *numbers;
    uint64_t next;
    size_t call_n; /* cards of a call; 1: PURSE_CALLS callers in one turn */
    struct cm_request *requests;
    struct cm_answer *answers;
    struct cm_card_ask *asks;
    struct cm_card_told *told;
};

/** Make the cards, activate each with its balance, fold.
 * @retval as shop_open, engine_issue, cm_numberer_make; purse_close it anyway */
CM_MUST_CHECK cm_err purse_open(struct purse *p, const char *parent, struct cm_diag *diag);
void purse_close(struct purse *p);
/* Spend for so long, the folds that it causes included. */
bench_run purse_run;

#endif
