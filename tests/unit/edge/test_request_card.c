/* What bodies ask of cards, and how it is told. The interface: docs/openapi.yaml. */
#include <string.h>

#include "edge/reply.h"
#include "edge/request.h"
#include "support/cm.h"

static cm_err read_text(enum route route, const char *text, struct request *r) {
    return request_read(route, slice_text(text), r, NULL);
}

static void a_till_loads_a_card(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
    assert_ok(
        read_text(ROUTE_LOAD, "{\"code\":\"9528\",\"amount\":2500,\"currency\":\"EUR\"}", &r));
    assert_true(r.single && r.asked);
    assert_int_equal(r.items[0].operation, CM_OP_LOAD);
    assert_int_equal(r.asks[0].amount, 2500);
    assert_string_equal(r.asks[0].currency, "EUR");
}

static void an_array_has_an_amount_a_card_and_one_currency(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
    assert_ok(read_text(ROUTE_CONFIRM,
                        "{\"codes\":[\"A\",\"B\"],\"amounts\":[1,0],\"currency\":\"SEK\","
                        "\"transactions\":[\"18446744073709551615\",\"7\"],\"checked\":true}",
                        &r));
    assert_int_equal(r.asks[0].amount, 1);
    assert_int_equal(r.asks[1].amount, 0);
    assert_int_equal(r.asks[0].reference, UINT64_MAX);
    assert_int_equal(r.asks[1].reference, 7);
    assert_string_equal(r.asks[1].currency, "SEK");
    assert_true(r.asks[0].checked && r.asks[1].checked);
}

static void a_lost_card_is_replaced_by_another_number(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
    assert_ok(read_text(ROUTE_REPLACE,
                        "{\"code\":\"9528\",\"new_code\":\"9529\",\"reason\":\"lost\"}", &r));
    assert_true(slice_equal(r.asks[0].other, slice_text("9529")));
    assert_int_equal(r.asks[0].reason, CM_REASON_LOST);
}

/* Codes pay nothing for cards: without a word about them there is nothing beside the codes. */
static void a_body_that_asks_nothing_of_cards_carries_nothing(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
    assert_ok(read_text(ROUTE_LOAD, "{\"code\":\"A\",\"amount\":1}", &r));
    for (unsigned route = ROUTE_CHECK; route <= ROUTE_ACTIVATE; route++) {
        const char *body = route == ROUTE_RESERVE ? "{\"code\":\"\\u0041\",\"hold_seconds\":1}"
                                                  : "{\"code\":\"\\u0041\"}";
        assert_ok(read_text((enum route)route, body, &r));
        assert_false(r.asked);
    }
}

static void every_route_takes_its_members_and_no_others(void **state) {
    (void)state;
    static const struct {
        const char *member;
        unsigned routes;
    } rows[] = {
        {"\"amount\":1", 1u << ROUTE_REDEEM | 1u << ROUTE_RESERVE | 1u << ROUTE_CONFIRM |
                             1u << ROUTE_REVERSE | 1u << ROUTE_ACTIVATE | 1u << ROUTE_LOAD},
        {"\"transaction\":\"1\"", 1u << ROUTE_CONFIRM | 1u << ROUTE_RELEASE | 1u << ROUTE_REVERSE},
        {"\"new_code\":\"B\"", 1u << ROUTE_REPLACE},
        {"\"reason\":\"fraud\"", 1u << ROUTE_BLOCK | 1u << ROUTE_LOSE},
        {"\"checked\":true", 1u << ROUTE_REDEEM | 1u << ROUTE_RESERVE | 1u << ROUTE_CONFIRM},
    };
    for (size_t m = 0; m < CM_ARRAY_N(rows); m++)
        for (unsigned route = ROUTE_CHECK; route <= ROUTE_RENEW_PIN; route++) {
            CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
            CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
            buffer_printf(&text, "{\"code\":\"A\",%s%s}", rows[m].member,
                          route == ROUTE_RESERVE ? ",\"hold_seconds\":9" : "");
            const bool taken =
                request_read((enum route)route, buffer_slice(&text), &r, NULL) == CM_OK;
            if (taken != ((rows[m].routes >> route & 1u) == 1))
                fail_msg("%s: %s", route_name((enum route)route), rows[m].member);
        }
}

