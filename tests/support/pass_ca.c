/* Runs the script; tests never make a certificate by our own code. */
#include "support/pass_ca.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "support/cm.h"
#include "support/scratch_file.h"

#define COMMAND_CAP 4096u

int pass_ca_run(const struct pass_ca *ca, const char *command) {
    char line[COMMAND_CAP], name[] = "sh", option[] = "-c";
    char *const argv[] = {name, option, line, NULL};
    const int len =
        snprintf(line, sizeof line, "cd '%s' && { %s\n} >>run.log 2>&1", ca->dir.path, command);
    assert_in_range(len, 1, sizeof line - 1);
    pid_t child = 0;
    int status = 0;
    assert_int_equal(posix_spawnp(&child, name, NULL, NULL, argv, environ), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

int pass_ca_setup(void **state) {
    static struct pass_ca ca;
    if (crypto_init() != CM_OK || !scratch_make(&ca.dir)) return -1;
    *state = &ca;
    return pass_ca_run(&ca, "bash " CM_SOURCE_DIR "/tests/support/pass_ca.sh .");
}

int pass_ca_teardown(void **state) {
    const struct pass_ca *ca = *state;
    scratch_remove(ca->dir.path);
    return 0;
}

struct buffer pass_ca_file(const struct pass_ca *ca, const char *name) {
    return scratch_read(scratch_below(&ca->dir, name).path);
}
