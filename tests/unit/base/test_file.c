/* Whole files and what the system says of them. The texts are those of glibc's manual, "Error
 * Codes"; the numbers those of errno(3). */
#include "support/cm.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "support/scratch.h"

static void a_file_is_replaced_and_read_back(void **state) {
    (void)state;
    struct scratch s;
    assert_true(scratch_make(&s));
    const struct scratch path = scratch_below(&s, "note");
    assert_ok(file_replace(path.path, slice_text("first"), 0600, NULL));
    assert_ok(file_replace(path.path, slice_text("second"), 0640, NULL));
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    assert_ok(file_read(path.path, 6, &text, NULL));
    assert_true(slice_equal(buffer_slice(&text), slice_text("second")));
    struct stat st;
    assert_int_equal(stat(path.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    scratch_remove(s.path);
}

static void a_file_over_the_limit_and_a_missing_one_are_named(void **state) {
    (void)state;
    struct scratch s;
    assert_true(scratch_make(&s));
    const struct scratch path = scratch_below(&s, "note");
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    assert_err(CM_E_NOT_FOUND, file_read(path.path, 6, &text, &diag));
    assert_string_equal(diag.input, path.path);
    assert_non_null(strstr(diag.problem, "No such file or directory"));
    assert_ok(file_replace(path.path, slice_text("seven b"), 0600, NULL));
    assert_err(CM_E_LIMIT, file_read(path.path, 6, &text, NULL));
    scratch_remove(s.path);
}

static void a_replacement_that_cannot_be_made_leaves_the_folder_as_it_was(void **state) {
    (void)state;
    struct scratch s;
    assert_true(scratch_make(&s));
    const struct scratch below = scratch_below(&s, "absent/note");
    assert_err(CM_E_NOT_FOUND, file_replace(below.path, slice_text("x"), 0600, NULL));
    assert_int_equal(rmdir(s.path), 0); /* nothing was left in it */
}

static void a_short_name_is_the_last_part_and_never_half_a_character(void **state) {
    (void)state;
    assert_true(slice_equal(file_short_name("a/b/plan.csv", 63), slice_text("plan.csv")));
    assert_true(slice_equal(file_short_name("plan.csv", 4), slice_text("plan")));
    assert_true(slice_equal(file_short_name("a/b/", 63), slice_text("a/b/")));
    /* U+20AC is E2 82 AC (RFC 3629, section 7): cut behind one or two of its bytes it goes. */
    assert_true(slice_equal(file_short_name("x/1\xE2\x82\xAC", 2), slice_text("1")));
    assert_true(slice_equal(file_short_name("x/1\xE2\x82\xAC", 3), slice_text("1")));
    assert_true(slice_equal(file_short_name("x/1\xE2\x82\xAC", 4), slice_text("1\xE2\x82\xAC")));
}

static void every_errno_has_a_text(void **state) {
    (void)state;
    assert_string_equal(file_errno_text(ENOSPC), "No space left on device");
    assert_string_equal(file_errno_text(EACCES), "Permission denied");
    for (int number = -1; number < 5000; number++)
        assert_non_null(file_errno_text(number));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_replaced_and_read_back),
        cmocka_unit_test(a_file_over_the_limit_and_a_missing_one_are_named),
        cmocka_unit_test(a_replacement_that_cannot_be_made_leaves_the_folder_as_it_was),
        cmocka_unit_test(a_short_name_is_the_last_part_and_never_half_a_character),
        cmocka_unit_test(every_errno_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
