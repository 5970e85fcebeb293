/* Callers and their shares of the stock. */
#include "crowd.h"

#include <pthread.h>

#include "base/bytes.h"

/* One caller, who takes every caller_n-th code. */
struct member {
    const struct crowd *crowd;
    pthread_t thread;
    size_t next, end; /* in the till's stock */
    double seconds;
    cm_err err;
};

static struct cm_request ask(const struct till *t, size_t at) {
    return (struct cm_request){.operation = CM_OP_REDEEM,
                               .code = slice_of(t->texts + at * SHOP_CODE_LEN, SHOP_CODE_LEN)};
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

static cm_err refused(struct till *t) {
    return diag_fail(t->diag, CM_E_STATE, "redeem", NULL, NULL, "a fresh code was not accepted");
}

static void *member_main(void *ctx) {
    struct member *m = ctx;
    const struct till *t = m->crowd->till;
    const struct meter clock = {.begun_ns = meter_now_ns()};
    while (m->err == CM_OK && m->next < m->end && meter_seconds(&clock) < m->seconds) {
        const struct cm_request request = ask(t, m->next);
        struct cm_answer answer;
        struct cm_call call = call_of(&request, &answer);
        m->err = cm_engine_run(t->shop.engine, &call, 1);
        if (m->err == CM_OK && !accepted(&call)) m->err = CM_E_STATE;
        m->next += m->crowd->caller_n;
    }
    return NULL;
}

static cm_err start_all(const struct crowd *c, struct member *members, double seconds, size_t *n) {
    struct till *t = c->till;
    const size_t end = t->next + t->leg_max;
    for (*n = 0; *n < c->caller_n; (*n)++) {
        struct member *m = &members[*n];
        *m = (struct member){.crowd = c, .next = t->next + *n, .end = end, .seconds = seconds};
        if (pthread_create(&m->thread, NULL, member_main, m) != 0) return CM_E_NO_MEMORY;
    }
    return CM_OK;
}

cm_err crowd_threads_run(void *ctx, double seconds, struct leg *leg) {
    const struct crowd *c = ctx;
    struct till *t = c->till;
    struct member members[CROWD_MAX];
    size_t n = 0;
    const struct meter meter = meter_begin();
    cm_err err = start_all(c, members, seconds, &n);
    for (size_t i = 0; i < n; i++) {
        (void)pthread_join(members[i].thread, NULL);
        leg->items += (double)((members[i].next - t->next - i) / c->caller_n);
        if (err == CM_OK) err = members[i].err;
    }
    meter_end(&meter, leg);
    t->next += t->leg_max;
    return err == CM_E_STATE ? refused(t) : err;
}

static cm_err turn(const struct crowd *c) {
    struct till *t = c->till;
    struct cm_call calls[CROWD_MAX];
    for (size_t i = 0; i < c->caller_n; i++) {
        t->requests[i] = ask(t, t->next + i);
        calls[i] = call_of(&t->requests[i], &t->answers[i]);
    }
    TRY(cm_engine_run(t->shop.engine, calls, c->caller_n));
    t->next += c->caller_n;
    for (size_t i = 0; i < c->caller_n; i++)
        if (!accepted(&calls[i])) return refused(t);
    return CM_OK;
}

cm_err crowd_turn_run(void *ctx, double seconds, struct leg *leg) {
    const struct crowd *c = ctx;
    const size_t first = c->till->next, end = first + c->till->leg_max;
    const struct meter meter = meter_begin();
    do {
        TRY(turn(c));
    } while (c->till->next + c->caller_n <= end && meter_seconds(&meter) < seconds);
    leg->items = (double)(c->till->next - first);
    meter_end(&meter, leg);
    return CM_OK;
}
