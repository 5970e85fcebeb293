/* ZIP files read: made by our own writer, by the zip program, and by hand for what neither makes.
 */
#include "support/cm.h"

#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "pack/unzip.h"
#include "pack/zip.h"
#include "support/scratch.h"
#include "support/scratch_file.h"

static const struct unzip_limits limits = {.files_max = 4, .file_max = 4096, .total_max = 6000};

static void shell(const struct scratch *dir, const char *command) {
    char line[1024], name[] = "sh", option[] = "-c";
    char *const argv[] = {name, option, line, NULL};
    pid_t child = 0;
    int status = 0;
    (void)snprintf(line, sizeof line, "cd '%s' && { %s; } >log 2>&1", dir->path, command);
    assert_int_equal(posix_spawnp(&child, name, NULL, NULL, argv, environ), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static cm_err append(void *ctx, struct cm_slice bytes) {
    buffer_put(ctx, bytes.p, bytes.len);
    return buffer_err(ctx);
}

static void put(struct zip_writer *z, const char *name, const char *text) {
    assert_ok(zip_add(z, name, slice_text(text), true, NULL));
}

static void what_our_writer_packs_is_read(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT;
    CM_CLEANUP(unzip_freep) struct unzip *zip = NULL;
    struct zip_writer *w = NULL;
    assert_ok(zip_new(&(const struct zip_sink){append, &file}, 0, &w));
    put(w, "a.txt", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    put(w, "nl.lproj/b.txt", "b");
    assert_ok(zip_finish(w));
    zip_free(w);
    assert_ok(unzip_read(buffer_slice(&file), &limits, &zip, NULL));
    assert_int_equal(zip->n, 2);
    assert_int_equal(unzip_file(zip, "a.txt")->bytes.len, 42);
    assert_non_null(unzip_file(zip, "nl.lproj/b.txt"));
    assert_null(unzip_file(zip, "b"));
}

static cm_err read_file(const struct scratch *dir, const char *name) {
    struct buffer file = scratch_read(scratch_below(dir, name).path);
    struct unzip *zip = NULL;
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = unzip_read(buffer_slice(&file), &limits, &zip, &diag);
    assert_int_equal(err == CM_OK, zip != NULL);
    assert_int_equal(err == CM_OK, diag.problem[0] == '\0');
    unzip_free(zip);
    buffer_free(&file);
    return err;
}

static void what_the_zip_program_packs_is_read_or_refused(void **state) {
    const struct scratch *dir = *state;
    shell(dir, "mkdir -p d/nl.lproj && echo x >d/a && echo y >d/nl.lproj/b && (cd d && "
               "zip -qr ../good.zip . && zip -q0 ../stored.zip a)");
    assert_ok(read_file(dir, "good.zip"));
    assert_ok(read_file(dir, "stored.zip"));
    shell(dir, "cd d && ln -s a link && zip -qy ../link.zip link && zip -qP open ../locked.zip a");
    assert_err(CM_E_FORMAT, read_file(dir, "link.zip"));
    assert_err(CM_E_FORMAT, read_file(dir, "locked.zip"));
    shell(dir, "cd d && for i in 1 2 3 4 5; do echo $i >f$i; done && zip -q ../many.zip f?");
    assert_err(CM_E_LIMIT, read_file(dir, "many.zip"));
    shell(dir, "head -c 100000000 /dev/zero | (cd d && zip -q ../bomb.zip -)"); /* to 97 kB */
    assert_err(CM_E_LIMIT, read_file(dir, "bomb.zip"));
    shell(dir, "cd d && head -c 3500 /dev/zero >p && cp p q && zip -q ../total.zip p q");
    assert_err(CM_E_LIMIT, read_file(dir, "total.zip"));
    shell(dir, "cd d/nl.lproj && zip -q ../../up.zip ../a");
    assert_err(CM_E_FORMAT, read_file(dir, "up.zip"));
    shell(dir, "echo nothing >none.zip; : >empty.zip");
    assert_err(CM_E_FORMAT, read_file(dir, "none.zip"));
    assert_err(CM_E_FORMAT, read_file(dir, "empty.zip"));
}

/* A name is changed in both of its places. libarchive reads a backslash as a slash: "b\\" is a
 * folder then, as "b/" is, and passed over. */
static void names_that_are_unsafe_or_stand_twice_are_refused(void **state) {
    static const struct {
        const char *to;
        cm_err err;
    } cases[] = {{"aa", CM_E_EXISTS}, {"/b", CM_E_FORMAT},    {"..", CM_E_FORMAT},
                 {"b\\", CM_OK},      {"b\x01", CM_E_FORMAT}, {"b/", CM_OK}};
    shell(*state, "cd d && echo 1 >aa && echo 2 >bb && zip -qX0 ../two.zip aa bb");
    struct buffer file = scratch_read(scratch_below(*state, "two.zip").path);
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct unzip *zip = NULL;
        CM_CLEANUP(buffer_free) struct buffer copy = BUFFER_INIT;
        buffer_put(&copy, file.p, file.len);
        for (uint8_t *at = copy.p; (at = memmem(at, (size_t)(copy.p + copy.len - at), "bb", 2));)
            memcpy(at, cases[i].to, 2);
        const cm_err err = unzip_read(buffer_slice(&copy), &limits, &zip, NULL);
        if (err != cases[i].err) fail_msg("%s: %s", cases[i].to, cm_err_name(err));
        unzip_free(zip);
    }
    buffer_free(&file);
}

/* Every cut and every changed byte: an answer, and no byte read that is not there (ASan). */
static void hostile_files_get_an_answer(void **state) {
    struct buffer file = scratch_read(scratch_below(*state, "good.zip").path);
    for (size_t len = 0; len < file.len; len++) {
        struct unzip *zip = NULL;
        cm_ignore(unzip_read(slice_of(file.p, len), &limits, &zip, NULL)); /* any answer */
        unzip_free(zip);
    }
    for (size_t at = 0; at < file.len; at++) {
        struct unzip *zip = NULL;
        file.p[at] ^= 0xFF;
        cm_ignore(unzip_read(buffer_slice(&file), &limits, &zip, NULL)); /* any answer */
        file.p[at] ^= 0xFF;
        unzip_free(zip);
    }
    buffer_free(&file);
    assert_ok(read_file(*state, "good.zip"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_our_writer_packs_is_read),
        cmocka_unit_test(what_the_zip_program_packs_is_read_or_refused),
        cmocka_unit_test(names_that_are_unsafe_or_stand_twice_are_refused),
        cmocka_unit_test(hostile_files_get_an_answer),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
