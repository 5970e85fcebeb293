/* The engine in use: a code is redeemed exactly once, and the ledger remembers through restarts.
 * Expected verdicts come from docs/design/states.md. */
#include "support/cm.h"

#include <string.h>

#include "support/world.h"

static void a_code_is_redeemed_once(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t batch = world_batch(&w, 1000, true);
    char code[WORLD_CODE_CAP];
    world_code(&w, batch, 7, code);

    struct cm_answer a = world_ask(&w, CM_OP_CHECK, code, NULL, 5);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    a = world_ask(&w, CM_OP_REDEEM, code, NULL, 5);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_int_equal(a.set, batch);
    assert_int_equal(a.serial, 7);
    assert_true(a.time_ms == WORLD_NOW_MS);
    w.now_ms += 5000;
    a = world_ask(&w, CM_OP_REDEEM, code, NULL, 5);
    assert_int_equal(a.verdict, CM_V_ALREADY_REDEEMED);
    assert_true(a.time_ms == WORLD_NOW_MS);
    world_remove(&w);
}

static void the_ledger_remembers_through_restarts(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t batch = world_batch(&w, 1000, true);
    char code[WORLD_CODE_CAP], fresh[WORLD_CODE_CAP];
    world_code(&w, batch, 999, code);
    world_code(&w, batch, 0, fresh);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_ACCEPTED);
    for (int i = 0; i < 3; i++) {
        world_close(&w);
        world_open(&w);
        w.now_ms += 1000;
        const struct cm_answer a = world_ask(&w, CM_OP_REDEEM, code, NULL, 5);
        assert_int_equal(a.verdict, CM_V_ALREADY_REDEEMED);
        assert_true(a.time_ms == WORLD_NOW_MS);
    }
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, fresh, NULL, 5).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

static void wrong_texts_get_their_own_verdicts(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t batch = world_batch(&w, 10, true);
    char code[WORLD_CODE_CAP];
    world_code(&w, batch, 3, code);
    char typo[WORLD_CODE_CAP];
    memcpy(typo, code, sizeof typo);
    typo[0] = typo[0] == '2' ? '3' : '2';
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, typo, NULL, 5).verdict, CM_V_TYPING_ERROR);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, "", NULL, 5).verdict, CM_V_TYPING_ERROR);
    /* Serial 10 of a batch of 10: a sound code that was never issued. */
    world_code(&w, batch, 10, code);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_NOT_A_CODE);
    /* Batch index 9 has no record. */
    world_code(&w, 10, 0, code);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_UNKNOWN_BATCH);
    world_remove(&w);
}

static void the_same_key_replays_the_first_answer_even_after_a_reversal_and_a_restart(
    void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t batch = world_batch(&w, 10, true);
    char code[WORLD_CODE_CAP], other[WORLD_CODE_CAP];
    world_code(&w, batch, 1, code);
    world_code(&w, batch, 2, other);
    const struct cm_answer first = world_ask(&w, CM_OP_REDEEM, code, "till-7/0001", 5);
    assert_int_equal(first.verdict, CM_V_ACCEPTED);
    assert_false(first.replayed);
    w.now_ms += 60000;
    assert_int_equal(world_ask(&w, CM_OP_REVERSE, code, NULL, 5).verdict, CM_V_ACCEPTED);
    for (int i = 0; i < 2; i++) {
        const struct cm_answer again = world_ask(&w, CM_OP_REDEEM, code, "till-7/0001", 5);
        assert_int_equal(again.verdict, CM_V_ACCEPTED);
        assert_true(again.replayed);
        assert_true(again.sequence == first.sequence && again.time_ms == first.time_ms);
        world_close(&w);
        world_open(&w);
    }
    /* Another caller's key of the same text is another key; another request under it is refused. */
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, "till-7/0001", 6).verdict, CM_V_ACCEPTED);
    enum cm_call_status status = CM_CALL_DONE;
    const struct world_request reuse = {
        .operation = CM_OP_REDEEM, .code = other, .key = "till-7/0001", .actor = 5};
    (void)world_request(&w, &reuse, &status);
    assert_int_equal(status, CM_CALL_KEY_REUSED);
    assert_int_equal(world_ask(&w, CM_OP_CHECK, other, NULL, 5).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

/* Found by tests/proof/test_mixed.c: the time was read after the group, that is after the reversal.
 */
static void a_refusal_tells_of_the_redemption_that_it_met_though_it_is_reversed_in_the_same_call(
    void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t batch = world_batch(&w, 10, true);
    char code[WORLD_CODE_CAP];
    world_code(&w, batch, 4, code);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_ACCEPTED);
    for (int folded = 0; folded < 2; folded++) {
        w.now_ms += 5000;
        const struct cm_request requests[] = {
            {.operation = CM_OP_CHECK, .code = slice_text(code)},
            {.operation = CM_OP_REVERSE, .code = slice_text(code)},
            {.operation = CM_OP_REDEEM, .code = slice_text(code)}};
        struct cm_answer answers[3];
        struct cm_call call = {.caller = {.actor = 5, .test = true},
                               .door = WORLD_DOOR,
                               .requests = requests,
                               .n = 3,
                               .answers = answers};
        assert_ok(cm_engine_run(w.engine, &call, 1));
        assert_int_equal(answers[0].verdict, CM_V_ALREADY_REDEEMED);
        assert_true(answers[0].time_ms == w.now_ms - 5000);
        assert_int_equal(answers[0].use, 1);
        assert_int_equal(answers[1].verdict, CM_V_ACCEPTED);
        assert_int_equal(answers[2].verdict, CM_V_ACCEPTED);
        assert_ok(engine_fold(w.engine));
    }
    world_remove(&w);
}

