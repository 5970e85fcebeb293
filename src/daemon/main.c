/* countermarkd: options, then the supervisor. Manual: docs/man/countermarkd.8. */
#include <signal.h>
#include <stdio.h>

#include "daemon/roles.h"
#include "daemon/supervisor.h"

#ifndef CM_VERSION
#define CM_VERSION "unknown"
#endif

int main(int argc, char **argv) {
    struct daemon_options options;
    struct cm_diag diag = DIAG_INIT;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ,
                 SIG_IGN); /* a file that may grow no further is an error, as a full disk */
    cm_err err = arguments_parse(argc, argv, &options, &diag);
    if (err != CM_OK) {
        role_complain(err, &diag);
        return EXIT_USAGE;
    }
    if (options.help || options.version) {
        (void)fputs(options.help ? arguments_help : "countermarkd " CM_VERSION "\n", stdout);
        return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAULT;
    }
    err = supervisor_run(&options, &diag);
    if (err == CM_OK) return EXIT_DONE;
    role_complain(err, &diag);
    return EXIT_FAULT;
}
