/* The rule book of a pool: versions by index, lists, shares. The threshold of share 0.02 is
 * 0x51eb851, as docs/design/construction.md, example C, computes it. */
#include "support/cm.h"

#include <string.h>

#include "base/text.h"
#include "cards/luhn.h"
#include "cards/rules.h"
#include "support/splitmix.h"

static const struct cm_pool_numbers pool = {
    .id = 7, .test = true, .prefix_n = 4, .prefix = "9643", .body_n = 6};

static void number_of(const char *body, char number[static 11]) {
    memcpy(number, "9643", 4);
    memcpy(number + 4, body, 6);
    number[10] = (char)('0' + luhn_digit(number, 10));
}

/* The skips of n <= DIGIT_LANES numbers. */
static void judge(const struct cm_card_rules *rules, const uint64_t *index, const char *numbers,
                  const uint32_t *hold, size_t n, uint8_t *skip) {
    uint64_t body[DIGIT_LANES];
    struct digit_block block;
    const struct rules_rows rows = {.index = index, .body = body, .hold = hold, .n = n};
    for (size_t i = 0; i < n; i++)
        assert_ok(text_u64(slice_of(numbers + i * 11 + 4, 6), UINT64_MAX, &body[i]));
    digit_block_load(&block, numbers, 11, 11, n);
    rules_judge(rules, &block, &rows, skip);
}

static void a_rule_book_is_built_sealed_and_asked(void **state) {
    (void)state;
    CM_CLEANUP(rules_freep) struct cm_card_rules *rules = NULL;
    assert_ok(rules_new(&rules, &pool));
    assert_ok(rules_begin(rules, 0, 20000000, NULL));
    assert_ok(rules_add_pattern(rules, slice_text("equal:4"), NULL));
    char numbers[3 * 11];
    number_of("123456", numbers);
    number_of("177775", numbers + 11);
    number_of("902817", numbers + 22);
    assert_ok(rules_add_number(rules, slice_of(numbers, 11), NULL));
    assert_ok(rules_seal(rules, NULL));
    assert_true(rules_hold(rules));
    const uint64_t index[3] = {0, 1, 2};
    const uint32_t hold[3] = {0x51eb851, 0x51eb850, 0xFFFFFFFF};
    uint8_t skip[3] = {0xA5, 0xA5, 0xA5};
    judge(rules, index, numbers, hold, 3, skip);
    assert_int_equal(skip[0], CM_CARD_SKIP_LISTED);
    assert_int_equal(skip[1], CM_CARD_SKIP_PATTERN | CM_CARD_SKIP_HELD);
    assert_int_equal(skip[2], 0);
}

static void a_range_keeps_the_rules_it_was_issued_under(void **state) {
    (void)state;
    CM_CLEANUP(rules_freep) struct cm_card_rules *rules = NULL;
    assert_ok(rules_new(&rules, &pool));
    assert_ok(rules_begin(rules, 0, 0, NULL));
    assert_ok(rules_add_pattern(rules, slice_text("contains:13"), NULL));
    assert_ok(rules_begin(rules, 1000, 0, NULL));
    assert_ok(rules_add_pattern(rules, slice_text("contains:666"), NULL));
    assert_ok(rules_seal(rules, NULL));
    assert_false(rules_hold(rules));
    char numbers[4 * 11];
    number_of("130000", numbers);
    number_of("066600", numbers + 11);
    memcpy(numbers + 22, numbers, 22);
    const uint64_t index[4] = {0, 999, 1000, 999999};
    uint8_t skip[4];
    judge(rules, index, numbers, NULL, 4, skip);
    assert_int_equal(skip[0], CM_CARD_SKIP_PATTERN); /* version 1 knows 13 */
    assert_int_equal(skip[1], 0);                    /* and not 666 */
    assert_int_equal(skip[2], 0);
    assert_int_equal(skip[3], CM_CARD_SKIP_PATTERN); /* version 2 states its rules in full */
}

/* Sixteen numbers at a time, in any order of index: each by its own version, none twice. */
static void neighbours_of_different_versions_keep_their_own(void **state) {
    (void)state;
    CM_CLEANUP(rules_freep) struct cm_card_rules *rules = NULL;
    static const char *const words[] = {"contains:13", "contains:66", "contains:7"};
    assert_ok(rules_new(&rules, &pool));
    for (size_t v = 0; v < CM_ARRAY_N(words); v++) {
        assert_ok(rules_begin(rules, v * 100, v == 1 ? 500000000 : 0, NULL));
        assert_ok(rules_add_pattern(rules, slice_text(words[v]), NULL));
    }
    assert_ok(rules_seal(rules, NULL));
    uint64_t seed = 7;
    for (unsigned turn = 0; turn < 20000; turn++) {
        char numbers[DIGIT_LANES * 11], body[7];
        uint64_t index[DIGIT_LANES];
        uint32_t hold[DIGIT_LANES];
        uint8_t skip[DIGIT_LANES], wanted[DIGIT_LANES];
        const size_t n = 1 + splitmix_next(&seed) % DIGIT_LANES;
        for (size_t i = 0; i < n; i++) {
            index[i] = splitmix_next(&seed) % 300;
            hold[i] = (uint32_t)splitmix_next(&seed);
            (void)snprintf(body, sizeof body, "%06u", (unsigned)(splitmix_next(&seed) % 1000000));
            number_of(body, numbers + i * 11);
            const char *word = strchr(words[index[i] / 100], ':') + 1;
            const bool held = index[i] / 100 == 1 && hold[i] < 0x80000000u;
            wanted[i] = (uint8_t)((strstr(body, word) != NULL ? CM_CARD_SKIP_PATTERN : 0) |
                                  (held ? CM_CARD_SKIP_HELD : 0));
        }
        judge(rules, index, numbers, hold, n, skip);
        assert_memory_equal(skip, wanted, n);
    }
}

