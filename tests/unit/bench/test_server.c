/* Throwaway servers, with shells that play the server: they come up, end, die with their owner. */
#include "support/cm.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/server.h"
#include "support/scratch.h"

#define PATH_CAP 1024u
#define STEP_NS  20000000
#define STEPS    500u /* of 20 ms: 10 s for a process to go away */

static bool folder_holds(const struct server *s, const char *name) {
    char path[PATH_CAP];
    (void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
    return access(path, F_OK) == 0;
}

static bool ready(void *ctx) { return folder_holds(ctx, "ready"); }

static bool gone(pid_t pid) {
    const struct timespec step = {.tv_nsec = STEP_NS};
    for (unsigned i = 0; i < STEPS; i++) {
        if (kill(pid, 0) != 0 && errno == ESRCH) return true;
        (void)nanosleep(&step, NULL);
    }
    return false;
}

/* As gone, of a process that became our child. */
static bool buried(pid_t pid) {
    const struct timespec step = {.tv_nsec = STEP_NS};
    for (unsigned i = 0; i < STEPS; i++) {
        if (waitpid(pid, NULL, WNOHANG) == pid) return true;
        (void)nanosleep(&step, NULL);
    }
    return false;
}

static void a_server_runs_in_its_own_folder_until_it_is_stopped(void **state) {
    struct scratch *scratch = *state;
    static const char *const argv[] = {"sh", "-c", "echo up; touch ready; exec sleep 60", NULL};
    struct server s = SERVER_INIT;
    char dir[SERVER_PATH_CAP];
    assert_ok(server_folder(&s, "a shell", NULL, scratch->path, NULL));
    assert_ok(server_start(&s, argv, ready, &s, NULL));
    (void)snprintf(dir, sizeof dir, "%s", s.dir);
    const pid_t pid = s.pid;
    assert_int_equal(kill(pid, 0), 0);
    assert_true(server_cpu_s(&s) > 0);
    server_stop(&s);
    assert_int_equal(s.pid, 0);
    assert_true(gone(pid));
    assert_int_not_equal(access(dir, F_OK), 0);
    server_stop(&s); /* nothing left to do */
}

static void one_that_ends_at_once_is_quoted(void **state) {
    struct scratch *scratch = *state;
    static const char *const argv[] = {"sh", "-c", "echo early; echo the port is taken; exit 1",
                                       NULL};
    CM_CLEANUP(server_stop) struct server s = SERVER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(server_folder(&s, "a shell", NULL, scratch->path, NULL));
    assert_err(CM_E_STATE, server_start(&s, argv, ready, &s, &diag));
    assert_string_equal(diag.input, "a shell");
    assert_string_equal(diag.problem, "ended at once; its log ends: early|the port is taken");
    assert_int_equal(s.pid, 0);
}

static void of_a_long_log_the_end_is_quoted(void **state) {
    struct scratch *scratch = *state;
    static const char *const argv[] = {
        "sh", "-c",
        "for i in 1 2 3 4 5 6 7 8 9; do echo a line of thirty characters..; done;"
        "echo the reason; exit 1",
        NULL};
    CM_CLEANUP(server_stop) struct server s = SERVER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(server_folder(&s, "a shell", NULL, scratch->path, NULL));
    assert_err(CM_E_STATE, server_start(&s, argv, ready, &s, &diag));
    assert_non_null(strstr(diag.problem, "|the reason"));
}

static void a_program_that_is_not_there_is_named(void **state) {
    struct scratch *scratch = *state;
    static const char *const argv[] = {"countermark-no-such-server", NULL};
    CM_CLEANUP(server_stop) struct server s = SERVER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(server_folder(&s, "nothing", NULL, scratch->path, NULL));
    assert_err(CM_E_STATE, server_start(&s, argv, ready, &s, &diag));
    assert_non_null(strstr(diag.problem, "countermark-no-such-server"));
}

static void commands_run_in_the_folder_and_tell_whether_they_failed(void **state) {
    struct scratch *scratch = *state;
    static const char *const good[] = {"touch", "made", NULL};
    static const char *const bad[] = {"sh", "-c", "echo no such thing >&2; exit 3", NULL};
    CM_CLEANUP(server_stop) struct server s = SERVER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(server_folder(&s, "a shell", NULL, scratch->path, NULL));
    assert_ok(server_run(&s, good, NULL));
    assert_true(folder_holds(&s, "made"));
    assert_err(CM_E_STATE, server_run(&s, bad, &diag));
    assert_non_null(strstr(diag.problem, "no such thing"));
}

static void one_that_does_not_listen_is_stopped_by_force(void **state) {
    struct scratch *scratch = *state;
    static const char *const argv[] = {
        "sh", "-c", "trap '' USR1; touch ready; while :; do sleep 0.1; done", NULL};
    struct server s = SERVER_INIT;
    assert_ok(server_folder(&s, "a deaf shell", NULL, scratch->path, NULL));
    s.stop_signal = SIGUSR1;
    s.stop_steps = 5;
    assert_ok(server_start(&s, argv, ready, &s, NULL));
    const pid_t pid = s.pid;
    server_stop(&s);
    assert_true(gone(pid));
}

/* The owner dies without a word; its server must not outlive it. */
static void a_server_dies_with_its_owner(void **state) {
    struct scratch *scratch = *state;
    static const char *const argv[] = {"sh", "-c", "touch ready; exec sleep 60", NULL};
    int ends[2];
    pid_t server = 0;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* the orphan becomes ours to bury */
    assert_int_equal(pipe(ends), 0);
    const pid_t owner = fork();
    assert_true(owner >= 0);
    if (owner == 0) {
        struct server s = SERVER_INIT;
        if (server_folder(&s, "an orphan", NULL, scratch->path, NULL) != CM_OK ||
            server_start(&s, argv, ready, &s, NULL) != CM_OK)
            _exit(1);
        _exit(write(ends[1], &s.pid, sizeof s.pid) == (ssize_t)sizeof s.pid ? 0 : 1);
    }
    assert_int_equal(read(ends[0], &server, sizeof server), sizeof server);
    assert_int_equal(waitpid(owner, NULL, 0), owner);
    assert_true(buried(server));
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_folder_that_cannot_be_made_is_an_error(void **state) {
    (void)state;
    struct server s = SERVER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, server_folder(&s, "a shell", NULL, "/no/such/folder", &diag));
    assert_string_equal(diag.input, "/no/such/folder");
    assert_int_equal(s.dir[0], 0);
}

static int make_scratch(void **state) {
    static struct scratch scratch;
    *state = &scratch;
    return scratch_make(&scratch) ? 0 : -1;
}

static int drop_scratch(void **state) {
    const struct scratch *scratch = *state;
    scratch_remove(scratch->path);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_runs_in_its_own_folder_until_it_is_stopped),
        cmocka_unit_test(one_that_ends_at_once_is_quoted),
        cmocka_unit_test(of_a_long_log_the_end_is_quoted),
        cmocka_unit_test(a_program_that_is_not_there_is_named),
        cmocka_unit_test(commands_run_in_the_folder_and_tell_whether_they_failed),
        cmocka_unit_test(one_that_does_not_listen_is_stopped_by_force),
        cmocka_unit_test(a_server_dies_with_its_owner),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
