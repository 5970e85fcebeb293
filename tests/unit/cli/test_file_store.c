/* Files that appear together or not at all, in a ZIP and in a folder. That foreign programs read
 * the ZIP is shown in tests/system/symbols/bulk.sh. */
#include "cli/file_store.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "support/cm.h"
#include "support/scratch.h"

static struct scratch folder;

static void put(struct file_store *s, const char *name, const char *text) {
    struct zip_part part = ZIP_PART_INIT;
    CM_CLEANUP(zip_packer_freep) struct zip_packer *p = NULL;
    assert_ok(zip_packer_new(&p));
    assert_ok(zip_pack(p, slice_text(text), false, &part));
    assert_ok(file_store_put(s, name, &part, NULL));
    buffer_wipe(&part.bytes);
}

static void has_text(const struct scratch *dir, const char *name, const char *text) {
    CM_CLEANUP(buffer_free) struct buffer got = BUFFER_INIT;
    assert_ok(file_read(scratch_below(dir, name).path, 100, &got, NULL));
    assert_string_equal(buffer_cstr(&got), text);
}

static void a_folder_appears_with_its_files_and_their_index(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "whole");
    CM_CLEANUP(file_store_closep) struct file_store *s = NULL;
    struct hash256 hash, wanted;
    struct stat st;
    assert_ok(file_store_open(FILE_STORE_FOLDER, path.path, &s, NULL));
    put(s, "1.svg", "one");
    put(s, "2.svg", "two");
    assert_ok(file_store_index(s, slice_text("file\n"), NULL));
    assert_ok(file_store_index(s, slice_text("1.svg\n2.svg\n"), NULL));
    assert_int_equal(access(path.path, F_OK), -1); /* not before it is whole */
    assert_ok(file_store_finish(s, &hash, NULL));
    has_text(&path, "1.svg", "one");
    has_text(&path, "2.svg", "two");
    has_text(&path, "index.csv", "file\n1.svg\n2.svg\n");
    hash_sha256(slice_text("file\n1.svg\n2.svg\n"), &wanted);
    assert_memory_equal(hash.b, wanted.b, HASH_LEN);
    assert_int_equal(stat(path.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void what_was_not_finished_is_gone(void **state) {
    (void)state;
    static const char *const names[] = {"half", "half.zip"};
    for (unsigned kind = 0; kind < 2; kind++) {
        const struct scratch path = scratch_below(&folder, names[kind]);
        struct file_store *s = NULL;
        char temporary[SCRATCH_CAP + 8];
        (void)snprintf(temporary, sizeof temporary, "%s.new", path.path);
        assert_ok(
            file_store_open(kind == 0 ? FILE_STORE_FOLDER : FILE_STORE_ZIP, path.path, &s, NULL));
        put(s, "1.svg", "one");
        assert_int_equal(access(temporary, F_OK), 0);
        file_store_close(s);
        assert_int_equal(access(temporary, F_OK), -1);
        assert_int_equal(access(path.path, F_OK), -1);
    }
}

static void a_folder_with_something_in_it_is_refused(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "full");
    struct file_store *s = NULL;
    assert_ok(file_folder(path.path, NULL));
    assert_ok(file_replace(scratch_below(&path, ".hidden").path, slice_text("x"), 0600, NULL));
    assert_err(CM_E_EXISTS, file_store_open(FILE_STORE_FOLDER, path.path, &s, NULL));
    assert_null(s);
    has_text(&path, ".hidden", "x");
}

static void an_empty_folder_is_filled(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "empty");
    CM_CLEANUP(file_store_closep) struct file_store *s = NULL;
    struct hash256 hash;
    assert_ok(file_folder(path.path, NULL));
    assert_ok(file_store_open(FILE_STORE_FOLDER, path.path, &s, NULL));
    put(s, "1.svg", "one");
    assert_ok(file_store_finish(s, &hash, NULL));
    has_text(&path, "1.svg", "one");
}

/* A folder that nobody locks was left by a run that is no more. */
static void what_a_killed_run_left_is_cleared_away_but_not_what_others_put_there(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "killed"),
                         left = scratch_below(&folder, "killed.new");
    struct file_store *s = NULL, *other = NULL;
    struct hash256 hash;
    assert_ok(file_folder(left.path, NULL));
    assert_ok(file_replace(scratch_below(&left, "old.svg").path, slice_text("old"), 0600, NULL));
    assert_ok(file_replace(scratch_below(&left, "index.csv").path, slice_text("f"), 0600, NULL));
    assert_ok(file_store_open(FILE_STORE_FOLDER, path.path, &s, NULL));
    assert_err(CM_E_BUSY, file_store_open(FILE_STORE_FOLDER, path.path, &other, NULL));
    put(s, "1.svg", "one");
    assert_ok(file_store_finish(s, &hash, NULL));
    file_store_close(s);
    assert_int_equal(access(scratch_below(&path, "old.svg").path, F_OK), -1);
    has_text(&path, "1.svg", "one");
    scratch_remove(path.path);
    assert_ok(file_folder(left.path, NULL));
    assert_ok(file_folder(scratch_below(&left, "mine").path, NULL)); /* no file of ours */
    assert_ok(file_replace(scratch_below(&left, "index.csv").path, slice_text("f"), 0600, NULL));
    assert_err(CM_E_EXISTS, file_store_open(FILE_STORE_FOLDER, path.path, &other, NULL));
    assert_int_equal(access(scratch_below(&left, "mine").path, F_OK), 0);
}

