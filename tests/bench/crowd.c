/* Callers and their shares of the load. */
#include "crowd.h"

#include <pthread.h>

#include "base/bytes.h"

/* One caller, who takes every caller_n-th code. */
struct member {
    const struct crowd *crowd;
    pthread_t thread;
    size_t next, end; /* in the depot's load */
    double seconds;
    cm_err err;
};

static struct cm_request ask(const struct depot *d, size_t at) {
    return (struct cm_request){.operation = CM_OP_REDEEM,
                               .code = slice_of(d->texts + at * SHOP_CODE_LEN, SHOP_CODE_LEN)};
}

static struct cm_call call_of(const struct cm_request *request, struct cm_answer *answer) {
    return (struct cm_call){.caller = {.actor = 1, .test = true},
                            .door = SHOP_DOOR,
                            .requests = request,
                            .n = 1,
                            .answers = answer};
}

static bool accepted(const struct cm_call *call) {
    return call->status == CM_CALL_DONE && call->answers[0].verdict == CM_V_ACCEPTED;
}

static cm_err refused(const struct depot *d) {
    return diag_fail(d->diag, CM_E_STATE, "redeem", NULL, NULL, "a fresh code was not accepted");
}

static void *member_main(void *ctx) {
    struct member *m = ctx;
    const struct depot *d = &m->crowd->till->depot;
    const struct meter clock = {.begun_ns = meter_now_ns()};
    while (m->err == CM_OK && m->next < m->end && meter_seconds(&clock) < m->seconds) {
        const struct cm_request request = ask(d, m->next);
        struct cm_answer answer;
        struct cm_call call = call_of(&request, &answer);
        m->err = cm_engine_run(d->shop.engine, &call, 1);
        if (m->err == CM_OK && !accepted(&call)) m->err = CM_E_STATE;
        m->next += m->crowd->caller_n;
    }
    return NULL;
}

static cm_err start_all(const struct crowd *c, struct member *members, double seconds, size_t *n) {
    const struct depot *d = &c->till->depot;
    for (*n = 0; *n < c->caller_n; (*n)++) {
        struct member *m = &members[*n];
        *m = (struct member){
            .crowd = c, .next = d->text_at + *n, .end = d->text_n, .seconds = seconds};
        if (pthread_create(&m->thread, NULL, member_main, m) != 0) return CM_E_NO_MEMORY;
    }
    return CM_OK;
}

/* The slower callers' shares of what lies before `last` are given up. */
static void pass_over(struct depot *d, size_t last) {
    d->text_at = last < d->text_n ? last : d->text_n;
}

cm_err crowd_threads_run(void *ctx, double seconds, struct leg *leg) {
    struct crowd *c = ctx;
    struct depot *d = &c->till->depot;
    struct member members[CROWD_MAX];
    size_t n = 0, last = 0;
    TRY(till_prepare(c->till, c->pace, seconds));
    const struct meter meter = meter_begin();
    cm_err err = start_all(c, members, seconds, &n);
    for (size_t i = 0; i < n; i++) {
        (void)pthread_join(members[i].thread, NULL);
        leg->items += (double)((members[i].next - d->text_at - i) / c->caller_n);
        if (members[i].next > last) last = members[i].next;
        if (err == CM_OK) err = members[i].err;
    }
    if (err == CM_E_STATE) return refused(d);
    TRY(err);
    pass_over(d, last);
    return till_settle(c->till, &meter, leg, &c->pace);
}

static cm_err turn(const struct crowd *c) {
    struct depot *d = &c->till->depot;
    struct cm_call calls[CROWD_MAX];
    for (size_t i = 0; i < c->caller_n; i++) {
        d->requests[i] = ask(d, d->text_at + i);
        calls[i] = call_of(&d->requests[i], &d->answers[i]);
    }
    TRY(cm_engine_run(d->shop.engine, calls, c->caller_n));
    d->text_at += c->caller_n;
    for (size_t i = 0; i < c->caller_n; i++)
        if (!accepted(&calls[i])) return refused(d);
    return CM_OK;
}

cm_err crowd_turn_run(void *ctx, double seconds, struct leg *leg) {
    struct crowd *c = ctx;
    TRY(till_prepare(c->till, c->pace, seconds));
    const struct meter meter = meter_begin();
    while (meter_seconds(&meter) < seconds && depot_left(&c->till->depot) >= c->caller_n) {
        TRY(turn(c));
        leg->items += (double)c->caller_n;
    }
    return till_settle(c->till, &meter, leg, &c->pace);
}
