/* The second fence: Landlock. The access rights are those of its first version, which every kernel
 * that has it knows. References as in fence.h. */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

#include "base/file.h"
#include "base/macros.h"
#include "sandbox/fence.h"

#define ACCESS_ALL ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1) /* the 13 rights of version 1 */
#define READ_USED  (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_USED (READ_USED | LANDLOCK_ACCESS_FS_WRITE_FILE)
#define MAKE_USED                                                                                  \
    (WRITE_USED | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                 \
     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG)

static const uint64_t rights[] = {
    [FENCE_READ] = READ_USED, [FENCE_WRITE] = WRITE_USED, [FENCE_MAKE] = MAKE_USED};

static void closep(const int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static cm_err refused(struct cm_diag *diag, const char *what) {
    return diag_fail(diag, CM_E_IO, "Landlock", what, NULL, "%s", file_errno_text(errno));
}

static cm_err allow_below(int rules, const struct fence_folder *folder, struct cm_diag *diag) {
    CM_CLEANUP(closep) const int fd = open(folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && folder->maybe) return CM_OK;
    if (fd < 0) return refused(diag, folder->path);
    const struct landlock_path_beneath_attr below = {.allowed_access = rights[folder->access],
                                                     .parent_fd = fd};
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) != 0)
        return refused(diag, folder->path);
    return CM_OK;
}

cm_err fence_files(const struct fence_folder *folders, size_t n, struct cm_diag *diag) {
    const struct landlock_ruleset_attr handled = {.handled_access_fs = ACCESS_ALL};
    /* Version 1 knows the first field alone; a longer structure would be refused by it. */
    CM_CLEANUP(closep)
    const int rules =
        (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled.handled_access_fs, 0);
    if (rules < 0) return CM_E_UNSUPPORTED;
    for (size_t i = 0; i < n; i++)
        TRY(allow_below(rules, &folders[i], diag));
    if (syscall(SYS_landlock_restrict_self, rules, 0) != 0) return refused(diag, "restrict");
    return CM_OK;
}