static void what_a_card_cannot_be_asked_is_refused(void **state) {
    (void)state;
    static const struct {
        enum route route;
        const char *text;
    } bad[] = {
        {ROUTE_LOAD, "{\"code\":\"A\"}"},
        {ROUTE_LOAD, "{\"codes\":[\"A\"],\"amount\":1}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amounts\":[1]}"},
        {ROUTE_LOAD, "{\"codes\":[\"A\",\"B\"],\"amounts\":[1]}"},
        {ROUTE_LOAD, "{\"codes\":[\"A\"],\"amounts\":[1,2]}"},
        {ROUTE_LOAD, "{\"codes\":[\"A\",\"B\"],\"amounts\":[1,null]}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":-1}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":12.50}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":1e3}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":\"12\"}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":1000000000000001}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":9223372036854775808}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":1,\"amount\":2}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":1,\"currency\":\"eur\"}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":1,\"currency\":\"EURO\"}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":1,\"currency\":\"E\\u0000R\"}"},
        {ROUTE_LOAD, "{\"code\":\"A\",\"amount\":1,\"currency\":[\"EUR\"]}"},
        {ROUTE_REVERSE, "{\"code\":\"A\",\"transaction\":12}"},
        {ROUTE_REVERSE, "{\"code\":\"A\",\"transaction\":\"\"}"},
        {ROUTE_REVERSE, "{\"code\":\"A\",\"transaction\":\"-1\"}"},
        {ROUTE_REVERSE, "{\"code\":\"A\",\"transaction\":\"18446744073709551616\"}"},
        {ROUTE_BLOCK, "{\"code\":\"A\"}"},
        {ROUTE_BLOCK, "{\"code\":\"A\",\"reason\":\"none\"}"},
        {ROUTE_BLOCK, "{\"code\":\"A\",\"reason\":\"because\"}"},
        {ROUTE_BLOCK, "{\"codes\":[\"A\"],\"reason\":[\"fraud\"]}"},
        {ROUTE_REPLACE, "{\"code\":\"A\"}"},
        {ROUTE_REPLACE, "{\"code\":\"A\",\"new_code\":\"\"}"},
        {ROUTE_REPLACE, "{\"codes\":[\"A\"],\"new_codes\":\"B\"}"},
        {ROUTE_REDEEM, "{\"code\":\"A\",\"checked\":\"yes\"}"},
        {ROUTE_REDEEM, "{\"code\":\"A\",\"checked\":1}"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
        const cm_err err = read_text(bad[i].route, bad[i].text, &r);
        if (err != CM_E_FORMAT && err != CM_E_RANGE) fail_msg("%s was read", bad[i].text);
        assert_int_equal(r.n, 0);
        assert_false(r.asked);
    }
}

static void acts_on_cards_have_paths_and_the_operators_have_none(void **state) {
    (void)state;
    assert_int_equal(route_of("/v1/cards/show"), ROUTE_CARD);
    assert_string_equal(route_act("/v1/cards/history"), "card.history");
    assert_int_equal(route_of("/v1/cards/"), ROUTE_NONE);
    assert_int_equal(route_of("/v1/cards/report"), ROUTE_NONE);
    assert_int_equal(route_of("/v1/runs/show"), ROUTE_RUN);
    assert_int_equal(route_of("/v1/runs/history"), ROUTE_NONE);
    assert_int_equal(route_of("/v1/renew-pin"), ROUTE_RENEW_PIN);
}

/* ---- Answers --------------------------------------------------------------------------------- */

static const struct cm_card_told left = {.card = true,
                                         .state = CM_CARD_ACTIVE,
                                         .currency = "EUR",
                                         .balance = 3750,
                                         .held = 500,
                                         .amount = 1250,
                                         .transaction = 4711};

static void write_one(const struct cm_request *q, struct cm_answer *a, struct cm_card_told *t,
                      const struct cm_card_ask *ask, struct buffer *out) {
    const struct cm_call call = {.requests = q, .n = 1, .answers = a, .told = t, .asks = ask};
    const struct set_words words[] = {
        {.set = 4,
         .description = slice_text("{\"pool\":\"gift\"}"),
         .receipt = slice_text("Card {card}\nPaid {amount}\nUntil {expires}\n")}};
    assert_ok(reply_write(out, &call, true, words, 1));
    buffer_u8(out, 0);
}

