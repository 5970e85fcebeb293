/* Step by step with openat and O_NOFOLLOW, so that nothing is looked up twice. */
#include "pass/pass_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "pass/pass_images.h"

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
#define INSIDE     "name a picture inside of the template's folder, like images/gold.png"

static void fd_closep(const int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static bool is_step(const char *step, size_t len, const char *what) {
    return len == strlen(what) && slice_equal(slice_of(step, len), slice_text(what));
}

/* What a path says before anything is opened. */
static cm_err judge_path(struct cm_slice path, struct cm_diag *diag) {
    if (path.len == 0 || path.len > PASS_PATH_MAX || memchr(path.p, 0, path.len) != NULL)
        return diag_fail(diag, path.len > PASS_PATH_MAX ? CM_E_LIMIT : CM_E_FORMAT, NULL, NULL,
                         INSIDE, "not a path of 1 to %u bytes", PASS_PATH_MAX);
    if (path.p[0] == '/')
        return diag_fail(diag, CM_E_DENIED, NULL, NULL, INSIDE,
                         "an absolute path: it lies outside of the pass folder");
    return CM_OK;
}

static cm_err judge_step(const char *step, size_t len, struct cm_diag *diag) {
    if (is_step(step, len, ".."))
        return diag_fail(diag, CM_E_DENIED, NULL, NULL, INSIDE,
                         "its path leads outside of the pass folder (\"..\")");
    if (len == 0 || is_step(step, len, "."))
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, INSIDE,
                         "its path has a step that is empty or \".\"");
    return CM_OK;
}

static cm_err cannot_open(int number, struct cm_diag *diag) {
    if (number == ELOOP || number == EMLINK)
        return diag_fail(diag, CM_E_DENIED, NULL, NULL, "put the file itself there",
                         "a symbolic link: its path lies outside of the pass folder");
    if (number == ENOENT || number == ENOTDIR)
        return diag_fail(diag, CM_E_NOT_FOUND, NULL, NULL,
                         "look at the cell's spelling, large and small letters too",
                         "there is no such file in the pass folder");
    return diag_fail(diag, file_err_from_errno(number), NULL, NULL, NULL, "%s",
                     file_errno_text(number));
}

static cm_err open_beneath(int folder, char *path, int *out, struct cm_diag *diag) {
    int at = folder;
    for (char *step = path; step != NULL;) {
        const size_t len = strcspn(step, "/");
        const bool last = step[len] == '\0';
        cm_err err = judge_step(step, len, diag);
        step[len] = '\0';
        const int next = err == CM_OK ? openat(at, step, OPEN_FLAGS) : -1;
        if (err == CM_OK && next < 0) err = cannot_open(errno, diag);
        if (at != folder) (void)close(at);
        TRY(err);
        at = next;
        step = last ? NULL : step + len + 1;
    }
    *out = at;
    return CM_OK;
}

cm_err pass_beneath_read(int folder, struct cm_slice path, struct buffer *out,
                         struct cm_diag *diag) {
    char copy[PASS_PATH_MAX + 1];
    struct stat st = {.st_mode = 0};
    CM_CLEANUP(fd_closep) int fd = -1;
    TRY(judge_path(path, diag));
    memcpy(copy, path.p, path.len);
    copy[path.len] = '\0';
    TRY(open_beneath(folder, copy, &fd, diag));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, INSIDE, "it is not a file");
    return file_read_fd(fd, NULL, PASS_FILE_MAX, out, diag);
}
