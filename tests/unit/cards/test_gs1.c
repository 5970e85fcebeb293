/* The GS1 check digit. Expected: EAN-13 and GSRN vectors that the GS1 syntax checker accepts
 * (reference cards.md 2.9), the euro coupons of GS1 Ireland and Greece, and the paper method. */
#include "support/cm.h"

#include <string.h>

#include "cards/gs1.h"
#include "countermark/card.h"

static void published_numbers_have_their_digit(void **state) {
    (void)state;
    static const char *const numbers[] = {
        "950600013000000019",                  /* GSRN (8018) */
        "9813765030011",                       /* euro coupons */
        "9828508010106",      "9506000134352", /* GTIN of the GS1 examples */
        "4006381333931",
    };
    for (size_t i = 0; i < CM_ARRAY_N(numbers); i++) {
        const size_t n = strlen(numbers[i]) - 1;
        assert_int_equal(gs1_digit(numbers[i], n), numbers[i][n] - '0');
    }
}

/* Position by position, as it is done on paper. */
static unsigned on_paper(const char *digits, size_t n) {
    unsigned sum = 0;
    bool triple = true;
    for (size_t i = n; i > 0; i--, triple = !triple)
        sum += (unsigned)(digits[i - 1] - '0') * (triple ? 3u : 1u);
    return (10u - sum % 10u) % 10u;
}

static void compare_sixteen(const char *rows, size_t n) {
    struct digit_block block;
    digit_block_load(&block, rows, n + 1, n + 1, DIGIT_LANES);
    gs1_append(&block, n);
    for (size_t i = 0; i < DIGIT_LANES; i++) {
        const unsigned paper = on_paper(rows + i * (n + 1), n);
        assert_int_equal(block.digit[n][i], '0' + paper);
        assert_int_equal(gs1_digit(rows + i * (n + 1), n), paper);
    }
}

static void sixteen_at_once_equal_the_paper_method(void **state) {
    (void)state;
    uint64_t random = 7;
    char rows[DIGIT_LANES * CM_CARD_NUMBER_MAX];
    for (size_t n = 7; n < CM_CARD_NUMBER_MAX; n++) {
        memset(rows, '9', sizeof rows); /* the greatest sum */
        compare_sixteen(rows, n);
        for (unsigned round = 0; round < 500; round++) {
            for (size_t i = 0; i < sizeof rows; i++) {
                random = random * 6364136223846793005u + 1442695040888963407u;
                rows[i] = (char)('0' + (random >> 33) % 10u);
            }
            compare_sixteen(rows, n);
        }
    }
}

static void every_single_wrong_digit_is_found(void **state) {
    (void)state;
    char ean[13] = "2912345678909";
    ean[12] = (char)('0' + gs1_digit(ean, 12));
    for (size_t at = 0; at < 13; at++) {
        for (char d = '0'; d <= '9'; d++) {
            char wrong[13];
            memcpy(wrong, ean, sizeof wrong);
            wrong[at] = d;
            assert_true((wrong[12] - '0' == gs1_digit(wrong, 12)) == (d == ean[at]));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_numbers_have_their_digit),
        cmocka_unit_test(sixteen_at_once_equal_the_paper_method),
        cmocka_unit_test(every_single_wrong_digit_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