static void an_answer_about_a_card_tells_its_balance_and_prints_a_receipt(void **state) {
    (void)state;
    const struct cm_request q = {.operation = CM_OP_REDEEM, .code = slice_text("9528 0000 0012")};
    struct cm_answer a = {.set = 4, .serial = 8, .sequence = 4711, .time_ms = 1000, .use = 1};
    struct cm_card_told t = left;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    write_one(&q, &a, &t, NULL, &out);
    assert_string_equal(
        (const char *)out.p,
        "{\"verdict\":\"accepted\",\"product\":{\"pool\":\"gift\"},"
        "\"redeemed_at\":\"1970-01-01T00:00:01.000Z\",\"replayed\":false,"
        "\"card\":{\"state\":\"active\",\"currency\":\"EUR\",\"balance\":3750,\"held\":500,"
        "\"available\":3250,\"amount\":1250},\"transaction\":\"4711\","
        "\"receipt\":[\"Card ****0012\",\"Paid 12.50\"]}");
}

static void a_refusal_tells_what_could_have_been_spent_and_prints_nothing(void **state) {
    (void)state;
    const struct cm_request q = {.operation = CM_OP_REDEEM, .code = slice_text("9528")};
    struct cm_answer a = {.verdict = CM_V_NOT_ENOUGH, .set = 4, .serial = 8};
    struct cm_card_told t = left;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    write_one(&q, &a, &t, NULL, &out);
    assert_null(strstr((const char *)out.p, "receipt"));
    assert_null(strstr((const char *)out.p, "transaction"));
    assert_non_null(strstr((const char *)out.p, "\"available\":3250"));
}

static void the_receipt_of_a_replacement_names_the_new_card(void **state) {
    (void)state;
    const struct cm_request q = {.operation = CM_OP_REPLACE, .code = slice_text("952800000012")};
    const struct cm_card_ask ask = {.other = slice_text("952800009999")};
    struct cm_answer a = {.set = 4, .serial = 8, .time_ms = 1000};
    struct cm_card_told t = left;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    write_one(&q, &a, &t, &ask, &out);
    assert_non_null(strstr((const char *)out.p, "Card ****9999"));
}

/* To the anonymous an inactive card reads like a number that was never issued. */
static void what_is_not_told_leaves_no_trace(void **state) {
    (void)state;
    const struct cm_request q = {.operation = CM_OP_CHECK, .code = slice_text("9528")};
    struct cm_answer a = {.verdict = CM_V_NOT_A_CODE};
    struct cm_card_told t = {.card = false, .balance = 99, .state = CM_CARD_BLOCKED};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    write_one(&q, &a, &t, NULL, &out);
    assert_string_equal((const char *)out.p, "{\"verdict\":\"not_a_code\"}");
}

/* Neighbours are copied from each other only where they are codes. */
static void an_array_tells_each_card_its_own(void **state) {
    (void)state;
    const struct cm_request q[3] = {{.operation = CM_OP_LOAD, .code = slice_text("952800000012")},
                                    {.operation = CM_OP_LOAD, .code = slice_text("952800000020")},
                                    {.operation = CM_OP_LOAD, .code = slice_text("HW34")}};
    struct cm_answer a[3] = {{.sequence = 1, .use = 1}, {.sequence = 2, .use = 1}, {.use = 1}};
    struct cm_card_told t[3] = {left, left, {.card = false}};
    t[1].balance = 600;
    const struct cm_call call = {.requests = q, .n = 3, .answers = a, .told = t};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(reply_write(&out, &call, false, NULL, 0));
    buffer_u8(&out, 0);
    assert_non_null(strstr((const char *)out.p, "\"balance\":3750"));
    assert_non_null(strstr((const char *)out.p, "\"balance\":600"));
    assert_non_null(
        strstr((const char *)out.p, "\"use\":1,\"replayed\":false,\"redemption\":\"0\""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_till_loads_a_card),
        cmocka_unit_test(an_array_has_an_amount_a_card_and_one_currency),
        cmocka_unit_test(a_lost_card_is_replaced_by_another_number),
        cmocka_unit_test(a_body_that_asks_nothing_of_cards_carries_nothing),
        cmocka_unit_test(every_route_takes_its_members_and_no_others),
        cmocka_unit_test(what_a_card_cannot_be_asked_is_refused),
        cmocka_unit_test(acts_on_cards_have_paths_and_the_operators_have_none),
        cmocka_unit_test(an_answer_about_a_card_tells_its_balance_and_prints_a_receipt),
        cmocka_unit_test(a_refusal_tells_what_could_have_been_spent_and_prints_nothing),
        cmocka_unit_test(the_receipt_of_a_replacement_names_the_new_card),
        cmocka_unit_test(what_is_not_told_leaves_no_trace),
        cmocka_unit_test(an_array_tells_each_card_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
