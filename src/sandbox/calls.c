/* The third fence: the system calls of each role, by name. What is not on the list ends the process
 * at once, so that a hole in a parser cannot reach the kernel's other doors. Threads are allowed to
 * the vault and the line, outward connections to the line alone, processes and listening to nobody.
 * References as in fence.h. */
#include <errno.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>

#include <linux/sockios.h>
#include <seccomp.h>

#include "base/file.h"
#include "base/macros.h"
#include "sandbox/fence.h"

/* Memory, time, signals, ending: every program needs them. */
static const int everybody[] = {
    SCMP_SYS(brk),          SCMP_SYS(mmap),           SCMP_SYS(munmap),
    SCMP_SYS(mremap),       SCMP_SYS(mprotect),       SCMP_SYS(madvise),
    SCMP_SYS(futex),        SCMP_SYS(sched_yield),    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(getpid),       SCMP_SYS(gettid),         SCMP_SYS(tgkill),
    SCMP_SYS(exit),         SCMP_SYS(exit_group),     SCMP_SYS(getrandom),
    SCMP_SYS(gettimeofday), SCMP_SYS(clock_gettime),  SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),    SCMP_SYS(time),           SCMP_SYS(read),
    SCMP_SYS(write),        SCMP_SYS(writev),         SCMP_SYS(readv),
    SCMP_SYS(close),        SCMP_SYS(fcntl),          SCMP_SYS(poll),
    SCMP_SYS(ppoll),        SCMP_SYS(accept4),        SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),      SCMP_SYS(sendto),         SCMP_SYS(sendmsg),
    SCMP_SYS(shutdown),     SCMP_SYS(getsockopt),     SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
};

/* Files, and what memory and threads of the C library need. Of the vault and the line. */
static const int files[] = {
    SCMP_SYS(openat),          SCMP_SYS(open),       SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),      SCMP_SYS(stat),       SCMP_SYS(lstat),
    SCMP_SYS(statx),           SCMP_SYS(access),     SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),      SCMP_SYS(lseek),      SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),        SCMP_SYS(pwritev),    SCMP_SYS(preadv),
    SCMP_SYS(fsync),           SCMP_SYS(fdatasync),  SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),       SCMP_SYS(rename),     SCMP_SYS(renameat),
    SCMP_SYS(renameat2),       SCMP_SYS(unlink),     SCMP_SYS(unlinkat),
    SCMP_SYS(mkdir),           SCMP_SYS(mkdirat),    SCMP_SYS(getdents64),
    SCMP_SYS(fchmod),          SCMP_SYS(pipe2),      SCMP_SYS(mlock),
    SCMP_SYS(mlock2),          SCMP_SYS(munlock),    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sysinfo),         SCMP_SYS(getuid),     SCMP_SYS(geteuid),
    SCMP_SYS(getgid),          SCMP_SYS(getegid), /* OpenSSL asks whether it is setuid */
    SCMP_SYS(prlimit64),       SCMP_SYS(membarrier), SCMP_SYS(uname),
    SCMP_SYS(rt_sigtimedwait), /* LMDB and OpenSSL take their own SIGPIPE back */
};

static const int vault_only[] = {
    SCMP_SYS(statfs),          SCMP_SYS(fstatfs), SCMP_SYS(msync), SCMP_SYS(sync_file_range),
    SCMP_SYS(fadvise64),       SCMP_SYS(flock),   SCMP_SYS(rmdir), SCMP_SYS(getcwd),
    SCMP_SYS(copy_file_range), SCMP_SYS(dup),
};

static const int edge_only[] = {
    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2),      SCMP_SYS(pipe2),     SCMP_SYS(setsockopt), SCMP_SYS(getpeername),
    SCMP_SYS(getsockname),   SCMP_SYS(sendfile),  SCMP_SYS(select),     SCMP_SYS(pselect6),
    SCMP_SYS(getrusage), /* GnuTLS stirs it into its randomness */
};

/* Connections outward: the C library's resolver (sendmmsg, bind of its netlink socket) and libcurl
 * (socketpair wakes it). There is no listen here: nobody can connect to a line. */
