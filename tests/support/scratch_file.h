/* Whole files of a test, read and written without ceremony; a test ends where one cannot be. */
#ifndef CM_TESTS_SUPPORT_SCRATCH_FILE_H
#define CM_TESTS_SUPPORT_SCRATCH_FILE_H

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "support/cm.h"
#include "support/scratch.h"

static inline struct buffer scratch_read(const char *path) {
    struct buffer b = BUFFER_INIT;
    assert_ok(file_read(path, SIZE_MAX, &b, NULL));
    return b;
}

/* What was there is removed first: cutting it would make ext4 flush at close, which takes seconds
 * over thousands of files. */
static inline void scratch_write(const char *path, struct cm_slice bytes) {
    (void)unlink(path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    if (bytes.len > 0) assert_int_equal(write(fd, bytes.p, bytes.len), (ssize_t)bytes.len);
    assert_int_equal(close(fd), 0);
}

#endif
