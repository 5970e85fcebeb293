/* The reading test as a whole. Its numbers are not known beforehand; what is: without faults there
 * are no errors; more faults, more errors; smaller letters, more errors; glyphs that the Hamming
 * rule calls close are those that are mixed up; the same wish, the same numbers. */
#include "support/cm.h"

#include <stdlib.h>

#include "countermark/alphabet.h"
#include "symbol/reading.h"

static struct reading_wish wish_of(const char *press, const char *symbols) {
    struct reading_wish w = {.symbols = slice_text(symbols), .length = 12, .lines = 20, .seed = 1};
    assert_ok(press_by_name(press, &w.press, NULL));
    return w;
}

static struct reading *run(const struct reading_wish *w) {
    struct reading *const r = calloc(1, sizeof *r);
    assert_non_null(r);
    assert_ok(reading_run(w, r, NULL));
    return r;
}

static uint32_t wrong(const struct reading *r) {
    uint32_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        n += r->wrong[i];
    return n;
}

#define DEFAULT_SYMBOLS "234679BCDFGHJKMPQRTVWXY"

static void an_alphabet_is_printed_read_and_counted(void **state) {
    (void)state;
    struct reading_wish w = wish_of("cij5x7", DEFAULT_SYMBOLS);
    w.strength = 1;
    struct reading *const r = run(&w);
    uint32_t shown = 0, least = UINT32_MAX, most = 0;
    assert_int_equal(r->n, 23);
    assert_int_equal(r->lines, 20);
    for (size_t i = 0; i < r->n; i++) {
        shown += r->shown[i];
        least = r->shown[i] < least ? r->shown[i] : least;
        most = r->shown[i] > most ? r->shown[i] : most;
        uint32_t sum = 0;
        for (size_t k = 0; k < r->n; k++)
            sum += r->read_as[i][k];
        assert_int_equal(sum, r->shown[i]);
        assert_int_equal(r->read_as[i][i] + r->wrong[i], r->shown[i]);
    }
    assert_int_equal(shown, 240);
    assert_true(most - least <= 1); /* each as often */
    free(r);
}

static void without_faults_nothing_is_misread(void **state) {
    (void)state;
    /* the largest alphabet and two that the planner gives; 5x7 has the same dots for 0 and O */
    static const char *const alphabets[] = {"alnum", "crockford", "default"};
    for (size_t p = 0; press_at(p) != NULL; p++) {
        for (size_t i = p == 0 ? 1u : 0u; i < CM_ARRAY_N(alphabets); i++) {
            struct cm_alphabet a;
            assert_ok(cm_alphabet_by_name(&a, slice_text(alphabets[i]), NULL));
            struct reading_wish w = wish_of(press_at(p)->name, a.symbols);
            w.lines = 3;
            struct reading *const r = run(&w);
            assert_int_equal(wrong(r), 0);
            assert_int_equal(r->lines_wrong, 0);
            free(r);
        }
    }
}

static void the_same_wish_gives_the_same_numbers(void **state) {
    (void)state;
    struct reading_wish w = wish_of("cij5x7", DEFAULT_SYMBOLS);
    w.strength = 2;
    struct reading *const a = run(&w), *const b = run(&w);
    assert_memory_equal(a, b, sizeof *a);
    free(a);
    free(b);
}

static void stronger_faults_and_smaller_letters_are_misread_more(void **state) {
    (void)state;
    struct reading_wish w = wish_of("cij5x7", DEFAULT_SYMBOLS);
    w.lines = 40;
    w.strength = 1;
    struct reading *const typical = run(&w);
    w.strength = 2.5;
    struct reading *const strong = run(&w);
    w.strength = 2;
    struct reading *const large = run(&w);
    w.height_mm = 1.5;
    struct reading *const small = run(&w);
    assert_true(wrong(strong) > 2 * wrong(typical));
    assert_true(wrong(small) > 2 * wrong(large));
    free(typical);
    free(strong);
    free(large);
    free(small);
}

