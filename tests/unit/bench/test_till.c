/* Tills and their depots: a real workspace with few live codes at a time, so that they run out, and
 * its batches with them, in moments. That a code is fresh the engine itself says: only the first
 * redemption of a code is accepted, and a depot takes no other answer. */
#include "support/cm.h"

#include <stdlib.h>

#include "bench/crowd.h"
#include "support/scratch.h"

#define LIVE    2000u
#define LEG_S   0.02
#define CALLERS 8u

struct room {
    struct scratch scratch;
    struct cm_diag diag;
    struct till till;
};

static int room_open(void **state) {
    struct room *r = calloc(1, sizeof *r);
    if (r == NULL || !scratch_make(&r->scratch)) return -1;
    *state = r;
    return till_open(&r->till, r->scratch.path, LIVE, &r->diag) == CM_OK ? 0 : -1;
}

static int room_close(void **state) {
    struct room *r = *state;
    till_close(&r->till);
    scratch_remove(r->scratch.path);
    free(r);
    return 0;
}

static void a_leg_redeems_in_whole_calls_and_its_sixths_add_up(void **state) {
    struct room *r = *state;
    struct leg leg = {.items = 0};
    double sum = 0;
    till_calls_of(&r->till, 7);
    assert_ok(till_run(&r->till, LEG_S, &leg));
    assert_true(leg.items > 0);
    assert_true((uint64_t)leg.items % 7 == 0);
    for (size_t i = 0; i < TILL_SIXTHS; i++)
        sum += r->till.sixths[i];
    assert_true((uint64_t)sum == (uint64_t)leg.items);
    assert_true(r->till.pace >=
                leg.items / leg.seconds); /* the fold is the leg's, not the pace's */
    assert_true(leg.p99_us >= leg.p50_us && leg.p50_us > 0);
}

static void a_stock_goes_beyond_what_is_live_and_every_code_is_fresh(void **state) {
    struct room *r = *state;
    struct depot *d = &r->till.depot;
    size_t done = 0, sum = 0;
    assert_ok(depot_stock(d, 3 * LIVE));
    assert_true(depot_left(d) >= 3 * LIVE);
    while (depot_left(d) > LIVE / 2) {
        assert_ok(depot_redeem(d, 100, &done));
        sum += done;
    }
    const size_t left = depot_left(d);
    assert_ok(depot_stock(d, LIVE)); /* what is left stays in front */
    assert_true(depot_left(d) >= LIVE && left > 0);
    do {
        assert_ok(depot_redeem(d, 100, &done));
        sum += done;
    } while (done > 0);
    assert_true(sum >= 3 * LIVE + LIVE / 2);
}

static void a_depot_moves_to_a_new_shop_when_the_batches_are_used_up(void **state) {
    struct room *r = *state;
    struct depot *d = &r->till.depot;
    size_t done = 0;
    assert_ok(depot_stock(d, 10));
    for (unsigned i = d->shop.batch_n; i < SHOP_BATCHES; i++)
        assert_ok(depot_fill(d, LIVE));
    assert_int_equal(d->shop.batch_n, SHOP_BATCHES);
    assert_ok(depot_fill(d, LIVE));
    assert_int_equal(d->shop.batch_n, 1);
    assert_int_equal(depot_left(d), 0); /* texts of the old shop mean nothing here */
    assert_ok(depot_stock(d, 10));
    assert_ok(depot_redeem(d, 10, &done));
    assert_int_equal(done, 10);
}

static void callers_redeem_each_code_once_and_leave_the_rest(void **state) {
    struct room *r = *state;
    struct depot *d = &r->till.depot;
    struct crowd crowd = {&r->till, CALLERS, 0};
    bench_run *const ways[] = {crowd_turn_run, crowd_threads_run, crowd_turn_run};
    size_t done = 0;
    till_calls_of(&r->till, CALLERS);
    for (size_t i = 0; i < CM_ARRAY_N(ways); i++) {
        struct leg leg = {.items = 0};
        assert_ok(ways[i](&crowd, LEG_S, &leg));
        assert_true(leg.items > 0 && crowd.pace > 0);
    }
    assert_ok(depot_stock(d, 100));
    assert_ok(depot_redeem(d, 100, &done)); /* none of them was redeemed by a caller */
    assert_int_equal(done, 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_leg_redeems_in_whole_calls_and_its_sixths_add_up,
                                        room_open, room_close),
        cmocka_unit_test_setup_teardown(a_stock_goes_beyond_what_is_live_and_every_code_is_fresh,
                                        room_open, room_close),
        cmocka_unit_test_setup_teardown(a_depot_moves_to_a_new_shop_when_the_batches_are_used_up,
                                        room_open, room_close),
        cmocka_unit_test_setup_teardown(callers_redeem_each_code_once_and_leave_the_rest, room_open,
                                        room_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
