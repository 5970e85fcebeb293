/* Symbols as machines print them: whole dots of the machine, drops of the size they have, faults on
 * top. Dots are counted by hand from the machine's resolution. */
#include "support/cm.h"

#include "symbol/press_symbol.h"

static const struct press *press_of(const char *name) {
    const struct press *press = NULL;
    assert_ok(press_by_name(name, &press, NULL));
    return press;
}

static struct symbol hello(void) {
    const struct symbol_wish wish = {.kind = SYMBOL_DATAMATRIX, .payload = slice_text("HELLO")};
    struct symbol s;
    assert_ok(symbol_make(&wish, &s, NULL));
    return s;
}

static void without_faults_every_module_is_where_the_symbol_has_it(void **state) {
    (void)state;
    struct press_symbol_wish wish = {.press = press_of("thermal203")};
    struct symbol s = hello(); /* 12 by 12, quiet zone 1 */
    struct dots d;
    assert_ok(press_module_of(wish.press, 0.375, &wish.module, NULL));
    assert_int_equal(wish.module.dots, 3); /* 8 dots a mm */
    assert_ok(press_symbol(&wish, &s, &d));
    const size_t pitch = press_symbol_pitch(&wish), from = 3 * pitch; /* edge 2, quiet zone 1 */
    assert_int_equal(d.width, (12 + 2 * 3) * pitch);
    for (size_t y = 0; y < 12; y++)
        for (size_t x = 0; x < 12; x++)
            assert_int_equal(
                *dots_at(&d, from + x * pitch + pitch / 2, from + y * pitch + pitch / 2),
                symbol_is_dark(&s, x, y) ? 0 : DOTS_WHITE);
    dots_free(&d);
    symbol_free(&s);
}

static void drops_leave_the_corners_of_large_modules_white(void **state) {
    (void)state;
    struct press_symbol_wish wish = {.press = press_of("cij16x10")};
    struct symbol s = hello();
    struct dots d;
    assert_ok(press_module_of(wish.press, 0.5, &wish.module, NULL));
    assert_int_equal(wish.module.dots, 0);
    assert_ok(press_symbol(&wish, &s, &d));
    const size_t pitch = press_symbol_pitch(&wish), from = 3 * pitch;
    assert_true(symbol_is_dark(&s, 0, 0)); /* the finder's corner */
    assert_int_equal(*dots_at(&d, from + pitch / 2, from + pitch / 2), 0);
    assert_int_equal(*dots_at(&d, from, from), DOTS_WHITE);
    dots_free(&d);
    symbol_free(&s);
}

static void modules_are_whole_dots_and_never_below_the_least(void **state) {
    (void)state;
    const struct press *thermal = press_of("thermal203"), *drops = press_of("cij7x9");
    struct press_module m = {.dots = 99};
    struct cm_diag diag = DIAG_INIT;
    assert_ok(press_module_of(thermal, 0.41, &m, NULL)); /* 3.28 dots of 0.125 mm */
    assert_int_equal(m.dots, 3);
    assert_in_range((long)(m.least_mm * 1000), 249, 251); /* two dots */
    assert_int_equal(press_module_of(thermal, 0.15, &m, &diag), CM_E_RANGE);
    assert_string_equal(diag.remedy, "take 0.25 mm or more");
    assert_int_equal(m.dots, 3);
    assert_int_equal(press_module_of(drops, 0.15, &m, NULL), CM_E_RANGE);
    assert_int_equal(press_module_of(thermal, 11, &m, NULL), CM_E_RANGE);
    for (size_t i = 0; press_at(i) != NULL; i++) {
        assert_ok(press_module_of(press_at(i), 0, &m, NULL));
        assert_true(m.mm >= m.least_mm - 1e-9);
    }
}

static struct symbol made(enum symbol_kind kind, const char *text) {
    const struct symbol_wish wish = {.kind = kind, .payload = slice_text(text)};
    struct symbol s;
    assert_ok(symbol_make(&wish, &s, NULL));
    return s;
}

/* As many rows as drops above each other, and not one more: ISO/IEC 16022 table 7 has DataMatrix of
 * 10, 12, 14, 16 and 18 rows for 3, 5, 8, 12 and 18 letters and digits of two words each. */
static void a_head_of_drops_prints_no_more_rows_than_it_has(void **state) {
    static const struct {
        const char *press, *text, *remedy;
        size_t rows;
    } cases[] = {{"cij5x7", "AAA", "take cij16x10, a machine", 10},
                 {"cij7x9", "AAA", "take cij16x10, a machine", 10},
                 {"cij16x10", "aAbBcCdDeE", NULL, 16},
                 {"cij16x10", "aAbBcCdDeEfFgGhH", "shorten its content, a machine", 18},
                 {"laser", "aAbBcCdDeEfFgGhH", NULL, 18}};
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct cm_diag diag = DIAG_INIT;
        struct symbol s = made(SYMBOL_DATAMATRIX, cases[i].text);
        assert_int_equal(s.rows, cases[i].rows);
        const cm_err err = press_symbol_fit(press_of(cases[i].press), &s, &diag);
        assert_int_equal(err, cases[i].remedy != NULL ? CM_E_RANGE : CM_OK);
        if (cases[i].remedy != NULL) assert_memory_equal(diag.remedy, cases[i].remedy, 20);
        symbol_free(&s);
    }
}

/* PDF417 has rows of bars, three modules high at least: ISO/IEC 15438, 5.8.2. */
static void bars_are_as_high_as_the_head_and_stacked_ones_count(void **state) {
    struct cm_diag diag = DIAG_INIT;
    struct symbol code = made(SYMBOL_CODE128, "7NQ4"), ean = made(SYMBOL_EAN8, "96385074"),
                  stacked = made(SYMBOL_PDF417, "7NQ4");
    (void)state;
    assert_ok(press_symbol_fit(press_of("cij7x9"), &code, NULL));
    assert_int_equal(code.bar_modules, 9);
    assert_ok(press_symbol_fit(press_of("cij16x10"), &ean, NULL));
    assert_int_equal(ean.bar_modules, 16);
    for (size_t x = 0; x < ean.width; x++)
        assert_int_equal(ean.guard[x], 0);
    assert_true(stacked.rows * 3 > 9);
    assert_int_equal(press_symbol_fit(press_of("cij7x9"), &stacked, &diag), CM_E_RANGE);
    symbol_free(&code);
    symbol_free(&ean);
    symbol_free(&stacked);
}

static void a_seed_decides_the_faults(void **state) {
    (void)state;
    struct press_symbol_wish wish = {.press = press_of("laser"), .strength = 1, .seed = 3};
    struct symbol s = hello();
    struct dots a, b, c;
    assert_ok(press_module_of(wish.press, 0, &wish.module, NULL));
    assert_ok(press_symbol(&wish, &s, &a));
    assert_ok(press_symbol(&wish, &s, &b));
    wish.seed = 4;
    assert_ok(press_symbol(&wish, &s, &c));
    assert_memory_equal(a.grey, b.grey, a.width * a.height);
    assert_memory_not_equal(a.grey, c.grey, a.width * a.height);
    dots_free(&a);
    dots_free(&b);
    dots_free(&c);
    symbol_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_faults_every_module_is_where_the_symbol_has_it),
        cmocka_unit_test(drops_leave_the_corners_of_large_modules_white),
        cmocka_unit_test(modules_are_whole_dots_and_never_below_the_least),
        cmocka_unit_test(a_head_of_drops_prints_no_more_rows_than_it_has),
        cmocka_unit_test(bars_are_as_high_as_the_head_and_stacked_ones_count),
        cmocka_unit_test(a_seed_decides_the_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
