/* Guarded memory: zeroed, locked, writable only when thawed, gone after free; randomness. */
#include "support/cm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/random.h"
#include "crypto/secret.h"

#define NOBODY_UID 65534u

/* The sanitizers replace mlock(2) by a function that does nothing: there memory is given. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MLOCK_IS_A_STUB true
#endif
#endif
#ifndef MLOCK_IS_A_STUB
#define MLOCK_IS_A_STUB false
#endif

static void a_secret_is_allocated_used_frozen_and_wiped(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    SECRET_SCOPED struct secret s = SECRET_INIT;
    assert_ok(secret_init(&s, sizeof(struct cm_key), &diag));
    random_fill(s.p, s.len);
    secret_freeze(s.p);
    assert_true(secret_equal(s.p, s.p, s.len));
    secret_thaw(s.p);
    s.p[0] ^= 1u;
}

static void fresh_memory_is_zero(void **state) {
    (void)state;
    SECRET_SCOPED struct secret s = SECRET_INIT;
    assert_ok(secret_init(&s, 1000, NULL));
    for (size_t i = 0; i < s.len; i++)
        assert_int_equal(s.p[i], 0);
}

static void no_bytes_are_no_secret(void **state) {
    (void)state;
    void *p = state;
    assert_err(CM_E_ARGUMENT, secret_alloc(0, &p, NULL));
    assert_ptr_equal(p, state);
}

static void columns_are_compared_word_by_word(void **state) {
    (void)state;
    uint64_t a[66], b[66], differ[66];
    for (unsigned i = 0; i < 66; i++) {
        a[i] = (uint64_t)i << 40 | i;
        b[i] = i < 64 ? a[i] ^ (uint64_t)1 << i : a[i];
    }
    secret_differ(a, b, 66, differ);
    for (unsigned i = 0; i < 66; i++)
        assert_int_equal(differ[i], i < 64); /* each single bit tells, none does not */
}

/* Run `act` in a child and give its wait status. */
static int in_child(void (*act)(void)) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        act();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* The kernel is asked to write, so that the refusal is an answer and not a crash. */
static ssize_t one_byte_from_the_system(void *to) {
    const int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    const ssize_t n = read(fd, to, 1);
    const int cause = errno;
    assert_int_equal(close(fd), 0);
    errno = cause;
    return n;
}

static void a_frozen_secret_cannot_be_written(void **state) {
    (void)state;
    SECRET_SCOPED struct secret s = SECRET_INIT;
    assert_ok(secret_init(&s, sizeof(struct cm_key), NULL));
    assert_int_equal(one_byte_from_the_system(s.p), 1);
    secret_freeze(s.p);
    assert_int_equal(one_byte_from_the_system(s.p), -1);
    assert_int_equal(errno, EFAULT);
    secret_thaw(s.p);
    assert_int_equal(one_byte_from_the_system(s.p), 1);
}

static void alloc_without_lock(void) {
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) _exit(2);
    if (geteuid() == 0 && setuid(NOBODY_UID) != 0) _exit(3); /* root may lock without limit */
    void *p = NULL;
    struct cm_diag diag = DIAG_INIT;
    if (secret_alloc(32, &p, &diag) != CM_E_LIMIT || p != NULL) _exit(4);
    if (strstr(diag.remedy, "ulimit -l") == NULL) _exit(5);
}

static void memory_that_cannot_be_locked_is_refused_with_the_remedy(void **state) {
    (void)state;
    const int status = in_child(alloc_without_lock);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), MLOCK_IS_A_STUB ? 4 : 0);
}

static void harden(void) {
    if (secret_process_harden(NULL) != CM_OK) _exit(2);
    struct rlimit core;
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0) _exit(3);
    if (prctl(PR_GET_DUMPABLE) != 0) _exit(4);
}

static void a_hardened_process_leaves_no_core_and_is_not_dumpable(void **state) {
    (void)state;
    assert_int_equal(in_child(harden), 0);
}

static void random_below_stays_below_and_reaches_each_value(void **state) {
    (void)state;
    unsigned seen[7] = {0};
    /* A value missing after 700 draws: (6/7)^700 * 7 < 1e-45. */
    for (int i = 0; i < 700; i++) {
        const uint32_t v = random_below(7);
        assert_in_range(v, 0, 6);
        seen[v]++;
    }
    for (int i = 0; i < 7; i++)
        assert_true(seen[i] > 0);
    assert_int_equal(random_below(0), 0);
    assert_int_equal(random_below(1), 0);
}

static int setup(void **state) {
    (void)state;
    return crypto_init() == CM_OK ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_allocated_used_frozen_and_wiped),
        cmocka_unit_test(fresh_memory_is_zero),
        cmocka_unit_test(no_bytes_are_no_secret),
        cmocka_unit_test(columns_are_compared_word_by_word),
        cmocka_unit_test(a_frozen_secret_cannot_be_written),
        cmocka_unit_test(memory_that_cannot_be_locked_is_refused_with_the_remedy),
        cmocka_unit_test(a_hardened_process_leaves_no_core_and_is_not_dumpable),
        cmocka_unit_test(random_below_stays_below_and_reaches_each_value),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
