/* Lengths and expectations. The table is that of the project's study of codes, recomputed with
 * node's BigInt: the smallest L with r ** L >= A / p. */
#include "support/cm.h"

#include "codes/odds.h"
#include "codes/wide.h"

static const struct {
    uint64_t volume, one_in;
    uint8_t length[7]; /* r = 10, 20, 23, 24, 28, 29, 32 */
} table[] = {
    {100000000u, 10000u, {12, 10, 9, 9, 9, 9, 8}},
    {100000000u, 1000000u, {14, 11, 11, 11, 10, 10, 10}},
    {1000000000u, 1000000u, {15, 12, 12, 11, 11, 11, 10}},
    {1000000000u, 1000000000u, {18, 14, 14, 14, 13, 13, 12}},
    {10000000000u, 1000000u, {16, 13, 12, 12, 12, 11, 11}},
    {10000000000u, 1000000000u, {19, 15, 14, 14, 14, 13, 13}},
};

static void the_shortest_length_keeps_the_promise(void **state) {
    (void)state;
    static const uint8_t radix[] = {10, 20, 23, 24, 28, 29, 32};
    for (size_t i = 0; i < CM_ARRAY_N(table); i++) {
        const cm_u128 need = (cm_u128)table[i].volume * table[i].one_in;
        for (size_t r = 0; r < CM_ARRAY_N(radix); r++) {
            uint8_t length = 0;
            cm_u128 space = 0, shorter = 0;
            assert_ok(odds_length(radix[r], need, &length));
            assert_int_equal(length, table[i].length[r]);
            assert_true(wide_pow(radix[r], length, &space));
            assert_true(wide_pow(radix[r], length - 1u, &shorter));
            assert_true(odds_one_in(space, table[i].volume) >= table[i].one_in);
            assert_true(odds_one_in(shorter, table[i].volume) < table[i].one_in);
            assert_true(odds_most_live(space, table[i].one_in) >= table[i].volume);
        }
    }
}

static void the_space_stays_between_a_million_and_two_to_the_120(void **state) {
    (void)state;
    uint8_t length = 0xA5;
    assert_ok(odds_length(10, 1, &length));
    assert_int_equal(length, 6);
    assert_ok(odds_length(2, (cm_u128)1 << 119, &length));
    assert_int_equal(length, 119);
    assert_ok(odds_length(10, 1000000, &length));
    assert_int_equal(length, 6);
    assert_ok(odds_length(10, 1000001, &length));
    assert_int_equal(length, 7);
    length = 0xA5;
    assert_err(CM_E_RANGE, odds_length(2, ((cm_u128)1 << 119) + 1, &length));
    assert_err(CM_E_RANGE, odds_length(32, (cm_u128)1 << 116, &length));
    assert_err(CM_E_RANGE, odds_length(1, 2, &length));
    assert_err(CM_E_RANGE, odds_length(10, ~(cm_u128)0, &length));
    assert_int_equal(length, 0xA5);
}

/* reference: 4 million guesses an hour for 30 days are 2.88e9 */
static void a_flood_of_a_month_is_2880_million_guesses(void **state) {
    (void)state;
    cm_u128 hits = 0;
    assert_ok(odds_hits_a_month(ODDS_FLOOD_PER_HOUR, 1, &hits));
    assert_true(hits == 2880000000u);
    assert_ok(odds_hits_a_month(10000, 1000000, &hits));
    assert_true(hits == (cm_u128)7200000 * 1000000);
    assert_err(CM_E_RANGE, odds_hits_a_month(UINT64_MAX, UINT64_MAX, &hits));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shortest_length_keeps_the_promise),
        cmocka_unit_test(the_space_stays_between_a_million_and_two_to_the_120),
        cmocka_unit_test(a_flood_of_a_month_is_2880_million_guesses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
