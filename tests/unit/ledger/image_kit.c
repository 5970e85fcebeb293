/* See image_kit.h. It refuses to go on without its folder: every test would then prove nothing. */
#include "ledger/image_kit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cm.h"

int image_kit_setup(void **state) {
    struct image_kit *kit = calloc(1, sizeof *kit);
    if (kit == NULL) return -1;
    if (!scratch_make(&kit->dir)) {
        free(kit);
        return -1;
    }
    kit->image = scratch_below(&kit->dir, "state");
    *state = kit;
    return 0;
}

int image_kit_teardown(void **state) {
    struct image_kit *kit = *state;
    scratch_remove(kit->dir.path);
    free(kit);
    return 0;
}

struct state_options image_kit_options(const struct image_kit *s) {
    struct state_options o = {.path = s->image.path, .map_len = 1u << 30, .create = true};
    memcpy(o.workspace_id, "workspace-number1", sizeof o.workspace_id);
    return o;
}

struct state *image_kit_open(const struct image_kit *s) {
    const struct state_options o = image_kit_options(s);
    struct state *image = NULL;
    assert_ok(state_open(&image, &o, NULL));
    return image;
}

size_t image_kit_patch(const char *path, const void *pattern, const void *with, size_t len) {
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
