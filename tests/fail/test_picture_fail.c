/* The n-th failure of every allocation of ours under pictures and pages: the right status, nothing
 * half written, no leak (the sanitizer build looks). Allocations inside cairo, FreeType and zlib
 * are not reached. */
#include "support/cm.h"

#include "support/starve.h"
#include "symbol/page.h"
#include "symbol/picture.h"

static cm_err draw(const struct picture_look *look, const struct symbol *s, struct buffer *out) {
    CM_CLEANUP(picture_maker_freep) struct picture_maker *m = NULL;
    TRY(picture_maker_new(look, &m, NULL));
    return picture_make(m, s, out, NULL);
}

static void starve_each(const struct picture_look *look, const struct symbol *s) {
    struct buffer out = BUFFER_INIT;
    starve_at(0);
    assert_ok(draw(look, s, &out));
    const unsigned all = starve_calls();
    assert_true(all >= 2);
    buffer_free(&out);
    for (unsigned n = 1; n <= all; n++) {
        starve_at(n);
        const cm_err err = draw(look, s, &out);
        starve_at(0);
        if (err != CM_E_NO_MEMORY) fail_msg("call %u of %u: %s", n, all, cm_err_name(err));
        assert_int_equal(out.len, 0);
        buffer_free(&out);
    }
}

static void pictures_without_memory_fail_cleanly(void **state) {
    (void)state;
    static const char *const FONTS[] = {NULL, "5x7"};
    struct symbol s;
    const struct symbol_wish wish = {.kind = SYMBOL_EAN13, .payload = slice_text("5901234123457")};
    assert_ok(symbol_make(&wish, &s, NULL));
    for (unsigned i = 0; i < PICTURE_FORMAT_N * CM_ARRAY_N(FONTS); i++) {
        const struct picture_look look = {.format = (enum picture_format)(i % PICTURE_FORMAT_N),
                                          .font = FONTS[i / PICTURE_FORMAT_N]};
        starve_each(&look, &s);
    }
    symbol_free(&s);
}

static cm_err print_sheet(struct buffer *out) {
    CM_CLEANUP(pages_freep) struct pages *p = NULL;
    const struct page_text t = {
        .x = 1, .foot = 8, .capital = 3, .font = "sans-serif", .text = slice_text("A1")};
    const struct page_text dots = {
        .x = 1, .foot = 16, .capital = 3, .font = "5x7", .text = slice_text("A1")};
    TRY(pages_raster(100, &p));
    TRY(page_begin(p, 20, 20, NULL, NULL));
    TRY(page_write(p, &t, NULL));
    TRY(page_write(p, &dots, NULL));
    return page_dots_png(p, out);
}

static void sheets_without_memory_fail_cleanly(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    starve_at(0);
    assert_ok(print_sheet(&out));
    const unsigned all = starve_calls();
    assert_true(all > 5);
    for (unsigned n = 1; n <= all; n++) {
        buffer_free(&out);
        starve_at(n);
        const cm_err err = print_sheet(&out);
        starve_at(0);
        if (err != CM_E_NO_MEMORY) fail_msg("call %u of %u: %s", n, all, cm_err_name(err));
    }
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_without_memory_fail_cleanly),
        cmocka_unit_test(sheets_without_memory_fail_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
