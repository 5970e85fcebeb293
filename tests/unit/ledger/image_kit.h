/* A folder of its own for a test of the ledger, gone with all it holds at the test's end. */
#ifndef CM_TESTS_UNIT_LEDGER_IMAGE_KIT_H
#define CM_TESTS_UNIT_LEDGER_IMAGE_KIT_H

#include "ledger/state.h"
#include "support/scratch.h"

struct image_kit {
    struct scratch dir, image; /* image is "DIR/state", not made yet */
};

int image_kit_setup(void **state);
int image_kit_teardown(void **state);
/* Options for an image at s->image of workspace "workspace-number1". */
struct state_options image_kit_options(const struct image_kit *s);
/* Open or make that image; ends the test when it cannot. */
struct state *image_kit_open(const struct image_kit *s);

/* Overwrite `len` bytes wherever `pattern` occurs in a file; returns how often it did. */
size_t image_kit_patch(const char *path, const void *pattern, const void *with, size_t len);

#endif
