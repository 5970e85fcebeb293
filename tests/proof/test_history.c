/* The judge judged: good histories pass, and each of the damages below is found under the rule
 * that it breaks, wherever it is done; under whose name a change stands is test_history_who.c.
 * Rules: docs/design/proofs.md. */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "story.h"
#include "support/splitmix.h"

#define UNIT_N 40u
#define SEED_N 20u

static void good_histories_pass(void **state) {
    (void)state;
    static const uint32_t use_max[] = {1, 2, 0};
    for (uint64_t seed = 1; seed <= SEED_N; seed++) {
        struct story s;
        struct history_fault fault;
        story_tell(&s, use_max[seed % 3], UNIT_N, seed);
        if (history_judge(&s.h, &fault) != HISTORY_GOOD)
            fail_msg("seed %u: rule %d: %s", (unsigned)seed, (int)fault.rule, fault.what);
        assert_true(s.h.n > UNIT_N * 4 && s.h.fact_n > UNIT_N);
        story_free(&s);
    }
}

/* ---- Finding a place to do damage ---------------------------------------------------------- */

typedef bool wanted(const struct history_event *e);

static bool is_change(const struct history_event *e) {
    return e->outcome == HISTORY_ANSWERED && e->verdict == CM_V_ACCEPTED && e->op != CM_OP_CHECK;
}
static bool is_first(const struct history_event *e) { return is_change(e) && !e->replayed; }
/* Of an answer that came the first time, too. */
static bool is_replay(const struct history_event *e) {
    return is_change(e) && e->replayed && e->op == CM_OP_REDEEM;
}
static bool is_redeem(const struct history_event *e) {
    return is_first(e) && e->op == CM_OP_REDEEM;
}
static bool is_confirm(const struct history_event *e) {
    return is_change(e) && e->op == CM_OP_CONFIRM;
}
static bool is_release(const struct history_event *e) {
    return is_first(e) && e->op == CM_OP_RELEASE;
}
static bool is_reserve(const struct history_event *e) {
    return is_first(e) && e->op == CM_OP_RESERVE;
}
static bool is_spent(const struct history_event *e) {
    return e->outcome == HISTORY_ANSWERED && e->verdict == CM_V_ALREADY_REDEEMED;
}

static struct history_event *find(struct story *s, wanted *is) {
    const size_t start = (size_t)(splitmix_next(&s->seed) % s->h.n);
    for (size_t i = 0; i < s->h.n; i++) {
        struct history_event *e = &s->events[(start + i) % s->h.n];
        if (is(e)) return e;
    }
    abort(); /* the scenes offer no place for this damage */
}

static struct history_fact *find_fact(struct story *s, wanted *is) {
    return story_fact(s, find(s, is)->sequence);
}

static void remove_fact(struct story *s, struct history_fact *f) {
    const size_t at = (size_t)(f - s->facts);
    memmove(f, f + 1, (s->h.fact_n - at - 1) * sizeof *f);
    s->h.fact_n--;
}

/* A unit on which nothing happens: its story is taken away. */
static uint32_t quiet_unit(struct story *s) {
    s->h.unit_n++;
    return s->h.unit_n - 1;
}

/* ---- The damages --------------------------------------------------------------------------- */

