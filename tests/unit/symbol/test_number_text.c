/* Numbers as drawings have them: short, in thousandths. */
#include "support/cm.h"

#include <math.h>
#include <stdlib.h>

#include "symbol/number_text.h"

static const char *text_of(double v, char out[static NUMBER_TEXT_MAX + 1]) {
    uint8_t *const end = number_text_put((uint8_t *)out, v);
    *end = '\0';
    return out;
}

static void numbers_are_as_short_as_they_can_be(void **state) {
    (void)state;
    static const struct {
        double v;
        const char *text;
    } EACH[] = {{0, "0"},        {7, "7"},        {12.5, "12.5"}, {-0.5, "-.5"},
                {0.001, ".001"}, {0.0004, "0"},   {-0.0004, "0"}, {3.1259, "3.126"},
                {100, "100"},    {1.0999, "1.1"}, {0.05, ".05"},  {-1234.25, "-1234.25"},
                {99.9996, "100"}};
    char text[NUMBER_TEXT_MAX + 1];
    for (size_t i = 0; i < CM_ARRAY_N(EACH); i++)
        assert_string_equal(text_of(EACH[i].v, text), EACH[i].text);
}

/* The C library reads back what was written, to half a thousandth. */
static void every_number_reads_back(void **state) {
    (void)state;
    char text[NUMBER_TEXT_MAX + 1];
    for (long i = -200000; i < 200000; i += 7) {
        const double v = (double)i / 777.0;
        assert_true(fabs(strtod(text_of(v, text), NULL) - v) <= 0.00050001);
    }
    for (size_t i = 0; i < 20000; i++) {
        *number_text_whole((uint8_t *)text, i) = '\0';
        assert_int_equal(strtoul(text, NULL, 10), i);
    }
}

static void what_no_drawing_has_stays_within_its_room(void **state) {
    (void)state;
    static const double WILD[] = {1e300, -1e300, 1e12, -1e12};
    char text[NUMBER_TEXT_MAX + 1];
    for (size_t i = 0; i < CM_ARRAY_N(WILD); i++)
        assert_in_range(strlen(text_of(WILD[i], text)), 13, NUMBER_TEXT_MAX);
    assert_string_equal(text_of((double)INFINITY, text), "1000000000000");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_as_short_as_they_can_be),
        cmocka_unit_test(every_number_reads_back),
        cmocka_unit_test(what_no_drawing_has_stays_within_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
