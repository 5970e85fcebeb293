/* Pictures of symbols: what every format owes. That other programs read them is
 * tests/system/symbols' affair. */
#include "support/cm.h"

#include "symbol/picture.h"

/* 2 by 2 modules, one dark, a quiet zone of one. */
static uint8_t four[4] = {1, 0, 0, 1};
static uint16_t ones[2] = {1, 1};

static struct symbol small_symbol(void) {
    return (struct symbol){.kind = SYMBOL_DATAMATRIX,
                           .width = 2,
                           .rows = 2,
                           .modules = four,
                           .row_modules = ones,
                           .quiet_left = 1,
                           .quiet_right = 1,
                           .quiet_top = 1,
                           .quiet_bottom = 1};
}

static void a_symbol_becomes_an_svg_of_its_true_size(void **state) {
    (void)state;
    const struct picture_look look = {.format = PICTURE_SVG, .module_mm = 0.5};
    const struct symbol s = small_symbol();
    struct picture_maker *m = NULL;
    struct buffer out = BUFFER_INIT;
    assert_ok(picture_maker_new(&look, &m, NULL));
    assert_ok(picture_make(m, &s, &out, NULL));
    assert_string_equal(
        buffer_cstr(&out),
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"2mm\" height=\"2mm\""
        " viewBox=\"0 -.5 4 4\"><path fill=\"#fff\" d=\"M0 -.5h4v4H0z\"/>"
        "<path stroke=\"#000\" shape-rendering=\"crispEdges\" d=\"M1 1h1M2 2h1\"/></svg>\n");
    picture_maker_free(m);
    buffer_free(&out);
}

static void a_png_has_a_bit_a_dot_and_tells_its_resolution(void **state) {
    (void)state;
    const struct picture_look look = {.format = PICTURE_PNG, .dots = 3, .dpi = 600};
    const struct symbol s = small_symbol();
    struct picture_maker *m = NULL;
    struct buffer out = BUFFER_INIT;
    assert_ok(picture_maker_new(&look, &m, NULL));
    assert_ok(picture_make(m, &s, &out, NULL));
    assert_true(out.len > 57);
    assert_memory_equal(out.p, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x0c\0\0\0\x0c\x01\0", 26);
    /* pHYs: 600 / 0.0254 = 23622 dots a metre */
    assert_memory_equal(out.p + 37, "pHYs\0\0\x5c\x46\0\0\x5c\x46\1", 13);
    picture_maker_free(m);
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_symbol_becomes_an_svg_of_its_true_size),
        cmocka_unit_test(a_png_has_a_bit_a_dot_and_tells_its_resolution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
