/* A turn: gather, gate, run, answer. References as in turn.h. */
#include "vault/turn.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "wire/note_frame.h"

#define ASKS_FIRST_CAP 16u

void turn_clear(struct turn *t) {
    for (size_t i = 0; i < t->n; i++)
        call_list_wipe(&t->asks[i].list);
    t->n = 0;
}

void turn_wipe(struct turn *t) {
    turn_clear(t);
    free(t->asks);
    *t = (struct turn){.asks = NULL};
}

cm_err turn_add(struct turn *t, struct vault_conn *conn, const struct frame *frame) {
    if (t->n == t->cap) {
        const size_t cap = t->cap * 2 + ASKS_FIRST_CAP;
        struct ask *asks = realloc(t->asks, cap * sizeof *asks);
        if (asks == NULL) return CM_E_NO_MEMORY;
        t->asks = asks;
        t->cap = cap;
    }
    struct ask *a = &t->asks[t->n++];
    *a = (struct ask){.conn = conn, .number = frame->number, .list = CALL_LIST_INIT};
    a->err = calls_decode(frame->body, &a->list);
    return a->err == CM_E_NO_MEMORY ? a->err : CM_OK;
}

cm_err turn_fault(struct vault_conn *conn, uint32_t number, cm_err err,
                  const struct cm_diag *diag) {
    struct outcome_frame o = {.err = err, .diag = DIAG_INIT};
    if (diag != NULL) o.diag = *diag;
    const size_t start = channel_begin(&conn->channel, FRAME_FAULT, number);
    TRY(outcome_encode(&conn->channel.out, &o));
    return channel_end(&conn->channel, start);
}

/* ---- The gate ------------------------------------------------------------------------------- */

static void answer_busy(struct cm_call *call) {
    call->status = CM_CALL_DONE;
    for (size_t i = 0; i < call->n; i++)
        call->answers[i] = (struct cm_answer){.verdict = CM_V_BUSY};
}

/* Whether the call goes to the engine; if not it has its answer. The operator is not gated. */
static bool let_in(struct gate *gate, enum vault_door door, struct cm_call *call, uint64_t now_us) {
    if (door == VAULT_ADMIN) return true;
    if (!gate_admits(gate, call)) {
        call->status = CM_CALL_DENIED;
        return false;
    }
    if (!gate_is_busy(gate, call, now_us)) return true;
    gate->busy += call->n;
    answer_busy(call);
    return false;
}

/* ---- Running -------------------------------------------------------------------------------- */

/* The calls that go to the engine, in one array, and where each came from. */
struct run {
    struct cm_call *calls;
    struct cm_call **origins;
    size_t n;
};

static void run_wipe(struct run *r) {
    free(r->calls);
    free(r->origins);
}

static cm_err collect(const struct turn *t, struct gate *gate, uint64_t now_us, struct run *r) {
    size_t most = 1;
    for (size_t i = 0; i < t->n; i++)
        most += t->asks[i].list.n;
    r->calls = calloc(most, sizeof *r->calls);
    r->origins = calloc(most, sizeof(struct cm_call *));
    if (r->calls == NULL || r->origins == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < t->n; i++) {
        struct ask *a = &t->asks[i];
        for (size_t c = 0; a->err == CM_OK && c < a->list.n; c++) {
            if (!let_in(gate, a->conn->door, &a->list.calls[c], now_us)) continue;
            r->calls[r->n] = a->list.calls[c];
            r->origins[r->n++] = &a->list.calls[c];
        }
    }
    return CM_OK;
}

static cm_err run_once(struct turn *t, struct cm_engine *engine, struct gate *gate) {
    CM_CLEANUP(run_wipe) struct run r = {.n = 0};
    const uint64_t now_us = clock_monotonic_us();
    TRY(collect(t, gate, now_us, &r));
    if (r.n == 0) return CM_OK;
    TRY(cm_engine_run(engine, r.calls, r.n));
    for (size_t i = 0; i < r.n; i++) {
        r.origins[i]->status = r.calls[i].status;
        gate_charge(gate, r.origins[i], now_us);
    }
    return CM_OK;
}

static cm_err decide(struct turn *t, struct cm_engine *engine, struct gate *gate) {
    const cm_err err = run_once(t, engine, gate);
    if (err == CM_OK || err == CM_E_NO_MEMORY) return err;
    /* What is left concerns every frame: a broken limit that decoding should have refused, or a
     * ledger that has failed. */
    log_event(LOG_ERROR, "vault: a turn failed: %s", cm_err_name(err));
    for (size_t i = 0; i < t->n; i++)
        if (t->asks[i].err == CM_OK) t->asks[i].err = err;
    return err == CM_E_DEAD ? err : CM_OK;
}

static cm_err answer(struct ask *a, struct cm_engine *engine, struct copies *copies) {
    if (a->err != CM_OK) return turn_fault(a->conn, a->number, a->err, NULL);
    TRY(copies_collect(copies, engine, a->list.calls, a->list.n));
    struct channel *to = &a->conn->channel;
    const size_t start = channel_begin(to, FRAME_ANSWERS, a->number);
    TRY(answers_encode(&to->out, a->list.calls, a->list.n, copies->list, copies->list_n));
    return channel_end(to, start);
}

cm_err turn_run(struct turn *t, struct cm_engine *engine, struct gate *gate,
                struct copies *copies) {
    if (t->n == 0) return CM_OK;
    const cm_err err = decide(t, engine, gate);
    if (err == CM_E_NO_MEMORY) return err;
    for (size_t i = 0; i < t->n; i++)
        if (t->asks[i].conn->channel.fd >= 0) TRY(answer(&t->asks[i], engine, copies));
    return err;
}
