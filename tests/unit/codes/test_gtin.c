/* GTIN check digits. Published examples: GS1's calculator page shows 6291041500213 (GTIN-13);
 * 4006381333931 and 73513537 (EAN-13, EAN-8) and 036000291452 (UPC-A) are Wikipedia's, "European
 * Article Number" and "Universal Product Code"; 10614141000415 is GS1's sample GTIN-14. */
#include "support/cm.h"

#include <string.h>

#include "codes/gtin.h"

static void published_numbers_are_accepted(void **state) {
    (void)state;
    static const char *const good[] = {"6291041500213", "4006381333931", "73513537", "036000291452",
                                       "10614141000415"};
    for (size_t i = 0; i < CM_ARRAY_N(good); i++) {
        char out[GTIN_CAP];
        assert_ok(gtin_parse(slice_text(good[i]), out, NULL));
        assert_string_equal(out, good[i]);
    }
}

static void a_wrong_check_digit_is_answered_with_the_right_one(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    char out[GTIN_CAP] = "keep";
    assert_err(CM_E_FORMAT, gtin_parse(slice_text("4006381333934"), out, &diag));
    assert_string_equal(out, "keep");
    assert_string_equal(diag.problem, "the check digit of 4006381333934 is 4, should be 1");
    assert_string_equal(diag.remedy, "if the other digits are right, write 4006381333931");
}

static void every_single_wrong_digit_is_found(void **state) {
    (void)state;
    char out[GTIN_CAP], text[] = "6291041500213";
    for (size_t i = 0; i < strlen(text); i++) {
        const char right = text[i];
        for (char c = '0'; c <= '9'; c++) {
            text[i] = c;
            assert_err(c == right ? CM_OK : CM_E_FORMAT, gtin_parse(slice_text(text), out, NULL));
        }
        text[i] = right;
    }
}

static void other_shapes_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        cm_err err;
    } bad[] = {
        {"", CM_E_FORMAT},         {"400638133393X", CM_E_FORMAT}, {"4006381 333931", CM_E_FORMAT},
        {"123456789", CM_E_RANGE}, {"36000291452", CM_E_RANGE},    {"400638133393100", CM_E_RANGE}};
    char out[GTIN_CAP];
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(bad[i].err, gtin_parse(slice_text(bad[i].text), out, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_numbers_are_accepted),
        cmocka_unit_test(a_wrong_check_digit_is_answered_with_the_right_one),
        cmocka_unit_test(every_single_wrong_digit_is_found),
        cmocka_unit_test(other_shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
