/* What a command is, and what it is given: the table's row, the parsed options, the workspace, and
 * a place for its exit code. A command parses its options into a struct, calls the library, and
 * hands its result to output.h as one JSON record, from which text is made, too. */
#ifndef CM_CLI_COMMAND_H
#define CM_CLI_COMMAND_H

#include "base/buffer.h"
#include "base/diag.h"
#include "cli/option.h"
#include "cli/session.h"

#define EXIT_DONE     0 /* done, or a positive verdict */
#define EXIT_NEGATIVE 1 /* the answer is no */
#define EXIT_USAGE    2 /* the command line is wrong; nothing was tried */
#define EXIT_FAULT    3 /* it could not be done or found out */

#define WORKSPACE_DEFAULT "countermark-workspace"

struct cli;
typedef cm_err command_fn(struct cli *cli);

enum command_needs {
    NEEDS_NOTHING = 0,
    NEEDS_ENGINE = 1, /* an open session: a running vault, or the workspace itself */
    NEEDS_LATER = 4,  /* the command opens the session itself, after looking at its options */
    NEEDS_CALM = 2,   /* Ctrl-C is held back and asked for at safe points (interrupt.h) */
};

struct command {
    const char *name; /* one to three words: "batch open"; NULL ends a table */
    command_fn *run;
    const char *summary;
    unsigned needs;
    const char *arguments;             /* for help: "BATCH --out FILE" */
    size_t least, most;                /* positional arguments */
    const struct option_spec *options; /* may be NULL */
    const char *examples;              /* lines of help */
    const char *act;                   /* command_act: the act to run */
    const char *const *positions; /* command_act: keys of the positional arguments; one that ends in
                                     "..." takes all that are left, as an array */
};

struct cli {
    const struct command *command;
    struct options options;
    const char *workspace;
    bool json;
    struct session session; /* open when the command needs it */
    struct cm_diag *diag;
    int exit_code; /* set by a command with a negative answer */
};

/* Every table of commands, in the order of help (commands.c). NULL ends it. */
extern const struct command *const command_tables[];
extern const struct command stock_commands[];                      /* commands_stock.c */
extern const struct command run_commands[], printer_commands[];    /* commands_line.c */
extern const struct command order_commands[], operator_commands[]; /* commands_order.c */
extern const struct command lend_commands[];                       /* commands_lend.c */
extern const struct command pass_commands[];                       /* commands_pass.c */
extern const struct command prize_commands[];                      /* commands_prize.c */

/** Open the session, for commands with NEEDS_LATER. @retval as session_open */
CM_MUST_CHECK cm_err command_open(struct cli *cli);

/* A command that is one act: options and arguments become its JSON, its result is shown. */
cm_err command_act(struct cli *cli);
/** The JSON of its options and arguments, for commands that do more than show the result.
 * @retval CM_E_ARGUMENT, CM_E_NO_MEMORY, and as file_read */
CM_MUST_CHECK cm_err command_arguments(struct cli *cli, struct buffer *out);

/* The other commands, each in its file cmd_*.c with its options. */
command_fn cmd_init, cmd_plan, cmd_scheme_add, cmd_batch_add, cmd_mint, cmd_ask, cmd_decode,
    cmd_pool_add, cmd_cards_make, cmd_cards_plan, cmd_backup, cmd_restore, cmd_key_export,
    cmd_key_import, cmd_doctor, cmd_fsck, cmd_run_start, cmd_run_list, cmd_run_show, cmd_run_resume,
    cmd_run_stop, cmd_run_close, cmd_run_verify, cmd_run_void, cmd_printer_lint, cmd_printer_probe,
    cmd_printer_test;
extern const struct option_spec init_options[], plan_options[], scheme_add_options[],
    batch_add_options[], mint_options[], ask_options[], decode_options[], cards_make_options[],
    cards_plan_options[], pool_add_options[], backup_options[], restore_options[],
    key_export_options[], key_import_options[], fsck_options[], run_start_options[],
    run_show_options[], run_resume_options[], run_stop_options[], run_close_options[],
    run_verify_options[], run_void_options[], printer_test_options[];

/* Symbols. */
command_fn cmd_symbol;
extern const struct option_spec symbol_options[];
extern const struct command symbol_commands[]; /* commands_symbol.c */
command_fn cmd_proof;
extern const struct option_spec proof_options[];
extern const struct command proof_commands[]; /* commands_proof.c */

/* GS1 texts. */
command_fn cmd_gs1_parse, cmd_gs1_lint, cmd_gs1_link, cmd_gs1_coupon, cmd_gs1_list;
extern const struct option_spec gs1_lint_options[], gs1_link_options[], gs1_coupon_options[];
extern const struct command gs1_commands[]; /* commands_gs1.c */

/* Instant win. */
command_fn cmd_prize_draw, cmd_prize_reveal;
extern const struct option_spec prize_draw_options[], prize_reveal_options[];

/* Orders. */
command_fn cmd_order_lint, cmd_order_formats, cmd_order_signer, cmd_order_verify;
extern const struct option_spec order_lint_options[], order_signer_options[],
    order_verify_options[];

/* Lists of other makers. */
command_fn cmd_import;
extern const struct option_spec import_options[];
extern const struct command import_commands[]; /* commands_import.c */

/* Orders and the people who approve them. */
command_fn cmd_order_make, cmd_order_resume, cmd_order_approve, cmd_order_release, cmd_order_resend,
    cmd_order_receive, cmd_operator_key, cmd_operator_add, cmd_operator_revoke,
    cmd_operator_confirm, cmd_operator_object;
extern const struct option_spec order_make_options[], order_approve_options[],
    order_release_options[], order_resend_options[], order_receive_options[],
    operator_key_options[], operator_add_options[], operator_revoke_options[];

/* Tickets. */
command_fn cmd_ticket_issue, cmd_ticket_inspect, cmd_ticket_verify, cmd_ticket_trust,
    cmd_ticket_export;
extern const struct option_spec ticket_issue_options[], ticket_inspect_options[],
    ticket_verify_options[], ticket_trust_options[], ticket_export_options[];
extern const struct command ticket_commands[]; /* commands_ticket.c */

/* Tickets without a network. */
command_fn cmd_ticket_admit, cmd_ticket_print, cmd_ticket_sync, cmd_ticket_revoke,
    cmd_ticket_revocations, cmd_ticket_device_key, cmd_ticket_device_add;
extern const struct option_spec ticket_admit_options[], ticket_print_options[],
    ticket_sync_options[], ticket_conflicts_options[], ticket_revoke_options[],
    ticket_revocations_options[], ticket_device_key_options[], ticket_device_add_options[];
extern const struct command ticket_sync_commands[]; /* commands_ticket_sync.c */

/* Cards with a life. */
command_fn cmd_card;
extern const struct command life_commands[]; /* commands_card.c */

/* Line computers. */
command_fn cmd_run_lend, cmd_run_report, cmd_line_agent;
extern const struct option_spec run_lend_options[], line_agent_options[];

/** "test_key" from --test-key-from-file, when given. @retval as file_read */
struct json_writer;
CM_MUST_CHECK cm_err command_put_test_key(struct cli *cli, struct json_writer *w);

static inline const char *position(const struct cli *cli, size_t i) {
    return i < cli->options.position_n ? cli->options.positions[i] : NULL;
}

#endif
