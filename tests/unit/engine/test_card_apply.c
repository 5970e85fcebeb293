/* Events on a card's record: what follows is applied, and what does not follow from the record is a
 * damaged journal, whatever its checksums say. Sums by hand; rules from docs/design/journal.md,
 * section 9. */
#include "support/cm.h"

#include <string.h>

#include "engine/card_apply.h"

#define NOW 1000u

/* Active, 100 on it, 30 of them held until 2000 by hold 7. */
static struct card_record sample(void) {
    return (struct card_record){.state = CM_CARD_ACTIVE,
                                .known = true,
                                .pin_issue = 1,
                                .balance = 100,
                                .last = 7,
                                .hold_n = 1,
                                .holds = {{.id = 7, .amount = 30, .until_ms = 2000, .actor = 5}}};
}

static struct card_event event(enum card_op op, uint64_t amount, uint64_t balance, uint64_t held) {
    return (struct card_event){.op = op,
                               .state = CM_CARD_ACTIVE,
                               .pin_issue = 1,
                               .has_money = true,
                               .amount = amount,
                               .balance = balance,
                               .held = held};
}

static void a_confirmed_hold_leaves_the_balance_once(void **state) {
    (void)state;
    struct card_record card = sample();
    struct card_event e = event(CARD_CONFIRM, 20, 80, 0);
    e.has_reference = true;
    e.reference = 7;
    assert_ok(card_apply(&card, &e, 8, NOW));
    assert_int_equal(card.balance, 80);
    assert_int_equal(card.hold_n, 0);
    assert_int_equal(card.last_spend, 8);
    assert_err(CM_E_CORRUPT, card_apply(&card, &e, 9, NOW)); /* the hold is gone */
    assert_int_equal(card.last, 8);
}

static void sums_that_do_not_hold_are_refused_and_change_nothing(void **state) {
    (void)state;
    const struct card_event bad[] = {
        event(CARD_SPEND, 20, 81, 30), /* one too many left */
        event(CARD_SPEND, 101, 0, 0),  /* below zero */
        event(CARD_SPEND, 80, 20, 30), /* beyond what is free: the hold is not covered */
        event(CARD_LOAD, 20, 100, 30), /* loaded, and not there */
        event(CARD_LOAD, UINT64_MAX, 99, 30),
        event(CARD_HOLD, 71, 100, 101),       /* more than is free */
        event(CARD_HOLD, 10, 100, 40),        /* without a deadline */
        event(CARD_RELEASE, 30, 100, 0),      /* of no hold */
        event(CARD_EXPIRE_HOLDS, 30, 100, 0), /* not over at moment 0 */
        event(CARD_DEACTIVATE, 100, 0, 0),    /* while something is held */
        event(CARD_VOID, 99, 1, 0),           /* not all of it */
        event(CARD_REPLACE, 100, 0, 0),       /* by nobody */
        event(CARD_TAKE_OVER, 5, 105, 30),    /* of nobody, and not empty */
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        const struct card_record before = sample();
        struct card_record card = before;
        if (card_apply(&card, &bad[i], 8, NOW) != CM_E_CORRUPT) fail_msg("event %zu is taken", i);
        assert_memory_equal(&card, &before, sizeof card);
    }
    struct card_event poor = event(CARD_PIN_FAILED, 0, 0, 0);
    poor.has_money = false; /* of a card without a balance */
    struct card_record card = sample();
    assert_err(CM_E_CORRUPT, card_apply(&card, &poor, 8, NOW));
}

static void holds_end_together_up_to_the_moment(void **state) {
    (void)state;
    struct card_record card = sample();
    struct card_event e = event(CARD_HOLD, 10, 100, 40);
    e.has_until = true;
    e.until_ms = 3000;
    assert_ok(card_apply(&card, &e, 8, NOW));
    e = event(CARD_EXPIRE_HOLDS, 30, 100, 10);
    e.has_until = true;
    e.until_ms = 2000; /* the deadline itself is over */
    assert_ok(card_apply(&card, &e, 9, 2500));
    assert_int_equal(card.hold_n, 1);
    assert_int_equal(card.holds[0].id, 8);
}

static void a_stopped_card_remembers_what_it_was_before_the_first_stop(void **state) {
    (void)state;
    struct card_record card = sample();
    struct card_event e = event(CARD_BLOCK, 0, 100, 30);
    e.state = CM_CARD_BLOCKED;
    e.reason = CM_REASON_FRAUD;
    assert_ok(card_apply(&card, &e, 8, NOW));
    e.op = CARD_LOSE;
    e.state = CM_CARD_LOST;
    assert_ok(card_apply(&card, &e, 9, NOW + 1));
    assert_int_equal(card.state, CM_CARD_LOST);
    assert_int_equal(card.before, CM_CARD_ACTIVE);
    assert_int_equal(card.since_ms, NOW + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_confirmed_hold_leaves_the_balance_once),
        cmocka_unit_test(sums_that_do_not_hold_are_refused_and_change_nothing),
        cmocka_unit_test(holds_end_together_up_to_the_moment),
        cmocka_unit_test(a_stopped_card_remembers_what_it_was_before_the_first_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
