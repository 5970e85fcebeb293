/* Folders of orders: see order_folder.h. */
#include "vault/order_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "order/bundle.h"

static cm_err fail(struct cm_diag *diag, const char *path, const char *what) {
    const int number = errno;
    return diag_fail(diag, file_err_from_errno(number), path, NULL, "check space and rights",
                     "%s: %s", what, file_errno_text(number));
}

static cm_err join(char *out, const char *a, const char *b, const char *c, struct cm_diag *diag) {
    if (text_whole(out, ORDER_PATH_CAP, "%s%s%s", a, b, c)) return CM_OK;
    return diag_fail(diag, CM_E_RANGE, a, NULL, "use a shorter path", "path too long");
}

void order_folder_name(const struct order *o, size_t part, bool held, char out[ORDER_FOLDER_CAP]) {
    const struct order_part *p = &o->parts[part];
    char again[16] = "";
    if (p->reseals > 0) (void)snprintf(again, sizeof again, "-R%u", p->reseals);
    (void)snprintf(out, ORDER_FOLDER_CAP, "ORDER-%06u%s%s%s", o->id,
                   p->role == ORDER_PINS ? "-PINS" : "", again, held ? ".held" : "");
}

cm_err order_folder_parent(const char *workspace, char out[ORDER_PATH_CAP], struct cm_diag *diag) {
    TRY(join(out, workspace, "/orders", "", diag));
    return file_folder(out, diag);
}

cm_err order_folder_path(const char *workspace, const char *name, char out[ORDER_PATH_CAP],
                         struct cm_diag *diag) {
    return join(out, workspace, "/orders/", name, diag);
}

cm_err order_folder_file(const char *workspace, const char *name, const char *file,
                         char out[ORDER_PATH_CAP], struct cm_diag *diag) {
    char folder[ORDER_PATH_CAP];
    TRY(order_folder_path(workspace, name, folder, diag));
    return join(out, folder, "/", file, diag);
}

static void close_folder(DIR **dir) {
    if (*dir != NULL) (void)closedir(*dir);
}

cm_err order_folder_remove(const char *path, struct cm_diag *diag) {
    CM_CLEANUP(close_folder) DIR *dir = opendir(path);
    if (dir == NULL) return errno == ENOENT ? CM_OK : fail(diag, path, "cannot open");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        if (unlinkat(dirfd(dir), e->d_name, 0) != 0) return fail(diag, path, "cannot empty");
    }
    return rmdir(path) == 0 ? CM_OK : fail(diag, path, "cannot remove");
}

static cm_err part_lost(const char *workspace, const struct order *o, size_t part, bool *lost,
                        struct cm_diag *diag) {
    const struct order_part *p = &o->parts[part];
    char name[ORDER_FOLDER_CAP], path[ORDER_PATH_CAP];
    order_folder_name(o, part, true, name);
    for (size_t i = 0; i < p->file_n && !*lost; i++) {
        struct stat st;
        TRY(order_folder_file(workspace, name, p->files[i].name, path, diag));
        if (stat(path, &st) == 0)
            *lost = !S_ISREG(st.st_mode) || (uint64_t)st.st_size != p->files[i].bytes;
        else if (errno == ENOENT || errno == ENOTDIR)
            *lost = true;
        else
            return fail(diag, path, "cannot look at it");
    }
    return CM_OK;
}

cm_err order_held_lost(const char *workspace, const struct order *o, bool *lost,
                       struct cm_diag *diag) {
    *lost = false;
    for (size_t i = 0; i < o->part_n && !*lost; i++)
        TRY(part_lost(workspace, o, i, lost, diag));
    return CM_OK;
}

cm_err order_folders_settle(const char *workspace, const struct order *o, struct cm_diag *diag) {
    char parent[ORDER_PATH_CAP], name[ORDER_FOLDER_CAP];
    if (o->state < ORDER_SEALED || o->state == ORDER_WITHDRAWN) return CM_OK;
    TRY(order_folder_parent(workspace, parent, diag));
    for (size_t i = o->part_n; i > 0; i--) {
        order_folder_name(o, i - 1, o->state == ORDER_SEALED, name);
        TRY(bundle_finish(parent, name, &o->parts[i - 1].manifest, diag));
    }
    return CM_OK;
}