static void lost(struct story *s) { remove_fact(s, find_fact(s, is_first)); }
static void lost_last(struct story *s) { s->h.fact_n--; }
static void kept_with_other_use(struct story *s) { find_fact(s, is_first)->use += 1; }
static void kept_for_other_unit(struct story *s) {
    struct history_fact *f = find_fact(s, is_first);
    f->unit = (f->unit + 1) % s->h.unit_n;
}
static void kept_for_other_actor(struct story *s) { find_fact(s, is_first)->actor += 7; }
static void kept_as_other_change(struct story *s) { find_fact(s, is_redeem)->type = EVENT_RESERVE; }
static void kept_with_other_deadline(struct story *s) { find_fact(s, is_reserve)->until_ms += 1; }
static void recorded_twice(struct story *s) {
    s->facts[s->h.fact_n] = s->facts[s->h.fact_n - 1];
    s->h.fact_n++;
}
static void time_goes_back(struct story *s) {
    struct history_fact *f = &s->facts[1 + splitmix_next(&s->seed) % (s->h.fact_n - 1)];
    f->time_ms = STORY_START_MS - 1;
}
static void unasked(struct story *s) {
    struct history_event *e = story_call(s, CM_OP_REDEEM, quiet_unit(s), CM_V_ACCEPTED, 1);
    story_fact(s, e->sequence)->spent = true;
    s->h.n--;
}
static void refused_but_done(struct story *s) {
    struct history_event *e = story_call(s, CM_OP_REDEEM, quiet_unit(s), CM_V_ACCEPTED, 1);
    e->verdict = CM_V_ENDED;
}
static void lost_then_refused_but_done(struct story *s) {
    const uint32_t unit = quiet_unit(s);
    struct history_event *e = story_call(s, CM_OP_REDEEM, unit, CM_V_ACCEPTED, 1);
    e->outcome = HISTORY_UNKNOWN;
    e->key = ++s->next_key;
    struct history_event *again = story_call(s, CM_OP_REDEEM, unit, CM_V_ALREADY_REDEEMED, 1);
    again->key = e->key;
}
static void refused_as_full_but_done(struct story *s) {
    struct history_event *e = story_call(s, CM_OP_REDEEM, quiet_unit(s), CM_V_ACCEPTED, 1);
    e->outcome = HISTORY_NOTHING_DONE;
}
static void loser_told_he_won(struct story *s) {
    const struct history_event *winner = find(s, is_redeem);
    struct history_event *e = story_call(s, CM_OP_CHECK, winner->unit, CM_V_ACCEPTED, winner->use);
    const uint64_t t_invoke = e->t_invoke, t_return = e->t_return;
    *e = *winner;
    e->key = 0;
    e->t_invoke = t_invoke;
    e->t_return = t_return;
}
static void redeemed_twice(struct story *s) {
    const uint32_t unit = quiet_unit(s);
    for (int i = 0; i < 2; i++) {
        struct history_event *e = story_call(s, CM_OP_REDEEM, unit, CM_V_ACCEPTED, 1);
        story_fact(s, e->sequence)->spent = true;
    }
}
static void redeemed_beyond_its_uses(struct story *s) {
    const uint32_t unit = quiet_unit(s);
    for (uint32_t i = 1; i <= 3; i++) {
        struct history_event *e = story_call(s, CM_OP_REDEEM, unit, CM_V_ACCEPTED, i);
        story_fact(s, e->sequence)->spent = i == 2;
    }
}
static void one_redeemer_twice(struct story *s) {
    const uint32_t unit = quiet_unit(s);
    for (uint32_t i = 1; i <= 2; i++)
        story_call_of(s, CM_OP_REDEEM, unit, 5, CM_V_ACCEPTED, i);
}
static void miscounted(struct story *s) {
    struct history_event *e = find(s, is_redeem);
    e->key = 0;
    e->use += 1;
    story_fact(s, e->sequence)->use += 1;
}
static void not_marked_as_used_up(struct story *s) { find_fact(s, is_redeem)->spent ^= true; }
static void replay_of_another_change(struct story *s) { find(s, is_replay)->sequence += 2; }
static void replay_with_other_time(struct story *s) { find(s, is_replay)->time_ms += 1; }
static void replay_refused(struct story *s) {
    struct history_event *e = find(s, is_redeem);
    if (e->key == 0) e->key = ++s->next_key;
    struct history_event *late = story_call(s, CM_OP_CHECK, e->unit, CM_V_ALREADY_REDEEMED, e->use);
    late->op = e->op;
    late->actor = e->actor;
    late->redeemer = e->redeemer;
    late->key = e->key;
}
static void replay_of_nothing(struct story *s) {
    struct history_event *e = story_call(s, CM_OP_VOID, quiet_unit(s), CM_V_ACCEPTED, 0);
    e->key = ++s->next_key;
    e->replayed = true;
}
static void accepted_anew_under_its_key(struct story *s) {
    const uint32_t unit = quiet_unit(s);
    struct history_event *e = story_call(s, CM_OP_RESERVE, unit, CM_V_ACCEPTED, 0);
    const uint64_t key = e->key = ++s->next_key;
    story_call(s, CM_OP_RELEASE, unit, CM_V_ACCEPTED, 0);
    story_call(s, CM_OP_RESERVE, unit, CM_V_ACCEPTED, 0)->key = key;
}
static void key_asks_two_things(struct story *s) {
    const uint64_t key = ++s->next_key;
    story_call(s, CM_OP_VOID, quiet_unit(s), CM_V_ACCEPTED, 0)->key = key;
    story_call(s, CM_OP_VOID, quiet_unit(s), CM_V_ACCEPTED, 0)->key = key;
}
static void acknowledged_out_of_order(struct story *s) {
    struct history_event *e = story_call(s, CM_OP_VOID, quiet_unit(s), CM_V_ACCEPTED, 0);
    e->t_invoke = 1; /* asked and answered before everything, yet the last in the journal */
    e->t_return = 2;
}
static void worked_after_death(struct story *s) {
    struct history_event *e = story_call(s, CM_OP_VOID, quiet_unit(s), CM_V_ACCEPTED, 0);
    e->key = ++s->next_key;
    const struct history_event answered = *e;
    e->outcome = HISTORY_UNKNOWN;
    e->t_invoke = 1;
    e->t_return = 2;
    struct history_event *again = story_call(s, CM_OP_CHECK, e->unit, CM_V_VOID, 0);
    const uint64_t t_invoke = again->t_invoke, t_return = again->t_return;
    *again = answered;
    again->replayed = true;
    again->t_invoke = t_invoke;
    again->t_return = t_return;
}
static void spent_before_anybody_redeemed(struct story *s) {
    struct history_event *e = find(s, is_spent);
    e->t_invoke = 1;
    e->t_return = 2;
}
static void spent_though_fresh(struct story *s) {
    story_call(s, CM_OP_REDEEM, quiet_unit(s), CM_V_ALREADY_REDEEMED, 1);
}
static void held_though_free(struct story *s) {
    story_call(s, CM_OP_REDEEM, quiet_unit(s), CM_V_RESERVED, 0);
}
static void held_though_expired(struct story *s) {
    const uint32_t unit = quiet_unit(s);
    story_call(s, CM_OP_RESERVE, unit, CM_V_ACCEPTED, 0);
    s->clock_ms += STORY_HOLD_MS;
    story_call(s, CM_OP_REDEEM, unit, CM_V_RESERVED, 0);
}
static void void_though_fresh(struct story *s) {
    story_call(s, CM_OP_REDEEM, quiet_unit(s), CM_V_VOID, 0);
}
static void not_a_code_though_ours(struct story *s) {
    story_call(s, CM_OP_REDEEM, quiet_unit(s), CM_V_NOT_A_CODE, 0);
}
static void fresh_though_spent(struct story *s) {
    const struct history_event *e = story_call(s, CM_OP_VOID, quiet_unit(s), CM_V_ACCEPTED, 0);
    story_call(s, CM_OP_CHECK, e->unit, CM_V_ACCEPTED, 0);
}
static void not_redeemed_though_spent(struct story *s) {
    const struct history_event *e = story_call(s, CM_OP_REDEEM, quiet_unit(s), CM_V_ACCEPTED, 1);
    story_fact(s, e->sequence)->spent = s->h.use_max == 1;
    story_call(s, CM_OP_REVERSE, e->unit, CM_V_NOT_REDEEMED, 0);
}
static void spent_with_wrong_count(struct story *s) {
    const struct history_event *e = story_call(s, CM_OP_REDEEM, quiet_unit(s), CM_V_ACCEPTED, 1);
    story_fact(s, e->sequence)->spent = true;
    story_call(s, CM_OP_REDEEM, e->unit, CM_V_ALREADY_REDEEMED, 4);
}
static void confirmed_by_another(struct story *s) {
    const struct history_event *e = story_call(s, CM_OP_RESERVE, quiet_unit(s), CM_V_ACCEPTED, 0);
    struct history_event *thief = story_call(s, CM_OP_CONFIRM, e->unit, CM_V_ACCEPTED, 1);
    thief->actor = 2;
    story_fact(s, thief->sequence)->actor = 2;
    story_fact(s, thief->sequence)->spent = true;
}
static void released_by_another(struct story *s) {
    struct history_event *e = find(s, is_release);
    e->actor = 9;
    story_fact(s, e->sequence)->actor = 9;
}
static void confirmed_too_late(struct story *s) {
    const struct history_event *e = story_call(s, CM_OP_RESERVE, quiet_unit(s), CM_V_ACCEPTED, 0);
    s->clock_ms += STORY_HOLD_MS;
    struct history_event *late = story_call(s, CM_OP_CONFIRM, e->unit, CM_V_ACCEPTED, 1);
    story_fact(s, late->sequence)->spent = true;
}
static void expired_too_early(struct story *s) {
    const struct history_event *e = story_call(s, CM_OP_RESERVE, quiet_unit(s), CM_V_ACCEPTED, 0);
    story_call(s, CM_OP_RELEASE, e->unit, CM_V_ACCEPTED, 0);
    s->facts[s->h.fact_n - 1].type = EVENT_EXPIRE;
    s->h.n--;
}
static void given_again_without_expiry(struct story *s) {
    const struct history_event *e = story_call(s, CM_OP_RESERVE, quiet_unit(s), CM_V_ACCEPTED, 0);
    s->clock_ms += STORY_HOLD_MS;
    struct history_event *late = story_call(s, CM_OP_REDEEM, e->unit, CM_V_ACCEPTED, 1);
    story_fact(s, late->sequence)->spent = true;
}
static void held_without_deadline(struct story *s) {
    struct history_event *e = find(s, is_reserve);
    e->key = 0;
    e->until_ms = story_fact(s, e->sequence)->until_ms = e->time_ms;
}
static void void_and_redeemed(struct story *s) {
    const struct history_event *e = story_call(s, CM_OP_VOID, quiet_unit(s), CM_V_ACCEPTED, 0);
    struct history_event *again = story_call(s, CM_OP_REDEEM, e->unit, CM_V_ACCEPTED, 1);
    story_fact(s, again->sequence)->spent = true;
}
static void reversed_without_redemption(struct story *s) {
    story_call(s, CM_OP_REVERSE, quiet_unit(s), CM_V_ACCEPTED, 0);
}
static void confirmed_without_hold(struct story *s) {
    struct history_event *e = find(s, is_confirm);
    struct history_event *again = story_call(s, CM_OP_CONFIRM, quiet_unit(s), CM_V_ACCEPTED, 1);
    again->actor = e->actor;
    story_fact(s, again->sequence)->actor = e->actor;
    story_fact(s, again->sequence)->spent = true;
}
static void counter_of_redemptions_off(struct story *s) { s->totals.redeemed++; }
static void counter_of_reversals_off(struct story *s) { s->totals.reversed--; }
static void counter_of_holds_off(struct story *s) { s->totals.reserved++; }

