/* Diagnostics: the innermost cause wins, the caller adds where. */
#include "support/cm.h"

#include "base/diag.h"

static void an_error_reads_input_place_problem_remedy(void **state) {
    (void)state;
    struct cm_diag d = DIAG_INIT;
    char line[512];
    assert_err(CM_E_FORMAT, diag_fail(&d, CM_E_FORMAT, NULL, "line 7", "use 9", "digit is %d", 4));
    diag_locate(&d, "plan.csv", "elsewhere");
    diag_set(&d, "outer", "outer", "outer", "outer");
    assert_true(diag_text(&d, CM_E_FORMAT, line, sizeof line) > 0);
    assert_string_equal(line, "plan.csv: line 7: digit is 4; use 9");
}

static void an_empty_diag_still_names_the_status(void **state) {
    (void)state;
    const struct cm_diag d = DIAG_INIT;
    char line[64];
    assert_true(diag_text(&d, CM_E_NO_SPACE, line, sizeof line) > 0);
    assert_string_equal(line, "no space left");
}

static void every_status_has_its_own_name(void **state) {
    (void)state;
    for (int a = 0; a < (int)CM_ERR_N; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(cm_err_name((cm_err)a), cm_err_name((cm_err)b));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_reads_input_place_problem_remedy),
        cmocka_unit_test(an_empty_diag_still_names_the_status),
        cmocka_unit_test(every_status_has_its_own_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
