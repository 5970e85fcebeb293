/* countermark, the command line: find the command, parse, open what it needs, run, close.
 * Exit codes: 0 done, 1 the answer is no, 2 the command line is wrong, 3 it could not be done. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/output.h"

/* Every command knows these; those for unlocking only where a workspace is opened. */
static const struct option_spec common[] = {
    {"workspace", OPTION_TEXT, "DIR", "the workspace folder", NULL, false},
    {"json", OPTION_FLAG, NULL, "answer in JSON", NULL, false},
    {"help", OPTION_FLAG, NULL, "say what this command does", NULL, false},
    {"key-file", OPTION_TEXT, "FILE", "unlock the keystore with a key file", NULL, false},
    {"passphrase-fd", OPTION_NUMBER, "N", "read the passphrase from a file descriptor", NULL,
     false},
    {"recovery", OPTION_FLAG, NULL, "unlock with the recovery words", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false},
};

static cm_err check_positions(const struct cli *cli) {
    const struct command *c = cli->command;
    const size_t n = cli->options.position_n;
    if (n >= c->least && n <= c->most) return CM_OK;
    if (n > c->most)
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "--help shows how it is used",
                         "'%.60s' is one argument too many", cli->options.positions[c->most]);
    return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, NULL, "usage: countermark %s %s",
                     c->name, c->arguments);
}

static cm_err run_command(struct cli *cli) {
    TRY(check_positions(cli));
    TRY(options_complete(&cli->options, cli->diag));
    if ((cli->command->needs & NEEDS_CALM) != 0) interrupt_hold();
    if ((cli->command->needs & NEEDS_ENGINE) != 0) TRY(command_open(cli));
    const cm_err err = cli->command->run(cli);
    session_close(&cli->session);
    return err;
}

static void choose_workspace(struct cli *cli) {
    const char *environment = getenv("COUNTERMARK_WORKSPACE");
    cli->workspace = option_text(&cli->options, "workspace");
    if (cli->workspace == NULL && environment != NULL && environment[0] != '\0')
        cli->workspace = environment;
    if (cli->workspace == NULL) cli->workspace = WORKSPACE_DEFAULT;
}

static cm_err run(struct cli *cli, int argc, char **argv) {
    int words = 0;
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help_all(cli->diag);
    TRY(help_find(argc - 1, argv + 1, &cli->command, &words, cli->diag));
    if (cli->command == NULL) return help_group(argc - 1, argv + 1, cli->diag);
    cli->options.tables[0] = cli->command->options;
    cli->options.tables[1] = common;
    TRY(options_parse(&cli->options, argc - 1 - words, argv + 1 + words, cli->diag));
    if (option_given(&cli->options, "help")) return help_command(cli->command, common, cli->diag);
    cli->json = option_given(&cli->options, "json");
    choose_workspace(cli);
    return run_command(cli);
}

/* A descriptor below 3 that came closed would be given to the first file that is opened, and what
 * is printed would land in it. In its place stands one that refuses both reading and writing. */
static void guard_descriptors(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) continue;
        const int guard = open("/dev/null", O_PATH);
        if (guard != fd) _exit(EXIT_FAULT);
    }
}

int main(int argc, char **argv) {
    struct cm_diag diag = DIAG_INIT;
    struct cli cli = {.diag = &diag, .exit_code = EXIT_DONE};
    guard_descriptors();
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error that we report */
    (void)signal(SIGXFSZ, SIG_IGN); /* so is the largest file that may be (ulimit -f) */
    const cm_err err = run(&cli, argc, argv);
    options_free(&cli.options);
    if (err == CM_OK) return cli.exit_code;
    output_error(&diag, err);
    return err == CM_E_ARGUMENT ? EXIT_USAGE : EXIT_FAULT;
}
