/* Pages in millimetres: a PDF of many, or one as grey dots. That other programs read the PDF is
 * tests/system/symbols' affair. */
#include "support/cm.h"

#include <math.h>

#include "base/bytes.h"
#include "symbol/page.h"
#include "symbol/png_writer.h"

static cm_err keep(void *ctx, struct cm_slice bytes) {
    buffer_put(ctx, bytes.p, bytes.len);
    return buffer_err(ctx);
}

static bool holds(const struct buffer *b, const char *text) {
    return memmem(b->p, b->len, text, strlen(text)) != NULL;
}

static void two_pages(struct buffer *out) {
    const struct page_sink sink = {keep, out};
    const struct page_about about = {.title = "Voucher"};
    const struct page_text line = {.x = 10,
                                   .foot = 20,
                                   .capital = 3,
                                   .font = "DejaVu Sans",
                                   .text = slice_text("Voucher 25 EUR")};
    struct pages *p = NULL;
    assert_ok(pages_pdf(&sink, &about, &p));
    assert_ok(page_begin(p, 105, 148, "1-2", "First"));
    assert_ok(page_write(p, &line, NULL));
    page_box(p, 10, 30, 20, 5, 0);
    assert_ok(page_begin(p, 80, 50, "3-4", "Second"));
    page_frame(p, 5, 5, 70, 40, 0.2);
    assert_ok(pages_finish(p));
    pages_free(p);
}

static void a_pdf_of_pages_with_labels_and_bookmarks(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    two_pages(&out);
    assert_memory_equal(out.p, "%PDF-1.5", 8);
    assert_true(holds(&out, "/Title (Voucher)"));
    assert_true(holds(&out, "/Count 2"));
    /* 105 x 148 mm in points of 1/72 inch */
    assert_true(holds(&out, "/MediaBox [ 0 0 297.637795 419.527559 ]"));
    buffer_free(&out);
}

static void the_same_pages_are_the_same_bytes(void **state) {
    (void)state;
    struct buffer one = BUFFER_INIT, two = BUFFER_INIT;
    two_pages(&one);
    two_pages(&two);
    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.p, two.p, one.len);
    assert_false(holds(&one, "CreationDate"));
    buffer_free(&one);
    buffer_free(&two);
}

static void a_sheet_of_dots_shows_what_was_drawn(void **state) {
    (void)state;
    struct pages *p = NULL;
    assert_ok(pages_raster(254, &p)); /* 10 dots a mm */
    assert_ok(page_begin(p, 10, 8, NULL, NULL));
    page_box(p, 2, 3, 4, 2, 0);
    page_box(p, 3, 3, 1, 1, 0.5);
    const struct page_dots d = page_dots_of(p);
    assert_int_equal(d.width, 100);
    assert_int_equal(d.height, 80);
    assert_int_equal(d.grey[35 * 100 + 19], 255);
    assert_int_equal(d.grey[35 * 100 + 20], 0);
    assert_int_equal(d.grey[49 * 100 + 59], 0);
    assert_int_equal(d.grey[50 * 100 + 59], 255);
    assert_in_range(d.grey[35 * 100 + 35], 126, 128);
    pages_free(p);
}

/* The dark dots of a text's box. */
static size_t ink_of(struct pages *p) {
    const struct page_dots d = page_dots_of(p);
    size_t n = 0;
    for (size_t i = 0; i < d.width * d.height; i++)
        n += d.grey[i] < 128;
    return n;
}

static void text_has_the_height_that_was_asked_for(void **state) {
    (void)state;
    static const char *const FONTS[] = {"DejaVu Sans", "DejaVu Sans Mono:bold", "5x7", "16x10"};
    for (size_t f = 0; f < CM_ARRAY_N(FONTS); f++) {
        struct pages *p = NULL;
        const struct page_text t = {
            .x = 5, .foot = 15, .capital = 10, .font = FONTS[f], .text = slice_text("H")};
        assert_ok(pages_raster(254, &p));
        assert_ok(page_begin(p, 25, 20, NULL, NULL));
        assert_ok(page_write(p, &t, NULL));
        const struct page_dots d = page_dots_of(p);
        size_t top = d.height, low = 0;
        for (size_t i = 0; i < d.width * d.height; i++) {
            if (d.grey[i] >= 128) continue;
            const size_t y = i / d.width;
            if (y < top) top = y;
            low = y;
        }
        assert_in_range(top, 49, 51);
        assert_in_range(low, 148, 150);
        assert_true(ink_of(p) > 500);
        pages_free(p);
    }
}

