/* A disk that is really full: a tmpfs of its own over a folder, seen by this process alone. Where a
 * system forbids that to everybody the build leaves these tests out and says so
 * (tests/CMakeLists.txt). */
#ifndef CM_TESTS_SUPPORT_SMALL_DISK_H
#define CM_TESTS_SUPPORT_SMALL_DISK_H

#include "support/cm.h"

#include <sched.h>
#include <sys/mount.h>

/* size as mount's option: "size=400k". The test fails where it cannot be mounted. */
static inline void small_disk_mount(const char *path, const char *size) {
    if (unshare(CLONE_NEWNS) != 0) assert_int_equal(unshare(CLONE_NEWUSER | CLONE_NEWNS), 0);
    assert_int_equal(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    assert_int_equal(mount("tmpfs", path, "tmpfs", 0, size), 0);
}

#endif