static const int line_only[] = {
    SCMP_SYS(epoll_create1),  SCMP_SYS(epoll_ctl),       SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),    SCMP_SYS(epoll_pwait2),    SCMP_SYS(eventfd2),
    SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(connect),
    SCMP_SYS(bind),           SCMP_SYS(setsockopt),      SCMP_SYS(getpeername),
    SCMP_SYS(getsockname),    SCMP_SYS(socketpair),      SCMP_SYS(sendmmsg),
    SCMP_SYS(select),         SCMP_SYS(pselect6),        SCMP_SYS(clock_getres),
    SCMP_SYS(statfs),
};

static const unsigned line_families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

/* Of a terminal: settings, exclusive use, what waits; of a socket: what waits, which interface.
 * None that puts bytes into a terminal's input. */
static const unsigned line_controls[] = {
    TCGETS,   TCSETS,   TCSETSW,  TCSETSF,  TCSBRK,   TCFLSH,   TIOCEXCL, TIOCNXCL,
    TIOCMGET, TIOCMSET, TIOCMBIS, TIOCMBIC, TIOCOUTQ, FIONREAD, FIONBIO,  SIOCGIFINDEX,
};

static void releasep(scmp_filter_ctx *ctx) {
    if (*ctx != NULL) seccomp_release(*ctx);
}

static cm_err failed(struct cm_diag *diag, int number) {
    return diag_fail(diag, CM_E_IO, "seccomp", NULL, "run outside the sandbox that forbids it",
                     "%s", file_errno_text(-number));
}

static int allow_all(scmp_filter_ctx ctx, const int *calls, size_t n) {
    int result = 0;
    for (size_t i = 0; i < n && result == 0; i++)
        result = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
    return result;
}

/* clone for threads only. clone3 hides its flags behind a pointer: "no such call" makes the C
 * library take clone. */
static int allow_threads(scmp_filter_ctx ctx) {
    const int result = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                        SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (result != 0) return result;
    return seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

/* One call, allowed where its first or second argument is one of these. */
static int allow_values(scmp_filter_ctx ctx, int call, unsigned argument, const unsigned *values,
                        size_t n) {
    int result = 0;
    for (size_t i = 0; i < n && result == 0; i++)
        result = seccomp_rule_add(
            ctx, SCMP_ACT_ALLOW, call, 1,
            SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)values[i]));
    return result;
}

static int allow_line(scmp_filter_ctx ctx) {
    int result = allow_all(ctx, files, CM_ARRAY_N(files));
    if (result == 0) result = allow_all(ctx, line_only, CM_ARRAY_N(line_only));
    if (result == 0)
        result = allow_values(ctx, SCMP_SYS(socket), 0, line_families, CM_ARRAY_N(line_families));
    if (result == 0)
        result = allow_values(ctx, SCMP_SYS(ioctl), 1, line_controls, CM_ARRAY_N(line_controls));
    return result == 0 ? allow_threads(ctx) : result;
}

static int allow_vault(scmp_filter_ctx ctx) {
    int result = allow_all(ctx, files, CM_ARRAY_N(files));
    if (result == 0) result = allow_all(ctx, vault_only, CM_ARRAY_N(vault_only));
    return result == 0 ? allow_threads(ctx) : result;
}

cm_err fence_calls(enum fence_role role, struct cm_diag *diag) {
    CM_CLEANUP(releasep) scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (ctx == NULL) return CM_E_NO_MEMORY;
    int result = allow_all(ctx, everybody, CM_ARRAY_N(everybody));
    if (result == 0 && role == FENCE_VAULT) result = allow_vault(ctx);
    if (result == 0 && role == FENCE_LINE) result = allow_line(ctx);
    if (result == 0 && role == FENCE_EDGE)
        result = allow_all(ctx, edge_only, CM_ARRAY_N(edge_only));
    if (result == 0) result = seccomp_load(ctx);
    return result == 0 ? CM_OK : failed(diag, result);
}
