/* SVG, PNG and ZPL cost no allocation a picture, also with text below bars: the same count for 100
 * as for 2,000. */
#include "support/allocations.h"
#include "support/cm.h"

#include "symbol/picture.h"

#define FEW  100u
#define MANY 2000u

static void make_many(struct picture_maker *m, const struct symbol *s, struct buffer *out,
                      unsigned n) {
    for (unsigned i = 0; i < n; i++) {
        buffer_clear(out);
        assert_ok(picture_make(m, s, out, NULL));
    }
}

static void cost_of(enum picture_format format, enum symbol_kind kind, const char *text) {
    struct symbol s;
    struct picture_maker *m = NULL;
    struct buffer out = BUFFER_INIT;
    const struct symbol_wish wish = {.kind = kind, .payload = slice_text(text)};
    const struct picture_look look = {.format = format};
    assert_ok(symbol_make(&wish, &s, NULL));
    assert_ok(picture_maker_new(&look, &m, NULL));
    make_many(m, &s, &out, FEW); /* buffers and fonts come with the first */
    const uint64_t before = allocations_made();
    make_many(m, &s, &out, MANY);
    assert_int_equal(allocations_made() - before, 0);
    picture_maker_free(m);
    symbol_free(&s);
    buffer_free(&out);
}

static void a_qr_costs_no_allocation(void **state) {
    (void)state;
    cost_of(PICTURE_SVG, SYMBOL_QR, "7K2Q9MXPRT44");
    cost_of(PICTURE_PNG, SYMBOL_QR, "7K2Q9MXPRT44");
    cost_of(PICTURE_ZPL, SYMBOL_QR, "7K2Q9MXPRT44");
}

static void bars_with_text_cost_no_allocation(void **state) {
    (void)state;
    cost_of(PICTURE_SVG, SYMBOL_EAN13, "5901234123457");
    cost_of(PICTURE_PNG, SYMBOL_EAN13, "5901234123457");
}

/* Control: making a maker allocates. */
static void what_allocates_is_seen(void **state) {
    (void)state;
    const struct picture_look look = {.format = PICTURE_PNG};
    const uint64_t before = allocations_made();
    struct picture_maker *m = NULL;
    assert_ok(picture_maker_new(&look, &m, NULL));
    assert_true(allocations_made() > before);
    picture_maker_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_qr_costs_no_allocation),
        cmocka_unit_test(bars_with_text_cost_no_allocation),
        cmocka_unit_test(what_allocates_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
