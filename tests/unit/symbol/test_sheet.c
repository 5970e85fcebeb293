/* Grids of labels. Places of known grids are worked out by hand from the sizes on their packages:
 * 24 labels of 70 x 37 mm on A4 leave 297 - 8 * 37 = 1 mm, half of it above. */
#include "symbol/sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/cm.h"
#include "symbol/length.h"

static void near_mm(double got, double wanted) {
    if (fabs(got - wanted) > 1e-6) fail_msg("%g mm, not %g", got, wanted);
}

static void a_known_grid_is_settled_by_its_name(void **state) {
    (void)state;
    struct sheet_wish wish = SHEET_WISH_INIT;
    struct sheet s;
    assert_ok(sheet_grid_parse("a4-24", &wish, NULL));
    assert_ok(sheet_settle(&wish, &s, NULL));
    assert_int_equal(sheet_size(&s), 24);
    near_mm(sheet_place(&s, 0).x, 0);
    near_mm(sheet_place(&s, 0).y, 0.5);
    near_mm(sheet_place(&s, 4).x, 70); /* second row, second column */
    near_mm(sheet_place(&s, 4).y, 37.5);
    near_mm(sheet_place(&s, 23).y, 0.5 + 7 * 37);
}

static void gaps_count_between_labels_only(void **state) {
    (void)state;
    struct sheet_wish wish = SHEET_WISH_INIT;
    struct sheet s;
    assert_ok(sheet_grid_parse("a4-21", &wish, NULL)); /* 3 x 63.5 and 2 gaps of 2.5: 195.5 mm */
    assert_ok(sheet_settle(&wish, &s, NULL));
    near_mm(s.left, (210 - 195.5) / 2);
    near_mm(sheet_place(&s, 2).x, 7.25 + 2 * 66);
}

static void every_known_grid_fits_its_page(void **state) {
    (void)state;
    static const char *const names[] = {"a4-8",  "a4-10", "a4-14",     "a4-21",    "a4-24",
                                        "a4-40", "a4-65", "letter-10", "letter-30"};
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        struct sheet_wish wish = SHEET_WISH_INIT;
        struct sheet s;
        assert_ok(sheet_grid_parse(names[i], &wish, NULL));
        assert_ok(sheet_settle(&wish, &s, NULL));
        const struct sheet_place last = sheet_place(&s, sheet_size(&s) - 1);
        assert_true(s.left >= 0 && s.top >= 0);
        near_mm(last.x + s.label_width, s.page_width - s.left); /* centred */
        near_mm(last.y + s.label_height, s.page_height - s.top);
        assert_int_equal(sheet_size(&s), strtoul(strchr(names[i], '-') + 1, NULL, 10));
    }
}

static void labels_without_a_size_share_out_the_page(void **state) {
    (void)state;
    struct sheet_wish wish = SHEET_WISH_INIT;
    struct sheet s;
    assert_ok(sheet_grid_parse("4x10", &wish, NULL));
    wish.margin_x = 5;
    wish.margin_y = 8.5;
    wish.gap_x = 2;
    assert_ok(sheet_settle(&wish, &s, NULL));
    near_mm(s.label_width, (210.0 - 10 - 6) / 4);
    near_mm(s.label_height, 28);
    near_mm(s.left, 5);
}

static void refused(const struct sheet_wish *wish, const char *problem, const char *remedy) {
    struct cm_diag diag = DIAG_INIT;
    struct sheet s;
    assert_err(CM_E_RANGE, sheet_settle(wish, &s, &diag));
    assert_string_equal(diag.problem, problem);
    assert_string_equal(diag.remedy, remedy);
}

