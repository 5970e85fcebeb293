/* What is asked and told of cards, on its way. Byte tables: docs/design/processes.md, "Frames".
 * Random frames with these columns: test_frame.c. */
#include "support/cm.h"
#include "wire/call_frame.h"

static struct cm_slice text(const char *s) { return slice_text(s); }

/* A till loads a card and is told its balance; a code in the same frame costs no byte more. */
static void what_is_asked_and_told_of_cards_travels_beside(void **state) {
    (void)state;
    const struct cm_request asked[] = {{.operation = CM_OP_LOAD, .code = text("7009 1234 5678")},
                                       {.operation = CM_OP_REPLACE, .code = text("700987654321")}};
    const struct cm_card_ask asks[] = {
        {.amount = 2500, .currency = "EUR", .reference = 77, .checked = true},
        {.other = text("7009 0000 1111"), .reason = CM_REASON_DAMAGED}};
    struct cm_answer got[2];
    struct cm_card_told told[2] = {{.balance = 9}, {.balance = 9}};
    struct cm_call call = {
        .door = 3, .requests = asked, .n = 2, .answers = got, .asks = asks, .told = told};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT, back = BUFFER_INIT;
    CM_CLEANUP(call_list_wipe) struct call_list list = CALL_LIST_INIT;
    assert_ok(calls_encode(&out, &call, 1));
    assert_ok(calls_decode(buffer_slice(&out), &list));
    assert_int_equal(list.asks[0].amount, 2500);
    assert_string_equal(list.asks[0].currency, "EUR");
    assert_int_equal(list.asks[0].reference, 77);
    assert_true(list.asks[0].checked);
    assert_true(slice_equal(list.asks[1].other, asks[1].other));
    assert_int_equal(list.asks[1].reason, CM_REASON_DAMAGED);
    list.told[0] = (struct cm_card_told){
        .card = true, .state = CM_CARD_ACTIVE, .currency = "EUR", .balance = 2500};
    assert_ok(answers_encode(&back, list.calls, 1, NULL, 0));
    assert_ok(answers_decode(buffer_slice(&back), &call, 1, NULL, NULL));
    assert_true(told[0].card && told[0].state == CM_CARD_ACTIVE && told[0].balance == 2500);
    assert_string_equal(told[0].currency, "EUR");
    assert_true(!told[1].card && told[1].balance == 0);
}

/* The engine's owner decides what may be told; a caller that gave no place is told nothing. */
static void what_is_told_without_a_place_for_it_is_refused(void **state) {
    (void)state;
    const struct cm_request q = {.operation = CM_OP_CHECK, .code = text("x")};
    struct cm_answer a = {.verdict = CM_V_ACCEPTED};
    struct cm_card_told told = {.card = true};
    struct cm_call call = {.requests = &q, .n = 1, .answers = &a, .told = &told};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(answers_encode(&out, &call, 1, NULL, 0));
    call.told = NULL;
    assert_err(CM_E_FORMAT, answers_decode(buffer_slice(&out), &call, 1, NULL, NULL));
}

static void an_ask_beyond_its_limits_is_not_sent(void **state) {
    (void)state;
    const struct cm_request q = {.operation = CM_OP_LOAD, .code = text("x")};
    const struct cm_card_ask bad[] = {{.amount = CM_AMOUNT_MAX + 1},
                                      {.currency = "EU"},
                                      {.currency = "eur"},
                                      {.reason = (enum cm_card_reason)CM_REASON_N}};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        const struct cm_call call = {.requests = &q, .n = 1, .asks = &bad[i]};
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
        assert_err(CM_E_LIMIT, calls_encode(&out, &call, 1));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_and_told_of_cards_travels_beside),
        cmocka_unit_test(what_is_told_without_a_place_for_it_is_refused),
        cmocka_unit_test(an_ask_beyond_its_limits_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
