/* Receipts and amounts. Decimals of currencies: ISO 4217, list one. */
#include "cards/receipt.h"

#include <stdlib.h>
#include <string.h>

#include "cards/amount.h"
#include "cards/pool.h"
#include "support/cm.h"

static const struct cm_card_told paid = {.card = true,
                                         .state = CM_CARD_ACTIVE,
                                         .currency = "EUR",
                                         .balance = 3750,
                                         .held = 500,
                                         .amount = 1250,
                                         .transaction = 4711};

static void fill(const char *line, const struct cm_card_told *told, struct buffer *out) {
    const struct receipt_facts facts = {.code = slice_text("9528 0000 0000 0012"),
                                        .told = told,
                                        .time_ms = 1763758747123}; /* 2025-11-21T20:59:07.123Z */
    (void)receipt_line_fill(slice_text(line), &facts, out);
    buffer_u8(out, 0);
}

static void assert_line(const char *want, const char *line, const struct cm_card_told *told) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    fill(line, told, &out);
    assert_string_equal((const char *)out.p, want);
}

static void a_receipt_says_what_was_paid_and_what_is_left(void **state) {
    (void)state;
    assert_line("Gift card ****0012", "Gift card {card}", &paid);
    assert_line("Paid 12.50 EUR, left 32.50 of 37.50 (held 5.00)",
                "Paid {amount} {currency}, left {available} of {balance} (held {held})", &paid);
    assert_line("2025-11-21 20:59 no. 4711, active", "{date} {time} no. {transaction}, {state}",
                &paid);
}

static void a_line_with_nothing_to_say_is_left_out(void **state) {
    (void)state;
    const struct cm_card_told bare = {.card = true, .state = CM_CARD_BLOCKED};
    struct cm_card_told ends = paid;
    ends.expires_ms = 1793318400000; /* 2026-10-30 */
    assert_line("", "valid until {expires}", &paid);
    assert_line("valid until 2026-10-30", "valid until {expires}", &ends);
    assert_line("", "Left {balance}", &bare);
    assert_line("", "no. {transaction}", &bare);
    assert_line("It is blocked", "It is {state}", &bare);
}

static void places_that_do_not_exist_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"{number}", "{pin}",    "{Card}", "{card", "card}",
                                      "{}",       "{{card}}", "a\tb",   "a\nb",  "\xff"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag = DIAG_INIT;
        assert_err(CM_E_FORMAT, receipt_line_check(slice_text(bad[i]), &diag));
        assert_true(diag.problem[0] != '\0');
    }
    char endless[RECEIPT_LINE_MAX + 2] = {0};
    memset(endless, 'x', RECEIPT_LINE_MAX + 1);
    assert_err(CM_E_RANGE, receipt_line_check(slice_text(endless), NULL));
    assert_err(CM_E_RANGE, receipt_line_check(slice_text(""), NULL));
    endless[RECEIPT_LINE_MAX] = '\0';
    assert_ok(receipt_line_check(slice_text(endless), NULL));
}

static void no_full_number_is_ever_shown(void **state) {
    (void)state;
    static const struct {
        const char *code, *mask;
    } cases[] = {{"9528000000000012", "****0012"},
                 {"9528-0000-0000-0012", "****0012"},
                 {"95280001", "****0001"},
                 {"9528001", "********"}, /* four digits would be half of it */
                 {"", "********"},
                 {"%B9528000000000012^GIFT^2912?", "********"},
                 {";9528000000000012=2912?", "********"},
                 {"HW34-9PXK-1234", "********"},
                 {"\xef\xbc\x99"
                  "5280000",
                  "********"}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        char mask[CARD_MASK_CAP];
        card_mask(slice_text(cases[i].code), mask);
        assert_string_equal(mask, cases[i].mask);
    }
}

static void amounts_have_the_decimals_of_their_currency(void **state) {
    (void)state;
    static const struct {
        uint64_t minor;
        const char *currency, *text;
    } cases[] = {{1250, "EUR", "12.50"},
                 {5, "EUR", "0.05"},
                 {0, "SEK", "0.00"},
                 {1250, "JPY", "1250"},
                 {1250, "KWD", "1.250"},
                 {1, "CLF", "0.0001"},
                 {CM_AMOUNT_MAX, "RUB", "10000000000000.00"},
                 {7, "", "7"}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        char text[AMOUNT_TEXT_CAP];
        uint64_t minor = 99;
        amount_format(cases[i].minor, cases[i].currency, text);
        assert_string_equal(text, cases[i].text);
        assert_ok(amount_read(slice_text(text), cases[i].currency, &minor));
        assert_int_equal(minor, cases[i].minor);
    }
    char text[AMOUNT_TEXT_CAP];
    amount_format(UINT64_MAX, "CLF", text); /* room for whatever comes */
    assert_string_equal(text, "1844674407370955.1615");
}

static void amounts_of_another_shape_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",      "12",    "12.5",   "12.500", ".50",  "12,50",
                                      "-1.00", "+1.00", "1 2.00", "1.0x",   "x.00", "1.-0"};
    uint64_t minor = 99;
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, amount_read(slice_text(bad[i]), "EUR", &minor));
    assert_err(CM_E_RANGE, amount_read(slice_text("10000000000000.01"), "EUR", &minor));
    assert_err(CM_E_FORMAT, amount_read(slice_text("12.50"), "JPY", &minor));
    assert_int_equal(minor, 99);
}

#define POOL_HEAD                                                                                  \
    "{\"format\":1,\"name\":\"gift\",\"brand\":\"demo\",\"id\":7,\"mode\":\"TEST\","               \
    "\"prefix\":\"9528\",\"body_digits\":11,\"number_digits\":16,\"pin_digits\":6,"                \
    "\"volume\":1000,\"odds\":1000000,\"payment_prefix_forced\":false,\"rules\":[],\"receipt\":"

static void a_pool_keeps_its_receipt(void **state) {
    (void)state;
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT, again = POOL_INIT;
    CM_CLEANUP(buffer_free) struct buffer first = BUFFER_INIT, second = BUFFER_INIT;
    assert_ok(pool_read(slice_text(POOL_HEAD "[\"Card {card}\",\"Left {available}\"]}"), "t", &pool,
                        NULL));
    assert_string_equal(pool.receipt, "Card {card}\nLeft {available}\n");
    pool_write(&pool, &first);
    assert_ok(pool_read(buffer_slice(&first), "t", &again, NULL));
    pool_write(&again, &second);
    assert_true(slice_equal(buffer_slice(&first), buffer_slice(&second)));
}

static void a_bad_line_of_a_pools_receipt_is_named(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    assert_err(CM_E_FORMAT,
               pool_read(slice_text(POOL_HEAD "[\"ok\",\"{number}\"]}"), "t", &pool, &diag));
    assert_non_null(strstr(diag.place, "receipt[1]"));
    assert_err(CM_E_RANGE, pool_read(slice_text(POOL_HEAD "[]}"), "t", &pool, &diag));
    assert_err(CM_E_FORMAT, pool_read(slice_text(POOL_HEAD "\"x\"}"), "t", &pool, &diag));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_says_what_was_paid_and_what_is_left),
        cmocka_unit_test(a_line_with_nothing_to_say_is_left_out),
        cmocka_unit_test(places_that_do_not_exist_are_refused),
        cmocka_unit_test(no_full_number_is_ever_shown),
        cmocka_unit_test(amounts_have_the_decimals_of_their_currency),
        cmocka_unit_test(amounts_of_another_shape_are_refused),
        cmocka_unit_test(a_pool_keeps_its_receipt),
        cmocka_unit_test(a_bad_line_of_a_pools_receipt_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
