/* The judge, part one: calls are gathered under their keys, joined with the journal, and put in
 * order. Units and refusals are judged by history_walk.c. See history.h. */
#include "history.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "history_walk.h"
#include "support/must.h"

enum history_rule history_fail(struct history_fault *fault, enum history_rule rule,
                               const char *words, ...) {
    va_list arguments;
    va_start(arguments, words);
    fault->rule = rule;
    (void)vsnprintf(fault->what, sizeof fault->what, words, arguments);
    va_end(arguments);
    return rule;
}

/* ---- Under one key ------------------------------------------------------------------------ */

static int by_key(const void *a, const void *b) {
    const struct history_event *x = *(const struct history_event *const *)a;
    const struct history_event *y = *(const struct history_event *const *)b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    if (x->t_invoke != y->t_invoke) return x->t_invoke < y->t_invoke ? -1 : 1;
    return 0;
}

static bool accepted(const struct history_event *e) {
    return e->outcome == HISTORY_ANSWERED && e->verdict == CM_V_ACCEPTED && e->op != CM_OP_CHECK;
}

static bool same_question(const struct history_event *a, const struct history_event *b) {
    return a->op == b->op && a->unit == b->unit && a->actor == b->actor &&
           a->redeemer == b->redeemer;
}

static bool same_answer(const struct history_event *a, const struct history_event *b) {
    return a->sequence == b->sequence && a->time_ms == b->time_ms && a->use == b->use &&
           a->until_ms == b->until_ms;
}

/* What the attempts under one key come to. */
struct attempts {
    const struct history_event *first; /* the acceptance that was no replay, or NULL */
    const struct history_event *any;   /* some acceptance */
    uint64_t unknown_from, unknown_to; /* when attempts without answer may have worked */
    uint64_t answered_from;            /* the last invoke of an attempt with an answer */
    uint64_t known_at;                 /* the first return of an acceptance */
};

static bool gather(const struct history_event *const *e, size_t n, struct attempts *a) {
    *a = (struct attempts){.unknown_from = UINT64_MAX, .known_at = UINT64_MAX};
    for (size_t i = 0; i < n; i++) {
        if (!same_question(e[0], e[i])) return false;
        if (e[i]->outcome == HISTORY_UNKNOWN) {
            if (e[i]->t_invoke < a->unknown_from) a->unknown_from = e[i]->t_invoke;
            if (e[i]->t_return > a->unknown_to) a->unknown_to = e[i]->t_return;
            continue;
        }
        if (e[i]->outcome == HISTORY_ANSWERED) a->answered_from = e[i]->t_invoke;
        if (!accepted(e[i])) continue;
        if (a->any != NULL && !same_answer(a->any, e[i])) return false;
        if (!e[i]->replayed && a->first != NULL) return false; /* accepted anew, twice */
        if (!e[i]->replayed) a->first = e[i];
        a->any = e[i];
        if (e[i]->t_return < a->known_at) a->known_at = e[i]->t_return;
    }
    return true;
}

/* Once an acceptance is known, every later attempt gets it again. */
static bool replays_hold(const struct history_event *const *e, size_t n, const struct attempts *a) {
    for (size_t i = 0; i < n; i++) {
        if (e[i]->outcome != HISTORY_ANSWERED) continue;
        if (e[i]->t_invoke > a->known_at && !accepted(e[i])) return false;
        if (!accepted(e[i]) || !e[i]->replayed) continue;
        const uint64_t begun = a->first != NULL ? a->first->t_invoke : a->unknown_from;
        if (begun >= e[i]->t_return) return false; /* the replay of nothing */
    }
    return true;
}

