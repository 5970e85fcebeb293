/* Faults of print on grey dots, and the machines that have them. Expected values: by counting dots
 * and by geometry; standard deviations of noise from the text-book. */
#include "support/cm.h"

#include <math.h>
#include <stdlib.h>

#include "symbol/press.h"

/* White, with a black box from (40, 30) to (79, 59). */
static void box(struct dots *d) {
    assert_ok(dots_new(120, 90, d));
    for (size_t y = 30; y < 60; y++)
        memset(dots_at(d, 40, y), 0, 40);
}

static double ink(const struct dots *d) {
    double sum = 0;
    for (size_t i = 0; i < d->width * d->height; i++)
        sum += (DOTS_WHITE - d->grey[i]) / 255.0;
    return sum;
}

/* dpi at which a dot is 10 micrometres */
#define DPI 2540.0

static void a_sheet_is_spoilt_repeatably(void **state) {
    (void)state;
    struct dots a, b, c;
    const struct press *press = NULL;
    assert_ok(press_by_name("cij5x7", &press, NULL));
    box(&a);
    box(&b);
    box(&c);
    assert_ok(fault_apply(&a, 300, &press->fault, 7));
    assert_ok(fault_apply(&b, 300, &press->fault, 7));
    assert_ok(fault_apply(&c, 300, &press->fault, 8));
    assert_memory_equal(a.grey, b.grey, a.width * a.height);
    assert_memory_not_equal(a.grey, c.grey, a.width * a.height);
    dots_free(&a);
    dots_free(&b);
    dots_free(&c);
}

static void no_faults_change_nothing(void **state) {
    (void)state;
    struct dots a, b;
    const struct press *press = NULL;
    const struct fault none = FAULT_NONE;
    assert_ok(press_by_name("cij5x7", &press, NULL));
    const struct fault zero = fault_scaled(&press->fault, 0);
    box(&a);
    box(&b);
    assert_ok(fault_apply(&a, DPI, &none, 1));
    assert_ok(fault_apply(&a, DPI, &zero, 1));
    assert_memory_equal(a.grey, b.grey, a.width * a.height);
    dots_free(&a);
    dots_free(&b);
}

static void gain_moves_every_edge_by_its_length(void **state) {
    (void)state;
    static const struct {
        double gain_um, width, height;
    } cases[] = {{20, 44, 34}, {-20, 36, 26}, {5, 41, 31}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct dots d;
        struct fault f = FAULT_NONE;
        f.gain_um = cases[i].gain_um;
        box(&d);
        assert_ok(fault_apply(&d, DPI, &f, 1));
        /* corners are round: less than 1.5 % of the area */
        const double want = cases[i].width * cases[i].height;
        assert_true(fabs(ink(&d) - want) < 0.015 * want);
        assert_int_equal(*dots_at(&d, 60, 45), 0);
        dots_free(&d);
    }
}

static void a_lost_row_takes_one_pitch_out_of_the_print(void **state) {
    (void)state;
    struct fault f = FAULT_NONE;
    f.lost_row = 1;
    f.pitch_um = 50;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct dots d;
        box(&d);
        assert_ok(fault_apply(&d, DPI, &f, seed));
        /* five rows of the box's thirty, less where its edge is near */
        assert_true(ink(&d) >= 40.0 * 25 && ink(&d) <= 40.0 * 28);
        dots_free(&d);
    }
    struct dots d;
    box(&d);
    f.lost_row = 0;
    f.lost_column = 1;
    assert_ok(fault_apply(&d, DPI, &f, 3));
    assert_true(ink(&d) >= 30.0 * 35 && ink(&d) <= 30.0 * 38);
    dots_free(&d);
}

static void contrast_pales_and_noise_spreads(void **state) {
    (void)state;
    struct dots d;
    struct fault f = FAULT_NONE;
    f.contrast = 0.4;
    box(&d);
    assert_ok(fault_apply(&d, DPI, &f, 1));
    assert_int_equal(*dots_at(&d, 60, 45), 153); /* 255 * 0.6 */
    dots_free(&d);
    f.noise = 0.1;
    assert_ok(dots_new(200, 200, &d));
    memset(d.grey, 128, 40000);
    f.contrast = 1.0;
    assert_ok(fault_apply(&d, DPI, &f, 2));
    double sum = 0, squares = 0;
    for (size_t i = 0; i < 40000; i++) {
        sum += d.grey[i];
        squares += (double)d.grey[i] * d.grey[i];
    }
    const double mean = sum / 40000;
    assert_true(fabs(mean - 128) < 1.0);
    assert_true(fabs(sqrt(squares / 40000 - mean * mean) - 25.5) < 1.0);
    dots_free(&d);
}

