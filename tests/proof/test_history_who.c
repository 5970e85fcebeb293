/* The judge judged, over names: the journal knows redeemers by their pseudonyms only. Lost calls
 * are told apart by them, and a change under a name not its asker's is found, wherever it is.
 * Rule R9 of docs/design/proofs.md. */
#include "support/cm.h"

#include <stdlib.h>

#include "story.h"
#include "support/splitmix.h"

#define UNIT_N 40u
#define SEED_N 20u

/* Two calls of one kind on one unit never got their answers; one of them worked. Whose it was
 * stands in the journal only as a pseudonym: taken for the other's it would be one use too many. */
static void a_lost_call_is_told_from_another_redeemers_by_the_pseudonym(void **state) {
    (void)state;
    struct story s;
    struct history_fault fault;
    story_tell(&s, 0, UNIT_N, 1);
    const uint32_t unit = s.h.unit_n++;
    story_call_of(&s, CM_OP_REDEEM, unit, 5, CM_V_ACCEPTED, 1);
    struct history_event *idle =
        story_call_of(&s, CM_OP_RESERVE, unit, 5, CM_V_ALREADY_REDEEMED, 1);
    idle->outcome = HISTORY_UNKNOWN;
    story_call_of(&s, CM_OP_RESERVE, unit, 6, CM_V_ACCEPTED, 1)->outcome = HISTORY_UNKNOWN;
    if (history_judge(&s.h, &fault) != HISTORY_GOOD)
        fail_msg("rule %d: %s", (int)fault.rule, fault.what);
    story_free(&s);
}

/* ---- The damages --------------------------------------------------------------------------- */

/* Some change that was answered, of this kind. */
static struct history_fact *find_fact(struct story *s, enum cm_operation op) {
    const size_t start = (size_t)(splitmix_next(&s->seed) % s->h.n);
    for (size_t i = 0; i < s->h.n; i++) {
        const struct history_event *e = &s->events[(start + i) % s->h.n];
        if (e->op == op && e->outcome == HISTORY_ANSWERED && e->verdict == CM_V_ACCEPTED)
            return story_fact(s, e->sequence);
    }
    abort(); /* the scenes offer no place for this damage */
}

static void redeemed_under_another_name(struct story *s) {
    find_fact(s, CM_OP_REDEEM)->pseudonym = story_pseudonym(3); /* redeemers 1 and 2 redeem */
}
static void redeemed_under_no_name(struct story *s) { find_fact(s, CM_OP_REDEEM)->pseudonym = 0; }
static void redeemed_under_a_name_not_given(struct story *s) {
    find_fact(s, CM_OP_REDEEM)->pseudonym = 7;
}
static void reserved_under_another_name(struct story *s) {
    find_fact(s, CM_OP_RESERVE)->pseudonym = story_pseudonym(2);
}
static void reversed_under_another_name(struct story *s) {
    find_fact(s, CM_OP_REVERSE)->pseudonym = story_pseudonym(2);
}
static void confirmed_under_another_name(struct story *s) {
    find_fact(s, CM_OP_CONFIRM)->pseudonym = story_pseudonym(2);
}
static void released_under_a_name(struct story *s) { find_fact(s, CM_OP_RELEASE)->pseudonym = 7; }
static void expired_under_a_name(struct story *s) {
    for (size_t i = 0; i < s->h.fact_n; i++)
        if (s->facts[i].type == EVENT_EXPIRE) s->facts[i].pseudonym = 7;
}
static void two_redeemers_under_one_name(struct story *s) {
    const uint32_t unit = s->h.unit_n++;
    for (uint32_t i = 1; i <= 2; i++) {
        const struct history_event *e =
            story_call_of(s, CM_OP_REDEEM, unit, 40 + i, CM_V_ACCEPTED, i);
        story_fact(s, e->sequence)->pseudonym = story_pseudonym(41);
    }
}
static void lost_and_done_under_another_name(struct story *s) {
    struct history_event *e = story_call_of(s, CM_OP_REDEEM, s->h.unit_n++, 1, CM_V_ACCEPTED, 1);
    e->outcome = HISTORY_UNKNOWN;
    story_fact(s, e->sequence)->pseudonym = story_pseudonym(2);
}

#define DAMAGE(name, rule, uses)                                                                   \
    { #name, name, rule, uses }
static const struct damage {
    const char *name;
    void (*run)(struct story *s);
    enum history_rule rule;
    uint32_t use_max;
} damages[] = {
    DAMAGE(redeemed_under_another_name, R9_RIGHT_PERSON, 0),
    DAMAGE(redeemed_under_no_name, R9_RIGHT_PERSON, 0),
    DAMAGE(redeemed_under_a_name_not_given, R9_RIGHT_PERSON, 1),
    DAMAGE(reserved_under_another_name, R9_RIGHT_PERSON, 0),
    DAMAGE(reversed_under_another_name, R9_RIGHT_PERSON, 0),
    DAMAGE(confirmed_under_another_name, R9_RIGHT_PERSON, 0),
    DAMAGE(released_under_a_name, R9_RIGHT_PERSON, 1),
    DAMAGE(expired_under_a_name, R9_RIGHT_PERSON, 1),
    DAMAGE(two_redeemers_under_one_name, R9_RIGHT_PERSON, 0),
    DAMAGE(lost_and_done_under_another_name, R3_NOTHING_UNASKED, 0),
};

static void a_change_under_a_wrong_name_is_found(void **state) {
    (void)state;
    for (size_t d = 0; d < sizeof damages / sizeof damages[0]; d++)
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
        cmocka_unit_test(a_lost_call_is_told_from_another_redeemers_by_the_pseudonym),
        cmocka_unit_test(a_change_under_a_wrong_name_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