static void a_page_too_small_says_what_would_fit(void **state) {
    (void)state;
    struct sheet_wish wish = SHEET_WISH_INIT;
    wish.columns = 3;
    wish.rows = 1;
    wish.label_width = 70;
    wish.label_height = 37;
    wish.margin_x = 5;
    refused(&wish,
            "the page is too small for its labels: 3 x 70 mm with gaps and margins need 220 mm, "
            "the page is 210 mm wide",
            "2 columns would fit");
    wish.columns = 1;
    wish.rows = 9;
    refused(&wish,
            "the page is too small for its labels: 9 x 37 mm need 333 mm, the page is 297 mm high",
            "8 rows would fit");
    wish.label_width = 300;
    refused(&wish,
            "the page is too small for its labels: 1 x 300 mm with gaps and margins need 310 mm, "
            "the page is 210 mm wide",
            "not even one fits: use a larger page");
    wish.rows = 0;
    refused(&wish, "a grid of 1 x 0 labels", "1 to 100 in each direction");
}

static void marks_need_a_margin(void **state) {
    (void)state;
    struct sheet_wish wish = SHEET_WISH_INIT;
    struct sheet s;
    assert_ok(sheet_grid_parse("a4-24", &wish, NULL));
    wish.marks = true;
    assert_err(CM_E_RANGE, sheet_settle(&wish, &s, NULL));
    wish.label_width = 66;
    wish.label_height = 36;
    assert_ok(sheet_settle(&wish, &s, NULL));
}

static void other_texts_are_no_grids_and_pages(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",      "3",     "x",    "3x",    "x8",    "0x8",   "3x0",
        "101x1", "3x8x1", "-3x8", "3 x 8", "a4-25", "A4-24", "3x99999999999999999999"};
    const struct sheet_wish before = SHEET_WISH_INIT;
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        struct sheet_wish wish = before;
        assert_err(CM_E_ARGUMENT, sheet_grid_parse(texts[i], &wish, NULL));
        assert_err(CM_E_ARGUMENT,
                   sheet_page_parse(strcmp(texts[i], "101x1") == 0 || strcmp(texts[i], "3x8") == 0
                                        ? ""
                                        : texts[i],
                                    &wish, NULL));
        assert_memory_equal(&wish, &before, sizeof before);
    }
}

/* ISO 216 and ANSI: the sizes of pages. */
static void pages_have_the_sizes_of_their_standards(void **state) {
    (void)state;
    struct sheet_wish wish = SHEET_WISH_INIT;
    assert_ok(sheet_page_parse("letter", &wish, NULL));
    near_mm(wish.page_width, 8.5 * 25.4);
    near_mm(wish.page_height, 11 * 25.4);
    assert_ok(sheet_page_parse("a5", &wish, NULL));
    near_mm(wish.page_width, 148);
    assert_ok(sheet_page_parse("62.5x29", &wish, NULL));
    near_mm(wish.page_width, 62.5);
}

static void lengths_are_digits_with_a_point(void **state) {
    (void)state;
    static const char *const none[] = {"",    ".",   "1.",         ".5",          "1,5",   "-1",
                                       "+1",  "1e3", " 1",         "1 ",          "1.2.3", "0x10",
                                       "nan", "inf", "1234567890", "1.1234567890"};
    double v = 7;
    for (size_t i = 0; i < CM_ARRAY_N(none); i++)
        assert_false(length_parse(slice_text(none[i]), &v));
    near_mm(v, 7);
    assert_true(length_parse(slice_text("012.50"), &v));
    near_mm(v, 12.5);
    assert_true(length_parse(slice_text("123456789.123456789"), &v));
    near_mm(v, 123456789.123456789);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_grid_is_settled_by_its_name),
        cmocka_unit_test(gaps_count_between_labels_only),
        cmocka_unit_test(every_known_grid_fits_its_page),
        cmocka_unit_test(labels_without_a_size_share_out_the_page),
        cmocka_unit_test(a_page_too_small_says_what_would_fit),
        cmocka_unit_test(marks_need_a_margin),
        cmocka_unit_test(other_texts_are_no_grids_and_pages),
        cmocka_unit_test(pages_have_the_sizes_of_their_standards),
        cmocka_unit_test(lengths_are_digits_with_a_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
