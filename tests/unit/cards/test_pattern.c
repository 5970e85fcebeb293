/* Card patterns: examples of docs/design/card-rules.md, and each rule again in another way
 * (counting, string search, recursion) over every body of six digits. */
#include "support/cm.h"

#include <string.h>

#include "cards/pattern.h"
#include "support/splitmix.h"

#define BODY_N   6u
#define NUMBER_N 11u

static struct pattern reading(const char *text) {
    struct pattern p = {0};
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = pattern_read(slice_text(text), BODY_N, NUMBER_N, &p, &diag);
    if (err != CM_OK) fail_msg("%s: %s", text, diag.problem);
    return p;
}

static bool shows(const char *pattern, const char *digits) {
    const struct pattern p = reading(pattern);
    return pattern_matches(&p, digits, strlen(digits));
}

static void each_pattern_skips_what_its_example_says(void **state) {
    (void)state;
    assert_true(shows("equal:4", "177775"));
    assert_false(shows("equal:4", "177757"));
    assert_true(shows("run:4", "912345"));
    assert_true(shows("run:4", "043210"));
    assert_false(shows("run:4", "789012")); /* 9 to 0 is no step */
    assert_true(shows("repeat-half", "427427"));
    assert_false(shows("repeat-half", "427428"));
    assert_true(shows("zeros", "000000"));
    assert_true(shows("contains:666", "126660"));
    assert_true(shows("prefix:13", "130000"));
    assert_false(shows("prefix:13", "213000"));
    assert_true(shows("suffix:00", "123400"));
    assert_true(shows("glob:??00*", "120034"));
    assert_false(shows("glob:??00*", "102034"));
    assert_true(shows("number.suffix:9", "95281234569"));
    assert_true(shows("body.zeros", "000000"));
}

static void a_pattern_keeps_the_text_it_was_written_with(void **state) {
    (void)state;
    const struct pattern p = reading("number.equal:5");
    assert_string_equal(p.text, "number.equal:5");
    assert_true(p.whole);
    assert_int_equal(p.count, 5);
}

static void what_is_not_in_the_grammar_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "equal",
        "equal:",
        "equal:x",
        "equal:-4",
        "equal: 4",
        "equals:4",
        "EQUAL:4",
        "run:4 ",
        "zeros:",
        "zeros:4",
        "contains",
        "contains:",
        "contains:6a",
        "contains:?",
        "prefix:*",
        "glob:",
        "glob:12a*",
        "number.",
        "number",
        "body.number.zeros",
        ":4",
        "equal:4:4",
        "repeat-half:2",
        "contains:\xEF\xBC\x96",
        "contains:0123456789012345678901234567890123456789012345678901234567890123456789",
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct pattern p;
        memset(&p, 0xA5, sizeof p);
        const struct pattern before = p;
        struct cm_diag diag = DIAG_INIT;
        assert_err(CM_E_FORMAT, pattern_read(slice_text(bad[i]), BODY_N, NUMBER_N, &p, &diag));
        assert_true(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
        assert_memory_equal(&p, &before, sizeof p);
    }
}

static void what_could_never_match_or_always_would_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"equal:1",          "run:2",          "equal:7",
                                      "number.equal:12",  "prefix:1234567", "glob:12345",
                                      "glob:1234567*",    "glob:*",         "glob:??????",
                                      "contains:1234567", "equal:0"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct pattern p = {0};
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = pattern_read(slice_text(bad[i]), BODY_N, NUMBER_N, &p, &diag);
        if (err != CM_E_RANGE) fail_msg("%s: %s", bad[i], cm_err_name(err));
        assert_true(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
    }
}

/* The slow second way. Strings of equal or running digits are written out and searched for. */
static bool slow_streak(const char *digits, size_t count, int step) {
    for (int start = 0; start <= 9; start++) {
        char wanted[NUMBER_N + 1] = {0};
        size_t n = 0;
        for (int d = start; n < count && d >= 0 && d <= 9; d += step)
            wanted[n++] = (char)('0' + d);
        if (n == count && strstr(digits, wanted) != NULL) return true;
    }
    return false;
}

static bool slow_glob(const char *glob, const char *digits) {
    if (*glob == '\0') return *digits == '\0';
    if (*glob == '*')
        return slow_glob(glob + 1, digits) || (*digits != '\0' && slow_glob(glob, digits + 1));
    return *digits != '\0' && (*glob == '?' || *glob == *digits) && slow_glob(glob + 1, digits + 1);
}

