/* Cards with a life: activated at the till, loaded, spent, held, refunded, replaced; what is told
 * of them, and what the public never hears. Expected values: docs/design/card-life.md, and sums
 * made by hand. */
#include "support/cm.h"

#include <string.h>

#include "engine/cards.h"
#include "support/world_card.h"

#define CARD 12u
#define NEXT 13u

static void a_card_is_activated_loaded_spent_and_refunded_to_the_cent(void **state) {
    struct card_world *c = card_world_of(state);
    struct card_answer r = till_asks(c, CM_OP_ACTIVATE, CARD, 5000);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_int_equal(r.told.state, CM_CARD_ACTIVE);
    assert_int_equal(r.told.balance, 5000);
    r = till_asks(c, CM_OP_LOAD, CARD, 250);
    assert_int_equal(r.told.balance, 5250);
    r = web_asks(c, CM_OP_REDEEM, CARD, 1250);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_int_equal(r.told.balance, 4000);
    assert_int_equal(r.told.amount, 1250);
    assert_string_equal(r.told.currency, "EUR");
    const uint64_t spent = r.told.transaction;
    const struct card_ask back = {.op = CM_OP_REVERSE,
                                  .index = CARD,
                                  .actor = TILL,
                                  .rights = CM_RIGHT_TILL,
                                  .amount = 1000,
                                  .reference = spent};
    assert_int_equal(card_ask(c, &back).told.balance, 5000);
    r = card_ask(c, &back); /* 250 are left of it */
    assert_verdict(r, CM_V_WRONG_AMOUNT);
    assert_int_equal(r.told.amount, 250);
    r = web_asks(c, CM_OP_CHECK, CARD, 0);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_int_equal(r.told.balance, 5000);
}

static void more_than_there_is_cannot_be_spent(void **state) {
    struct card_world *c = card_world_of(state);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 100);
    struct card_answer r = web_asks(c, CM_OP_REDEEM, CARD, 101);
    assert_verdict(r, CM_V_NOT_ENOUGH);
    assert_int_equal(r.told.amount, 100);
    assert_verdict(web_asks(c, CM_OP_REDEEM, CARD, 0), CM_V_WRONG_AMOUNT);
    struct card_ask dollars = {
        .op = CM_OP_REDEEM, .index = CARD, .actor = WEB, .pin = "", .amount = 5, .currency = "USD"};
    assert_verdict(card_ask(c, &dollars), CM_V_WRONG_AMOUNT);
    dollars.currency = "EUR";
    assert_verdict(card_ask(c, &dollars), CM_V_ACCEPTED);
    assert_verdict(web_asks(c, CM_OP_REDEEM, CARD, 95), CM_V_ACCEPTED);
    assert_verdict(web_asks(c, CM_OP_REDEEM, CARD, 1), CM_V_NOT_ENOUGH);
}

static void loads_stay_within_the_limits_of_the_pool(void **state) {
    struct card_world *c = card_world_of(state);
    assert_verdict(till_asks(c, CM_OP_ACTIVATE, CARD, 100001), CM_V_WRONG_AMOUNT);
    assert_verdict(till_asks(c, CM_OP_ACTIVATE, CARD, 100000), CM_V_ACCEPTED);
    assert_verdict(till_asks(c, CM_OP_LOAD, CARD, 60000), CM_V_ACCEPTED);
    struct card_answer r = till_asks(c, CM_OP_LOAD, CARD, 60000);
    assert_verdict(r, CM_V_WRONG_AMOUNT);
    assert_int_equal(r.told.amount, 40000);
    assert_verdict(till_asks(c, CM_OP_LOAD, CARD, 0), CM_V_WRONG_AMOUNT);
}

/* ---- What the public never hears ------------------------------------------------------------ */

