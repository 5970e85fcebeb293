/* Preparing, redeeming, settling. */
#include "till.h"

#include "ledger/group.h"

#define LATENCIES_N 4000000u
#define FIRST_PACE  8e6 /* codes a second, before it is known: more than there will be */
#define MARGIN      1.5 /* texts prepared over those that the last pace would take */

cm_err till_open(struct till *t, const char *parent, uint64_t live, struct cm_diag *diag) {
    *t = (struct till){.group_n = 1};
    TRY(latencies_init(&t->latencies, LATENCIES_N));
    TRY(depot_open(&t->depot, parent, diag));
    return depot_fill(&t->depot, live);
}

void till_close(struct till *t) {
    depot_close(&t->depot);
    latencies_free(&t->latencies);
}

void till_calls_of(struct till *t, size_t group_n) {
    t->group_n = group_n;
    t->pace = 0;
}

cm_err till_group_len(struct till *t, size_t *len) {
    struct engine_stats before, after;
    size_t done = 0;
    TRY(depot_stock(&t->depot, t->group_n));
    TRY(engine_fold(t->depot.shop.engine)); /* no fold may take the count away meanwhile */
    engine_stats(t->depot.shop.engine, &before);
    TRY(depot_redeem(&t->depot, t->group_n, &done));
    engine_stats(t->depot.shop.engine, &after);
    if (after.journal_bytes <= before.journal_bytes) return CM_E_STATE;
    *len = group_span((size_t)(after.journal_bytes - before.journal_bytes));
    return CM_OK;
}

cm_err till_prepare(struct till *t, double pace, double seconds) {
    const double live = (double)t->depot.range.live, first = FIRST_PACE * seconds;
    const double want = pace > 0 ? pace * seconds * MARGIN : first < live ? first : live;
    return depot_stock(&t->depot, (size_t)want + t->group_n);
}

cm_err till_settle(struct till *t, const struct meter *m, struct leg *leg, double *pace) {
    *pace = leg->items / meter_seconds(m);
    TRY(engine_fold(t->depot.shop.engine));
    meter_end(m, leg);
    leg->peak -= depot_texts_len(&t->depot);
    return CM_OK;
}

static size_t sixth_of(double at, double seconds) {
    const double sixth = at / seconds * TILL_SIXTHS;
    return sixth < TILL_SIXTHS - 1 ? (size_t)sixth : TILL_SIXTHS - 1;
}

cm_err till_run(void *ctx, double seconds, struct leg *leg) {
    struct till *t = ctx;
    double at = 0;
    TRY(till_prepare(t, t->pace, seconds));
    for (size_t i = 0; i < TILL_SIXTHS; i++)
        t->sixths[i] = 0;
    const struct meter m = meter_begin();
    while (at < seconds && depot_left(&t->depot) >= t->group_n) {
        size_t done = 0;
        const uint64_t begun = meter_now_ns();
        TRY(depot_redeem(&t->depot, t->group_n, &done));
        latencies_add(&t->latencies, meter_now_ns() - begun);
        at = meter_seconds(&m);
        t->sixths[sixth_of(at, seconds)] += (double)done;
        leg->items += (double)done;
    }
    TRY(till_settle(t, &m, leg, &t->pace));
    latencies_close(&t->latencies, leg);
    return CM_OK;
}
