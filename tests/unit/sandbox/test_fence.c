/* The fences, each tried in a child of its own: what is forbidden does not happen, and what a role
 * needs still does. A forbidden system call ends the process by SIGSYS (seccomp(2)). */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "sandbox/fence.h"
#include "sandbox/notify.h"
#include "support/cm.h"
#include "support/scratch.h"

/* Sanitizer builds link calls_open.c, which lets every call pass. */
#ifdef CM_SANITIZED
#define CALLS_ARE_FILTERED false
#else
#define CALLS_ARE_FILTERED true
#endif

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

/* Asked of the kernel itself; without Landlock the fence must say so, and nothing else. */
static bool kernel_has_landlock(void) {
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

static void files_body(const char *folder) {
    char inside[SCRATCH_CAP];
    const struct fence_folder own = {.path = folder, .access = FENCE_MAKE};
    (void)snprintf(inside, sizeof inside, "%s/inside", folder);
    require(fence_process("cm-test", NULL) == CM_OK, 1);
    const cm_err err = fence_files(&own, 1, NULL);
    if (!kernel_has_landlock()) _exit(err == CM_E_UNSUPPORTED ? 0 : 70);
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
    assert_int_equal(status, 0);
}

static void no_files_body(const char *folder) {
    (void)folder;
    require(fence_process("cm-test", NULL) == CM_OK, 1);
    const cm_err err = fence_files(NULL, 0, NULL);
    if (!kernel_has_landlock()) _exit(err == CM_E_UNSUPPORTED ? 0 : 70);
    require(err == CM_OK, 2);
    require(open("/dev/null", O_RDONLY) < 0, 3);
}

static void without_a_folder_nothing_can_be_opened(void **state) {
    (void)state;
    const int status = in_child(no_files_body, NULL);
    assert_int_equal(status, 0);
}

static void line_files_body(const char *folder) {
    const struct fence_folder may[] = {{.path = folder, .access = FENCE_MAKE},
                                       {.path = "/etc", .access = FENCE_READ},
                                       {.path = "/dev", .access = FENCE_WRITE},
                                       {.path = "/nowhere", .access = FENCE_READ, .maybe = true}};
    require(fence_process("cm-test", NULL) == CM_OK, 1);
    const cm_err err = fence_files(may, CM_ARRAY_N(may), NULL);
    if (!kernel_has_landlock()) _exit(err == CM_E_UNSUPPORTED ? 0 : 70);
    require(err == CM_OK, 2);
    require(open("/etc/passwd", O_RDONLY) >= 0, 3);
    require(open("/etc/passwd", O_WRONLY) < 0, 4);
    require(open("/dev/null", O_RDWR) >= 0, 5);
    require(open("/dev/shm/countermark-outside", O_WRONLY | O_CREAT, 0600) < 0, 6);
    require(open("/usr/bin/env", O_RDONLY) < 0, 7);
    const struct fence_folder lacking = {.path = "/nowhere", .access = FENCE_READ};
    require(fence_files(&lacking, 1, NULL) == CM_E_IO, 8);
}

static void each_folder_allows_what_it_says_and_no_more(void **state) {
    (void)state;
    struct scratch s;
    assert_true(scratch_make(&s));
    const int status = in_child(line_files_body, s.path);
    scratch_remove(s.path);
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

/* ---- The line: outward, names, serial lines, one thread beside the loop */

static void line_fences(void) {
    require(fence_process("t", NULL) == CM_OK && fence_calls(FENCE_LINE, NULL) == CM_OK, 1);
}
static void *resolve(void *ctx) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(ctx, "9100", &hints, &found) != 0) return NULL;
    freeaddrinfo(found);
    return ctx;
}
static void line_resolves(const char *folder) {
    (void)folder;
    char here[] = "localhost", nowhere[] = "printer.invalid"; /* RFC 2606: it never resolves */
    pthread_t thread;
    void *result = NULL;
    (void)setenv("RES_OPTIONS", "timeout:1 attempts:1", 1);
    line_fences();
    require(pthread_create(&thread, NULL, resolve, here) == 0, 2);
    require(pthread_join(thread, &result) == 0 && result == here, 3);
    require(resolve(nowhere) == NULL, 4);
}
static void line_connects(const char *folder) {
    (void)folder;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;
    const int listening = socket(AF_INET, SOCK_STREAM, 0);
    require(bind(listening, (struct sockaddr *)&at, len) == 0 && listen(listening, 1) == 0, 2);
    require(getsockname(listening, (struct sockaddr *)&at, &len) == 0, 3);
    line_fences();
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    require(connect(fd, (struct sockaddr *)&at, len) == 0 || errno == EINPROGRESS, 4);
    struct epoll_event event = {.events = EPOLLOUT, .data.fd = fd};
    require(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, 5);
    require(epoll_wait(epoll, &event, 1, 5000) == 1, 6);
    int error = -1;
    len = sizeof error;
    require(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0, 7);
}
static void line_speaks_serial(const char *folder) {
    (void)folder;
    struct termios settings;
    const int ours = posix_openpt(O_RDWR | O_NOCTTY);
    require(ours >= 0 && grantpt(ours) == 0 && unlockpt(ours) == 0, 2);
    char *const name = ptsname(ours); // NOLINT(concurrency-mt-unsafe): one thread
    line_fences();
    const int fd = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    require(fd >= 0 && tcgetattr(fd, &settings) == 0, 3);
    cfmakeraw(&settings);
    require(cfsetspeed(&settings, B9600) == 0 && tcsetattr(fd, TCSANOW, &settings) == 0, 4);
    require(ioctl(fd, TIOCEXCL) == 0 && tcflush(fd, TCIOFLUSH) == 0, 5);
    require(write(fd, "^XA", 3) == 3, 6);
}
static void line_keeps_a_journal(const char *folder) {
    char path[SCRATCH_CAP], next[SCRATCH_CAP];
    (void)snprintf(path, sizeof path, "%s/journal", folder);
    (void)snprintf(next, sizeof next, "%s/journal.next", folder);
    line_fences();
    const int fd = open(next, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    require(fd >= 0 && fcntl(fd, F_OFD_SETLK, &whole) == 0, 2);
    require(pwrite(fd, "x", 1, 0) == 1 && fdatasync(fd) == 0 && ftruncate(fd, 0) == 0, 3);
    require(rename(next, path) == 0 && unlink(path) == 0, 4);
}
static void line_listens(const char *folder) {
    (void)folder;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    line_fences();
    (void)listen(fd, 1);
}
static void line_sniffs(const char *folder) {
    (void)folder;
    line_fences();
    (void)socket(AF_PACKET, SOCK_RAW, 0);
}
static void line_types_into_a_terminal(const char *folder) {
    (void)folder;
    const int fd = posix_openpt(O_RDWR | O_NOCTTY);
    line_fences();
    (void)ioctl(fd, TIOCSTI, "x");
}
static void line_runs(const char *folder) {
    (void)folder;
    line_fences();
    (void)execl("/bin/true", "true", (char *)NULL);
}
static void line_forks(const char *folder) {
    (void)folder;
    line_fences();
    (void)fork();
}

static void a_line_reaches_printers_by_name_network_and_wire(void **state) {
    (void)state;
    void (*const bodies[])(const char *) = {line_resolves, line_connects, line_speaks_serial,
                                            line_keeps_a_journal};
    struct scratch s;
    assert_true(scratch_make(&s));
    for (size_t i = 0; i < CM_ARRAY_N(bodies); i++) {
        const int status = in_child(bodies[i], s.path);
        if (status != 0) fail_msg("body %zu: status %x", i, (unsigned)status);
    }
    scratch_remove(s.path);
}

static void a_call_that_a_role_does_not_need_ends_it(void **state) {
    (void)state;
    void (*const bodies[])(const char *) = {
        edge_opens,     edge_connects, edge_runs,    edge_forks,  vault_forks,
        vault_connects, vault_traces,  line_listens, line_sniffs, line_types_into_a_terminal,
        line_runs,      line_forks};
    assert_int_equal(in_child(edge_allowed, NULL), 0);
    for (size_t i = 0; i < CM_ARRAY_N(bodies); i++) {
        const int status = in_child(bodies[i], NULL);
        if ((WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) != CALLS_ARE_FILTERED)
            fail_msg("body %zu: status %d", i, status);
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
        cmocka_unit_test(each_folder_allows_what_it_says_and_no_more),
        cmocka_unit_test(a_line_reaches_printers_by_name_network_and_wire),
        cmocka_unit_test(a_call_that_a_role_does_not_need_ends_it),
        cmocka_unit_test(the_service_manager_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