static enum history_rule judge_key(struct walk *w, const struct history_event *const *e, size_t n,
                                   struct history_fault *fault) {
    struct attempts a;
    if (!gather(e, n, &a) || !replays_hold(e, n, &a))
        return history_fail(fault, R1_ONE_ANSWER_A_KEY, "key %llx, unit %u: answers differ",
                            (unsigned long long)e[0]->key, e[0]->unit);
    struct asked_once once = {.event = e[0]};
    if (a.any != NULL) {
        once.event = a.first != NULL ? a.first : a.any;
        once.t_invoke = a.first != NULL ? a.first->t_invoke : a.unknown_from;
        once.t_return = a.known_at;
        /* A replay may return before the first answer does, but nothing works after death. */
        if (a.first == NULL && a.unknown_to < once.t_return) once.t_return = a.unknown_to;
        w->accepted[w->accepted_n++] = once;
        return HISTORY_GOOD;
    }
    /* Refused anew after the unknown attempt: it did nothing. Else it may have. */
    if (a.unknown_to == 0 || a.answered_from > a.unknown_to) return HISTORY_GOOD;
    once.t_invoke = a.unknown_from;
    once.t_return = UINT64_MAX;
    w->unknown[w->unknown_n++] = once;
    return HISTORY_GOOD;
}

static enum history_rule judge_keys(struct walk *w, struct history_fault *fault) {
    const struct history *h = w->h;
    const struct history_event **e = must_calloc(h->n + 1, sizeof *e);
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++)
        if (h->events[i].op != CM_OP_CHECK) e[n++] = &h->events[i];
    qsort(e, n, sizeof *e, by_key);
    enum history_rule rule = HISTORY_GOOD;
    for (size_t from = 0; from < n && rule == HISTORY_GOOD;) {
        size_t to = from + 1;
        while (to < n && e[from]->key != 0 && e[to]->key == e[from]->key)
            to++;
        rule = judge_key(w, e + from, to - from, fault);
        from = to;
    }
    free(e);
    return rule;
}

/* ---- Calls and journal -------------------------------------------------------------------- */

static int by_sequence(const void *a, const void *b) {
    const uint64_t x = ((const struct asked_once *)a)->event->sequence;
    const uint64_t y = ((const struct asked_once *)b)->event->sequence;
    return x == y ? 0 : x < y ? -1 : 1;
}

/* Within a unit the earliest first: of several that may have made a change, the one asked first
 * contradicts nothing that another would not. */
static int by_unit_and_time(const void *a, const void *b) {
    const struct asked_once *x = a, *y = b;
    if (x->event->unit != y->event->unit) return x->event->unit < y->event->unit ? -1 : 1;
    return x->t_invoke == y->t_invoke ? 0 : x->t_invoke < y->t_invoke ? -1 : 1;
}

static enum event_type type_of(enum cm_operation op) {
    static const enum event_type types[CM_CODE_OPERATION_N] = {
        [CM_OP_CHECK] = EVENT_LOOKUP,    [CM_OP_REDEEM] = EVENT_REDEEM,
        [CM_OP_RESERVE] = EVENT_RESERVE, [CM_OP_CONFIRM] = EVENT_CONFIRM,
        [CM_OP_RELEASE] = EVENT_RELEASE, [CM_OP_REVERSE] = EVENT_REVERSE,
        [CM_OP_VOID] = EVENT_VOID};
    return types[op];
}

static bool as_said(const struct history_fact *f, const struct history_event *e) {
    return f->type == type_of(e->op) && f->unit == e->unit && f->actor == e->actor &&
           f->use == e->use && f->time_ms == e->time_ms && f->until_ms == e->until_ms;
}

/* An attempt that never got its answer and may have made this change; each serves once. Two that
 * differ only in their redeemer are told apart by the pseudonym. */
static const struct asked_once *unknown_for(struct walk *w, const struct history_fact *f) {
    size_t low = 0, high = w->unknown_n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (w->unknown[middle].event->unit < f->unit)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < w->unknown_n && w->unknown[low].event->unit == f->unit; low++) {
        struct asked_once *u = &w->unknown[low];
        const bool fits = type_of(u->event->op) == f->type && u->event->actor == f->actor &&
                          who_fits(&w->who, w->h->use_max, f, u->event->redeemer);
        if (!fits || u->used) continue;
        u->used = true;
        return u;
    }
    return NULL;
}

