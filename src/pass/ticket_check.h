/* Checking a ticket with no network and no workspace: trust files, the clock, and what the caller
 * knows about revoked and spent tickets. One answer, with its reason. It keeps nothing. */
#ifndef CM_PASS_TICKET_CHECK_H
#define CM_PASS_TICKET_CHECK_H

#include "pass/trust.h"

#define TICKET_TRUSTS_MAX 16u /* issuers that one device knows; our choice */

/* Asked of a ticket that is genuine and in its time, by its id: CM_OK and `*yes`. */
typedef cm_err ticket_ask(void *ctx, const struct ticket_claims *claims, bool *yes,
                          struct cm_diag *diag);

struct ticket_checker {
    const struct trust *const *trusts; /* n of them, borrowed */
    size_t n;
    uint64_t now_unix_s;
    bool test;           /* TEST tickets are asked for, and live ones are refused */
    ticket_ask *revoked; /* or NULL: nobody asks */
    void *revoked_ctx;
    ticket_ask *spent; /* or NULL: nobody asks */
    void *spent_ctx;
};

/** Check one text.
 * @param[out] out  claims only if the signature holds; whatever they say, the verdict counts
 * @retval CM_E_NO_MEMORY, CM_E_RANGE (too many issuers), and whatever revoked and spent return */
CM_MUST_CHECK cm_err ticket_check(const struct ticket_checker *c, struct cm_slice text,
                                  struct ticket_judged *out, struct cm_diag *diag);

#endif
