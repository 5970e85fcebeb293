/* The n-th failure of the system: linked into a test program, it stands before libc's calls for
 * files and memory, for the program and for every shared library in it (LMDB, OpenSSL), and lets
 * the call whose turn has come fail. Count the calls of a good run, then fail each in turn.
 * One thread arms; calls of all threads count. Not for sanitizer builds, which own malloc.
 */
#ifndef CM_TESTS_SUPPORT_FAULTS_H
#define CM_TESTS_SUPPORT_FAULTS_H

#include <stdbool.h>

enum fault_class {
    FAULT_WRITES = 1, /* write, writev, pwrite */
    FAULT_SYNCS = 2,  /* fsync, fdatasync */
    FAULT_NAMES = 4,  /* open, openat, mkdir, renameat, unlinkat and their kin */
    FAULT_MEMORY = 8, /* malloc, calloc, realloc, aligned_alloc */
    FAULT_SPACE = 16  /* fallocate, ftruncate: a full disk that still takes overwrites */
};

struct fault_plan {
    unsigned classes; /* of enum fault_class, or'ed: which calls count */
    unsigned at;      /* the n-th of them fails; 0 = none, they are counted only */
    int error;        /* errno it fails with; memory always says ENOMEM */
    bool ever_after;  /* and all that follow fail too: a disk that is gone, or full */
    bool half_done;   /* a write writes half its sectors, and says so if there are any */
    bool done;        /* the call does all its work, and fails nevertheless */
};

void faults_arm(const struct fault_plan *wanted);
/* End of the trouble; returns how many calls counted. */
unsigned faults_disarm(void);

#endif
