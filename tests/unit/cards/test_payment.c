/* Payment-scheme prefixes. Expected answers are the ranges that the schemes publish for merchants
 * (Visa 4; Mastercard 51-55 and 2221-2720; American Express 34, 37; Discover 6011, 644-649, 65;
 * UnionPay 62; JCB 3528-3589; Diners 300-305, 36, 38, 39), at their borders. */
#include "support/cm.h"

#include <stdbool.h>
#include <string.h>

#include "cards/payment.h"

static bool reaches(const char *prefix) { return payment_overlap(prefix, strlen(prefix)) != NULL; }

static void a_bank_card_prefix_is_found_and_named(void **state) {
    (void)state;
    const struct payment_range *range = payment_overlap("4111", 4);
    assert_non_null(range);
    assert_string_equal(range->scheme, "Visa");
    assert_string_equal(payment_overlap("370", 3)->scheme, "American Express");
    assert_string_equal(payment_overlap("271", 3)->scheme, "Mastercard");
    assert_string_equal(payment_overlap("62", 2)->scheme, "UnionPay");
}

static void ranges_end_where_the_schemes_say(void **state) {
    (void)state;
    static const char *const inside[] = {"2221", "2720", "2720000", "51",  "559999", "34", "3528",
                                         "3589", "305",  "6011",    "644", "649",    "65"};
    static const char *const outside[] = {"2220", "2721", "27219", "31",  "3527", "3590",
                                          "306",  "610",  "640",   "643", "66",   "7",
                                          "80",   "9",    "9528",  "0"};
    for (size_t i = 0; i < CM_ARRAY_N(inside); i++)
        if (!reaches(inside[i])) fail_msg("%s should be refused", inside[i]);
    for (size_t i = 0; i < CM_ARRAY_N(outside); i++)
        if (reaches(outside[i])) fail_msg("%s should be free", outside[i]);
}

static void a_prefix_shorter_than_a_range_is_refused_when_it_could_grow_into_it(void **state) {
    (void)state;
    static const char *const open_ended[] = {"2", "22", "27", "3",   "35",
                                             "5", "6",  "60", "601", "8"};
    for (size_t i = 0; i < CM_ARRAY_N(open_ended); i++)
        assert_true(reaches(open_ended[i]));
    assert_true(reaches("23")); /* wholly inside 2221-2720 */
}

/* Second way: a prefix reaches a range if some number of 6 leading digits under it lies in it. */
static void every_prefix_up_to_four_digits_agrees_with_trying_all_numbers(void **state) {
    (void)state;
    static bool taken[1000000];
    for (unsigned lead = 0; lead < 1000000; lead++) {
        char six[6];
        unsigned rest = lead;
        for (size_t k = 6; k > 0; k--, rest /= 10)
            six[k - 1] = (char)('0' + rest % 10);
        taken[lead] = payment_overlap(six, 6) != NULL;
    }
    unsigned scale = 100000;
    for (size_t n = 1; n <= 4; n++, scale /= 10)
        for (unsigned p = 0; p * scale < 1000000; p++) {
            bool any = false;
            for (unsigned i = 0; i < scale; i++)
                any = any || taken[p * scale + i];
            char prefix[4];
            unsigned rest = p;
            for (size_t k = n; k > 0; k--, rest /= 10)
                prefix[k - 1] = (char)('0' + rest % 10);
            assert_int_equal(payment_overlap(prefix, n) != NULL, any);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bank_card_prefix_is_found_and_named),
        cmocka_unit_test(ranges_end_where_the_schemes_say),
        cmocka_unit_test(a_prefix_shorter_than_a_range_is_refused_when_it_could_grow_into_it),
        cmocka_unit_test(every_prefix_up_to_four_digits_agrees_with_trying_all_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