static void inactive_cards_and_wrong_pins_answer_byte_for_byte_like_an_unknown_number(
    void **state) {
    struct card_world *c = card_world_of(state);
    static const enum cm_operation ops[] = {CM_OP_CHECK,      CM_OP_REDEEM,   CM_OP_RESERVE,
                                            CM_OP_CONFIRM,    CM_OP_RELEASE,  CM_OP_REVERSE,
                                            CM_OP_VOID,       CM_OP_ACTIVATE, CM_OP_LOAD,
                                            CM_OP_DEACTIVATE, CM_OP_BLOCK,    CM_OP_RENEW_PIN};
    (void)till_asks(c, CM_OP_ACTIVATE, NEXT, 100);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD + 2, 100);
    for (unsigned i = 0; i < 4; i++) { /* its PIN is locked */
        const struct card_ask guess = {
            .op = CM_OP_CHECK, .index = CARD + 2, .actor = WEB, .pin = "abcd"};
        (void)card_ask(c, &guess);
    }
    for (size_t i = 0; i < CM_ARRAY_N(ops); i++) {
        struct card_ask q = {
            .op = ops[i], .index = CARDS_N + 5, .actor = WEB, .pin = "", .hold_ms = 1000};
        q.amount = ops[i] == CM_OP_REDEEM || ops[i] == CM_OP_RESERVE ? 10 : 0;
        const struct card_answer unknown = card_ask(c, &q);
        assert_verdict(unknown, CM_V_NOT_A_CODE);
        q.index = CARD; /* never activated */
        struct card_answer r = card_ask(c, &q);
        assert_memory_equal(&r, &unknown, sizeof r);
        q.index = CARD + 2;
        r = card_ask(c, &q);
        assert_memory_equal(&r, &unknown, sizeof r);
        q.index = NEXT;
        q.pin = NULL;
        r = card_ask(c, &q);
        assert_memory_equal(&r, &unknown, sizeof r);
    }
    struct card_ask wrong = {.op = CM_OP_CHECK, .index = CARDS_N + 5, .actor = WEB, .pin = "99999"};
    const struct card_answer unknown = card_ask(c, &wrong);
    wrong.index = NEXT;
    const struct card_answer r = card_ask(c, &wrong);
    assert_memory_equal(&r, &unknown, sizeof r);
}

/* Only where a wrong PIN is counted may a right one be told from it: else all can be tried out. */
static void ends_of_holds_and_refunds_tell_nothing_of_a_pin(void **state) {
    struct card_world *c = card_world_of(state);
    static const enum cm_operation ops[] = {CM_OP_CONFIRM, CM_OP_RELEASE, CM_OP_REVERSE};
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 1000);
    (void)till_asks(c, CM_OP_REDEEM, CARD, 10); /* not the web's to give back */
    for (size_t i = 0; i < CM_ARRAY_N(ops); i++) {
        struct card_ask q = {.op = ops[i], .index = CARDS_N + 5, .actor = WEB, .pin = ""};
        const struct card_answer unknown = card_ask(c, &q);
        assert_verdict(unknown, CM_V_NOT_A_CODE);
        q.index = CARD;
        struct card_answer r = card_ask(c, &q);
        assert_memory_equal(&r, &unknown, sizeof r);
        q.pin = "99999";
        r = card_ask(c, &q);
        assert_memory_equal(&r, &unknown, sizeof r);
    }
    const struct card_ask wrong = {.op = CM_OP_CHECK, .index = CARD, .actor = WEB, .pin = "99999"};
    const struct card_answer hold = web_asks(c, CM_OP_RESERVE, CARD, 10);
    (void)card_ask(c, &wrong);
    const struct card_ask back = {.op = CM_OP_RELEASE,
                                  .index = CARD,
                                  .actor = WEB,
                                  .pin = "",
                                  .reference = hold.told.transaction};
    assert_verdict(card_ask(c, &back), CM_V_ACCEPTED);
    assert_int_equal(till_asks(c, CM_OP_CHECK, CARD, 0).told.pin_tries_left, 2); /* not forgiven */
}

static void a_till_is_told_why(void **state) {
    struct card_world *c = card_world_of(state);
    struct card_answer r = till_asks(c, CM_OP_CHECK, CARD, 0);
    assert_verdict(r, CM_V_INACTIVE);
    assert_int_equal(r.told.state, CM_CARD_MADE);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 100);
    assert_verdict(till_asks(c, CM_OP_ACTIVATE, CARD, 100), CM_V_ALREADY_ACTIVE);
    struct card_ask q = {
        .op = CM_OP_CHECK, .index = CARD, .actor = TILL, .rights = CM_RIGHT_TILL, .pin = "99999"};
    r = card_ask(c, &q);
    assert_verdict(r, CM_V_WRONG_PIN);
    assert_int_equal(r.told.pin_tries_left, 2);
    assert_verdict(till_asks(c, CM_OP_BLOCK, CARD, 0), CM_V_NOT_POSSIBLE); /* the desk's */
}

