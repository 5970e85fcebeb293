/* What is kept of cards with a life: first answers under their keys, links of replacements, expiry,
 * cards without a balance, and all of it through restarts and a rebuild. Expected values:
 * docs/design/card-life.md, and sums made by hand. */
#include "support/cm.h"

#include <string.h>

#include "engine/cards.h"
#include "engine/fsck.h"
#include "support/world_card.h"

#define CARD 12u
#define NEXT 13u
#define DAY  86400000u

/* ---- Idempotency ---------------------------------------------------------------------------- */

static void a_key_replays_the_first_answer_with_all_that_was_told(void **state) {
    struct card_world *c = card_world_of(state);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 1000);
    const struct card_ask q = {
        .op = CM_OP_REDEEM, .index = CARD, .actor = WEB, .pin = "", .amount = 300, .key = "k1"};
    const struct card_answer first = card_ask(c, &q);
    assert_verdict(first, CM_V_ACCEPTED);
    const struct card_ask back = {.op = CM_OP_REVERSE,
                                  .index = CARD,
                                  .actor = TILL,
                                  .rights = CM_RIGHT_TILL,
                                  .reference = first.told.transaction};
    assert_int_equal(card_ask(c, &back).told.balance, 1000);
    for (unsigned i = 0; i < 3; i++) {
        if (i > 0) card_world_reopen(c, i == 2);
        struct card_answer again = card_ask(c, &q);
        assert_true(again.a.replayed);
        again.a.replayed = false;
        assert_memory_equal(&again, &first, sizeof again);
    }
    struct card_ask more = q;
    more.amount = 301; /* another request under the key */
    assert_int_equal(card_ask(c, &more).status, CM_CALL_KEY_REUSED);
    assert_int_equal(till_asks(c, CM_OP_CHECK, CARD, 0).told.balance, 1000);
}

/* ---- The desk ------------------------------------------------------------------------------- */

static void a_replacement_moves_the_balance_once_and_links_both_histories(void **state) {
    struct card_world *c = card_world_of(state);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 1000);
    const struct card_answer spend = till_asks(c, CM_OP_REDEEM, CARD, 400);
    assert_verdict(desk_asks(c, CM_OP_LOSE, CARD), CM_V_ACCEPTED);
    assert_verdict(web_asks(c, CM_OP_REDEEM, CARD, 1), CM_V_BLOCKED);
    struct card_ask replace = {.op = CM_OP_REPLACE,
                               .index = CARD,
                               .actor = DESK,
                               .rights = CM_RIGHT_DESK,
                               .other = NEXT,
                               .key = "r1"};
    struct card_answer r = card_ask(c, &replace);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_int_equal(r.told.state, CM_CARD_REPLACED);
    assert_int_equal(r.told.amount, 600);
    assert_int_equal(r.told.balance, 0);
    assert_true(card_ask(c, &replace).a.replayed);
    replace.key = NULL;
    assert_verdict(card_ask(c, &replace), CM_V_REPLACED);
    card_world_reopen(c, true);
    assert_verdict(web_asks(c, CM_OP_CHECK, CARD, 0), CM_V_REPLACED);
    r = web_asks(c, CM_OP_CHECK, NEXT, 0);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_int_equal(r.told.balance, 600);
    struct card_view v;
    assert_ok(engine_card_view(c->w.engine, 0, CARDS, CARD, &v, NULL));
    assert_int_equal(v.record.replaced_by_serial, NEXT);
    assert_ok(engine_card_view(c->w.engine, 0, CARDS, NEXT, &v, NULL));
    assert_int_equal(v.record.replaces_serial, CARD);
    /* What was bought with the old card is given back on the new one, once. */
    const struct card_ask back = {.op = CM_OP_REVERSE,
                                  .index = NEXT,
                                  .actor = TILL,
                                  .rights = CM_RIGHT_TILL,
                                  .reference = spend.told.transaction};
    assert_int_equal(card_ask(c, &back).told.balance, 1000);
    assert_verdict(card_ask(c, &back), CM_V_NOT_REDEEMED);
    card_world_reopen(c, false);
    assert_int_equal(till_asks(c, CM_OP_CHECK, NEXT, 0).told.balance, 1000);
}

