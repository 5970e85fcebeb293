/* Telling good histories. See story.h. */
#include "story.h"

#include <stdlib.h>

#include "support/must.h"
#include "support/splitmix.h"

#define TICK  100u /* ns between two changes; calls reach over up to three of their neighbours */
#define REACH 350u

/* How a line of a scene is told. */
enum manner {
    PLAIN,       /* no key */
    KEYED,       /* under a key of its own */
    AGAIN,       /* the line before, again under its key: a replay */
    LOST_KEYED,  /* worked, the answer was lost, the same key brought it later as a replay */
    LOST_WORKED, /* worked, and nobody ever learnt it */
    LOST_IDLE,   /* never arrived; its key was used again and refused as the line says */
    LATE         /* the clock has moved on past every deadline before */
};

struct line {
    enum cm_operation op;
    enum cm_verdict verdict;
    uint32_t actor, redeemer, use;
    enum manner manner;
    bool spent, expires; /* expires: an expiry comes before it in the journal */
};

#define LINES_MAX 10u
struct scene {
    uint32_t use_max;
    struct line lines[LINES_MAX];
    size_t n;
};

#define CHECK   CM_OP_CHECK
#define REDEEM  CM_OP_REDEEM
#define RESERVE CM_OP_RESERVE
#define CONFIRM CM_OP_CONFIRM
#define RELEASE CM_OP_RELEASE
#define REVERSE CM_OP_REVERSE
#define SPOIL   CM_OP_VOID
#define YES     CM_V_ACCEPTED
#define SPENT   CM_V_ALREADY_REDEEMED
#define HELD    CM_V_RESERVED

static const struct scene scenes[] = {
    {1,
     {{CHECK, YES, 1, 0, 0, PLAIN, false, false},
      {REDEEM, YES, 1, 0, 1, KEYED, true, false},
      {REDEEM, YES, 1, 0, 1, AGAIN, true, false},
      {REDEEM, SPENT, 2, 0, 1, PLAIN, false, false},
      {REVERSE, YES, 1, 0, 0, LOST_KEYED, false, false},
      {CHECK, YES, 1, 0, 0, PLAIN, false, false},
      {REDEEM, YES, 3, 0, 1, KEYED, true, false},
      {CONFIRM, SPENT, 3, 0, 1, PLAIN, false, false},
      {CHECK, SPENT, 3, 0, 1, PLAIN, false, false}},
     9},
    {1,
     {{RESERVE, YES, 1, 0, 0, KEYED, false, false},
      {REDEEM, HELD, 2, 0, 0, PLAIN, false, false},
      {CONFIRM, HELD, 2, 0, 0, LOST_IDLE, false, false},
      {REVERSE, CM_V_NOT_REDEEMED, 1, 0, 0, PLAIN, false, false},
      {CONFIRM, YES, 1, 0, 1, LOST_KEYED, true, false},
      {RELEASE, SPENT, 1, 0, 1, PLAIN, false, false},
      {REVERSE, YES, 1, 0, 0, LOST_WORKED, false, false}},
     7},
    {1,
     {{RESERVE, YES, 1, 0, 0, PLAIN, false, false},
      {RELEASE, YES, 0, 0, 0, KEYED, false, false},
      {CONFIRM, CM_V_NOT_RESERVED, 1, 0, 0, PLAIN, false, false},
      {REVERSE, CM_V_NOT_REDEEMED, 1, 0, 0, PLAIN, false, false},
      {RESERVE, YES, 2, 0, 0, KEYED, false, false},
      {REDEEM, YES, 1, 0, 1, LATE, true, true},
      {REDEEM, SPENT, 1, 0, 1, PLAIN, false, false}},
     7},
    {1,
     {{SPOIL, YES, 0, 0, 0, KEYED, false, false},
      {REDEEM, CM_V_VOID, 1, 0, 0, PLAIN, false, false},
      {REVERSE, CM_V_VOID, 1, 0, 0, PLAIN, false, false},
      {CHECK, CM_V_VOID, 1, 0, 0, PLAIN, false, false}},
     4},
    {2,
     {{REDEEM, YES, 1, 0, 1, KEYED, false, false},
      {CHECK, YES, 1, 0, 1, PLAIN, false, false},
      {RESERVE, YES, 2, 0, 1, KEYED, false, false},
      {CONFIRM, YES, 2, 0, 2, LOST_KEYED, true, false},
      {REDEEM, SPENT, 1, 0, 2, PLAIN, false, false},
      {REVERSE, YES, 1, 0, 1, KEYED, false, false},
      {REDEEM, YES, 3, 0, 2, LOST_WORKED, true, false},
      {CHECK, SPENT, 3, 0, 2, PLAIN, false, false}},
     8},
    {0,
     {{REDEEM, YES, 1, 1, 1, KEYED, false, false},
      {REDEEM, SPENT, 1, 1, 1, PLAIN, false, false},
      {REDEEM, YES, 1, 2, 2, LOST_KEYED, false, false},
      {REVERSE, CM_V_NOT_REDEEMED, 1, 3, 0, PLAIN, false, false},
      {REVERSE, YES, 1, 1, 1, KEYED, false, false},
      {RESERVE, YES, 1, 1, 1, PLAIN, false, false},
      {REDEEM, HELD, 1, 2, 0, PLAIN, false, false},
      {CONFIRM, YES, 1, 1, 2, KEYED, false, false},
      {CHECK, SPENT, 1, 1, 2, PLAIN, false, false}},
     9},
};