static bool slow(const char *text, const char *digits) {
    const char *arg = strchr(text, ':') == NULL ? "" : strchr(text, ':') + 1;
    const size_t count = (size_t)(arg[0] - '0');
    switch (text[0]) {
    case 'e': return slow_streak(digits, count, 0);
    case 'r':
        if (text[1] == 'u') return slow_streak(digits, count, 1) || slow_streak(digits, count, -1);
        return strncmp(digits, digits + 3, 3) == 0;
    case 'z': return strcmp(digits, "000000") == 0;
    case 'c': return strstr(digits, arg) != NULL;
    case 'p': return strstr(digits, arg) == digits;
    case 's': return strcmp(digits + strlen(digits) - strlen(arg), arg) == 0;
    default: return slow_glob(arg, digits);
    }
}

static void every_body_of_six_digits_agrees_with_the_slow_way(void **state) {
    (void)state;
    static const char *const texts[] = {"equal:2",     "equal:4",    "run:3",        "run:5",
                                        "repeat-half", "zeros",      "contains:666", "contains:13",
                                        "prefix:00",   "suffix:101", "glob:??00*",   "glob:*1*2*",
                                        "glob:*1?1*",  "glob:1*1*1", "glob:**7",     "glob:12345?"};
    for (size_t t = 0; t < CM_ARRAY_N(texts); t++) {
        const struct pattern p = reading(texts[t]);
        unsigned matched = 0;
        char digits[BODY_N + 1] = {0};
        for (unsigned value = 0; value < 1000000; value += 1 + value % 3) {
            unsigned rest = value;
            for (size_t k = BODY_N; k > 0; k--, rest /= 10)
                digits[k - 1] = (char)('0' + rest % 10);
            const bool hit = pattern_matches(&p, digits, BODY_N);
            matched += hit ? 1u : 0u;
            if (hit != slow(texts[t], digits)) fail_msg("%s on %s", texts[t], digits);
        }
        assert_true(matched > 0);
    }
}

/* Whatever stands beside a number, and wherever it stands, it is judged as it is alone. */
static void sixteen_numbers_side_by_side_are_judged_as_each_alone(void **state) {
    (void)state;
    static const char *const texts[] = {"equal:3",
                                        "run:3",
                                        "repeat-half",
                                        "contains:66",
                                        "prefix:1",
                                        "suffix:0",
                                        "glob:*1*2*",
                                        "zeros",
                                        "number.equal:4",
                                        "number.run:4",
                                        "number.suffix:0",
                                        "number.glob:9*7",
                                        "number.contains:5678901"};
    uint64_t seed = 20261122;
    for (unsigned turn = 0; turn < 20000; turn++) {
        const char *text = texts[turn % CM_ARRAY_N(texts)];
        struct pattern p = {0};
        struct digit_block block;
        char numbers[DIGIT_LANES * CM_CARD_NUMBER_MAX];
        uint8_t shown[DIGIT_LANES] = {0};
        const size_t prefix_n = 1 + splitmix_next(&seed) % 4;
        const size_t number_n = prefix_n + 7 + splitmix_next(&seed) % (CM_CARD_NUMBER_MAX - 10);
        const size_t body_n = number_n - prefix_n - 1, n = 1 + splitmix_next(&seed) % DIGIT_LANES;
        for (size_t i = 0; i < n * number_n; i++)
            numbers[i] = (char)('0' + splitmix_next(&seed) % (turn % 2 == 0 ? 10 : 3));
        assert_ok(pattern_read(slice_text(text), body_n, number_n, &p, NULL));
        const size_t first = p.whole ? 0 : prefix_n, seen_n = p.whole ? number_n : body_n;
        shown[n - 1] = turn % 16 == 0; /* what was noted before stays */
        digit_block_load(&block, numbers, number_n, number_n, n);
        pattern_mark(&p, &block, first, seen_n, shown);
        for (size_t i = 0; i < n; i++) {
            const bool alone = pattern_matches(&p, numbers + i * number_n + first, seen_n);
            const bool noted = i == n - 1 && turn % 16 == 0;
            if ((shown[i] != 0) != (alone || noted)) fail_msg("%s, lane %zu", text, i);
        }
    }
}

static void an_odd_length_leaves_its_middle_digit_free_when_halves_are_compared(void **state) {
    (void)state;
    struct pattern p = {0};
    assert_ok(pattern_read(slice_text("repeat-half"), 7, 9, &p, NULL));
    assert_true(pattern_matches(&p, "1239123", 7));
    assert_true(pattern_matches(&p, "1230123", 7));
    assert_false(pattern_matches(&p, "1231231", 7));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pattern_skips_what_its_example_says),
        cmocka_unit_test(a_pattern_keeps_the_text_it_was_written_with),
        cmocka_unit_test(what_is_not_in_the_grammar_is_refused),
        cmocka_unit_test(what_could_never_match_or_always_would_is_refused),
        cmocka_unit_test(every_body_of_six_digits_agrees_with_the_slow_way),
        cmocka_unit_test(sixteen_numbers_side_by_side_are_judged_as_each_alone),
        cmocka_unit_test(an_odd_length_leaves_its_middle_digit_free_when_halves_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