static void an_activation_is_taken_back_while_nothing_was_spent(void **state) {
    struct card_world *c = card_world_of(state);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 1000);
    struct card_answer r = till_asks(c, CM_OP_DEACTIVATE, CARD, 0);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_int_equal(r.told.balance, 0);
    assert_verdict(web_asks(c, CM_OP_CHECK, CARD, 0), CM_V_NOT_A_CODE);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 500);
    (void)web_asks(c, CM_OP_REDEEM, CARD, 1);
    assert_verdict(till_asks(c, CM_OP_DEACTIVATE, CARD, 0), CM_V_NOT_POSSIBLE);
}

static void a_void_card_is_worth_nothing_and_stays_so(void **state) {
    struct card_world *c = card_world_of(state);
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 1000);
    struct card_answer r = desk_asks(c, CM_OP_VOID, CARD);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_int_equal(r.told.amount, 1000);
    assert_int_equal(r.told.balance, 0);
    assert_verdict(till_asks(c, CM_OP_REVERSE, CARD, 0), CM_V_VOID);
    assert_verdict(desk_asks(c, CM_OP_UNBLOCK, CARD), CM_V_VOID);
    assert_verdict(web_asks(c, CM_OP_CHECK, CARD, 0), CM_V_VOID);
    assert_verdict(desk_asks(c, CM_OP_VOID, NEXT), CM_V_ACCEPTED); /* spoiled before it was sold */
    assert_verdict(web_asks(c, CM_OP_CHECK, NEXT, 0), CM_V_NOT_A_CODE);
}

/* ---- Other lives ---------------------------------------------------------------------------- */

static void a_card_expires_after_its_days(void **state) {
    (void)state;
    struct card_world c = {.numberer = NULL};
    card_world_make(&c, 0, "{\"activation\":\"till\",\"currency\":\"EUR\",\"valid_days\":10}");
    struct card_answer r = till_asks(&c, CM_OP_ACTIVATE, CARD, 1000);
    assert_true(r.told.expires_ms == WORLD_NOW_MS + 10u * DAY);
    (void)web_asks(&c, CM_OP_RESERVE, CARD, 200);
    struct card_ask hold = {.op = CM_OP_RESERVE,
                            .index = CARD,
                            .actor = TILL,
                            .rights = CM_RIGHT_TILL,
                            .amount = 300,
                            .hold_ms = 20u * DAY};
    r = card_ask(&c, &hold);
    c.w.now_ms += 10u * DAY;
    assert_verdict(web_asks(&c, CM_OP_CHECK, CARD, 0), CM_V_EXPIRED);
    assert_verdict(web_asks(&c, CM_OP_REDEEM, CARD, 1), CM_V_EXPIRED);
    /* A hold was a promise; the first one's own time is over. */
    r = till_asks(&c, CM_OP_CONFIRM, CARD, 0);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_int_equal(r.told.balance, 700);
    assert_int_equal(r.told.state, CM_CARD_EXPIRED);
    card_world_remove(&c);
}

/* Found by proof.cards.kill: the first answer told the state of the moment, a replay that of the
 * line. */