static struct history_event *push_event(struct story *s) {
    if (s->h.n == s->event_cap) abort(); /* counted before telling */
    return &s->events[s->h.n++];
}

static void push_fact(struct story *s, const struct history_fact *f) {
    if (s->h.fact_n == s->fact_cap) abort();
    s->facts[s->h.fact_n] = *f;
    s->facts[s->h.fact_n].sequence = s->h.fact_n * 2 + 1; /* gaps: other events lie between */
    s->facts[s->h.fact_n++].time_ms = s->clock_ms;
    s->totals.redeemed += f->type == EVENT_REDEEM || f->type == EVENT_CONFIRM ? 1 : 0;
    s->totals.redeemed -= f->type == EVENT_REVERSE ? 1 : 0;
    s->totals.reversed += f->type == EVENT_REVERSE ? 1 : 0;
    s->totals.reserved += f->type == EVENT_RESERVE ? 1 : 0;
    s->totals.voided += f->type == EVENT_VOID ? 1 : 0;
    const bool ends =
        f->type == EVENT_CONFIRM || f->type == EVENT_RELEASE || f->type == EVENT_EXPIRE;
    s->totals.reserved -= ends ? 1 : 0;
}

static enum event_type type_of(enum cm_operation op) {
    switch (op) {
    case CM_OP_REDEEM: return EVENT_REDEEM;
    case CM_OP_RESERVE: return EVENT_RESERVE;
    case CM_OP_CONFIRM: return EVENT_CONFIRM;
    case CM_OP_RELEASE: return EVENT_RELEASE;
    case CM_OP_REVERSE: return EVENT_REVERSE;
    case CM_OP_VOID: return EVENT_VOID;
    case CM_OP_CHECK:
    case CM_OP_ACTIVATE:
    case CM_OP_DEACTIVATE:
    case CM_OP_LOAD:
    case CM_OP_BLOCK:
    case CM_OP_UNBLOCK:
    case CM_OP_LOSE:
    case CM_OP_REPLACE:
    case CM_OP_RENEW_PIN:
    default: abort();
    }
}

uint32_t story_pseudonym(uint32_t redeemer) {
    return redeemer == 0 ? 0 : HISTORY_REDEEMERS + 1 - redeemer;
}

/* A call that takes effect, or looks, at s->now. */
static struct history_event *call_now(struct story *s, const struct line *l, uint32_t unit) {
    struct history_event *e = push_event(s);
    const uint64_t early = splitmix_next(&s->seed) % REACH, late = splitmix_next(&s->seed) % REACH;
    *e = (struct history_event){.op = l->op,
                                .outcome = HISTORY_ANSWERED,
                                .unit = unit,
                                .actor = l->actor,
                                .redeemer = l->redeemer,
                                .t_invoke = s->now - early,
                                .t_return = s->now + late,
                                .clock_ms = s->clock_ms,
                                .verdict = l->verdict,
                                .use = l->use};
    if (l->verdict != CM_V_ACCEPTED || l->op == CM_OP_CHECK) return e;
    struct history_fact f = {.type = type_of(l->op),
                             .unit = unit,
                             .actor = l->actor,
                             .use = l->use,
                             .pseudonym = story_pseudonym(l->redeemer),
                             .spent = l->spent};
    if (l->op == CM_OP_RESERVE) f.until_ms = s->clock_ms + STORY_HOLD_MS;
    push_fact(s, &f);
    e->sequence = s->facts[s->h.fact_n - 1].sequence;
    e->time_ms = s->clock_ms;
    e->until_ms = f.until_ms;
    return e;
}

/* The same question again: an attempt without answer, or a replay. */
static struct history_event *repeat(struct story *s, const struct history_event *of) {
    struct history_event *e = push_event(s);
    *e = *of;
    e->t_invoke = of->t_return + 1;
    e->t_return = e->t_invoke + REACH;
    return e;
}