static void wrong_pins_are_counted_and_lock_also_across_restarts(void **state) {
    struct card_world *c = card_world_of(state);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 100);
    struct card_ask wrong = {.op = CM_OP_CHECK, .index = CARD, .actor = WEB, .pin = "99999"};
    assert_verdict(card_ask(c, &wrong), CM_V_NOT_A_CODE);
    assert_verdict(card_ask(c, &wrong), CM_V_NOT_A_CODE);
    assert_verdict(web_asks(c, CM_OP_CHECK, CARD, 0), CM_V_ACCEPTED); /* two of three */
    card_world_reopen(c, true);
    assert_verdict(card_ask(c, &wrong), CM_V_NOT_A_CODE);
    card_world_reopen(c, false);
    assert_verdict(web_asks(c, CM_OP_CHECK, CARD, 0), CM_V_NOT_A_CODE); /* locked */
    wrong.rights = CM_RIGHT_TILL;
    wrong.pin = "";
    assert_verdict(card_ask(c, &wrong), CM_V_PIN_LOCKED);
    struct card_view v;
    assert_ok(engine_card_view(c->w.engine, 0, CARDS, CARD, &v, NULL));
    assert_true(v.pin_locked);
    assert_verdict(desk_asks(c, CM_OP_UNBLOCK, CARD), CM_V_ACCEPTED);
    assert_verdict(web_asks(c, CM_OP_CHECK, CARD, 0), CM_V_ACCEPTED);
}

static void a_spend_with_the_right_pin_forgives_wrong_ones(void **state) {
    struct card_world *c = card_world_of(state);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 100);
    const struct card_ask wrong = {.op = CM_OP_CHECK, .index = CARD, .actor = WEB, .pin = "99999"};
    for (unsigned round = 0; round < 3; round++) {
        (void)card_ask(c, &wrong);
        (void)card_ask(c, &wrong);
        assert_verdict(web_asks(c, CM_OP_REDEEM, CARD, 1), CM_V_ACCEPTED);
    }
}

static void a_renewed_pin_takes_the_place_of_the_old_one(void **state) {
    struct card_world *c = card_world_of(state);
    char second[CARD_CAP];
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 100);
    assert_verdict(desk_asks(c, CM_OP_RENEW_PIN, CARD), CM_V_ACCEPTED);
    for (unsigned folded = 0; folded < 2; folded++) {
        card_pin(c, CARD, 2, second);
        const struct card_ask with = {
            .op = CM_OP_CHECK, .index = CARD, .actor = WEB, .pin = second};
        assert_verdict(card_ask(c, &with), CM_V_ACCEPTED);
        assert_verdict(web_asks(c, CM_OP_CHECK, CARD, 0), CM_V_NOT_A_CODE); /* the first one */
        card_world_reopen(c, folded == 1);
    }
    (void)till_asks(c, CM_OP_ACTIVATE, NEXT, 100);
    assert_verdict(web_asks(c, CM_OP_CHECK, NEXT, 0), CM_V_ACCEPTED); /* its only one */
}

/* ---- Holds ---------------------------------------------------------------------------------- */

static void a_hold_is_confirmed_up_to_its_amount_and_the_rest_given_back(void **state) {
    struct card_world *c = card_world_of(state);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 1000);
    struct card_answer r = web_asks(c, CM_OP_RESERVE, CARD, 700);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_int_equal(r.told.balance, 1000);
    assert_int_equal(r.told.held, 700);
    struct card_ask confirm = {
        .op = CM_OP_CONFIRM, .index = CARD, .actor = WEB, .reference = r.told.transaction};
    assert_verdict(web_asks(c, CM_OP_REDEEM, CARD, 301), CM_V_NOT_ENOUGH);
    assert_verdict(web_asks(c, CM_OP_REDEEM, CARD, 300), CM_V_ACCEPTED);
    confirm.amount = 701;
    assert_verdict(card_ask(c, &confirm), CM_V_WRONG_AMOUNT);
    confirm.amount = 500;
    r = card_ask(c, &confirm);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_int_equal(r.told.balance, 200);
    assert_int_equal(r.told.held, 0);
    assert_verdict(card_ask(c, &confirm), CM_V_NOT_A_CODE); /* nothing of its own is left here */
    confirm.rights = CM_RIGHT_TILL;
    assert_verdict(card_ask(c, &confirm), CM_V_NOT_RESERVED);
}