static void what_unblocks_a_card_after_its_days_is_told_the_same_again(void **state) {
    (void)state;
    struct card_world c = {.numberer = NULL};
    card_world_make(&c, 0, "{\"activation\":\"till\",\"currency\":\"EUR\",\"valid_days\":10}");
    (void)till_asks(&c, CM_OP_ACTIVATE, CARD, 1000);
    (void)desk_asks(&c, CM_OP_BLOCK, CARD);
    c.w.now_ms += 10u * DAY;
    const struct card_ask unblock = {.op = CM_OP_UNBLOCK,
                                     .index = CARD,
                                     .actor = DESK,
                                     .rights = CM_RIGHT_TILL | CM_RIGHT_DESK,
                                     .key = "desk-1"};
    const struct card_answer first = card_ask(&c, &unblock);
    assert_verdict(first, CM_V_ACCEPTED);
    const struct card_answer again = card_ask(&c, &unblock);
    assert_true(again.a.replayed);
    assert_memory_equal(&again.told, &first.told, sizeof first.told);
    assert_verdict(till_asks(&c, CM_OP_CHECK, CARD, 0), CM_V_EXPIRED);
    card_world_remove(&c);
}

static void no_refund_goes_beyond_what_a_card_can_hold(void **state) {
    (void)state;
    struct card_world c = {.numberer = NULL};
    card_world_make(&c, 0, "{\"activation\":\"till\",\"currency\":\"EUR\"}");
    assert_verdict(till_asks(&c, CM_OP_ACTIVATE, CARD, CM_AMOUNT_MAX), CM_V_ACCEPTED);
    assert_verdict(till_asks(&c, CM_OP_REDEEM, CARD, 100), CM_V_ACCEPTED);
    assert_verdict(till_asks(&c, CM_OP_LOAD, CARD, 60), CM_V_ACCEPTED);
    struct card_answer r = till_asks(&c, CM_OP_REVERSE, CARD, 0); /* all of it */
    assert_verdict(r, CM_V_WRONG_AMOUNT);
    assert_int_equal(r.told.amount, 40);
    assert_verdict(till_asks(&c, CM_OP_REVERSE, CARD, 41), CM_V_WRONG_AMOUNT);
    r = till_asks(&c, CM_OP_REVERSE, CARD, 40);
    assert_verdict(r, CM_V_ACCEPTED);
    assert_true(r.told.balance == CM_AMOUNT_MAX);
    card_world_remove(&c);
}

static void a_card_without_a_balance_is_used_as_often_as_its_terms_say(void **state) {
    (void)state;
    struct card_world c = {.numberer = NULL};
    card_world_make(&c, 0, "{\"activation\":\"till\"}");
    world_document(&c.w, DOCUMENT_TERMS, TERMS_OF_SET | CARDS, slice_text("{\"uses\":2}"));
    assert_err(CM_E_CONFLICT,
               world_try_document(&c.w, DOCUMENT_TERMS, TERMS_OF_SET | CARDS,
                                  slice_text("{\"uses\":\"once per redeemer\"}"), NULL));
    (void)till_asks(&c, CM_OP_ACTIVATE, CARD, 0);
    assert_verdict(till_asks(&c, CM_OP_LOAD, CARD, 5), CM_V_NOT_POSSIBLE);
    assert_verdict(till_asks(&c, CM_OP_REDEEM, CARD, 5), CM_V_WRONG_AMOUNT);
    assert_int_equal(till_asks(&c, CM_OP_REDEEM, CARD, 0).a.use, 1);
    assert_int_equal(till_asks(&c, CM_OP_RESERVE, CARD, 0).a.use, 1);
    assert_verdict(till_asks(&c, CM_OP_REDEEM, CARD, 0), CM_V_RESERVED);
    assert_int_equal(till_asks(&c, CM_OP_CONFIRM, CARD, 0).a.use, 2);
    struct card_answer r = till_asks(&c, CM_OP_REDEEM, CARD, 0);
    assert_verdict(r, CM_V_ALREADY_REDEEMED);
    assert_true(r.a.time_ms == WORLD_NOW_MS);
    assert_int_equal(till_asks(&c, CM_OP_REVERSE, CARD, 0).a.use, 1);
    assert_verdict(till_asks(&c, CM_OP_REVERSE, CARD, 0), CM_V_NOT_REDEEMED);
    assert_int_equal(till_asks(&c, CM_OP_REDEEM, CARD, 0).a.use, 2);
    card_world_remove(&c);
}

