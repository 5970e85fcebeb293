/* Pictures of symbols: what every format owes, sizes, refusals. That other programs draw and read
 * them is tests/system/symbols/pictures.sh. */
#include "support/cm.h"

#include <math.h>

#include "symbol/picture.h"

/* 2 by 2 modules, two dark, a quiet zone of one. */
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

static cm_err draw(const struct picture_look *look, const struct symbol *s, struct buffer *out,
                   struct cm_diag *diag) {
    CM_CLEANUP(picture_maker_freep) struct picture_maker *m = NULL;
    const cm_err err = picture_maker_new(look, &m, diag);
    return err != CM_OK ? err : picture_make(m, s, out, diag);
}

static struct symbol symbol_of(enum symbol_kind kind, const char *text) {
    struct symbol s;
    const struct symbol_wish wish = {.kind = kind, .payload = slice_text(text)};
    assert_ok(symbol_make(&wish, &s, NULL));
    return s;
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
    struct buffer out = BUFFER_INIT;
    assert_ok(draw(&look, &s, &out, NULL));
    assert_true(out.len > 57);
    assert_memory_equal(out.p, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x0c\0\0\0\x0c\x01\0", 26);
    /* pHYs: 600 / 0.0254 = 23622 dots a metre */
    assert_memory_equal(out.p + 37, "pHYs\0\0\x5c\x46\0\0\x5c\x46\1", 13);
    buffer_free(&out);
}

static void a_zpl_graphic_is_packed_by_the_manuals_rules(void **state) {
    (void)state;
    const struct picture_look look = {.format = PICTURE_ZPL, .dots = 8};
    const struct symbol s = small_symbol();
    struct buffer out = BUFFER_INIT;
    assert_ok(draw(&look, &s, &out, NULL));
    /* 32 x 32 dots, 4 bytes a row; by hand: light, dark-light, light-dark, light rows of 8 each */
    assert_string_equal(buffer_cstr(&out), "^XA^FO0,0^GFA,128,128,4,"
                                           ",:::::::"
                                           "H0HF,:::::::"
                                           "J0HF,:::::::"
                                           ",:::::::"
                                           "^FS^XZ\n");
    buffer_free(&out);
}

static void an_eps_tells_its_box(void **state) {
    (void)state;
    const struct picture_look look = {.format = PICTURE_EPS, .module_mm = 2.54};
    const struct symbol s = small_symbol();
    struct buffer out = BUFFER_INIT;
    assert_ok(draw(&look, &s, &out, NULL));
    const char *const text = buffer_cstr(&out);
    assert_memory_equal(text, "%!PS-Adobe-3.0 EPSF-3.0\n", 24);
    /* 4 modules of 2.54 mm are 28.8 points */
    assert_non_null(strstr(text, "%%BoundingBox: 0 0 29 29\n"));
    assert_non_null(strstr(text, "%%HiResBoundingBox: 0 0 28.8000 28.8000\n"));
    assert_non_null(strstr(text, "\n%%EOF\n"));
    buffer_free(&out);
}

static void every_format_of_every_look_is_the_same_bytes_again(void **state) {
    (void)state;
    struct symbol s[] = {symbol_of(SYMBOL_QR, "7K2Q9MXPRT44"),
                         symbol_of(SYMBOL_EAN13, "5901234123457"),
                         symbol_of(SYMBOL_ITF14, "09506000134352")};
    static const char *const FONTS[] = {NULL, "", "5x7", "DejaVu Sans Mono:bold"};
    for (unsigned i = 0; i < CM_ARRAY_N(s) * CM_ARRAY_N(FONTS) * PICTURE_FORMAT_N; i++) {
        struct buffer one = BUFFER_INIT, two = BUFFER_INIT;
        const struct picture_look look = {.format = (enum picture_format)(i % PICTURE_FORMAT_N),
                                          .font = FONTS[i / PICTURE_FORMAT_N % CM_ARRAY_N(FONTS)]};
        const struct symbol *const of = &s[i / PICTURE_FORMAT_N / CM_ARRAY_N(FONTS)];
        assert_ok(draw(&look, of, &one, NULL));
        buffer_text(&two, "before it");
        assert_ok(draw(&look, of, &two, NULL));
        assert_int_equal(one.len + 9, two.len);
        assert_memory_equal(two.p, "before it", 9);
        assert_memory_equal(one.p, two.p + 9, one.len);
        buffer_free(&one);
        buffer_free(&two);
    }
    for (unsigned i = 0; i < CM_ARRAY_N(s); i++)
        symbol_free(&s[i]);
}

static void what_is_measured_is_in_whole_dots_where_there_are_dots(void **state) {
    (void)state;
    struct picture_look look = {.format = PICTURE_PNG, .module_mm = 0.4, .dpi = 300};
    const struct symbol s = small_symbol();
    struct picture_maker *m = NULL;
    struct picture_size size;
    assert_ok(picture_maker_new(&look, &m, NULL));
    assert_ok(picture_measure(m, &s, &size, NULL));
    assert_int_equal(size.dots, 5); /* 0.4 mm are 4.72 dots of 300 dpi */
    assert_true(fabs(size.module_mm - 5 * 25.4 / 300) < 1e-9);
    assert_true(fabs(size.width_mm - 4 * size.module_mm) < 1e-9);
    picture_maker_free(m);
    look = (struct picture_look){.format = PICTURE_SVG, .dots = 2, .dpi = 203.2};
    assert_ok(picture_maker_new(&look, &m, NULL));
    assert_ok(picture_measure(m, &s, &size, NULL));
    assert_true(fabs(size.module_mm - 0.25) < 1e-9);
    picture_maker_free(m);
}

/* GS1 General Specifications 5.2.3: at 0.33 mm 37.29 mm wide with quiet zones; bars 22.85 mm. */
static void an_ean_has_the_size_of_its_standard(void **state) {
    (void)state;
    const struct picture_look look = {.format = PICTURE_SVG};
    struct symbol s = symbol_of(SYMBOL_EAN13, "5901234123457");
    struct picture_maker *m = NULL;
    struct picture_size size;
    assert_ok(picture_maker_new(&look, &m, NULL));
    assert_ok(picture_measure(m, &s, &size, NULL));
    assert_true(fabs(size.width_mm - 37.29) < 0.01);
    assert_true(size.height_mm > 22.85 + 5 * 0.33 && size.height_mm < 27);
    picture_maker_free(m);
    symbol_free(&s);
}

static void a_module_below_a_dot_is_refused_with_the_numbers(void **state) {
    (void)state;
    const struct picture_look look = {.format = PICTURE_ZPL, .module_mm = 0.05, .dpi = 203};
    const struct symbol s = small_symbol();
    struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    buffer_text(&out, "kept");
    assert_err(CM_E_RANGE, draw(&look, &s, &out, &diag));
    assert_string_equal(diag.problem,
                        "a module of 0.05 mm is less than a dot of 0.1251 mm (203 dpi)");
    assert_int_equal(out.len, 4);
    buffer_free(&out);
}

static void looks_that_no_picture_has_are_refused(void **state) {
    (void)state;
    const struct picture_look BAD[] = {
        {.module_mm = -1},
        {.module_mm = (double)NAN},
        {.module_mm = 1e9},
        {.module_mm = (double)INFINITY},
        {.dpi = -300},
        {.dpi = 1e6},
        {.dots = 1001},
        {.bar_mm = -1},
        {.text_mm = (double)NAN},
        {.format = (enum picture_format)PICTURE_FORMAT_N},
    };
    for (size_t i = 0; i < CM_ARRAY_N(BAD); i++) {
        struct picture_maker *m = (struct picture_maker *)0xa5;
        const cm_err err = picture_maker_new(&BAD[i], &m, NULL);
        assert_true(err == CM_E_RANGE || err == CM_E_ARGUMENT);
        assert_ptr_equal(m, (struct picture_maker *)0xa5);
    }
}

static void pictures_beyond_their_format_are_refused(void **state) {
    (void)state;
    static const struct picture_look HUGE_LOOKS[] = {
        {.format = PICTURE_SVG, .module_mm = 100},             /* 7.24 m */
        {.format = PICTURE_PNG, .module_mm = 20, .dpi = 2400}, /* 1890 dots a module */
        {.format = PICTURE_PNG, .dots = 500, .dpi = 9600},
        {.format = PICTURE_ZPL, .dots = 40},
    };
    struct symbol s = symbol_of(SYMBOL_CODE128, "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG 0123");
    for (size_t i = 0; i < CM_ARRAY_N(HUGE_LOOKS); i++) {
        struct buffer out = BUFFER_INIT;
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = draw(&HUGE_LOOKS[i], &s, &out, &diag);
        if (err != CM_E_LIMIT && err != CM_E_RANGE) fail_msg("look %zu: %s", i, cm_err_name(err));
        assert_int_not_equal(diag.problem[0], 0);
        assert_int_equal(out.len, 0);
        buffer_free(&out);
    }
    symbol_free(&s);
}

static void fonts_are_asked_for_before_the_first_picture(void **state) {
    (void)state;
    struct picture_look look = {.format = PICTURE_SVG, .font = "Liberation Sanz"};
    struct picture_maker *m = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, picture_maker_new(&look, &m, &diag));
    assert_string_equal(diag.problem, "'Liberation Sanz' is not on this machine");
    look.font = "/etc/passwd";
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, picture_maker_new(&look, &m, &diag));
    assert_string_equal(diag.problem, "it is no font file that can be read");
    assert_null(m);
}

