/* The Luhn digit. Expected digits are published examples: 7992739871-3 (the example of most
 * textbooks), the IMEI 49015420323751-8, the Swedish personal number 811218987-6, the Canadian
 * SIN 04645428-6, and the payment test number 411111111111111-1; plus a second way to compute. */
#include "support/cm.h"

#include <string.h>

#include "cards/luhn.h"
#include "countermark/card.h"
#include "support/splitmix.h"

static void a_number_gets_its_published_check_digit(void **state) {
    (void)state;
    char check = 0;
    assert_ok(cm_luhn_digit("7992739871", 10, &check));
    assert_int_equal(check, '3');
    assert_ok(cm_luhn_digit("49015420323751", 14, &check));
    assert_int_equal(check, '8');
    assert_ok(cm_luhn_digit("811218987", 9, &check));
    assert_int_equal(check, '6');
    assert_ok(cm_luhn_digit("04645428", 8, &check));
    assert_int_equal(check, '6');
    assert_ok(cm_luhn_digit("411111111111111", 15, &check));
    assert_int_equal(check, '1');
}

static void what_is_no_digit_string_is_refused(void **state) {
    (void)state;
    char check = (char)0xA5;
    assert_err(CM_E_RANGE, cm_luhn_digit("", 0, &check));
    assert_err(CM_E_RANGE, cm_luhn_digit("1234567890123456789", 19, &check));
    assert_err(CM_E_FORMAT, cm_luhn_digit("12 4", 4, &check));
    assert_err(CM_E_FORMAT, cm_luhn_digit("12/4", 4, &check));
    assert_err(CM_E_FORMAT, cm_luhn_digit("12:4", 4, &check));
    assert_int_equal(check, (char)0xA5);
}

static void write_number(char *out, size_t n, uint64_t value) {
    while (n > 0) {
        out[--n] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* The paper method: take digits from the right, double every other, add the digits of products. */
static unsigned by_hand(uint64_t value) {
    static const unsigned crossed[10] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
    unsigned sum = 0;
    for (bool twice = true; value > 0; twice = !twice, value /= 10)
        sum += twice ? crossed[value % 10] : (unsigned)(value % 10);
    return (10u - sum % 10u) % 10u;
}

static void all_six_digit_strings_agree_with_the_paper_method(void **state) {
    (void)state;
    char digits[6];
    for (uint64_t value = 0; value < 1000000; value++) {
        write_number(digits, sizeof digits, value);
        if (luhn_digit(digits, sizeof digits) != by_hand(value)) fail_msg("%u", (unsigned)value);
    }
}

/* Every single wrong digit in every number of five digits and check digit, and of 19 digits. */
static void every_single_wrong_digit_is_found(void **state) {
    (void)state;
    char number[6];
    for (uint64_t value = 0; value < 100000; value++) {
        write_number(number, 5, value);
        for (size_t at = 0; at < 5; at++) {
            const char right = number[at];
            const uint8_t check = luhn_digit(number, 5);
            for (char wrong = '0'; wrong <= '9'; wrong++) {
                number[at] = wrong;
                assert_true(wrong == right || luhn_digit(number, 5) != check);
            }
            number[at] = right;
        }
    }
}

static void neighbours_swapped_are_found_but_for_09_and_90(void **state) {
    (void)state;
    unsigned missed = 0;
    for (unsigned a = 0; a < 10; a++)
        for (unsigned b = 0; b < 10; b++) {
            const char one[4] = {'5', (char)('0' + a), (char)('0' + b), '7'};
            const char two[4] = {'5', (char)('0' + b), (char)('0' + a), '7'};
            if (a == b || luhn_digit(one, 4) != luhn_digit(two, 4)) continue;
            missed++;
            assert_true((a == 0 && b == 9) || (a == 9 && b == 0));
        }
    assert_int_equal(missed, 2);
}

static void sixteen_numbers_get_the_digits_that_one_would(void **state) {
    (void)state;
    uint64_t seed = 20261122;
    for (unsigned turn = 0; turn < 20000; turn++) {
        char numbers[DIGIT_LANES * CM_CARD_NUMBER_MAX];
        struct digit_block block;
        const size_t digit_n = 2 + splitmix_next(&seed) % (CM_CARD_NUMBER_MAX - 1);
        const size_t n = 1 + splitmix_next(&seed) % DIGIT_LANES;
        for (size_t i = 0; i < n * digit_n; i++)
            numbers[i] = (char)('0' + splitmix_next(&seed) % 10);
        if (turn == 0) memset(numbers, '9', sizeof numbers); /* the greatest sum */
        digit_block_load(&block, numbers, digit_n, digit_n, n);
        luhn_append(&block, digit_n - 1);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(block.digit[digit_n - 1][i],
                             '0' + luhn_digit(numbers + i * digit_n, digit_n - 1));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_gets_its_published_check_digit),
        cmocka_unit_test(what_is_no_digit_string_is_refused),
        cmocka_unit_test(all_six_digit_strings_agree_with_the_paper_method),
        cmocka_unit_test(every_single_wrong_digit_is_found),
        cmocka_unit_test(neighbours_swapped_are_found_but_for_09_and_90),
        cmocka_unit_test(sixteen_numbers_get_the_digits_that_one_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
