/* What the vault's answer becomes: a body, or a problem, and what was wrong is charged to who
 * asked. References as in exchange.h. */
#include "edge/exchange.h"

#include "base/clock.h"
#include "edge/inside.h"

/* Wrong answers count against address and key. */
static void charge(struct exchange *x, uint64_t wrong) {
    struct edge *e = x->edge;
    const uint64_t now_us = clock_monotonic_us();
    throttle_charge(&e->throttle, e->address_rate, address_key(&x->address), now_us, wrong);
    throttle_charge(&e->throttle, e->key_rate, exchange_key_name(x), now_us, wrong);
}

/* Acts judge their arguments themselves: what they refuse is the caller's to mend. */
static enum problem problem_of_act(cm_err err) {
    switch ((int)err) {
    case CM_E_ARGUMENT:
    case CM_E_FORMAT:
    case CM_E_RANGE:
    case CM_E_VERSION:
    case CM_E_UNSUPPORTED: return PROBLEM_MALFORMED;
    case CM_E_EXISTS:
    case CM_E_BUSY: return PROBLEM_CONFLICT; /* a name or a printer that another run has */
    case CM_E_AUTH: return PROBLEM_FORBIDDEN;
    default: return PROBLEM_UNAVAILABLE;
    }
}

void exchange_fault(struct exchange *x, cm_err err, const struct cm_diag *diag) {
    enum problem p = route_is_act(x->route) ? problem_of_act(err) : PROBLEM_UNAVAILABLE;
    if (err == CM_E_STATE || err == CM_E_LIMIT || err == CM_E_CONFLICT) p = PROBLEM_CONFLICT;
    /* One act at a time runs in the vault: of an issue nothing but its key can conflict. */
    if (err == CM_E_CONFLICT && x->route == ROUTE_ISSUE && x->idempotency_len > 0)
        p = PROBLEM_KEY_REUSED;
    if (err == CM_E_DENIED) p = PROBLEM_FORBIDDEN;
    if (err == CM_E_NOT_FOUND) p = PROBLEM_NOT_FOUND;
    if (err == CM_E_NO_SPACE) p = PROBLEM_STORAGE_FULL;
    if (err == CM_E_DEAD) p = PROBLEM_OUTCOME_UNKNOWN;
    if (err == CM_E_BUSY && x->route != ROUTE_RUN) p = PROBLEM_THROTTLED;
    /* A card that there is not was a guess, in whatever way it was asked about. */
    if (err == CM_E_NOT_FOUND && x->route == ROUTE_CARD) charge(x, 1);
    if (p == PROBLEM_THROTTLED) x->retry_after_s = EXCHANGE_RETRY_S;
    exchange_fail(x, p, diag);
}

/* ---- Answers
 * ------------------------------------------------------------------------------------- */

static bool all_busy(const struct cm_call *call) {
    for (size_t i = 0; i < call->n; i++)
        if (call->answers[i].verdict != CM_V_BUSY) return false;
    return true;
}

/* Count, and charge what was wrong; a typing error costs nothing: the check character is public. */
static void account(struct exchange *x) {
    struct edge *e = x->edge;
    uint64_t wrong = 0;
    for (size_t i = 0; i < x->call.n; i++) {
        const enum cm_verdict v = x->call.answers[i].verdict;
        e->metrics.answers[v]++;
        wrong += v == CM_V_NOT_A_CODE || v == CM_V_UNKNOWN_BATCH || v == CM_V_WRONG_PIN;
    }
    if (wrong > 0) charge(x, wrong);
}

void exchange_answered(struct exchange *x, const struct set_words *words, size_t words_n) {
    x->state = EXCHANGE_READY;
    if (x->call.status == CM_CALL_KEY_REUSED) {
        exchange_fail(x, PROBLEM_KEY_REUSED, NULL);
    } else if (x->call.status == CM_CALL_DENIED) {
        exchange_fail(x, PROBLEM_FORBIDDEN, NULL);
    } else if (x->call.status == CM_CALL_FULL) {
        exchange_fail(x, PROBLEM_STORAGE_FULL, NULL);
    } else if (x->call.status == CM_CALL_RESTORED) {
        exchange_fail_because(x, PROBLEM_CONFLICT,
                              "the operator accepts the restored workspace first",
                              "the workspace was restored from a backup");
    } else if (all_busy(&x->call)) {
        x->retry_after_s = EXCHANGE_RETRY_S;
        exchange_fail(x, PROBLEM_THROTTLED, NULL);
    } else {
        account(x);
        if (reply_write(&x->reply, &x->call, x->request.single, words, words_n) != CM_OK)
            exchange_fail(x, PROBLEM_OUTCOME_UNKNOWN, NULL);
    }
}

void exchange_issued(struct exchange *x, struct cm_slice result_json) {
    x->state = EXCHANGE_READY;
    buffer_put(&x->reply, result_json.p, result_json.len);
    if (x->reply.failed) exchange_fail(x, PROBLEM_OUTCOME_UNKNOWN, NULL);
}
