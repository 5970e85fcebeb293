/* The fences, each tried in a child of its own: what is forbidden does not happen, and what a role
 * needs still does. A forbidden system call ends the process by SIGSYS (seccomp(2)). */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/fence.h"
#include "sandbox/notify.h"
#include "support/cm.h"
#include "support/scratch.h"

/* Run in a child; its wait status. */
static int in_child(void (*body)(const char *folder), const char *folder) {
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        body(folder);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void require(int holds, int code) {
    if (!holds) _exit(code);
}

static void process_body(const char *folder) {
    (void)folder;
    struct rlimit core;
    require(fence_process("cm-test", NULL) == CM_OK, 1);
    require(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, 2);
    require(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0, 3);
    require(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0, 4);
}

static void a_process_gives_up_privileges_and_core_files(void **state) {
    (void)state;
    assert_int_equal(in_child(process_body, NULL), 0);
}

static void files_body(const char *folder) {
    char inside[SCRATCH_CAP];
    (void)snprintf(inside, sizeof inside, "%s/inside", folder);
    require(fence_process("cm-test", NULL) == CM_OK, 1);
    const cm_err err = fence_files(&folder, 1, NULL);
    if (err == CM_E_UNSUPPORTED) _exit(77);
    require(err == CM_OK, 2);
    require(open(inside, O_WRONLY | O_CREAT, 0600) >= 0, 3);
    require(unlink(inside) == 0, 4);
    require(open("/etc/passwd", O_RDONLY) < 0, 5);
    require(open("/tmp/countermark-outside", O_WRONLY | O_CREAT, 0600) < 0, 6);
    require(execl("/bin/true", "true", (char *)NULL) < 0, 7);
}

static void only_files_below_the_folder_can_be_opened(void **state) {
    (void)state;
    struct scratch s;
    assert_true(scratch_make(&s));
    const int status = in_child(files_body, s.path);
    scratch_remove(s.path);
    if (WEXITSTATUS(status) == 77) skip(); /* this kernel has no Landlock */
    assert_int_equal(status, 0);
}

static void no_files_body(const char *folder) {
    (void)folder;
    require(fence_process("cm-test", NULL) == CM_OK, 1);
    const cm_err err = fence_files(NULL, 0, NULL);
    if (err == CM_E_UNSUPPORTED) _exit(77);
    require(err == CM_OK, 2);
    require(open("/dev/null", O_RDONLY) < 0, 3);
}

static void without_a_folder_nothing_can_be_opened(void **state) {
    (void)state;
    const int status = in_child(no_files_body, NULL);
    if (WEXITSTATUS(status) == 77) skip();
    assert_int_equal(status, 0);
}

static void edge_allowed(const char *folder) {
    (void)folder;
    int fds[2];
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0, 1);
    require(fence_process("cm-test", NULL) == CM_OK, 2);
    require(fence_calls(FENCE_EDGE, NULL) == CM_OK, 3);
    require(write(fds[0], "x", 1) == 1, 4);
    void *p = malloc(1u << 20);
    require(p != NULL, 5);
    free(p);
    _exit(0);
}
static void edge_opens(const char *folder) {
    (void)folder;
    require(fence_process("t", NULL) == CM_OK && fence_calls(FENCE_EDGE, NULL) == CM_OK, 1);
    (void)open("/dev/null", O_RDONLY);
}
static void edge_connects(const char *folder) {
    (void)folder;
    require(fence_process("t", NULL) == CM_OK && fence_calls(FENCE_EDGE, NULL) == CM_OK, 1);
    (void)socket(AF_INET, SOCK_STREAM, 0);
}
static void edge_runs(const char *folder) {
    (void)folder;
    require(fence_process("t", NULL) == CM_OK && fence_calls(FENCE_EDGE, NULL) == CM_OK, 1);
    (void)execl("/bin/true", "true", (char *)NULL);
}
static void edge_forks(const char *folder) {
    (void)folder;
    require(fence_process("t", NULL) == CM_OK && fence_calls(FENCE_EDGE, NULL) == CM_OK, 1);
    (void)fork();
}
static void vault_connects(const char *folder) {
    (void)folder;
    require(fence_process("t", NULL) == CM_OK && fence_calls(FENCE_VAULT, NULL) == CM_OK, 1);
    (void)socket(AF_INET, SOCK_STREAM, 0);
}
static void vault_forks(const char *folder) {
    (void)folder;
    require(fence_process("t", NULL) == CM_OK && fence_calls(FENCE_VAULT, NULL) == CM_OK, 1);
    (void)fork();
}
static void vault_traces(const char *folder) {
    (void)folder;
    require(fence_process("t", NULL) == CM_OK && fence_calls(FENCE_VAULT, NULL) == CM_OK, 1);
    (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void a_call_that_a_role_does_not_need_ends_it(void **state) {
    (void)state;
#ifdef CM_SANITIZED
    skip(); /* the filter is left out of such builds: calls_open.c */
#endif
    void (*const bodies[])(const char *) = {edge_opens,  edge_connects,  edge_runs,   edge_forks,
                                            vault_forks, vault_connects, vault_traces};
    assert_int_equal(in_child(edge_allowed, NULL), 0);
    for (size_t i = 0; i < CM_ARRAY_N(bodies); i++) {
        const int status = in_child(bodies[i], NULL);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            fail_msg("body %zu was not ended: status %d", i, status);
    }
}

static void the_service_manager_is_told(void **state) {
    (void)state;
    struct scratch s;
    assert_true(scratch_make(&s));
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%.90s/n", s.path);
    const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", at.sun_path, 1), 0);
    assert_true(notify_send("READY=1"));
    char got[16] = "";
    assert_int_equal(recv(fd, got, sizeof got - 1, 0), 7);
    assert_string_equal(got, "READY=1");
    assert_int_equal(setenv("NOTIFY_SOCKET", "relative", 1), 0);
    assert_false(notify_send("READY=1"));
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    assert_false(notify_send("READY=1"));
    (void)close(fd);
    scratch_remove(s.path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_gives_up_privileges_and_core_files),
        cmocka_unit_test(only_files_below_the_folder_can_be_opened),
        cmocka_unit_test(without_a_folder_nothing_can_be_opened),
        cmocka_unit_test(a_call_that_a_role_does_not_need_ends_it),
        cmocka_unit_test(the_service_manager_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
