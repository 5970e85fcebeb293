/* SVG, PNG and ZPL cost no allocation a picture, also with text below bars: the same count for 100
 * as for 2,000. Threads share nothing. */
#include "support/allocations.h"
#include "support/cm.h"

#include <pthread.h>

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

struct desk {
    struct symbol s;
    struct buffer out;
    cm_err err;
};

static cm_err draw_some(struct desk *d) {
    const struct symbol_wish wish = {.kind = SYMBOL_EAN13, .payload = slice_text("5901234123457")};
    TRY(symbol_make(&wish, &d->s, NULL));
    for (unsigned i = 0; i < 4 * PICTURE_FORMAT_N; i++) {
        const struct picture_look look = {.format = (enum picture_format)(i % PICTURE_FORMAT_N)};
        CM_CLEANUP(picture_maker_freep) struct picture_maker *m = NULL;
        TRY(picture_maker_new(&look, &m, NULL));
        TRY(picture_make(m, &d->s, &d->out, NULL));
    }
    return CM_OK;
}

static void *work(void *ctx) {
    struct desk *const d = ctx;
    d->err = draw_some(d);
    return NULL;
}

static void threads_with_makers_of_their_own_draw_alike(void **state) {
    (void)state;
    struct desk desks[4] = {{.err = CM_E_STATE}};
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &desks[i]), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_ok(desks[i].err);
        assert_int_equal(desks[i].out.len, desks[0].out.len);
        assert_memory_equal(desks[i].out.p, desks[0].out.p, desks[0].out.len);
    }
    for (size_t i = 0; i < 4; i++) {
        symbol_free(&desks[i].s);
        buffer_free(&desks[i].out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_qr_costs_no_allocation),
        cmocka_unit_test(bars_with_text_cost_no_allocation),
        cmocka_unit_test(what_allocates_is_seen),
        cmocka_unit_test(threads_with_makers_of_their_own_draw_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
