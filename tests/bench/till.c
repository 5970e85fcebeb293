/* Minting, shuffling, redeeming. */
#include "till.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "ledger/group.h"
#include "support/splitmix.h"
#include "vault/minter.h"

#define LATENCIES_N 1000000u

cm_err till_open(struct till *t, const char *parent, struct cm_diag *diag) {
    *t = (struct till){.diag = diag};
    TRY(latencies_init(&t->latencies, LATENCIES_N));
    t->requests = calloc(CM_REQUESTS_MAX, sizeof *t->requests);
    t->answers = calloc(CM_REQUESTS_MAX, sizeof *t->answers);
    if (t->requests == NULL || t->answers == NULL) return CM_E_NO_MEMORY;
    return shop_open(&t->shop, parent, diag);
}

void till_close(struct till *t) {
    shop_close(&t->shop);
    latencies_free(&t->latencies);
    free(t->requests);
    free(t->answers);
    free(t->texts);
}

static cm_err mint_stock(struct till *t, uint32_t set) {
    CM_CLEANUP(minter_closep) struct minter *minter = NULL;
    const struct minter_options options = {
        .engine = t->shop.engine, .keystore = t->shop.keystore, .set = set};
    struct minter_rows rows;
    size_t n = 0;
    TRY(minter_open(&minter, &options, t->diag));
    do {
        TRY(minter_next(minter, UINT64_MAX, &rows, t->diag));
        for (size_t i = 0; i < rows.n && n < t->live; i++)
            if (rows.skip[i] == 0)
                memcpy(t->texts + SHOP_CODE_LEN * n++, rows.texts + i * SHOP_CODE_LEN,
                       SHOP_CODE_LEN);
    } while (rows.n > 0);
    return n == t->live ? CM_OK : CM_E_STATE;
}

/* Fisher and Yates; the same order in every run. The texts themselves change places: codes come
 * from a network's buffers one behind the other, not from all over the memory. */
static void shuffle(struct till *t) {
    uint64_t seed = t->live;
    for (size_t i = t->live; i > 1; i--) {
        char last[SHOP_CODE_LEN];
        char *const a = t->texts + (i - 1) * SHOP_CODE_LEN;
        char *const b = t->texts + splitmix_next(&seed) % i * SHOP_CODE_LEN;
        memcpy(last, a, sizeof last);
        memmove(a, b, sizeof last);
        memcpy(b, last, sizeof last);
    }
}

cm_err till_stock(struct till *t, size_t live, size_t group_n, size_t legs) {
    uint32_t set = 0;
    free(t->texts);
    t->texts = malloc(live * SHOP_CODE_LEN);
    t->live = live;
    t->next = 0;
    t->group_n = group_n;
    t->leg_max = (live - group_n) / legs;
    if (t->texts == NULL) return CM_E_NO_MEMORY;
    TRY(shop_batch(&t->shop, live, &set, t->diag));
    TRY(mint_stock(t, set));
    shuffle(t);
    const struct phase_event phase = {.set = set, .phase = PHASE_OPEN, .shipped = true};
    TRY(engine_phase(t->shop.engine, &phase, t->diag));
    return engine_fold(t->shop.engine);
}

static cm_err redeem(struct till *t) {
    for (size_t i = 0; i < t->group_n; i++) {
        const char *text = t->texts + (t->next + i) * SHOP_CODE_LEN;
        t->requests[i] =
            (struct cm_request){.operation = CM_OP_REDEEM, .code = slice_of(text, SHOP_CODE_LEN)};
    }
    struct cm_call call = {.caller = {.actor = 1, .test = true},
                           .door = SHOP_DOOR,
                           .requests = t->requests,
                           .n = t->group_n,
                           .answers = t->answers};
    TRY(cm_engine_run(t->shop.engine, &call, 1));
    t->next += t->group_n;
    size_t accepted = 0;
    for (size_t i = 0; i < t->group_n; i++)
        accepted += t->answers[i].verdict == CM_V_ACCEPTED;
    if (call.status == CM_CALL_DONE && accepted == t->group_n) return CM_OK;
    return diag_fail(t->diag, CM_E_STATE, "redeem", NULL, NULL,
                     "only %zu of %zu fresh codes were accepted", accepted, t->group_n);
}

cm_err till_group_len(struct till *t, size_t *len) {
    struct engine_stats before, after;
    TRY(engine_fold(t->shop.engine)); /* no fold may take the count away meanwhile */
    engine_stats(t->shop.engine, &before);
    TRY(redeem(t));
    engine_stats(t->shop.engine, &after);
    if (after.journal_bytes <= before.journal_bytes) return CM_E_STATE;
    *len = group_span((size_t)(after.journal_bytes - before.journal_bytes));
    return CM_OK;
}

cm_err till_run(void *ctx, double seconds, struct leg *leg) {
    struct till *t = ctx;
    const size_t first = t->next;
    const struct meter m = meter_begin();
    do {
        const uint64_t begun = meter_now_ns();
        TRY(redeem(t));
        latencies_add(&t->latencies, meter_now_ns() - begun);
    } while (t->next + t->group_n - first <= t->leg_max && meter_seconds(&m) < seconds);
    leg->items = (double)(t->next - first);
    meter_end(&m, leg);
    latencies_close(&t->latencies, leg);
    return CM_OK;
}
