/* Building a filter when memory ends: every allocation in turn is made to fail, and the build must
 * say so, leave its output alone and lose nothing (leaks are seen by the sanitizer build). */
#include "support/cm.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "codes/filter.h"

static int allocations_left = -1; /* -1: no limit */

void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static bool fails_now(void) {
    if (allocations_left < 0) return false;
    return allocations_left-- == 0;
}

void *__wrap_calloc(size_t n, size_t size) { return fails_now() ? NULL : __real_calloc(n, size); }

void *__wrap_realloc(void *p, size_t size) { return fails_now() ? NULL : __real_realloc(p, size); }

static void each_failing_allocation_is_reported_and_nothing_is_lost(void **state) {
    (void)state;
    struct cm_alphabet a;
    assert_ok(cm_alphabet_by_name(&a, slice_text("default"), NULL));
    const struct filter_options options = {.code_n = 13, .version = 1, .rotation = true};
    struct filter *f = NULL;
    int n = 0;
    cm_err err = CM_E_NO_MEMORY;
    for (; err != CM_OK && n < 100; n++) {
        allocations_left = n;
        err = filter_new(&f, &a, &options, NULL);
        allocations_left = -1;
        if (err == CM_OK) break;
        assert_int_equal(err, CM_E_NO_MEMORY);
        assert_null(f);
    }
    assert_in_range(n, 6, 99); /* the filter, the table and its growth, two scratch pairs */
    filter_free(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failing_allocation_is_reported_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
