/* Large files that appear whole. Expected values: rename(2) and open(2). */
#include "support/cm.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/new_file.h"
#include "support/scratch.h"

static bool there(const struct scratch *path) {
    struct stat st;
    return lstat(path->path, &st) == 0;
}

static void put(int fd, const char *text) { assert_int_equal(write(fd, text, 4), 4); }

static void a_file_stands_under_its_name_only_when_it_is_whole(void **state) {
    (void)state;
    struct scratch s;
    struct stat st;
    assert_true(scratch_make(&s));
    const struct scratch path = scratch_below(&s, "out"), part = scratch_below(&s, "out.new");
    struct new_file f = NEW_FILE_INIT;
    assert_ok(new_file_open(&f, path.path, NULL));
    put(f.fd, "1234");
    assert_false(there(&path));
    assert_ok(new_file_publish(&f, NULL));
    new_file_close(&f);
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    assert_ok(file_read(path.path, 4, &text, NULL));
    assert_true(slice_equal(buffer_slice(&text), slice_text("1234")));
    assert_int_equal(stat(path.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_false(there(&part));
    scratch_remove(s.path);
}

static void what_is_not_published_goes_and_leaves_the_old_file(void **state) {
    (void)state;
    struct scratch s;
    assert_true(scratch_make(&s));
    const struct scratch path = scratch_below(&s, "out"), part = scratch_below(&s, "out.new");
    assert_ok(file_replace(path.path, slice_text("old"), 0600, NULL));
    struct new_file f = NEW_FILE_INIT;
    assert_ok(new_file_open(&f, path.path, NULL));
    put(f.fd, "1234");
    new_file_close(&f);
    assert_false(there(&part));
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    assert_ok(file_read(path.path, 4, &text, NULL));
    assert_true(slice_equal(buffer_slice(&text), slice_text("old")));
    new_file_close(&f); /* closed is closed */
    scratch_remove(s.path);
}

/* After kill -9 the part lies there; whoever may write the folder may also have put a link there.
 */
static void what_an_earlier_end_left_is_replaced_and_no_link_is_followed(void **state) {
    (void)state;
    struct scratch s;
    assert_true(scratch_make(&s));
    const struct scratch path = scratch_below(&s, "out"), part = scratch_below(&s, "out.new"),
                         other = scratch_below(&s, "other");
    assert_ok(file_replace(other.path, slice_text("safe"), 0600, NULL));
    assert_int_equal(symlink(other.path, part.path), 0);
    struct new_file f = NEW_FILE_INIT;
    assert_ok(new_file_open(&f, path.path, NULL));
    put(f.fd, "1234");
    assert_ok(new_file_publish(&f, NULL));
    new_file_close(&f);
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    assert_ok(file_read(other.path, 4, &text, NULL));
    assert_true(slice_equal(buffer_slice(&text), slice_text("safe")));
    scratch_remove(s.path);
}

static void a_folder_that_is_absent_and_a_path_too_long_are_named(void **state) {
    (void)state;
    struct scratch s;
    struct cm_diag diag = DIAG_INIT;
    static char too_long[NEW_FILE_PATH_CAP + 1];
    assert_true(scratch_make(&s));
    const struct scratch path = scratch_below(&s, "absent/out");
    struct new_file f = NEW_FILE_INIT;
    assert_err(CM_E_NOT_FOUND, new_file_open(&f, path.path, &diag));
    assert_string_not_equal(diag.remedy, "");
    new_file_close(&f);
    memset(too_long, 'a', NEW_FILE_PATH_CAP);
    assert_err(CM_E_RANGE, new_file_open(&f, too_long, NULL));
    new_file_close(&f);
    scratch_remove(s.path);
}

static void a_folder_is_made_once_and_a_file_in_its_place_is_refused(void **state) {
    (void)state;
    struct scratch s;
    struct stat st;
    struct cm_diag diag = DIAG_INIT;
    assert_true(scratch_make(&s));
    const struct scratch path = scratch_below(&s, "orders"), file = scratch_below(&s, "file");
    assert_ok(file_folder(path.path, NULL));
    assert_ok(file_folder(path.path, NULL));
    assert_int_equal(stat(path.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_ok(file_replace(file.path, slice_text("x"), 0600, NULL));
    assert_err(CM_E_NOT_FOUND, file_folder(file.path, &diag)); /* ENOTDIR */
    assert_string_equal(diag.input, file.path);
    scratch_remove(s.path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_stands_under_its_name_only_when_it_is_whole),
        cmocka_unit_test(what_is_not_published_goes_and_leaves_the_old_file),
        cmocka_unit_test(what_an_earlier_end_left_is_replaced_and_no_link_is_followed),
        cmocka_unit_test(a_folder_that_is_absent_and_a_path_too_long_are_named),
        cmocka_unit_test(a_folder_is_made_once_and_a_file_in_its_place_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
