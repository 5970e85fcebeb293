/* See pass_kit.h. */
#include "pass_kit.h"

#include <sys/stat.h>

#include "support/cm.h"
#include "support/scratch_file.h"

struct buffer pass_kit_icon(const char *name) {
    char path[SCRATCH_CAP];
    (void)snprintf(path, sizeof path, CM_SOURCE_DIR "/templates/passes/icon/%s", name);
    return scratch_read(path);
}

static void put(const struct scratch *in, const char *name, struct cm_slice bytes) {
    scratch_write(scratch_below(in, name).path, bytes);
}

void pass_kit_folder(const struct scratch *dir, const char *folder, const char *json) {
    static const char *const icons[] = {"icon.png", "icon@2x.png", "icon@3x.png"};
    const struct scratch in = scratch_below(dir, folder);
    assert_int_equal(mkdir(in.path, 0700), 0);
    put(&in, PASS_JSON, slice_text(json != NULL ? json : PASS_KIT_JSON));
    for (size_t i = 0; i < CM_ARRAY_N(icons); i++) {
        struct buffer icon = pass_kit_icon(icons[i]);
        put(&in, icons[i], buffer_slice(&icon));
        buffer_free(&icon);
    }
}

struct pass_folder *pass_kit_read(const struct scratch *dir, const char *folder) {
    struct pass_folder *f = NULL;
    assert_ok(pass_folder_read(scratch_below(dir, folder).path, &f, NULL));
    return f;
}
