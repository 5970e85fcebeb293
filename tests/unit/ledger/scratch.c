/* See scratch.h. It refuses to go on without its folder: every test would then prove nothing. */
#include "ledger/scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cm.h"

#define DESCENT_FDS 8

int scratch_setup(void **state) {
    struct scratch *s = calloc(1, sizeof *s);
    if (s == NULL) return -1;
    (void)snprintf(s->dir, sizeof s->dir, "%s/ledger-XXXXXX", CM_BINARY_DIR);
    if (mkdtemp(s->dir) == NULL) return -1;
    (void)snprintf(s->image, sizeof s->image, "%s/state", s->dir);
    *state = s;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int scratch_teardown(void **state) {
    struct scratch *s = *state;
    const int rc = nftw(s->dir, remove_one, DESCENT_FDS, FTW_DEPTH | FTW_PHYS);
    free(s);
    return rc;
}

struct state_options scratch_options(const struct scratch *s) {
    struct state_options o = {.path = s->image, .map_len = 1u << 30, .create = true};
    memcpy(o.workspace_id, "workspace-number1", sizeof o.workspace_id);
    return o;
}

struct state *scratch_open(const struct scratch *s) {
    const struct state_options o = scratch_options(s);
    struct state *image = NULL;
    assert_ok(state_open(&image, &o, NULL));
    return image;
}

size_t scratch_patch(const char *path, const void *pattern, const void *with, size_t len) {
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    uint8_t *bytes = malloc((size_t)st.st_size);
    assert_non_null(bytes);
    assert_int_equal(pread(fd, bytes, (size_t)st.st_size, 0), st.st_size);
    size_t n = 0;
    for (size_t at = 0; at + len <= (size_t)st.st_size; at++) {
        if (memcmp(bytes + at, pattern, len) != 0) continue;
        assert_int_equal(pwrite(fd, with, len, (off_t)at), len);
        n++;
    }
    free(bytes);
    assert_int_equal(close(fd), 0);
    return n;
}