/* ---- Each is found ------------------------------------------------------------------------- */

#define DAMAGE(name, rule, uses)                                                                   \
    { #name, name, rule, uses }
static const struct damage {
    const char *name;
    void (*run)(struct story *s);
    enum history_rule rule;
    uint32_t use_max;
} damages[] = {
    DAMAGE(lost, R2_ACKNOWLEDGED_KEPT, 1),
    DAMAGE(lost_last, R2_ACKNOWLEDGED_KEPT, 1),
    DAMAGE(kept_with_other_use, R2_ACKNOWLEDGED_KEPT, 1),
    DAMAGE(kept_for_other_unit, R2_ACKNOWLEDGED_KEPT, 0),
    DAMAGE(kept_for_other_actor, R2_ACKNOWLEDGED_KEPT, 1),
    DAMAGE(kept_as_other_change, R2_ACKNOWLEDGED_KEPT, 1),
    DAMAGE(kept_with_other_deadline, R2_ACKNOWLEDGED_KEPT, 1),
    DAMAGE(recorded_twice, R6_ORDERLY_RECORD, 1),
    DAMAGE(time_goes_back, R6_ORDERLY_RECORD, 1),
    DAMAGE(counter_of_redemptions_off, R6_ORDERLY_RECORD, 1),
    DAMAGE(counter_of_reversals_off, R6_ORDERLY_RECORD, 2),
    DAMAGE(counter_of_holds_off, R6_ORDERLY_RECORD, 0),
    DAMAGE(unasked, R3_NOTHING_UNASKED, 1),
    DAMAGE(refused_but_done, R3_NOTHING_UNASKED, 1),
    DAMAGE(lost_then_refused_but_done, R3_NOTHING_UNASKED, 1),
    DAMAGE(refused_as_full_but_done, R3_NOTHING_UNASKED, 1),
    DAMAGE(loser_told_he_won, R1_ONE_ANSWER_A_KEY, 1),
    DAMAGE(replay_of_another_change, R1_ONE_ANSWER_A_KEY, 1),
    DAMAGE(replay_with_other_time, R1_ONE_ANSWER_A_KEY, 1),
    DAMAGE(replay_refused, R1_ONE_ANSWER_A_KEY, 1),
    DAMAGE(replay_of_nothing, R1_ONE_ANSWER_A_KEY, 1),
    DAMAGE(accepted_anew_under_its_key, R1_ONE_ANSWER_A_KEY, 1),
    DAMAGE(key_asks_two_things, R1_ONE_ANSWER_A_KEY, 1),
    DAMAGE(acknowledged_out_of_order, R4_REAL_TIME, 1),
    DAMAGE(worked_after_death, R4_REAL_TIME, 1),
    DAMAGE(spent_before_anybody_redeemed, R5_REFUSED_FOR_REASON, 1),
    DAMAGE(spent_though_fresh, R5_REFUSED_FOR_REASON, 1),
    DAMAGE(held_though_free, R5_REFUSED_FOR_REASON, 1),
    DAMAGE(held_though_expired, R5_REFUSED_FOR_REASON, 1),
    DAMAGE(void_though_fresh, R5_REFUSED_FOR_REASON, 1),
    DAMAGE(not_a_code_though_ours, R5_REFUSED_FOR_REASON, 1),
    DAMAGE(fresh_though_spent, R5_REFUSED_FOR_REASON, 1),
    DAMAGE(not_redeemed_though_spent, R5_REFUSED_FOR_REASON, 1),
    DAMAGE(spent_with_wrong_count, R5_REFUSED_FOR_REASON, 1),
    DAMAGE(redeemed_twice, R7_USES, 1),
    DAMAGE(redeemed_beyond_its_uses, R7_USES, 2),
    DAMAGE(one_redeemer_twice, R7_USES, 0),
    DAMAGE(miscounted, R7_USES, 2),
    DAMAGE(not_marked_as_used_up, R7_USES, 1),
    DAMAGE(confirmed_by_another, R8_LEGAL_STEPS, 1),
    DAMAGE(released_by_another, R8_LEGAL_STEPS, 1),
    DAMAGE(confirmed_too_late, R8_LEGAL_STEPS, 1),
    DAMAGE(expired_too_early, R8_LEGAL_STEPS, 1),
    DAMAGE(given_again_without_expiry, R8_LEGAL_STEPS, 1),
    DAMAGE(held_without_deadline, R8_LEGAL_STEPS, 1),
    DAMAGE(void_and_redeemed, R8_LEGAL_STEPS, 1),
    DAMAGE(reversed_without_redemption, R8_LEGAL_STEPS, 1),
    DAMAGE(confirmed_without_hold, R8_LEGAL_STEPS, 1),
};
#define DAMAGE_N (sizeof damages / sizeof damages[0])
_Static_assert(DAMAGE_N >= 25, "as many as the issue asks for, and more");

static void every_damage_is_found_under_its_rule(void **state) {
    (void)state;
    for (size_t d = 0; d < DAMAGE_N; d++)
        for (uint64_t seed = 1; seed <= SEED_N; seed++) {
            struct story s;
            struct history_fault fault;
            story_tell(&s, damages[d].use_max, UNIT_N, seed);
            damages[d].run(&s);
            const enum history_rule rule = history_judge(&s.h, &fault);
            if (rule != damages[d].rule)
                fail_msg("%s, seed %u: rule %d instead of %d (%s)", damages[d].name, (unsigned)seed,
                         (int)rule, (int)damages[d].rule, fault.what);
            story_free(&s);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_histories_pass),
        cmocka_unit_test(every_damage_is_found_under_its_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
