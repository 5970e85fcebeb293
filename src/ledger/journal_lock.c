/* The journal's lock. References as in journal_lock.h. */
#include "ledger/journal_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ledger/disk.h"

#define LOCK_NAME "lock"
#define LOCK_MODE 0600
#define PID_CAP   32u /* bytes of the holder's process id as text */

static cm_err busy(int fd, struct cm_diag *diag) {
    char text[PID_CAP] = "";
    const ssize_t n = pread(fd, text, sizeof text - 1, 0);
    const long pid = n > 0 ? strtol(text, NULL, 10) : 0;
    if (pid <= 0) /* it has not yet written who it is */
        return diag_fail(diag, CM_E_BUSY, "journal", "", "run the command again when it has ended",
                         "another process has the workspace open");
    return diag_fail(diag, CM_E_BUSY, "journal", "", "stop that process, or ask it to do the work",
                     "process %ld has the workspace open", pid);
}

cm_err journal_lock_take(int dir_fd, int *fd, struct cm_diag *diag) {
    CM_CLEANUP(disk_closep)
    int opened = openat(dir_fd, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
    if (opened < 0) return disk_err(errno);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(opened, F_OFD_SETLK, &whole) != 0) {
        if (errno == EAGAIN || errno == EACCES) return busy(opened, diag);
        return disk_err(errno);
    }
    char text[PID_CAP];
    const int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(opened, 0) != 0) return disk_err(errno);
    TRY(disk_write(opened, text, (size_t)len, 0));
    *fd = opened;
    opened = -1;
    return CM_OK;
}

bool journal_lock_held(int dir_fd) {
    CM_CLEANUP(disk_closep)
    int fd = openat(dir_fd, LOCK_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}