/* Somebody's own folder may happen to have the temporary name. */
static void files_of_others_under_the_temporary_name_are_left_alone(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "photos"),
                         theirs = scratch_below(&folder, "photos.new");
    struct file_store *s = NULL;
    assert_ok(file_folder(theirs.path, NULL));
    assert_ok(file_replace(scratch_below(&theirs, "cat.jpg").path, slice_text("x"), 0600, NULL));
    assert_err(CM_E_EXISTS, file_store_open(FILE_STORE_FOLDER, path.path, &s, NULL));
    assert_null(s);
    has_text(&theirs, "cat.jpg", "x");
}

/* flock(2), with what another run does just before. */
static const char *finished_from, *finished_to;
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation) {
    if (finished_from != NULL) assert_int_equal(rename(finished_from, finished_to), 0);
    finished_from = NULL;
    return __real_flock(fd, operation);
}

static void what_another_run_finished_in_the_meantime_is_not_cleared_away(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "raced"),
                         left = scratch_below(&folder, "raced.new");
    struct file_store *s = NULL;
    assert_ok(file_folder(left.path, NULL));
    assert_ok(file_replace(scratch_below(&left, "index.csv").path, slice_text("f"), 0600, NULL));
    finished_from = left.path;
    finished_to = path.path;
    assert_err(CM_E_BUSY, file_store_open(FILE_STORE_FOLDER, path.path, &s, NULL));
    assert_null(s);
    has_text(&path, "index.csv", "f");
}

static void a_link_in_place_of_the_temporary_folder_is_refused(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "linked"),
                         to = scratch_below(&folder, "elsewhere"),
                         link = scratch_below(&folder, "linked.new");
    struct file_store *s = NULL;
    assert_ok(file_folder(to.path, NULL));
    assert_ok(file_replace(scratch_below(&to, "precious").path, slice_text("x"), 0600, NULL));
    assert_int_equal(symlink(to.path, link.path), 0);
    assert_true(file_store_open(FILE_STORE_FOLDER, path.path, &s, NULL) != CM_OK);
    has_text(&to, "precious", "x");
}

/* The rename at the end would fail, after all the work, with a batch's units spent. */
static void what_a_folder_cannot_replace_is_refused_before_anything_is_made(void **state) {
    (void)state;
    const struct scratch to = scratch_below(&folder, "target"), link = scratch_below(&folder, "ln"),
                         made = scratch_below(&folder, "ln.new");
    const struct scratch slashed = scratch_below(&folder, "ln/"), dot = scratch_below(&to, ".");
    struct file_store *s = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(file_folder(to.path, NULL));
    assert_int_equal(symlink(to.path, link.path), 0);
    assert_err(CM_E_EXISTS, file_store_open(FILE_STORE_FOLDER, link.path, &s, &diag));
    assert_non_null(strstr(diag.problem, "symbolic link"));
    assert_err(CM_E_EXISTS, file_store_open(FILE_STORE_FOLDER, slashed.path, &s, NULL));
    assert_int_equal(access(made.path, F_OK), -1);
    assert_err(CM_E_ARGUMENT, file_store_open(FILE_STORE_FOLDER, dot.path, &s, NULL));
    assert_err(CM_E_ARGUMENT, file_store_open(FILE_STORE_FOLDER, "..", &s, NULL));
    assert_err(CM_E_ARGUMENT, file_store_open(FILE_STORE_FOLDER, "/", &s, NULL));
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_EXISTS, file_store_open(FILE_STORE_FOLDER, "/proc", &s, &diag));
    assert_non_null(strstr(diag.problem, "mounted"));
    assert_null(s);
}

static int make_folder(void **state) {
    (void)state;
    return scratch_make(&folder) ? 0 : -1;
}
static int remove_folder(void **state) {
    (void)state;
    scratch_remove(folder.path);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_appears_with_its_files_and_their_index),
        cmocka_unit_test(what_was_not_finished_is_gone),
        cmocka_unit_test(a_folder_with_something_in_it_is_refused),
        cmocka_unit_test(an_empty_folder_is_filled),
        cmocka_unit_test(what_a_killed_run_left_is_cleared_away_but_not_what_others_put_there),
        cmocka_unit_test(files_of_others_under_the_temporary_name_are_left_alone),
        cmocka_unit_test(what_another_run_finished_in_the_meantime_is_not_cleared_away),
        cmocka_unit_test(a_link_in_place_of_the_temporary_folder_is_refused),
        cmocka_unit_test(what_a_folder_cannot_replace_is_refused_before_anything_is_made),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