/* Later lines come after this answer. */
static void pass(struct story *s, uint64_t t_return) {
    if (s->now < t_return + REACH) s->now = t_return + REACH;
}

static void tell_line(struct story *s, const struct line *l, uint32_t unit, uint64_t *last) {
    s->now += TICK;
    if (l->manner == AGAIN) {
        repeat(s, &s->events[*last])->replayed = true;
        pass(s, s->events[s->h.n - 1].t_return);
        return;
    }
    if (l->expires) {
        const struct history_fact expiry = {.type = EVENT_EXPIRE, .unit = unit, .actor = 2};
        push_fact(s, &expiry);
    }
    *last = s->h.n;
    struct history_event *e = call_now(s, l, unit);
    if (l->manner == PLAIN || l->manner == LATE) return;
    if (l->manner != LOST_WORKED) e->key = ++s->next_key;
    if (l->manner == KEYED) return;
    struct history_event *second = l->manner == LOST_WORKED ? NULL : repeat(s, e);
    if (second != NULL) second->replayed = l->manner == LOST_KEYED;
    if (second != NULL) pass(s, second->t_return);
    e->outcome = HISTORY_UNKNOWN;
}

/* At its end, or waiting for the clock to move on. */
static bool pauses(const struct scene *scene, size_t at) {
    return at == scene->n || scene->lines[at].manner == LATE;
}

/* First everything up to the late lines, units mixed; then the clock moves; then the rest. */
static void tell_all(struct story *s, const uint32_t *scene_of) {
    size_t *at = must_calloc(s->h.unit_n, sizeof *at);
    uint64_t *last = must_calloc(s->h.unit_n, sizeof *last);
    for (uint32_t telling = s->h.unit_n; telling > 0;) {
        const uint32_t unit = (uint32_t)(splitmix_next(&s->seed) % s->h.unit_n);
        const struct scene *scene = &scenes[scene_of[unit]];
        if (pauses(scene, at[unit])) continue;
        tell_line(s, &scene->lines[at[unit]++], unit, &last[unit]);
        if (pauses(scene, at[unit])) telling--;
    }
    s->now += 4 * REACH;
    s->clock_ms += 2 * STORY_HOLD_MS;
    for (uint32_t unit = 0; unit < s->h.unit_n; unit++)
        while (at[unit] < scenes[scene_of[unit]].n)
            tell_line(s, &scenes[scene_of[unit]].lines[at[unit]++], unit, &last[unit]);
    free(at);
    free(last);
}

#define SCENE_N (sizeof scenes / sizeof scenes[0])

void story_tell(struct story *s, uint32_t use_max, uint32_t unit_n, uint64_t seed) {
    *s = (struct story){.seed = seed, .now = 1000 * TICK, .clock_ms = STORY_START_MS};
    s->event_cap = (size_t)unit_n * 2 * LINES_MAX + 16;
    s->fact_cap = (size_t)unit_n * 2 * LINES_MAX + 16;
    s->events = must_calloc(s->event_cap, sizeof *s->events);
    s->facts = must_calloc(s->fact_cap, sizeof *s->facts);
    s->h = (struct history){.use_max = use_max,
                            .unit_n = unit_n,
                            .events = s->events,
                            .facts = s->facts,
                            .totals = &s->totals};
    uint32_t *scene_of = must_calloc(unit_n, sizeof *scene_of);
    for (uint32_t u = 0, next = 0; u < unit_n; next = (next + 1) % SCENE_N)
        if (scenes[next].use_max == use_max) scene_of[u++] = next;
    tell_all(s, scene_of);
    free(scene_of);
    s->now += 4 * REACH;
}

void story_free(struct story *s) {
    free(s->events);
    free(s->facts);
    *s = (struct story){0};
}

struct history_event *story_call(struct story *s, enum cm_operation op, uint32_t unit,
                                 enum cm_verdict verdict, uint32_t use) {
    return story_call_of(s, op, unit, 0, verdict, use);
}

struct history_event *story_call_of(struct story *s, enum cm_operation op, uint32_t unit,
                                    uint32_t redeemer, enum cm_verdict verdict, uint32_t use) {
    s->now += 4 * REACH;
    const struct line l = {
        .op = op, .verdict = verdict, .actor = 1, .redeemer = redeemer, .use = use};
    return call_now(s, &l, unit);
}

struct history_fact *story_fact(struct story *s, uint64_t sequence) {
    for (size_t i = 0; i < s->h.fact_n; i++)
        if (s->facts[i].sequence == sequence) return &s->facts[i];
    abort();
}