/* Every acceptance with its change; what they teach of pseudonyms is whole before any guess. */
static enum history_rule join_answered(struct walk *w, struct history_fault *fault) {
    size_t next = 0;
    for (size_t i = 0; i < w->h->fact_n; i++) {
        const struct history_fact *f = &w->h->facts[i];
        w->steps[i] = (struct step){.fact = f, .order = i};
        if (next == w->accepted_n || w->accepted[next].event->sequence > f->sequence) continue;
        if (w->accepted[next].event->sequence < f->sequence) break;
        const struct asked_once *a = &w->accepted[next++];
        if (!as_said(f, a->event))
            return history_fail(fault, R2_ACKNOWLEDGED_KEPT, "sequence %llu is not what was said",
                                (unsigned long long)f->sequence);
        if (!who_fits(&w->who, w->h->use_max, f, a->event->redeemer))
            return history_fail(fault, R9_RIGHT_PERSON,
                                "sequence %llu, asked by redeemer %u, stands under pseudonym %u",
                                (unsigned long long)f->sequence, a->event->redeemer, f->pseudonym);
        who_learn(&w->who, w->h->use_max, f, a->event->redeemer);
        w->steps[i].asked = a;
    }
    if (next == w->accepted_n) return HISTORY_GOOD;
    return history_fail(fault, R2_ACKNOWLEDGED_KEPT, "sequence %llu was acknowledged and is gone",
                        (unsigned long long)w->accepted[next].event->sequence);
}

/* Every other change with a question that may have made it. */
static enum history_rule join_unknown(struct walk *w, struct history_fault *fault) {
    for (size_t i = 0; i < w->h->fact_n; i++) {
        struct step *s = &w->steps[i];
        if (s->asked != NULL || s->fact->type == EVENT_EXPIRE) continue;
        s->asked = unknown_for(w, s->fact);
        if (s->asked == NULL)
            return history_fail(fault, R3_NOTHING_UNASKED, "sequence %llu: nobody asked",
                                (unsigned long long)s->fact->sequence);
        who_learn(&w->who, w->h->use_max, s->fact, s->asked->event->redeemer);
    }
    return HISTORY_GOOD;
}

static enum history_rule one_caller_a_change(const struct walk *w, struct history_fault *fault) {
    for (size_t i = 1; i < w->accepted_n; i++)
        if (w->accepted[i].event->sequence == w->accepted[i - 1].event->sequence)
            return history_fail(fault, R1_ONE_ANSWER_A_KEY, "sequence %llu was given to two",
                                (unsigned long long)w->accepted[i].event->sequence);
    return HISTORY_GOOD;
}

static enum history_rule record_is_orderly(const struct history *h, struct history_fault *fault) {
    for (size_t i = 1; i < h->fact_n; i++) {
        const struct history_fact *before = &h->facts[i - 1], *f = &h->facts[i];
        if (f->sequence <= before->sequence || f->time_ms < before->time_ms)
            return history_fail(fault, R6_ORDERLY_RECORD, "sequence %llu goes back",
                                (unsigned long long)f->sequence);
    }
    return HISTORY_GOOD;
}

enum history_rule history_judge(const struct history *h, struct history_fault *fault) {
    *fault = (struct history_fault){0};
    struct walk w = {.h = h};
    w.accepted = must_calloc(h->n + 1, sizeof *w.accepted);
    w.unknown = must_calloc(h->n + 1, sizeof *w.unknown);
    w.steps = must_calloc(h->fact_n + 1, sizeof *w.steps);
    enum history_rule rule = record_is_orderly(h, fault);
    if (rule == HISTORY_GOOD) rule = judge_keys(&w, fault);
    qsort(w.accepted, w.accepted_n, sizeof *w.accepted, by_sequence);
    qsort(w.unknown, w.unknown_n, sizeof *w.unknown, by_unit_and_time);
    if (rule == HISTORY_GOOD) rule = one_caller_a_change(&w, fault);
    if (rule == HISTORY_GOOD) rule = join_answered(&w, fault);
    if (rule == HISTORY_GOOD) rule = join_unknown(&w, fault);
    if (rule == HISTORY_GOOD) rule = walk_judge(&w, fault);
    free(w.accepted);
    free(w.unknown);
    free(w.steps);
    return rule;
}
