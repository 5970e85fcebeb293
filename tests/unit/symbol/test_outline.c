/* Outlines of modules: what a fill of them covers must be the dark modules, no more and no less.
 * Expected: the symbol itself, by the crossing number of each module's middle, reckoned here. */
#include "support/cm.h"

#include "symbol/outline.h"

#define LINES_MAX 20000u

/* The upright edges that were drawn: a point left of n of them is inside when n is odd; with their
 * directions added up, when the sum is not nought. */
struct drawn {
    struct {
        double x, from, to;
    } upright[LINES_MAX];
    size_t upright_n, corners, closed;
    double first_x, first_y, x, y;
};

static void line_to(void *ctx, double x, double y) {
    struct drawn *d = ctx;
    assert_true((x == d->x) != (y == d->y)); /* along the grid, and not nowhere */
    if (x == d->x) {
        assert_true(d->upright_n < LINES_MAX);
        d->upright[d->upright_n].x = x;
        d->upright[d->upright_n].from = d->y;
        d->upright[d->upright_n++].to = y;
    }
    d->x = x;
    d->y = y;
    d->corners++;
}

static void move_to(void *ctx, double x, double y) {
    struct drawn *d = ctx;
    d->first_x = d->x = x;
    d->first_y = d->y = y;
}

static void close_line(void *ctx) {
    struct drawn *d = ctx;
    line_to(d, d->first_x, d->first_y);
    d->closed++;
}

static void no_curve(void *ctx, const double xy[6]) {
    (void)ctx;
    (void)xy;
    fail_msg("modules have no curves");
}

static void trace(const struct symbol *s, double x, double y, struct drawn *d) {
    const struct lettering_pen pen = {move_to, line_to, no_curve, close_line, d};
    *d = (struct drawn){.closed = 0};
    assert_true(outline_can(s));
    assert_ok(outline_trace(s, x, y, &pen));
}

static void assert_covers(const struct drawn *d, const struct symbol *s, size_t column, size_t row,
                          double x0, double y0) {
    const double x = x0 + (double)column + 0.5, y = y0 + (double)row + 0.5;
    size_t crossed = 0;
    int turns = 0;
    for (size_t i = 0; i < d->upright_n; i++) {
        const double from = d->upright[i].from, to = d->upright[i].to;
        if (d->upright[i].x > x || (y < from) == (y < to)) continue;
        crossed++;
        turns += to < from ? 1 : -1;
    }
    const bool dark = symbol_is_dark(s, column, row);
    if ((crossed % 2 == 1) != dark || turns != (dark ? 1 : 0))
        fail_msg("column %zu, row %zu: %zu crossed, %d turns", column, row, crossed, turns);
}

static void assert_same_area(const struct symbol *s) {
    static struct drawn d;
    trace(s, 4, 2.5, &d);
    for (size_t row = 0; row < s->rows; row++)
        for (size_t column = 0; column < s->width; column++)
            assert_covers(&d, s, column, row, 4, 2.5);
}

static void a_ring_is_two_lines_of_four_corners(void **state) {
    (void)state;
    static uint8_t ring[9] = {1, 1, 1, 1, 0, 1, 1, 1, 1};
    static uint16_t heights[3] = {1, 1, 1};
    static struct drawn d;
    const struct symbol s = {.width = 3, .rows = 3, .modules = ring, .row_modules = heights};
    trace(&s, 0, 0, &d);
    assert_int_equal(d.closed, 2);
    assert_int_equal(d.corners, 8);
    assert_same_area(&s);
}

static void modules_that_meet_at_a_corner_stay_apart(void **state) {
    (void)state;
    static uint8_t cross[4] = {1, 0, 0, 1};
    static uint16_t heights[2] = {1, 1};
    static struct drawn d;
    const struct symbol s = {.width = 2, .rows = 2, .modules = cross, .row_modules = heights};
    trace(&s, 0, 0, &d);
    assert_int_equal(d.closed, 2);
    assert_same_area(&s);
}

static void every_pattern_of_three_by_four_is_covered(void **state) {
    (void)state;
    static uint16_t heights[4] = {1, 1, 1, 1};
    for (unsigned bits = 0; bits < 1u << 12; bits++) {
        uint8_t modules[12];
        for (unsigned i = 0; i < 12; i++)
            modules[i] = bits >> i & 1u;
        const struct symbol s = {.width = 3, .rows = 4, .modules = modules, .row_modules = heights};
        assert_same_area(&s);
    }
}

static void real_symbols_are_covered_and_bars_are_not_taken(void **state) {
    (void)state;
    static const enum symbol_kind kinds[] = {SYMBOL_QR, SYMBOL_DATAMATRIX, SYMBOL_AZTEC,
                                             SYMBOL_MICRO_QR};
    struct symbol s;
    for (size_t i = 0; i < CM_ARRAY_N(kinds); i++) {
        const struct symbol_wish wish = {.kind = kinds[i], .payload = slice_text("7NQ4K2X9RTW")};
        assert_ok(symbol_make(&wish, &s, NULL));
        assert_same_area(&s);
        symbol_free(&s);
    }
    static const enum symbol_kind bars[] = {SYMBOL_CODE128, SYMBOL_PDF417};
    for (size_t i = 0; i < CM_ARRAY_N(bars); i++) {
        const struct symbol_wish wish = {.kind = bars[i], .payload = slice_text("7NQ4K2")};
        assert_ok(symbol_make(&wish, &s, NULL));
        assert_false(outline_can(&s));
        symbol_free(&s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ring_is_two_lines_of_four_corners),
        cmocka_unit_test(modules_that_meet_at_a_corner_stay_apart),
        cmocka_unit_test(every_pattern_of_three_by_four_is_covered),
        cmocka_unit_test(real_symbols_are_covered_and_bars_are_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
