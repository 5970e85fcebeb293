/* The n-th failing write, fsync or rename: a save that fails leaves a keystore that opens, whole
 * and old (or whole and new when only the directory's sync failed); a failed creation leaves
 * nothing. The calls are replaced by the linker (--wrap). */
#include "support/cm.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "keystore_kit.h"

#define NOW_UNIX_S 1795000000u

/* The call, counted from 1 over all kinds, that fails; 0 for none. */
static struct {
    int countdown;
    int error;
    bool hit;
} fault;

static bool fails(void) {
    if (fault.countdown == 0 || --fault.countdown != 0) return false;
    fault.hit = true;
    errno = fault.error;
    return true;
}

ssize_t __real_write(int fd, const void *p, size_t len);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
ssize_t __wrap_write(int fd, const void *p, size_t len);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);

ssize_t __wrap_write(int fd, const void *p, size_t len) {
    if (!fails()) return __real_write(fd, p, len);
    /* Half of it reaches the disk, and the rest meets the error on the next call. */
    fault.countdown = fd > 2 && len > 1 ? 1 : 0;
    return fault.countdown == 1 ? __real_write(fd, p, len / 2) : -1;
}

int __wrap_fsync(int fd) { return fails() ? -1 : __real_fsync(fd); }

int __wrap_rename(const char *from, const char *to) {
    return fails() ? -1 : __real_rename(from, to);
}

int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags) {
    return fails() ? -1 : __real_renameat2(from_fd, from, to_fd, to, flags);
}

static void arm(int n, int error) {
    fault.countdown = n;
    fault.error = error;
    fault.hit = false;
}

static size_t keys_in_file(const struct keystore_kit *s) {
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    return keystore_n(ks);
}

/* Save with the n-th call failing; false when there was no n-th call. */
static bool save_failing(const struct keystore_kit *s, int n, int error) {
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    const size_t before = keystore_n(ks);
    assert_ok(keystore_generate(ks, KEY_SCHEME, 1000u + (uint32_t)n, 1, NOW_UNIX_S));
    struct cm_diag diag = DIAG_INIT;
    arm(n, error);
    const cm_err err = keystore_save(ks, &diag);
    fault.countdown = 0;
    if (!fault.hit) {
        assert_ok(err);
        return false;
    }
    assert_int_equal(err, error == ENOSPC ? CM_E_NO_SPACE : CM_E_IO);
    const bool renamed = strstr(diag.problem, "directory") != NULL;
    assert_int_equal(keys_in_file(s), renamed ? before + 1 : before);
    assert_int_equal(access(s->new_path, F_OK), -1);
    if (renamed) assert_err(CM_E_CONFLICT, keystore_save(ks, NULL));
    if (!renamed) assert_ok(keystore_save(ks, NULL)); /* nothing is lost in memory */
    return true;
}

static void a_save_that_fails_anywhere_leaves_a_whole_keystore(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    int failed = 0;
    for (int n = 1; save_failing(s, n, n % 2 == 0 ? EIO : ENOSPC); n++)
        failed++;
    assert_int_equal(failed, 4); /* write, fsync, rename, fsync of the directory */
}

static void a_creation_that_fails_anywhere_leaves_nothing(void **state) {
    const struct keystore_kit *s = *state;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    bool hit = true;
    for (int n = 1; hit; n++) {
        struct keystore *ks = NULL;
        struct words_text words;
        arm(n, ENOSPC);
        const cm_err err = keystore_create(s->path, &way, &words, &ks, NULL);
        fault.countdown = 0;
        hit = fault.hit;
        assert_int_equal(err, hit ? CM_E_NO_SPACE : CM_OK);
        assert_int_equal(access(s->new_path, F_OK), -1);
        assert_int_equal(access(s->path, F_OK), hit ? -1 : 0);
        (void)unlink(s->path);
        keystore_close(ks);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_save_that_fails_anywhere_leaves_a_whole_keystore),
        KIT_TEST(a_creation_that_fails_anywhere_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
