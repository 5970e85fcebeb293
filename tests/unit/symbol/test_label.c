/* What stands on a label: sizes are worked out by hand. A QR of version 1 has 21 modules and 4 of
 * quiet zone on each side (ISO/IEC 18004 7.3): 29; so the place's shorter side over 29 is the most.
 */
#include "symbol/label.h"

#include <math.h>
#include <string.h>

#include "support/cm.h"

static cm_err swallow(void *ctx, struct cm_slice bytes) {
    (void)ctx;
    (void)bytes;
    return CM_OK;
}

static struct pages *pages;

static int open_pages(void **state) {
    (void)state;
    static const struct page_sink sink = {swallow, NULL};
    if (pages_pdf(&sink, NULL, &pages) != CM_OK) return -1;
    return page_begin(pages, 210, 297, NULL, NULL) == CM_OK ? 0 : -1;
}
static int close_pages(void **state) {
    (void)state;
    pages_free(pages);
    return 0;
}

static struct symbol make(enum symbol_kind kind, const char *text) {
    struct symbol s;
    const struct symbol_wish wish = {.kind = kind, .payload = slice_text(text)};
    assert_ok(symbol_make(&wish, &s, NULL));
    return s;
}

static void near_mm(double got, double wanted) {
    if (fabs(got - wanted) > 1e-6) fail_msg("%g mm, not %g", got, wanted);
}

static void a_symbol_fills_its_label_up_to_a_millimetre_a_module(void **state) {
    (void)state;
    CM_CLEANUP(symbol_free) struct symbol qr = make(SYMBOL_QR, "CODE12345678");
    struct label_wish wish = LABEL_WISH_INIT;
    struct label l;
    wish.width = wish.height = 24;
    assert_ok(label_settle(&wish, pages, &qr, &l, NULL));
    near_mm(l.module_mm, 20.0 / 29);
    assert_ok(label_draw(&l, pages, &qr, NULL, 10, 10, NULL));
    wish.width = wish.height = 100;
    assert_ok(label_settle(&wish, pages, &qr, &l, NULL));
    near_mm(l.module_mm, 1);
}

static void modules_are_whole_dots_of_a_printer(void **state) {
    (void)state;
    CM_CLEANUP(symbol_free) struct symbol qr = make(SYMBOL_QR, "CODE12345678");
    struct label_wish wish = LABEL_WISH_INIT;
    struct label l;
    wish.width = wish.height = 24;
    wish.dpi = 254; /* a tenth of a millimetre */
    assert_ok(label_settle(&wish, pages, &qr, &l, NULL));
    near_mm(l.module_mm, 0.6);
}

static void lines_stand_beside_the_symbol_of_a_wide_label_and_below_it_else(void **state) {
    (void)state;
    CM_CLEANUP(symbol_free) struct symbol qr = make(SYMBOL_QR, "CODE12345678");
    const struct cm_slice lines[] = {slice_text("CODE-1234"), slice_text("")};
    struct label_wish wish = LABEL_WISH_INIT;
    struct label l;
    wish.line_n = 2;
    wish.width = 70;
    wish.height = 37;
    assert_ok(label_settle(&wish, pages, &qr, &l, NULL));
    assert_true(l.beside);
    near_mm(l.text_x, 2 + 29 + 1.5);
    assert_ok(label_draw(&l, pages, &qr, lines, 0, 0, NULL));
    wish.width = 37;
    assert_ok(label_settle(&wish, pages, &qr, &l, NULL));
    assert_false(l.beside);
    near_mm(l.module_mm, (33 - 5.4 - 1.5) / 29); /* two lines of 2 mm, 3.4 mm apart */
    assert_ok(label_draw(&l, pages, &qr, lines, 0, 0, NULL));
}

static void bars_keep_their_usual_module_and_are_as_high_as_there_is_room(void **state) {
    (void)state;
    CM_CLEANUP(symbol_free) struct symbol bars = make(SYMBOL_CODE128, "12345678");
    struct label_wish wish = LABEL_WISH_INIT;
    struct label l;
    double width = 0, height = 0;
    wish.width = 60;
    wish.height = 12;
    assert_ok(label_settle(&wish, pages, &bars, &l, NULL));
    near_mm(l.module_mm, 0.33);
    assert_ok(page_symbol_size(pages, &bars, l.module_mm, l.bar_mm, &width, &height));
    near_mm(height, 8);
    assert_ok(label_draw(&l, pages, &bars, NULL, 0, 0, NULL));
}

static void refused(const struct label_wish *wish, const struct symbol *s, const char *remedy) {
    struct cm_diag diag = DIAG_INIT;
    struct label l;
    assert_err(CM_E_RANGE, label_settle(wish, pages, s, &l, &diag));
    assert_string_equal(diag.remedy, remedy);
}

static void what_does_not_fit_is_refused_with_what_would(void **state) {
    (void)state;
    CM_CLEANUP(symbol_free) struct symbol qr = make(SYMBOL_QR, "CODE12345678");
    CM_CLEANUP(symbol_free) struct symbol bars = make(SYMBOL_CODE128, "12345678");
    struct label_wish wish = LABEL_WISH_INIT;
    wish.width = wish.height = 24;
    wish.module_mm = 0.8;
    refused(&wish, &qr, "modules of at most 0.68 mm would fit");
    wish.module_mm = 0;
    wish.width = wish.height = 6;
    refused(&wish, &qr, "use larger labels, or a symbol that says less");
    wish.width = 60;
    refused(&wish, &bars, "use higher labels, lower bars or less text");
    wish.line_n = 8;
    refused(&wish, &qr, "use fewer or smaller lines, or less padding");
}

static void later_symbols_and_lines_that_are_larger_are_refused(void **state) {
    (void)state;
    CM_CLEANUP(symbol_free) struct symbol small = make(SYMBOL_QR, "CODE12345678");
    CM_CLEANUP(symbol_free)
    struct symbol large = make(SYMBOL_QR, "a text of more characters than the first one had");
    struct cm_slice line = slice_text("short");
    struct label_wish wish = LABEL_WISH_INIT;
    struct label l;
    wish.width = wish.height = 30;
    wish.line_n = 1;
    assert_ok(label_settle(&wish, pages, &small, &l, NULL));
    assert_ok(label_draw(&l, pages, &small, &line, 0, 0, NULL));
    assert_err(CM_E_RANGE, label_draw(&l, pages, &large, &line, 0, 0, NULL));
    line = slice_text("a line that is by far too long to stand on so small a label");
    assert_err(CM_E_RANGE, label_draw(&l, pages, &small, &line, 0, 0, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_symbol_fills_its_label_up_to_a_millimetre_a_module),
        cmocka_unit_test(modules_are_whole_dots_of_a_printer),
        cmocka_unit_test(lines_stand_beside_the_symbol_of_a_wide_label_and_below_it_else),
        cmocka_unit_test(bars_keep_their_usual_module_and_are_as_high_as_there_is_room),
        cmocka_unit_test(what_does_not_fit_is_refused_with_what_would),
        cmocka_unit_test(later_symbols_and_lines_that_are_larger_are_refused),
    };
    return cmocka_run_group_tests(tests, open_pages, close_pages);
}
