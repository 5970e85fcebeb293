/* A scratch folder with the throw-away authority of pass_ca.sh in it, for all tests of a program.
 */
#ifndef CM_TESTS_SUPPORT_PASS_CA_H
#define CM_TESTS_SUPPORT_PASS_CA_H

#include "base/buffer.h"
#include "support/scratch.h"

struct pass_ca {
    struct scratch dir;
};

/* Fixtures of cmocka: *state is a struct pass_ca. */
int pass_ca_setup(void **state);
int pass_ca_teardown(void **state);
/* A file of the folder; buffer_free it. */
struct buffer pass_ca_file(const struct pass_ca *ca, const char *name);
/* Run a shell command in the folder; its exit status. What it says goes to run.log there. */
int pass_ca_run(const struct pass_ca *ca, const char *command);

#endif
