/* Finding, moving and removing the files of imported lists. */
#include "ledger/backup_lists.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ledger/disk.h"

struct numbers {
    uint64_t *p;
    size_t n;
};

static void numbers_wipe(struct numbers *n) { free(n->p); }

struct list_name list_name_of(uint64_t number) {
    struct list_name name;
    (void)snprintf(name.text, sizeof name.text, "%" PRIu64 ".%s", number / 2,
                   number % 2 == 0 ? "index" : "base");
    return name;
}

/* Anything else in the folder, an import under way among it, is none of ours. */
static bool number_of(const char *name, uint64_t *number) {
    const char *dot = strchr(name, '.');
    uint64_t set = 0;
    if (dot == NULL || text_u64(slice_of(name, (size_t)(dot - name)), UINT32_MAX, &set) != CM_OK)
        return false;
    *number = 2 * set + (strcmp(dot, ".base") == 0 ? 1u : 0u);
    return strcmp(list_name_of(*number).text, name) == 0;
}

static cm_err add_number(struct numbers *all, uint64_t number) {
    uint64_t *grown = realloc(all->p, (all->n + 1) * sizeof *grown);
    if (grown == NULL) return CM_E_NO_MEMORY;
    all->p = grown;
    grown[all->n++] = number;
    return CM_OK;
}

static int ascending(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static cm_err find_all(int fd, struct numbers *all) {
    const int copy = dup(fd);
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    cm_err err = CM_OK;
    uint64_t number = 0;
    if (d == NULL) {
        if (copy >= 0) (void)close(copy);
        return CM_E_IO;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    for (const struct dirent *e = readdir(d); e != NULL && err == CM_OK; e = readdir(d))
        if (number_of(e->d_name, &number)) err = add_number(all, number);
    (void)closedir(d);
    if (all->n > 0) qsort(all->p, all->n, sizeof *all->p, ascending);
    return err;
}

static cm_err put_one(struct backup_out *out, int folder, uint64_t number, uint8_t *memory,
                      size_t cap) {
    CM_CLEANUP(disk_closep)
    int fd = openat(folder, list_name_of(number).text, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    uint64_t len = 0;
    if (fd < 0) return disk_err(errno);
    TRY(disk_length(fd, &len));
    TRY(out_part(out, BACKUP_LIST, number));
    for (uint64_t at = 0; at < len;) {
        const size_t n = len - at < cap ? (size_t)(len - at) : cap;
        TRY(disk_read(fd, memory, n, at));
        TRY(out_bytes(out, slice_of(memory, n)));
        at += n;
    }
    return out_part_end(out);
}

cm_err lists_put(struct backup_out *out, const char *folder, uint8_t *memory, size_t len) {
    CM_CLEANUP(numbers_wipe) struct numbers all = {NULL, 0};
    CM_CLEANUP(disk_closep) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? CM_OK : disk_err(errno);
    TRY(find_all(fd, &all));
    for (size_t i = 0; i < all.n; i++)
        TRY(put_one(out, fd, all.p[i], memory, len));
    return CM_OK;
}

void lists_sweep(int parent_fd, int fd) {
    CM_CLEANUP(numbers_wipe) struct numbers all = {NULL, 0};
    if (fd < 0) return;
    if (find_all(fd, &all) == CM_OK)
        for (size_t i = 0; i < all.n; i++)
            (void)unlinkat(fd, list_name_of(all.p[i]).text, 0);
    (void)unlinkat(parent_fd, "legacy", AT_REMOVEDIR);
}
