/* Dots, PNG and pictures in text. Expected values: by counting dots; the PNG signature and header
 * of RFC 2083 (sections 3.1, 4.1.1). */
#include "support/cm.h"

#include "symbol/sketch.h"

static void boxes_are_drawn_to_the_dot_and_read_back(void **state) {
    (void)state;
    struct canvas *c = NULL;
    assert_ok(canvas_new(20, 10, &c));
    canvas_box(c, 2, 3, 4, 5, true);
    assert_true(canvas_darkness(c, 2, 3, 4, 5) == 1.0);
    assert_true(canvas_darkness(c, 0, 0, 2, 10) == 0.0);
    assert_true(canvas_darkness(c, 6, 0, 14, 10) == 0.0);
    assert_true(canvas_darkness(c, 0, 0, 20, 10) == 20.0 / 200.0);
    canvas_box(c, 3, 4, 2, 3, false);
    assert_true(canvas_darkness(c, 0, 0, 20, 10) == 14.0 / 200.0);
    canvas_free(c);
}

static void what_lies_outside_is_cut_off(void **state) {
    (void)state;
    struct canvas *c = NULL;
    assert_ok(canvas_new(10, 10, &c));
    canvas_box(c, -5, 8, 100, 100, true);
    assert_true(canvas_darkness(c, 0, 0, 10, 10) == 20.0 / 100.0);
    assert_true(canvas_darkness(c, 8, 8, 4, 4) == 4.0 / 16.0);
    canvas_free(c);
}

static void a_symbol_stands_where_it_was_put(void **state) {
    (void)state;
    uint8_t modules[] = {1, 0, 0, 1};
    uint16_t rows[] = {1, 0};
    const struct symbol s = {.width = 2, .rows = 2, .modules = modules, .row_modules = rows};
    struct canvas *c = NULL;
    assert_ok(canvas_new(40, 40, &c));
    canvas_symbol(c, &s, 10, 20, 3, 5);
    assert_true(canvas_darkness(c, 10, 20, 3, 3) == 1.0);
    assert_true(canvas_darkness(c, 13, 23, 3, 5) == 1.0);
    assert_true(canvas_darkness(c, 0, 0, 40, 40) == 24.0 / 1600.0);
    canvas_free(c);
}

static void text_stands_on_its_foot_within_its_height(void **state) {
    (void)state;
    struct canvas *c = NULL;
    assert_ok(canvas_new(300, 100, &c));
    assert_ok(canvas_write(
        c, &(struct canvas_text){
               .x = 10, .foot = 60, .height = 30, .advance = 20, .text = slice_text("HEHEHE")}));
    assert_true(canvas_darkness(c, 10, 30, 120, 30) > 0.2);
    assert_true(canvas_darkness(c, 0, 0, 300, 28) == 0.0);
    assert_true(canvas_darkness(c, 0, 62, 300, 38) == 0.0);
    assert_true(canvas_darkness(c, 180, 0, 120, 100) == 0.0);
    canvas_free(c);
}

static void a_png_has_its_signature_and_size(void **state) {
    (void)state;
    static const uint8_t begins[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13,
                                     'I',  'H', 'D', 'R', 0,    0,    0,    20,   0, 0, 0, 10};
    struct canvas *c = NULL;
    struct buffer png = BUFFER_INIT;
    assert_ok(canvas_new(20, 10, &c));
    assert_ok(canvas_png(c, &png));
    assert_true(png.len > sizeof begins);
    assert_memory_equal(png.p, begins, sizeof begins);
    buffer_free(&png);
    canvas_free(c);
}

static void a_sketch_is_framed_and_keeps_to_its_columns(void **state) {
    (void)state;
    struct canvas *c = NULL;
    struct buffer out = BUFFER_INIT;
    assert_ok(canvas_new(8, 4, &c));
    canvas_box(c, 0, 0, 2, 1, true);
    canvas_box(c, 6, 2, 2, 2, true);
    assert_ok(sketch_draw(c, 78, false, NULL, 0, &out));
    assert_string_equal(buffer_cstr(&out), "┌────────┐\n│▀▀      │\n│      ██│\n└────────┘\n");
    buffer_clear(&out);
    assert_ok(sketch_draw(c, 78, true, NULL, 0, &out));
    assert_string_equal(buffer_cstr(&out), "+--------+\n|##      |\n|      ##|\n+--------+\n");
    buffer_clear(&out);
    canvas_free(c);
    assert_ok(canvas_new(1000, 333, &c));
    assert_ok(sketch_draw(c, 78, true, NULL, 0, &out));
    for (size_t at = 0, column = 0; at < out.len; at++) {
        column = out.p[at] == '\n' ? 0 : column + 1;
        assert_true(column <= 78);
    }
    buffer_free(&out);
    canvas_free(c);
}

static void texts_are_typed_where_they_stand_and_cut_at_the_frame(void **state) {
    (void)state;
    const struct sketch_text texts[] = {{.x = 3, .y = 1, .text = slice_text("A\xC3\xA9")},
                                        {.x = 6, .y = 2.5, .text = slice_text("long")},
                                        {.x = -1, .y = 0, .text = slice_text("x")}};
    struct canvas *c = NULL;
    struct buffer out = BUFFER_INIT;
    assert_ok(canvas_new(8, 4, &c));
    canvas_box(c, 0, 0, 4, 4, true);
    assert_ok(sketch_draw(c, 78, true, texts, CM_ARRAY_N(texts), &out));
    assert_string_equal(buffer_cstr(&out), "+--------+\n|###A??  |\n|####  lo|\n+--------+\n");
    buffer_free(&out);
    canvas_free(c);
}

static void impossible_sizes_are_refused(void **state) {
    (void)state;
    struct canvas *c = NULL;
    struct buffer out = BUFFER_INIT;
    assert_err(CM_E_RANGE, canvas_new(0, 5, &c));
    assert_err(CM_E_RANGE, canvas_new(5, CANVAS_SIDE_MAX + 1, &c));
    assert_null(c);
    assert_ok(canvas_new(5, 5, &c));
    assert_err(CM_E_RANGE, sketch_draw(c, SKETCH_LEAST - 1, true, NULL, 0, &out));
    assert_int_equal(out.len, 0);
    canvas_free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_are_drawn_to_the_dot_and_read_back),
        cmocka_unit_test(what_lies_outside_is_cut_off),
        cmocka_unit_test(a_symbol_stands_where_it_was_put),
        cmocka_unit_test(text_stands_on_its_foot_within_its_height),
        cmocka_unit_test(a_png_has_its_signature_and_size),
        cmocka_unit_test(a_sketch_is_framed_and_keeps_to_its_columns),
        cmocka_unit_test(texts_are_typed_where_they_stand_and_cut_at_the_frame),
        cmocka_unit_test(impossible_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
