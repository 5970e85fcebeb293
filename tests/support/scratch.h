/* A scratch folder for one test: below TMPDIR, or in memory where there is such a place (tests that
 * sync a thousand times should not wait for a disk), removed with all that is in it. */
#ifndef CM_TESTS_SUPPORT_SCRATCH_H
#define CM_TESTS_SUPPORT_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SCRATCH_CAP 512u /* bytes of a path */

struct scratch {
    char path[SCRATCH_CAP];
};

static inline int scratch_remove_one(const char *path, const struct stat *st, int kind,
                                     struct FTW *ftw) {
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

/* Remove a folder and everything below it; nothing happens when it is absent. */
static inline void scratch_remove(const char *path) {
    (void)nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* False if no folder could be made. */
static inline int scratch_make(struct scratch *s) {
    const char *base = getenv("TMPDIR");
    if (base == NULL) base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(s->path, sizeof s->path, "%s/countermark.XXXXXX", base);
    return mkdtemp(s->path) != NULL;
}

/* "scratch/name" in a static-free way: the caller's struct holds the text. */
static inline struct scratch scratch_below(const struct scratch *s, const char *name) {
    struct scratch below;
    (void)snprintf(below.path, sizeof below.path, "%.*s/%s", (int)(SCRATCH_CAP / 2), s->path, name);
    return below;
}

#endif
