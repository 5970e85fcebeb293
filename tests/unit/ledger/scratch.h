/* A folder of its own for a test of the ledger, gone with all it holds at the test's end. */
#ifndef CM_TESTS_UNIT_LEDGER_SCRATCH_H
#define CM_TESTS_UNIT_LEDGER_SCRATCH_H

#include "ledger/state.h"

struct scratch {
    char dir[256];
    char image[280]; /* "DIR/state", not made yet */
};

int scratch_setup(void **state);
int scratch_teardown(void **state);
/* Options for an image at s->image of workspace "workspace-number1". */
struct state_options scratch_options(const struct scratch *s);
/* Open or make that image; ends the test when it cannot. */
struct state *scratch_open(const struct scratch *s);

/* Overwrite `len` bytes wherever `pattern` occurs in a file; returns how often it did. */
size_t scratch_patch(const char *path, const void *pattern, const void *with, size_t len);

#endif
