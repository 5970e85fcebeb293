/* A scratch folder for one test: below TMPDIR, or in memory where there is such a place (tests that
 * sync a thousand times should not wait for a disk), removed with all that is in it. */
#ifndef CM_TESTS_SUPPORT_SCRATCH_H
#define CM_TESTS_SUPPORT_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SCRATCH_CAP  512u         /* bytes of a path */
#define SCRATCH_ROOM (1ul << 30u) /* bytes: all tests that run at once, with room to spare */

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

/* Containers often have a small /dev/shm: what is too small for all tests at once is not used. */
static inline const char *scratch_base(void) {
    const char *chosen = getenv("TMPDIR");
    if (chosen != NULL) return chosen;
    struct statvfs memory;
    const int fits = access("/dev/shm", W_OK) == 0 && statvfs("/dev/shm", &memory) == 0 &&
                     memory.f_bavail >= SCRATCH_ROOM / memory.f_frsize;
    return fits ? "/dev/shm" : "/tmp";
}

/* False if no folder could be made. */
static inline int scratch_make(struct scratch *s) {
    (void)snprintf(s->path, sizeof s->path, "%s/countermark.XXXXXX", scratch_base());
    return mkdtemp(s->path) != NULL;
}

/* For cmocka: *state is a folder of the test's own. */
static inline int scratch_setup(void **state) {
    static struct scratch dir;
    *state = &dir;
    return scratch_make(&dir) ? 0 : -1;
}

static inline int scratch_teardown(void **state) {
    scratch_remove(((struct scratch *)*state)->path);
    return 0;
}

/* "scratch/name" in a static-free way: the caller's struct holds the text. */
static inline struct scratch scratch_below(const struct scratch *s, const char *name) {
    struct scratch below;
    (void)snprintf(below.path, sizeof below.path, "%.*s/%s", (int)(SCRATCH_CAP / 2), s->path, name);
    return below;
}

#endif