static void versions_start_where_the_one_before_ended(void **state) {
    (void)state;
    CM_CLEANUP(rules_freep) struct cm_card_rules *rules = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(rules_new(&rules, &pool));
    assert_err(CM_E_STATE, rules_add_pattern(rules, slice_text("zeros"), NULL));
    assert_err(CM_E_RANGE, rules_begin(rules, 5, 0, &diag));
    assert_true(diag.remedy[0] != '\0');
    assert_ok(rules_begin(rules, 0, 0, NULL));
    assert_err(CM_E_RANGE, rules_begin(rules, 0, 0, NULL));
    assert_err(CM_E_RANGE, rules_begin(rules, 1, SHARE_ONE, NULL));
    assert_ok(rules_begin(rules, 1, SHARE_ONE - 1, NULL));
    assert_ok(rules_seal(rules, NULL));
    assert_err(CM_E_STATE, rules_add_pattern(rules, slice_text("zeros"), NULL));
    assert_ok(rules_begin(rules, 2, 0, NULL)); /* a new version opens the book again */
    assert_ok(rules_add_pattern(rules, slice_text("zeros"), NULL));
    assert_int_equal(rules->versions[1].pattern_n, 0);
}

static void a_listed_number_must_be_one_of_the_pool(void **state) {
    (void)state;
    CM_CLEANUP(rules_freep) struct cm_card_rules *rules = NULL;
    assert_ok(rules_new(&rules, &pool));
    assert_ok(rules_begin(rules, 0, 0, NULL));
    char good[11];
    number_of("123456", good);
    char bad[12];
    memcpy(bad, good, 11);
    bad[10] = good[10] == '9' ? '0' : (char)(good[10] + 1);
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT, rules_add_number(rules, slice_of(bad, 11), &diag));
    assert_non_null(strstr(diag.problem, "Luhn"));
    assert_null(strstr(diag.problem, "123456")); /* a number never reaches an error */
    assert_err(CM_E_FORMAT, rules_add_number(rules, slice_of(good, 10), NULL));
    assert_err(CM_E_FORMAT, rules_add_number(rules, slice_text("96431234567a"), NULL));
    assert_err(CM_E_FORMAT, rules_add_number(rules, slice_text("95431234567"), NULL));
    assert_err(CM_E_FORMAT, rules_add_number(rules, slice_text("9643 123456"), NULL));
    assert_ok(rules_add_number(rules, slice_of(good, 11), NULL));
    assert_ok(rules_add_number(rules, slice_of(good, 11), NULL));
    assert_err(CM_E_EXISTS, rules_seal(rules, NULL));
}

static void a_long_list_finds_all_of_its_numbers_and_no_other(void **state) {
    (void)state;
    CM_CLEANUP(rules_freep) struct cm_card_rules *rules = NULL;
    assert_ok(rules_new(&rules, &pool));
    assert_ok(rules_begin(rules, 0, 0, NULL));
    char number[11], body[7];
    for (unsigned i = 0; i < 1000; i++) { /* 997 * i mod 10^6, out of order */
        (void)snprintf(body, sizeof body, "%06u", (unsigned)((uint64_t)i * 617 * 997 % 1000000));
        number_of(body, number);
        assert_ok(rules_add_number(rules, slice_of(number, 11), NULL));
    }
    assert_ok(rules_seal(rules, NULL));
    unsigned found = 0;
    for (unsigned value = 0; value < 1000000; value++) {
        (void)snprintf(body, sizeof body, "%06u", value);
        number_of(body, number);
        const uint64_t index = 0;
        uint8_t skip = 0;
        judge(rules, &index, number, NULL, 1, &skip);
        found += skip == CM_CARD_SKIP_LISTED ? 1u : 0u;
    }
    assert_int_equal(found, 1000);
}

static void shares_are_decimal_fractions_below_one(void **state) {
    (void)state;
    uint32_t share = 0;
    assert_ok(share_read(slice_text("0.02"), &share));
    assert_int_equal(share, 20000000);
    assert_ok(share_read(slice_text("0"), &share));
    assert_int_equal(share, 0);
    assert_ok(share_read(slice_text("0.999999999"), &share));
    assert_int_equal(share, 999999999);
    static const char *const bad[] = {"",     "1",    "1.0",  ".5",    "0.", "0,5", "0.0000000001",
                                      "-0.1", "0.5 ", "00.5", "0.5e1", "0x"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, share_read(slice_text(bad[i]), &share));
    assert_int_equal(share, 999999999);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_book_is_built_sealed_and_asked),
        cmocka_unit_test(a_range_keeps_the_rules_it_was_issued_under),
        cmocka_unit_test(neighbours_of_different_versions_keep_their_own),
        cmocka_unit_test(versions_start_where_the_one_before_ended),
        cmocka_unit_test(a_listed_number_must_be_one_of_the_pool),
        cmocka_unit_test(a_long_list_finds_all_of_its_numbers_and_no_other),
        cmocka_unit_test(shares_are_decimal_fractions_below_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