static void blur_keeps_the_ink_and_skew_the_area(void **state) {
    (void)state;
    struct dots d;
    struct fault f = FAULT_NONE;
    f.blur_um = 30;
    box(&d);
    assert_ok(fault_apply(&d, DPI, &f, 1));
    assert_true(fabs(ink(&d) - 1200) < 6);
    assert_true(abs(*dots_at(&d, 40, 45) - 128) < 20); /* half at the edge */
    dots_free(&d);
    f = (struct fault)FAULT_NONE;
    f.skew_deg = 10;
    box(&d);
    assert_ok(fault_apply(&d, DPI, &f, 1));
    assert_true(fabs(ink(&d) - 1200) < 12);
    dots_free(&d);
}

static void senseless_faults_are_refused_and_leave_the_sheet(void **state) {
    (void)state;
    struct dots d;
    box(&d);
    struct fault bad[10];
    for (size_t i = 0; i < 10; i++)
        bad[i] = (struct fault)FAULT_NONE;
    bad[0].gain_um = 1e9;
    bad[1].lost_row = 1.1;
    bad[2].pitch_um = 0;
    bad[3].jitter_um = -1;
    bad[4].skew_deg = 90;
    bad[5].blur_um = (double)NAN;
    bad[6].contrast = 0;
    bad[7].noise = -0.1;
    bad[8].slant_deg = (double)INFINITY;
    bad[9].gain_um = 700; /* 70 dots here */
    for (size_t i = 0; i < 10; i++)
        assert_err(fault_apply(&d, DPI, &bad[i], 1), CM_E_RANGE);
    const struct fault none = FAULT_NONE;
    assert_err(fault_apply(&d, 0, &none, 1), CM_E_RANGE);
    assert_true(ink(&d) == 1200);
    dots_free(&d);
    assert_err(dots_new(0, 5, &d), CM_E_RANGE);
    assert_err(dots_new(1u << 20, 1u << 20, &d), CM_E_RANGE);
}

static void every_machine_prints_every_kind_of_symbol(void **state) {
    (void)state;
    for (size_t i = 0; press_at(i) != NULL; i++) {
        struct glyphset set;
        const struct press *const p = press_at(i);
        assert_ok(press_glyphs(p, NULL, 0, slice_text("0123456789ABCDEFGHIJ"), &set, NULL));
        assert_true(fabs(set.capital - p->height_mm / 25.4 * p->look_dpi) < 0.001);
        glyphset_free(&set);
        assert_ok(press_glyphs(p, "5x7", p->height_mm, slice_text("A"), &set, NULL));
        glyphset_free(&set);
        assert_ok(press_dots(p, NULL, 0, slice_text("AB"), &set, NULL));
        glyphset_free(&set);
        assert_true(press_fault(p, NULL, 0).contrast <= 1.0);
    }
    const struct press *p = NULL;
    assert_ok(press_by_name("cij5x7", &p, NULL));
    struct glyphset set;
    assert_err(press_glyphs(p, "7x9", 5.0, slice_text("A"), &set, NULL), CM_E_ARGUMENT);
    assert_true(fabs(press_fault(p, NULL, 2.1).pitch_um - 300) < 0.01); /* seven in 2.1 mm */
}

static void what_a_machine_cannot_print_is_said_with_the_nearest(void **state) {
    (void)state;
    struct glyphset set = {.n = 0xA5};
    const struct press *p = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(press_by_name("cij5x8", &p, &diag), CM_E_NOT_FOUND);
    assert_non_null(strstr(diag.remedy, "did you mean cij5x7?"));
    assert_ok(press_by_name("cij5x7", &p, NULL));
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(press_glyphs(p, NULL, 1.0, slice_text("A"), &set, &diag), CM_E_RANGE);
    assert_string_equal(diag.remedy, "take 1.5 mm or more");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(press_glyphs(p, NULL, 500, slice_text("A"), &set, &diag), CM_E_RANGE);
    assert_string_equal(diag.remedy, "take 14 mm or less"); /* seven drops, 2 mm apart */
    assert_err(press_glyphs(p, "DejaVu Sans", 0, slice_text("A"), &set, NULL), CM_E_ARGUMENT);
    assert_err(press_glyphs(p, NULL, (double)NAN, slice_text(""), &set, NULL), CM_E_RANGE);
    assert_int_equal(set.n, 0xA5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sheet_is_spoilt_repeatably),
        cmocka_unit_test(no_faults_change_nothing),
        cmocka_unit_test(gain_moves_every_edge_by_its_length),
        cmocka_unit_test(a_lost_row_takes_one_pitch_out_of_the_print),
        cmocka_unit_test(contrast_pales_and_noise_spreads),
        cmocka_unit_test(blur_keeps_the_ink_and_skew_the_area),
        cmocka_unit_test(senseless_faults_are_refused_and_leave_the_sheet),
        cmocka_unit_test(every_machine_prints_every_kind_of_symbol),
        cmocka_unit_test(what_a_machine_cannot_print_is_said_with_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