static void a_font_that_is_not_here_is_named_with_the_nearest(void **state) {
    (void)state;
    struct pages *p = NULL;
    struct cm_diag diag = DIAG_INIT;
    struct page_text t = {.x = 1, .foot = 5, .capital = 2, .text = slice_text("A")};
    assert_ok(pages_raster(100, &p));
    assert_ok(page_begin(p, 20, 20, NULL, NULL));
    t.font = "DejaVu Sons";
    assert_err(CM_E_NOT_FOUND, page_write(p, &t, &diag));
    assert_string_equal(diag.problem, "'DejaVu Sons' is not on this machine");
    assert_non_null(strstr(diag.remedy, "'DejaVu Sans'"));
    t.font = "OCR-C"; /* no size: part of the name */
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, page_write(p, &t, &diag));
    assert_string_equal(diag.problem, "'OCR-C' is not on this machine");
    t.font = "DejaVu Sans";
    t.text = slice_text("\xf3\xb0\x80\x80"); /* a private character */
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, page_write(p, &t, &diag));
    assert_string_equal(diag.problem, "it has no glyph for U+F0000");
    t.text = slice_text("\xff");
    assert_err(CM_E_FORMAT, page_write(p, &t, NULL));
    pages_free(p);
}

static void drawing_without_a_page_is_told_at_the_end(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    const struct page_sink sink = {keep, &out};
    struct pages *p = NULL;
    assert_ok(pages_pdf(&sink, NULL, &p));
    page_box(p, 0, 0, 1, 1, 0);
    assert_err(CM_E_STATE, page_begin(p, 10, 10, NULL, NULL));
    pages_free(p);
    buffer_free(&out);
}

static cm_err full(void *ctx, struct cm_slice bytes) {
    (void)bytes;
    ++*(int *)ctx;
    return CM_E_NO_SPACE;
}

static void a_full_disk_is_told_as_such_and_written_to_once(void **state) {
    (void)state;
    int calls = 0;
    const struct page_sink sink = {full, &calls};
    struct pages *p = NULL;
    cm_err err = pages_pdf(&sink, NULL, &p);
    if (err == CM_OK) err = page_begin(p, 10, 10, NULL, NULL);
    if (err == CM_OK) err = pages_finish(p);
    assert_err(CM_E_NO_SPACE, err);
    pages_free(p);
    assert_int_equal(calls, 1);
}

static void sides_and_resolutions_have_limits(void **state) {
    (void)state;
    struct pages *p = (struct pages *)0xa5;
    assert_err(CM_E_RANGE, pages_raster(0, &p));
    assert_err(CM_E_RANGE, pages_raster(1e9, &p));
    assert_ptr_equal(p, (struct pages *)0xa5);
    assert_ok(pages_raster(1200, &p));
    assert_err(CM_E_RANGE, page_begin(p, 0.5, 10, NULL, NULL));
    assert_err(CM_E_RANGE, page_begin(p, 10, 5001, NULL, NULL));
    assert_err(CM_E_RANGE, page_begin(p, 2000, 2000, NULL, NULL)); /* 8.9 thousand million dots */
    pages_free(p);
}

/* Our own writer makes the PNG: one dot wider than a page takes. */
static void a_broken_or_huge_logo_is_refused(void **state) {
    (void)state;
    static uint8_t row[20001];
    const struct png_dots wide = {.rows = row,
                                  .width = sizeof row,
                                  .height = 1,
                                  .stride = sizeof row,
                                  .grey = true,
                                  .dpi = 72};
    struct png_writer *writer = NULL;
    struct buffer png = BUFFER_INIT;
    struct pages *p = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(png_writer_new(&writer));
    assert_ok(png_write(writer, &wide, &png));
    assert_ok(pages_raster(100, &p));
    assert_ok(page_begin(p, 20, 20, NULL, NULL));
    assert_err(CM_E_FORMAT, page_png(p, slice_text("no PNG"), 0, 0, 5, 5, &diag));
    assert_string_equal(diag.input, "image");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_LIMIT, page_png(p, buffer_slice(&png), 0, 0, 5, 5, &diag));
    assert_non_null(strstr(diag.problem, "20001 x 1 dots"));
    for (size_t len = 0; len < png.len; len += 7) /* cut anywhere */
        assert_int_not_equal(CM_OK, page_png(p, slice_of(png.p, len), 0, 0, 5, 5, NULL));
    pages_free(p);
    png_writer_free(writer);
    buffer_free(&png);
}

