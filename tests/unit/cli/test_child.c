/* Programs of others: what they say is taken, their time is bounded, their absence is told. */
#include "support/cm.h"

#include "base/clock.h"
#include "base/macros.h"
#include "cli/child.h"

static void what_a_program_says_is_taken(void **state) {
    (void)state;
    const char *const argv[] = {"sh", "-c", "echo said; echo aside >&2; read x || exit 3", NULL};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    int status = -1;
    assert_ok(child_run(argv, 10000, &out, &status));
    assert_true(slice_equal(buffer_slice(&out), slice_text("said\n")));
    assert_int_equal(status, 3); /* its input is empty */
}

static void one_that_never_ends_is_ended(void **state) {
    (void)state;
    const char *const argv[] = {"sh", "-c", "exec sleep 100", NULL};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    const uint64_t before = clock_monotonic_us();
    int status = 0;
    assert_ok(child_run(argv, 50, &out, &status));
    assert_int_equal(status, 128 + 9);
    assert_true(clock_monotonic_us() - before < 20000000u);
}

static void one_that_says_too_much_is_ended(void **state) {
    (void)state;
    const char *const argv[] = {"sh", "-c", "exec yes", NULL};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    int status = 0;
    assert_int_equal(child_run(argv, 20000, &out, &status), CM_E_LIMIT);
}

static void one_that_is_not_here_is_told(void **state) {
    (void)state;
    const char *const argv[] = {"no-such-program-anywhere", NULL};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    int status = 77;
    assert_true(child_is_here("sh"));
    assert_false(child_is_here(argv[0]));
    assert_int_equal(child_run(argv, 1000, &out, &status), CM_E_NOT_FOUND);
    assert_int_equal(status, 77);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_program_says_is_taken),
        cmocka_unit_test(one_that_never_ends_is_ended),
        cmocka_unit_test(one_that_says_too_much_is_ended),
        cmocka_unit_test(one_that_is_not_here_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
