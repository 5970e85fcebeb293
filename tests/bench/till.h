/* A till: a caller who redeems fresh codes of a depot in calls of one size, for as long as is
 * asked. Texts are minted before a leg, so that nothing pauses in it, and the folding that a leg
 * causes is part of it. Reference: docs/design/performance.md, "redeem". */
#ifndef CM_TESTS_BENCH_TILL_H
#define CM_TESTS_BENCH_TILL_H

#include "depot.h"

#define TILL_SIXTHS 6u

struct till {
    struct depot depot;
    size_t group_n;             /* codes of a call */
    double pace;                /* codes a second of the last leg; 0: not known yet */
    double sixths[TILL_SIXTHS]; /* codes redeemed in each sixth of the last leg */
    struct latencies latencies;
};

/** @param[in] live  codes at a time; as soon as they are used up as many are made live again
 * @retval as depot_open, depot_fill; till_close it anyway */
CM_MUST_CHECK cm_err till_open(struct till *t, const char *parent, uint64_t live,
                               struct cm_diag *diag);
void till_close(struct till *t);
/* Call with so many codes from now on, at most CM_REQUESTS_MAX. */
void till_calls_of(struct till *t, size_t group_n);
/** Bytes that the journal writes for a call of group_n codes; redeems one. */
CM_MUST_CHECK cm_err till_group_len(struct till *t, size_t *len);
/** Mint what `seconds` at this pace will take, and half as much again.
 * @param[in] pace  codes a second; 0: not known yet */
CM_MUST_CHECK cm_err till_prepare(struct till *t, double pace, double seconds);
/* End a leg of so many codes: fold, and leave the bench's own texts out of its memory.
 * @param[out] pace  of the leg without the fold */
CM_MUST_CHECK cm_err till_settle(struct till *t, const struct meter *m, struct leg *leg,
                                 double *pace);
/* Redeem calls of group_n for `seconds`. */
bench_run till_run;

#endif
