/* The throttle and the rate algorithm under it: who waits, how long, who never does. Times are
 * worked out by hand from the definition in ITU-T I.371. */
#include "base/bytes.h"
#include "crypto/secret.h"
#include "edge/throttle.h"
#include "support/cm.h"

#define SECOND 1000000u

static void a_burst_is_free_then_the_rate_holds(void **state) {
    (void)state;
    struct throttle t;
    assert_ok(crypto_init());
    assert_ok(throttle_init(&t));
    const struct gcra rate = gcra_of(60, 60, 5); /* one a second, five at once */
    const struct cm_slice who = slice_text("198.51.100.7");
    const uint64_t now = 1000 * (uint64_t)SECOND;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(throttle_wait_us(&t, rate, who, now), 0);
        throttle_charge(&t, rate, who, now, 1);
    }
    assert_int_equal(throttle_wait_us(&t, rate, who, now), 1);
    assert_int_equal(throttle_wait_us(&t, rate, who, now + SECOND), 0);
    throttle_charge(&t, rate, who, now, 10);
    assert_int_equal(throttle_wait_us(&t, rate, who, now), 10 * SECOND + 1);
    assert_int_equal(throttle_wait_us(&t, rate, slice_text("198.51.100.8"), now), 0);
    throttle_wipe(&t);
}

static void a_debt_is_bounded_by_an_hour(void **state) {
    (void)state;
    const struct gcra rate = gcra_of(1, 1, 1);
    const uint64_t due = gcra_charged(rate, 0, SECOND, UINT64_MAX);
    assert_int_equal(gcra_wait_us(rate, due, SECOND), GCRA_DEBT_MAX_US + 1);
    assert_int_equal(gcra_wait_us(rate, gcra_charged(rate, due, SECOND, 1), SECOND),
                     GCRA_DEBT_MAX_US + 1);
}

static void no_rate_is_no_limit(void **state) {
    (void)state;
    const struct gcra none = gcra_of(0, 60, 100);
    assert_int_equal(gcra_wait_us(none, gcra_charged(none, 0, 5, 1000000), 5), 0);
}

static void a_full_table_is_stricter_and_never_laxer(void **state) {
    (void)state;
    struct throttle t;
    assert_ok(crypto_init());
    assert_ok(throttle_init(&t));
    const struct gcra rate = gcra_of(60, 60, 5);
    for (uint32_t i = 0; i < 20000; i++)
        throttle_charge(&t, rate, slice_of(&i, sizeof i), SECOND, 6);
    for (uint32_t i = 0; i < 20000; i++)
        assert_true(throttle_wait_us(&t, rate, slice_of(&i, sizeof i), SECOND) > 0);
    /* Strangers are held up with a chance of about (20,000 / 131,072)^2 = 2.0 %. */
    uint32_t held = 0;
    for (uint32_t i = 1000000; i < 1020000; i++)
        held += throttle_wait_us(&t, rate, slice_of(&i, sizeof i), SECOND) > 0;
    assert_in_range(held, 200, 800);
    throttle_wipe(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_free_then_the_rate_holds),
        cmocka_unit_test(a_debt_is_bounded_by_an_hour),
        cmocka_unit_test(no_rate_is_no_limit),
        cmocka_unit_test(a_full_table_is_stricter_and_never_laxer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
