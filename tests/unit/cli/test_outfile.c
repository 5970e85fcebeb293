/* Files that appear whole or not at all. The SHA-256 of "abc" is FIPS 180-4's own example. */
#include "cli/outfile.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "support/cm.h"
#include "support/scratch.h"

static struct scratch folder;

static void put(struct outfile *f, const char *text) {
    assert_ok(outfile_write(f, slice_text(text), NULL));
}

static void a_committed_file_is_whole_and_its_hash_known(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "codes.csv");
    CM_CLEANUP(buffer_free) struct buffer got = BUFFER_INIT;
    struct outfile f = OUTFILE_INIT;
    struct hash256 hash;
    char hex[2 * HASH_LEN + 1];
    assert_ok(outfile_open(&f, path.path, 0600, NULL));
    put(&f, "a");
    put(&f, "bc");
    assert_int_equal(access(path.path, F_OK), -1); /* not before it is whole */
    assert_ok(outfile_commit(&f, &hash, NULL));
    outfile_close(&f);
    assert_ok(file_read(path.path, 16, &got, NULL));
    assert_string_equal(buffer_cstr(&got), "abc");
    hex_format(hash.b, HASH_LEN, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void a_file_that_was_not_committed_leaves_the_old_one(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "old.csv");
    const struct scratch temporary = scratch_below(&folder, "old.csv.new");
    CM_CLEANUP(buffer_free) struct buffer got = BUFFER_INIT;
    struct outfile f = OUTFILE_INIT;
    assert_ok(file_replace(path.path, slice_text("old"), 0600, NULL));
    assert_ok(outfile_open(&f, path.path, 0600, NULL));
    put(&f, "half");
    outfile_close(&f);
    assert_int_equal(access(temporary.path, F_OK), -1);
    assert_ok(file_read(path.path, 16, &got, NULL));
    assert_string_equal(buffer_cstr(&got), "old");
}

/* libsodium hashes at once what OpenSSL hashed piece by piece. */
static void a_file_of_many_pieces_is_whole_and_hashed_in_order(void **state) {
    (void)state;
    enum { LEN = 3 * 1024 * 1024 + 5, FIRST = 300001 };
    const struct scratch path = scratch_below(&folder, "large.csv");
    CM_CLEANUP(buffer_free) struct buffer wanted = BUFFER_INIT, got = BUFFER_INIT;
    struct outfile f = OUTFILE_INIT;
    struct hash256 hash, at_once;
    for (uint32_t i = 0; wanted.len < LEN; i++)
        buffer_u32be(&wanted, i * 2654435761u);
    wanted.len = LEN;
    assert_ok(outfile_open(&f, path.path, 0600, NULL));
    assert_ok(outfile_write(&f, slice_of(wanted.p, FIRST), NULL));
    assert_ok(outfile_write(&f, slice_of(wanted.p + FIRST, LEN - FIRST), NULL));
    assert_int_equal(f.len, LEN);
    assert_ok(outfile_commit(&f, &hash, NULL));
    outfile_close(&f);
    assert_ok(file_read(path.path, LEN, &got, NULL));
    assert_int_equal(got.len, LEN);
    assert_memory_equal(got.p, wanted.p, LEN);
    hash_sha256(buffer_slice(&wanted), &at_once);
    assert_memory_equal(hash.b, at_once.b, HASH_LEN);
}

static void a_full_device_and_a_missing_folder_are_told(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "nowhere/a.csv");
    struct outfile f = OUTFILE_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, outfile_open(&f, path.path, 0600, &diag));
    assert_non_null(strstr(diag.problem, "cannot create"));
    assert_ok(outfile_open(&f, "/dev/full", 0600, NULL));
    assert_err(CM_E_NO_SPACE, outfile_write(&f, slice_text("x"), NULL));
    outfile_close(&f);
}

static void a_link_under_the_temporary_name_is_not_followed(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "trap.csv");
    const struct scratch temporary = scratch_below(&folder, "trap.csv.new");
    const struct scratch victim = scratch_below(&folder, "victim");
    CM_CLEANUP(buffer_free) struct buffer got = BUFFER_INIT;
    struct outfile f = OUTFILE_INIT;
    assert_ok(file_replace(victim.path, slice_text("precious"), 0600, NULL));
    assert_int_equal(symlink(victim.path, temporary.path), 0);
    assert_int_not_equal(outfile_open(&f, path.path, 0600, NULL), CM_OK);
    assert_ok(file_read(victim.path, 16, &got, NULL));
    assert_string_equal(buffer_cstr(&got), "precious");
}

/* Were both let in, the file would be a mixture of two, under a name that says it is whole. */
static void a_second_run_into_one_file_is_refused_and_harms_nothing(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "raced.zip");
    CM_CLEANUP(buffer_free) struct buffer got = BUFFER_INIT;
    struct outfile first = OUTFILE_INIT, second = OUTFILE_INIT;
    struct cm_diag diag = DIAG_INIT;
    struct hash256 hash;
    assert_ok(outfile_open(&first, path.path, 0600, NULL));
    put(&first, "first");
    assert_err(CM_E_BUSY, outfile_open(&second, path.path, 0600, &diag));
    assert_non_null(strstr(diag.problem, "another run is writing this file"));
    put(&first, " alone");
    assert_ok(outfile_commit(&first, &hash, NULL));
    assert_ok(file_read(path.path, 16, &got, NULL));
    assert_string_equal(buffer_cstr(&got), "first alone");
    assert_ok(outfile_open(&second, path.path, 0600, NULL)); /* it is free again */
    outfile_close(&second);
    outfile_close(&first);
}

static void what_a_killed_run_left_is_overwritten(void **state) {
    (void)state;
    const struct scratch path = scratch_below(&folder, "killed.csv");
    const struct scratch temporary = scratch_below(&folder, "killed.csv.new");
    CM_CLEANUP(buffer_free) struct buffer got = BUFFER_INIT;
    struct outfile f = OUTFILE_INIT;
    struct hash256 hash;
    assert_ok(file_replace(temporary.path, slice_text("longer than the new"), 0600, NULL));
    assert_ok(outfile_open(&f, path.path, 0600, NULL));
    put(&f, "new");
    assert_ok(outfile_commit(&f, &hash, NULL));
    outfile_close(&f);
    assert_ok(file_read(path.path, 32, &got, NULL));
    assert_string_equal(buffer_cstr(&got), "new");
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
        cmocka_unit_test(a_committed_file_is_whole_and_its_hash_known),
        cmocka_unit_test(a_file_that_was_not_committed_leaves_the_old_one),
        cmocka_unit_test(a_file_of_many_pieces_is_whole_and_hashed_in_order),
        cmocka_unit_test(a_full_device_and_a_missing_folder_are_told),
        cmocka_unit_test(a_link_under_the_temporary_name_is_not_followed),
        cmocka_unit_test(a_second_run_into_one_file_is_refused_and_harms_nothing),
        cmocka_unit_test(what_a_killed_run_left_is_overwritten),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
