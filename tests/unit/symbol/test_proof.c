/* A proof as a whole: measured, drawn, and refused where it cannot be. Bounds of error rates are
 * compared with published ones. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "symbol/proof_page.h"

struct made {
    struct plan_column column;
    struct proof_wish wish;
};

static void made_init(struct made *m, const char *press, const char *alphabet) {
    *m = (struct made){.column.request = PLAN_REQUEST_DEFAULTS};
    assert_ok(cm_alphabet_by_name(&m->column.request.alphabet, slice_text(alphabet), NULL));
    assert_ok(plan_make(&m->column.request, &m->column.plan, NULL));
    m->wish = (struct proof_wish){.name = "cola",
                                  .numbers = &m->column.plan.numbers,
                                  .plan = &m->column,
                                  .codes = 20,
                                  .seed = 1,
                                  .strength = 1};
    assert_ok(press_by_name(press, &m->wish.press, NULL));
}

static void a_proof_is_measured_and_drawn_on_one_page(void **state) {
    (void)state;
    struct made m;
    struct proof *p = NULL;
    struct pages *pages = NULL;
    made_init(&m, "cij5x7", "default");
    assert_ok(proof_measure(&m.wish, &p, NULL));
    assert_int_equal(p->reading.lines, 20);
    assert_int_equal(p->wrong_characters.of, 20 * p->codes.len);
    assert_int_equal(p->too_close, 0); /* the default alphabet was chosen so */
    assert_int_equal(p->pair[0].a, 'P');
    assert_int_equal(p->pair[0].b, 'R');
    assert_int_equal(p->pair[0].distance, 3); /* docs/design/fonts.md, "Glyphs and close pairs" */
    assert_ok(pages_raster(60, &pages));
    assert_ok(proof_page(p, pages, NULL));
    const struct page_dots dots = page_dots_of(pages);
    assert_in_range(dots.width, 496, 497); /* 210 mm at 60 dots an inch */
    pages_free(pages);
    proof_free(p);
}

static void letters_that_look_alike_are_named(void **state) {
    (void)state;
    struct made m;
    struct proof *p = NULL;
    made_init(&m, "cij5x7", "default");
    assert_ok(cm_alphabet_init(&m.column.request.alphabet, slice_text("0OD23456789"), NULL));
    assert_ok(plan_make(&m.column.request, &m.column.plan, NULL));
    assert_ok(proof_measure(&m.wish, &p, NULL));
    assert_int_equal(p->too_close, 3); /* 0 O, 0 D, D O: docs/design/fonts.md */
    assert_int_equal(p->pair[0].distance, 0);
    proof_free(p);
}

static void symbols_say_what_the_pattern_says_and_shrink_with_distance(void **state) {
    (void)state;
    struct made m;
    struct proof *p = NULL;
    struct payload *content = NULL;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, near = BUFFER_INIT, far = BUFFER_INIT;
    made_init(&m, "thermal300", "29");
    assert_ok(payload_new(PAYLOAD_PLAIN, "X{serial}", NULL, proof_columns, PROOF_COLUMNS_N,
                          &content, NULL));
    m.wish.content = content;
    m.wish.kind = SYMBOL_DATAMATRIX;
    m.wish.symbols = 2;
    assert_ok(proof_measure(&m.wish, &p, NULL));
    assert_ok(proof_content(p, 1, &text, NULL));
    assert_true(slice_equal(buffer_slice(&text), slice_text("X2")));
    assert_ok(proof_symbol_pgm(p, 0, 1, &near, NULL));
    assert_ok(proof_symbol_pgm(p, 0, 2, &far, NULL));
    assert_in_range(near.len, 3 * far.len, 5 * far.len);
    assert_int_equal(proof_symbol_pgm(p, 0, 0, &far, NULL), CM_E_RANGE);
    assert_int_equal(proof_symbol_pgm(p, 0, PROOF_AWAY_MAX + 1, &far, NULL), CM_E_RANGE);
    proof_free(p);
    payload_free(content);
}

static bool stop_at_three(void *ctx, size_t done) {
    (void)ctx;
    return done < 3;
}

static void it_can_be_stopped(void **state) {
    (void)state;
    struct made m;
    struct proof *p = NULL;
    made_init(&m, "cij5x7", "default");
    m.wish.tick = stop_at_three;
    assert_int_equal(proof_measure(&m.wish, &p, NULL), CM_E_CANCELLED);
    assert_null(p);
}

static void what_the_page_has_no_room_for_is_refused_with_what_would_fit(void **state) {
    (void)state;
    struct made m;
    struct proof *p = NULL;
    struct pages *pages = NULL;
    struct cm_diag diag = DIAG_INIT;
    made_init(&m, "cij16x10", "default");
    m.wish.height_mm = 25; /* fifteen characters of 17 mm each */
    m.wish.codes = 1;
    assert_ok(proof_measure(&m.wish, &p, NULL));
    assert_ok(pages_raster(40, &pages));
    assert_int_equal(proof_page(p, pages, &diag), CM_E_LIMIT);
    assert_non_null(strstr(diag.remedy, "capitals of"));
    pages_free(pages);
    proof_free(p);
    m.wish.height_mm = 1;
    assert_int_equal(proof_measure(&m.wish, &p, &diag), CM_E_RANGE);
}

/* Newcombe, Stat. Med. 17 (1998) 857, table I, method 3 (score): 81/263, 15/148, 0/20, 1/29. */
static void bounds_are_those_that_newcombe_published(void **state) {
    (void)state;
    const struct {
        size_t hits, of;
        double low, high;
    } known[] = {{81, 263, 0.2553, 0.3662},
                 {15, 148, 0.0624, 0.1605},
                 {0, 20, 0.0000, 0.1611},
                 {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < CM_ARRAY_N(known); i++) {
        const struct share s = share_of(known[i].hits, known[i].of);
        assert_float_equal((float)s.low, (float)known[i].low, 0.00006F);
        assert_float_equal((float)s.high, (float)known[i].high, 0.00006F);
    }
    const struct share nothing = share_of(0, 0);
    assert_true(nothing.low == 0 && nothing.high == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proof_is_measured_and_drawn_on_one_page),
        cmocka_unit_test(letters_that_look_alike_are_named),
        cmocka_unit_test(symbols_say_what_the_pattern_says_and_shrink_with_distance),
        cmocka_unit_test(it_can_be_stopped),
        cmocka_unit_test(what_the_page_has_no_room_for_is_refused_with_what_would_fit),
        cmocka_unit_test(bounds_are_those_that_newcombe_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
