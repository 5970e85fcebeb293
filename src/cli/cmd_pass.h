/* The commands for wallet passes and their options; the table is commands_pass.c. */
#ifndef CM_CLI_CMD_PASS_H
#define CM_CLI_CMD_PASS_H

#include "cli/command.h"

command_fn cmd_pass_apple, cmd_pass_google, cmd_pass_lint, cmd_pass_verify, cmd_pass_template;
struct pass_report;
struct json_writer;
/* What a report holds, as members of the record. */
void pass_put_findings(const struct pass_report *r, struct json_writer *w);
extern const struct option_spec pass_apple_options[], pass_google_options[], pass_verify_options[],
    pass_template_options[];

#endif