static void a_hold_ends_with_its_deadline_by_an_event_of_its_own(void **state) {
    struct card_world *c = card_world_of(state);
    struct card_line lines[8];
    size_t n = 0;
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 1000);
    (void)web_asks(c, CM_OP_RESERVE, CARD, 600);
    c->w.now_ms += 59999;
    assert_verdict(web_asks(c, CM_OP_REDEEM, CARD, 401), CM_V_NOT_ENOUGH);
    c->w.now_ms += 1;
    struct card_answer r = web_asks(c, CM_OP_CHECK, CARD, 0);
    assert_int_equal(r.told.held, 0);
    r = web_asks(c, CM_OP_REDEEM, CARD, 1000);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_ok(engine_card_history(c->w.engine, CARDS, CARD, 0, lines, CM_ARRAY_N(lines), &n, NULL));
    assert_int_equal(n, 4);
    assert_int_equal(lines[0].op, CARD_SPEND);
    assert_int_equal(lines[1].op, CARD_EXPIRE_HOLDS);
    assert_int_equal(lines[1].reference, lines[2].sequence);
    assert_int_equal(lines[2].op, CARD_HOLD);
    assert_int_equal(lines[3].op, CARD_ACTIVATE);
}

static void eight_holds_stand_side_by_side_and_no_ninth(void **state) {
    struct card_world *c = card_world_of(state);
    uint64_t ids[CM_CARD_HOLDS_MAX];
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 1000);
    for (unsigned i = 0; i < CM_CARD_HOLDS_MAX; i++) {
        const struct card_answer r = web_asks(c, CM_OP_RESERVE, CARD, 100);
        assert_verdict(r, CM_V_ACCEPTED);
        ids[i] = r.told.transaction;
    }
    assert_verdict(web_asks(c, CM_OP_RESERVE, CARD, 100), CM_V_RESERVED);
    card_world_reopen(c, true);
    struct card_ask other = {.op = CM_OP_RELEASE,
                             .index = CARD,
                             .actor = TILL_B,
                             .rights = CM_RIGHT_TILL,
                             .reference = ids[3]};
    assert_verdict(card_ask(c, &other), CM_V_RESERVED); /* another caller's */
    other.actor = WEB;
    other.rights = 0;
    assert_int_equal(card_ask(c, &other).told.held, 700);
    assert_verdict(card_ask(c, &other), CM_V_NOT_RESERVED);
    other.reference = 0; /* seven of its own: which one? */
    assert_verdict(card_ask(c, &other), CM_V_NOT_RESERVED);
}

#define CARD_TEST(f) cmocka_unit_test_setup_teardown(f, card_world_setup, card_world_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CARD_TEST(a_card_is_activated_loaded_spent_and_refunded_to_the_cent),
        CARD_TEST(more_than_there_is_cannot_be_spent),
        CARD_TEST(loads_stay_within_the_limits_of_the_pool),
        CARD_TEST(inactive_cards_and_wrong_pins_answer_byte_for_byte_like_an_unknown_number),
        CARD_TEST(ends_of_holds_and_refunds_tell_nothing_of_a_pin),
        CARD_TEST(a_till_is_told_why),
        CARD_TEST(wrong_pins_are_counted_and_lock_also_across_restarts),
        CARD_TEST(a_spend_with_the_right_pin_forgives_wrong_ones),
        CARD_TEST(a_renewed_pin_takes_the_place_of_the_old_one),
        CARD_TEST(a_hold_is_confirmed_up_to_its_amount_and_the_rest_given_back),
        CARD_TEST(a_hold_ends_with_its_deadline_by_an_event_of_its_own),
        CARD_TEST(eight_holds_stand_side_by_side_and_no_ninth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