/* Mean of distance / ink over all pairs, and over what was mixed up. */
static void close_pairs_are_the_ones_mixed_up(void **state) {
    (void)state;
    struct press press;
    struct reading_wish w = wish_of("cij5x7", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    struct glyphset dots;
    press = *w.press;
    press.fault = (struct fault){.pitch_um = 430, .contrast = 0.25, .noise = 0.3, .blur_um = 60};
    w.press = &press;
    w.strength = 1;
    w.lines = 60;
    struct reading *const r = run(&w);
    assert_ok(press_dots(&press, NULL, 0, w.symbols, &dots, NULL));
    double all = 0, mixed = 0, all_n = 0, mixed_n = 0;
    for (size_t i = 0; i < r->n; i++) {
        for (size_t k = i + 1; k < r->n; k++) {
            const struct glyphset_pair pair = glyphset_compare(&dots, i, k);
            const double times = r->read_as[i][k] + r->read_as[k][i];
            const double share = (double)pair.distance / pair.ink;
            all += share;
            all_n += 1;
            mixed += times * share;
            mixed_n += times;
        }
    }
    assert_true(mixed_n > 60); /* enough to judge by */
    assert_true(mixed / mixed_n < 0.6 * all / all_n);
    /* the closest pair of all is the one most mixed up */
    struct reading_mix most[2];
    assert_true(reading_mixes(r, most, 2) > 2);
    assert_true((most[0].shown == '0' && most[0].read == 'O') ||
                (most[0].shown == 'O' && most[0].read == '0'));
    assert_true(most[0].times >= most[1].times);
    glyphset_free(&dots);
    free(r);
}

static bool stop_at_five(void *ctx, size_t done) {
    *(size_t *)ctx = done;
    return done < 5;
}

static void a_test_can_be_stopped_and_keeps_what_it_counted(void **state) {
    (void)state;
    size_t done = 0;
    struct reading_wish w = wish_of("thermal203", "0123456789");
    w.tick = stop_at_five;
    w.ctx = &done;
    struct reading *const r = run(&w);
    assert_int_equal(r->lines, 5);
    assert_int_equal(done, 5);
    free(r);
}

static void an_example_is_the_line_of_that_seed(void **state) {
    (void)state;
    struct reading_wish w = wish_of("cij5x7", DEFAULT_SYMBOLS);
    struct dots a, b;
    struct reader_mark marks[4];
    struct cm_diag diag = DIAG_INIT;
    w.strength = 1;
    assert_ok(reading_example(&w, slice_text("R7K9"), &a, marks, NULL));
    assert_ok(reading_example(&w, slice_text("R7K9"), &b, NULL, NULL));
    assert_int_equal(a.width, b.width);
    assert_memory_equal(a.grey, b.grey, a.width * a.height);
    assert_int_equal(marks[0].symbol, 'R');
    assert_int_equal(marks[3].symbol, '9');
    dots_free(&a);
    dots_free(&b);
    assert_err(reading_example(&w, slice_text("R5"), &a, NULL, &diag), CM_E_NOT_FOUND);
}

static void senseless_wishes_are_refused(void **state) {
    (void)state;
    struct reading *const r = calloc(1, sizeof *r);
    assert_non_null(r);
    struct reading_wish w = wish_of("cij5x7", "AB");
    w.length = 0;
    assert_err(reading_run(&w, r, NULL), CM_E_RANGE);
    w.length = READING_LINE_MAX + 1;
    assert_err(reading_run(&w, r, NULL), CM_E_RANGE);
    w.length = 4;
    w.lines = 0;
    assert_err(reading_run(&w, r, NULL), CM_E_RANGE);
    w.lines = 1;
    w.strength = -1;
    assert_err(reading_run(&w, r, NULL), CM_E_RANGE);
    w.strength = 1;
    w.font = "DejaVu Sans";
    assert_err(reading_run(&w, r, NULL), CM_E_ARGUMENT);
    assert_int_equal(r->n, 0);
    free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alphabet_is_printed_read_and_counted),
        cmocka_unit_test(without_faults_nothing_is_misread),
        cmocka_unit_test(the_same_wish_gives_the_same_numbers),
        cmocka_unit_test(stronger_faults_and_smaller_letters_are_misread_more),
        cmocka_unit_test(close_pairs_are_the_ones_mixed_up),
        cmocka_unit_test(a_test_can_be_stopped_and_keeps_what_it_counted),
        cmocka_unit_test(an_example_is_the_line_of_that_seed),
        cmocka_unit_test(senseless_wishes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