/* states.md section 4: refused items are decided anew under the same key, in whatever order. */
static void items_accepted_later_are_replayed_beside_the_first_ones(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t batch = world_batch(&w, 10, true);
    char codes[5][WORLD_CODE_CAP];
    struct cm_request requests[5];
    for (uint64_t i = 0; i < 5; i++) {
        world_code(&w, batch, i, codes[i]);
        requests[i] = (struct cm_request){.operation = CM_OP_REDEEM, .code = slice_text(codes[i])};
    }
    struct cm_answer first[5], again[5];
    struct cm_call call = {.caller = {.actor = 5, .test = true},
                           .door = WORLD_DOOR,
                           .key = slice_text("five"),
                           .requests = requests,
                           .n = 5,
                           .answers = first};
    static const int freed[] = {3, 0, 1}; /* others hold them, and give them back one by one */
    for (size_t i = 0; i < CM_ARRAY_N(freed); i++)
        assert_int_equal(world_ask(&w, CM_OP_RESERVE, codes[freed[i]], NULL, 6).verdict,
                         CM_V_ACCEPTED);
    assert_ok(cm_engine_run(w.engine, &call, 1));
    for (size_t i = 0; i < CM_ARRAY_N(freed); i++) {
        assert_int_equal(first[freed[i]].verdict, CM_V_RESERVED);
        assert_int_equal(world_ask(&w, CM_OP_RELEASE, codes[freed[i]], NULL, 6).verdict,
                         CM_V_ACCEPTED);
        call.answers = again;
        assert_ok(cm_engine_run(w.engine, &call, 1));
        assert_int_equal(again[freed[i]].verdict, CM_V_ACCEPTED);
        assert_false(again[freed[i]].replayed);
        first[freed[i]] = again[freed[i]];
        if (i == 1) {
            world_close(&w);
            world_open(&w);
        }
    }
    assert_ok(cm_engine_run(w.engine, &call, 1));
    for (size_t i = 0; i < 5; i++) {
        assert_true(again[i].replayed && again[i].serial == i);
        assert_true(again[i].sequence == first[i].sequence);
    }
    world_remove(&w);
}

/* What the vault does with a turn of the edge. More calls than a chunk of the opener holds; every
 * tenth is not let in, every seventh text is another's. */
static void neighbours_in_one_run_are_answered_each_as_its_own(void **state) {
    (void)state;
    enum { CALLS = 1300 };
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t batch = world_batch(&w, CALLS, true);
    static char codes[CALLS][WORLD_CODE_CAP];
    static struct cm_request requests[CALLS];
    static struct cm_answer answers[CALLS];
    static struct cm_call calls[CALLS];
    for (size_t i = 0; i < CALLS; i++) {
        world_code(&w, batch, i % 7 == 6 ? i - 1 : i, codes[i]);
        requests[i] = (struct cm_request){.operation = CM_OP_REDEEM, .code = slice_text(codes[i])};
        calls[i] = (struct cm_call){.caller = {.actor = (uint32_t)i, .test = true},
                                    .door = i % 10 == 9 ? WORLD_DOOR + 1 : WORLD_DOOR,
                                    .requests = &requests[i],
                                    .n = 1,
                                    .answers = &answers[i]};
    }
    assert_ok(cm_engine_run(w.engine, calls, CALLS));
    for (size_t i = 0; i < CALLS; i++) {
        const bool denied = i % 10 == 9, before_denied = i % 10 == 0;
        assert_int_equal(calls[i].status, denied ? CM_CALL_DENIED : CM_CALL_DONE);
        if (denied) continue;
        const bool second = i % 7 == 6 && !before_denied;
        assert_int_equal(answers[i].verdict, second ? CM_V_ALREADY_REDEEMED : CM_V_ACCEPTED);
        assert_int_equal(answers[i].serial, i % 7 == 6 ? i - 1 : i);
        assert_int_equal(answers[i].set, batch);
    }
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_redeemed_once),
        cmocka_unit_test(neighbours_in_one_run_are_answered_each_as_its_own),
        cmocka_unit_test(the_ledger_remembers_through_restarts),
        cmocka_unit_test(wrong_texts_get_their_own_verdicts),
        cmocka_unit_test(the_same_key_replays_the_first_answer_even_after_a_reversal_and_a_restart),
        cmocka_unit_test(items_accepted_later_are_replayed_beside_the_first_ones),
        cmocka_unit_test(
            a_refusal_tells_of_the_redemption_that_it_met_though_it_is_reversed_in_the_same_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