static void a_bitmap_font_smaller_than_its_dots_is_refused(void **state) {
    (void)state;
    const struct picture_look look = {
        .format = PICTURE_PNG, .dots = 1, .dpi = 100, .font = "16x10", .text_mm = 1};
    struct symbol s = symbol_of(SYMBOL_CODE128, "7K2Q");
    struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_RANGE, draw(&look, &s, &out, &diag));
    assert_string_equal(diag.problem, "letters 4 dots high cannot show its 16 rows");
    symbol_free(&s);
    buffer_free(&out);
}

static void names_of_formats_are_their_extensions(void **state) {
    (void)state;
    for (unsigned i = 0; i < PICTURE_FORMAT_N; i++) {
        enum picture_format f = PICTURE_SVG;
        assert_ok(picture_format_parse(picture_format_name((enum picture_format)i), &f, NULL));
        assert_int_equal(f, i);
    }
    enum picture_format f = PICTURE_EPS;
    assert_ok(picture_format_parse("PNG", &f, NULL)); /* as a file from a camera is called */
    assert_int_equal(f, PICTURE_PNG);
    f = PICTURE_EPS;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_ARGUMENT, picture_format_parse("gif", &f, &diag));
    assert_int_equal(f, PICTURE_EPS);
    assert_string_equal(diag.remedy, "use svg, png, pdf, eps or zpl");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_symbol_becomes_an_svg_of_its_true_size),
        cmocka_unit_test(a_png_has_a_bit_a_dot_and_tells_its_resolution),
        cmocka_unit_test(a_zpl_graphic_is_packed_by_the_manuals_rules),
        cmocka_unit_test(an_eps_tells_its_box),
        cmocka_unit_test(every_format_of_every_look_is_the_same_bytes_again),
        cmocka_unit_test(what_is_measured_is_in_whole_dots_where_there_are_dots),
        cmocka_unit_test(an_ean_has_the_size_of_its_standard),
        cmocka_unit_test(a_module_below_a_dot_is_refused_with_the_numbers),
        cmocka_unit_test(looks_that_no_picture_has_are_refused),
        cmocka_unit_test(pictures_beyond_their_format_are_refused),
        cmocka_unit_test(fonts_are_asked_for_before_the_first_picture),
        cmocka_unit_test(a_bitmap_font_smaller_than_its_dots_is_refused),
        cmocka_unit_test(names_of_formats_are_their_extensions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