static void a_symbol_on_a_page_is_as_large_as_it_says(void **state) {
    (void)state;
    struct symbol s;
    const struct symbol_wish wish = {.kind = SYMBOL_QR, .payload = slice_text("7K2Q9MXPRT44")};
    struct pages *p = NULL;
    double width = 0, height = 0;
    assert_ok(symbol_make(&wish, &s, NULL));
    assert_ok(pages_raster(254, &p));
    assert_ok(page_begin(p, 20, 20, NULL, NULL));
    assert_ok(page_symbol_size(p, &s, 0.5, 0, &width, &height));
    assert_true(fabs(width - 14.5) < 1e-9); /* 21 modules and a quiet zone of 4 */
    assert_true(fabs(height - 14.5) < 1e-9);
    page_box(p, 0, 0, 20, 20, 0.5);
    page_symbol(p, &s, 2, 3, 0.5, 0);
    const struct page_dots d = page_dots_of(p);
    for (size_t y = 0; y < 21; y++)
        for (size_t x = 0; x < 21; x++)
            assert_int_equal(d.grey[(52 + 5 * y) * d.width + 42 + 5 * x],
                             symbol_is_dark(&s, x, y) ? 0 : 255);
    assert_int_equal(d.grey[31 * d.width + 21], 255);
    assert_in_range(d.grey[31 * d.width + 18], 126, 128);
    assert_string_equal(pages_why(p)->problem, "");
    page_symbol(p, &s, 2, 3, 0, 0);
    struct buffer png = BUFFER_INIT;
    assert_err(CM_E_RANGE, page_dots_png(p, &png)); /* told late */
    assert_string_equal(pages_why(p)->problem, "0 mm is no size of a module");
    pages_free(p);
    symbol_free(&s);
    buffer_free(&png);
}

static void the_text_below_bars_has_the_font_that_was_asked_for(void **state) {
    (void)state;
    struct symbol s;
    const struct symbol_wish wish = {.kind = SYMBOL_CODE128, .payload = slice_text("7K2Q")};
    struct pages *p = NULL;
    double width = 0, bare = 0, usual = 0, large = 0;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(symbol_make(&wish, &s, NULL));
    assert_ok(pages_raster(100, &p));
    assert_ok(page_symbol_size(p, &s, 0.5, 10, &width, &usual));
    assert_err(CM_E_NOT_FOUND, pages_symbol_text(p, "No Such Font", 0, &diag));
    assert_ok(pages_symbol_text(p, "", 0, NULL));
    assert_ok(page_symbol_size(p, &s, 0.5, 10, &width, &bare));
    assert_ok(pages_symbol_text(p, "5x7", 6, NULL));
    assert_ok(page_symbol_size(p, &s, 0.5, 10, &width, &large));
    assert_true(fabs(bare - 11) < 1e-9); /* a module above and below */
    assert_true(usual > bare + 4 && large > bare + 6);
    pages_free(p);
    symbol_free(&s);
}

/* Our own grey PNG comes back as it was. */
static void a_logo_is_stretched_over_its_box(void **state) {
    (void)state;
    struct pages *p = NULL;
    struct buffer png = BUFFER_INIT;
    assert_ok(pages_raster(25.4, &p));
    assert_ok(page_begin(p, 4, 4, NULL, NULL));
    page_box(p, 0, 0, 2, 4, 0);
    assert_ok(page_dots_png(p, &png));
    pages_free(p);
    assert_ok(pages_raster(254, &p));
    assert_ok(page_begin(p, 10, 10, NULL, NULL));
    assert_ok(page_png(p, buffer_slice(&png), 1, 1, 8, 8, NULL));
    const struct page_dots d = page_dots_of(p);
    assert_int_equal(d.grey[50 * 100 + 9], 255);
    assert_int_equal(d.grey[50 * 100 + 10], 0);
    assert_int_equal(d.grey[50 * 100 + 49], 0);
    assert_int_equal(d.grey[50 * 100 + 50], 255);
    pages_free(p);
    buffer_free(&png);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pdf_of_pages_with_labels_and_bookmarks),
        cmocka_unit_test(the_same_pages_are_the_same_bytes),
        cmocka_unit_test(a_sheet_of_dots_shows_what_was_drawn),
        cmocka_unit_test(text_has_the_height_that_was_asked_for),
        cmocka_unit_test(a_font_that_is_not_here_is_named_with_the_nearest),
        cmocka_unit_test(drawing_without_a_page_is_told_at_the_end),
        cmocka_unit_test(a_full_disk_is_told_as_such_and_written_to_once),
        cmocka_unit_test(sides_and_resolutions_have_limits),
        cmocka_unit_test(a_symbol_on_a_page_is_as_large_as_it_says),
        cmocka_unit_test(a_broken_or_huge_logo_is_refused),
        cmocka_unit_test(the_text_below_bars_has_the_font_that_was_asked_for),
        cmocka_unit_test(a_logo_is_stretched_over_its_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
