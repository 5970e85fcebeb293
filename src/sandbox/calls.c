/* The third fence: the system calls of each role, by name. What is not on the list ends the process
 * at once, so that a hole in a parser cannot reach the kernel's other doors. Thread creation is
 * allowed to the vault alone, process creation to nobody. References as in fence.h. */
#include <errno.h>
#include <sched.h>

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

static const int vault_only[] = {
    SCMP_SYS(openat),
    SCMP_SYS(open),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(lseek),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev),
    SCMP_SYS(preadv),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(msync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),
    SCMP_SYS(sync_file_range),
    SCMP_SYS(fadvise64),
    SCMP_SYS(flock),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rmdir),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(getdents64),
    SCMP_SYS(fchmod),
    SCMP_SYS(copy_file_range),
    SCMP_SYS(dup),
    SCMP_SYS(pipe2),
    SCMP_SYS(mlock),
    SCMP_SYS(mlock2),
    SCMP_SYS(munlock),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(prlimit64),
    SCMP_SYS(membarrier),
    SCMP_SYS(getcwd),
    SCMP_SYS(uname),
    SCMP_SYS(pipe2),           /* a backup: LMDB copies its image into a pipe ... */
    SCMP_SYS(rt_sigtimedwait), /* ... and takes its own SIGPIPE back */
};

static const int edge_only[] = {
    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2),      SCMP_SYS(pipe2),     SCMP_SYS(setsockopt), SCMP_SYS(getpeername),
    SCMP_SYS(getsockname),   SCMP_SYS(sendfile),  SCMP_SYS(select),     SCMP_SYS(pselect6),
    SCMP_SYS(getrusage), /* GnuTLS stirs it into its randomness */
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

cm_err fence_calls(enum fence_role role, struct cm_diag *diag) {
    CM_CLEANUP(releasep) scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (ctx == NULL) return CM_E_NO_MEMORY;
    int result = allow_all(ctx, everybody, CM_ARRAY_N(everybody));
    if (result == 0 && role == FENCE_VAULT)
        result = allow_all(ctx, vault_only, CM_ARRAY_N(vault_only));
    if (result == 0 && role == FENCE_VAULT) result = allow_threads(ctx);
    if (result == 0 && role == FENCE_EDGE)
        result = allow_all(ctx, edge_only, CM_ARRAY_N(edge_only));
    if (result == 0) result = seccomp_load(ctx);
    return result == 0 ? CM_OK : failed(diag, result);
}
