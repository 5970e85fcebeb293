/* The judge, part two: the journal is walked in its order (real time, counters), then unit by unit
 * (legal steps), then every refusal and check is held against the states that its unit was in
 * while it was asked. See history.h. */
#include "history_walk.h"

#include <stdlib.h>

#include "support/must.h"

/* A change that was acknowledged before another was asked for comes before it. */
static enum history_rule real_time(const struct walk *w, struct history_fault *fault) {
    uint64_t latest_invoke = 0;
    for (size_t i = 0; i < w->h->fact_n; i++) {
        const struct asked_once *a = w->steps[i].asked;
        if (a == NULL) continue;
        if (a->t_return < latest_invoke)
            return history_fail(fault, R4_REAL_TIME, "sequence %llu was answered too early",
                                (unsigned long long)w->steps[i].fact->sequence);
        if (a->t_invoke > latest_invoke) latest_invoke = a->t_invoke;
    }
    return HISTORY_GOOD;
}

static enum history_rule totals_agree(const struct walk *w, struct history_fault *fault) {
    struct history_totals sum = {0};
    for (size_t i = 0; i < w->h->fact_n; i++) {
        const enum event_type type = w->h->facts[i].type;
        const bool uses = type == EVENT_REDEEM || type == EVENT_CONFIRM;
        sum.redeemed += uses ? 1 : type == EVENT_REVERSE ? -1 : 0;
        sum.reversed += type == EVENT_REVERSE ? 1 : 0;
        sum.voided += type == EVENT_VOID ? 1 : 0;
    }
    for (size_t i = 0; i < w->h->fact_n; i++) {
        const bool last =
            i + 1 == w->h->fact_n || w->steps[i].fact->unit != w->steps[i + 1].fact->unit;
        sum.reserved += last && w->steps[i].after.reserved ? 1 : 0;
    }
    const struct history_totals *t = w->h->totals;
    if (t == NULL || (t->redeemed == sum.redeemed && t->reversed == sum.reversed &&
                      t->reserved == sum.reserved && t->voided == sum.voided))
        return HISTORY_GOOD;
    return history_fail(fault, R6_ORDERLY_RECORD,
                        "counters say %lld redeemed %lld reversed %lld reserved, journal "
                        "%lld %lld %lld",
                        (long long)t->redeemed, (long long)t->reversed, (long long)t->reserved,
                        (long long)sum.redeemed, (long long)sum.reversed, (long long)sum.reserved);
}

/* ---- Unit by unit ------------------------------------------------------------------------- */

static int by_unit(const void *a, const void *b) {
    const struct step *x = a, *y = b;
    if (x->fact->unit != y->fact->unit) return x->fact->unit < y->fact->unit ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static enum history_rule legal_steps(struct walk *w, struct history_fault *fault) {
    struct unit_model u = {0};
    for (size_t i = 0; i < w->h->fact_n; i++) {
        struct step *s = &w->steps[i];
        const bool fresh = i == 0 || w->steps[i - 1].fact->unit != s->fact->unit;
        if (fresh) u = (struct unit_model){0};
        const uint32_t redeemer = s->asked != NULL ? s->asked->event->redeemer : 0;
        const enum history_rule rule = unit_model_step(&u, w->h->use_max, s->fact, redeemer);
        if (rule != HISTORY_GOOD)
            return history_fail(fault, rule, "unit %u: sequence %llu (type %d) was not allowed",
                                s->fact->unit, (unsigned long long)s->fact->sequence,
                                (int)s->fact->type);
        s->after = u;
        s->from = s->asked != NULL ? s->asked->t_invoke : 0;
        if (!fresh && w->steps[i - 1].from > s->from) s->from = w->steps[i - 1].from;
    }
    for (size_t i = w->h->fact_n; i-- > 0;) {
        struct step *s = &w->steps[i];
        s->by = s->asked != NULL ? s->asked->t_return : UINT64_MAX;
        const bool last = i + 1 == w->h->fact_n || w->steps[i + 1].fact->unit != s->fact->unit;
        if (!last && w->steps[i + 1].by < s->by) s->by = w->steps[i + 1].by;
    }
    return HISTORY_GOOD;
}

/* The steps of one unit: [first[unit], first[unit + 1]). */
static size_t *index_units(const struct walk *w) {
    size_t *first = must_calloc((size_t)w->h->unit_n + 2, sizeof *first);
    for (size_t i = 0; i < w->h->fact_n; i++)
        first[w->steps[i].fact->unit + 1]++;
    for (size_t u = 0; u <= w->h->unit_n; u++)
        first[u + 1] += first[u];
    return first;
}

/* Was the unit, at some moment between asking and answering, in a state that explains this? */
static bool explained(const struct walk *w, const struct step *s, size_t n,
                      const struct history_event *e) {
    /* Skip states that had surely ended: state k ends by the time step k + 1 (here s[k]) did. */
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s[middle].by < e->t_invoke)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t k = low; k <= n; k++) {
        static const struct unit_model fresh;
        if (k > 0 && s[k - 1].from > e->t_return) return false;
        if (unit_model_explains(k == 0 ? &fresh : &s[k - 1].after, w->h->use_max, e)) return true;
    }
    return false;
}

static enum history_rule refusals_are_true(const struct walk *w, struct history_fault *fault) {
    size_t *const first = index_units(w);
    enum history_rule rule = HISTORY_GOOD;
    for (size_t i = 0; i < w->h->n && rule == HISTORY_GOOD; i++) {
        const struct history_event *e = &w->h->events[i];
        const bool changed = e->verdict == CM_V_ACCEPTED && e->op != CM_OP_CHECK;
        if (e->outcome != HISTORY_ANSWERED || changed) continue;
        const size_t from = first[e->unit], to = first[e->unit + 1];
        if (!explained(w, w->steps + from, to - from, e))
            rule = history_fail(fault, R5_REFUSED_FOR_REASON,
                                "unit %u, boot %u: '%s' (use %u) to operation %d has no reason",
                                e->unit, e->boot, cm_verdict_name(e->verdict), e->use, (int)e->op);
    }
    free(first);
    return rule;
}

enum history_rule walk_judge(struct walk *w, struct history_fault *fault) {
    enum history_rule rule = real_time(w, fault);
    if (rule != HISTORY_GOOD) return rule;
    qsort(w->steps, w->h->fact_n, sizeof *w->steps, by_unit);
    rule = legal_steps(w, fault);
    if (rule == HISTORY_GOOD) rule = totals_agree(w, fault);
    return rule == HISTORY_GOOD ? refusals_are_true(w, fault) : rule;
}