static void cards_that_need_no_till_are_active_from_their_making(void **state) {
    (void)state;
    struct card_world c = {.numberer = NULL};
    card_world_make(&c, 0, "{\"activation\":\"none\"}");
    assert_verdict(web_asks(&c, CM_OP_CHECK, CARD, 0), CM_V_ACCEPTED);
    assert_verdict(till_asks(&c, CM_OP_ACTIVATE, CARD, 0), CM_V_ALREADY_ACTIVE);
    assert_verdict(web_asks(&c, CM_OP_REDEEM, CARD, 0), CM_V_ACCEPTED);
    assert_verdict(web_asks(&c, CM_OP_REDEEM, CARD, 0), CM_V_ALREADY_REDEEMED);
    card_world_remove(&c);
}

static void a_pool_keeps_its_life_for_ever(void **state) {
    struct card_world *c = card_world_of(state);
    assert_err(CM_E_CONFLICT, card_world_try_life(c, "{\"activation\":\"none\"}"));
    assert_ok(card_world_try_life(c, LIFE_EUR));
    (void)till_asks(c, CM_OP_ACTIVATE, CARD, 100); /* the document was replaced by itself */
    assert_verdict(web_asks(c, CM_OP_REDEEM, CARD, 100), CM_V_ACCEPTED);
}

/* ---- Rebuilt -------------------------------------------------------------------------------- */

static void fsck_rebuilds_every_card_and_line_from_the_journal(void **state) {
    struct card_world *c = card_world_of(state);
    for (uint64_t i = 0; i < 40; i++) {
        (void)till_asks(c, CM_OP_ACTIVATE, i, 1000 + i);
        (void)web_asks(c, CM_OP_RESERVE, i, 10 + i);
        if (i % 3 == 0) (void)web_asks(c, CM_OP_CONFIRM, i, 0);
        if (i % 4 == 0) (void)desk_asks(c, CM_OP_BLOCK, i);
        if (i % 5 == 0) (void)desk_asks(c, CM_OP_VOID, i);
        if (i == 20) assert_ok(engine_fold(c->w.engine));
    }
    world_close(&c->w);
    struct cm_diag diag = DIAG_INIT;
    struct fsck_report report;
    struct fsck_options o = {.workspace = c->w.dir};
    cm_err err = engine_fsck(&o, &report, &diag);
    if (err != CM_OK) fail_msg("%s: %s %s", cm_err_name(err), diag.place, diag.problem);
    assert_true(report.image_agrees);
    o.rebuild = true;
    assert_ok(engine_fsck(&o, &report, &diag));
    world_open(&c->w);
    assert_int_equal(till_asks(c, CM_OP_CHECK, 3, 0).told.balance, 1003 - 13);
    assert_int_equal(till_asks(c, CM_OP_CHECK, 1, 0).told.held, 11);
    assert_verdict(till_asks(c, CM_OP_CHECK, 4, 0), CM_V_BLOCKED);
}

#define CARD_TEST(f) cmocka_unit_test_setup_teardown(f, card_world_setup, card_world_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CARD_TEST(a_key_replays_the_first_answer_with_all_that_was_told),
        CARD_TEST(a_replacement_moves_the_balance_once_and_links_both_histories),
        CARD_TEST(an_activation_is_taken_back_while_nothing_was_spent),
        CARD_TEST(a_void_card_is_worth_nothing_and_stays_so),
        cmocka_unit_test(a_card_expires_after_its_days),
        cmocka_unit_test(what_unblocks_a_card_after_its_days_is_told_the_same_again),
        cmocka_unit_test(no_refund_goes_beyond_what_a_card_can_hold),
        cmocka_unit_test(a_card_without_a_balance_is_used_as_often_as_its_terms_say),
        cmocka_unit_test(cards_that_need_no_till_are_active_from_their_making),
        CARD_TEST(a_pool_keeps_its_life_for_ever),
        CARD_TEST(fsck_rebuilds_every_card_and_line_from_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
