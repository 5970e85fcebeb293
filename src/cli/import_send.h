/* An import as the command sends it to the vault: rows in portions, then check, then commit, each
 * in steps, with a bar at a terminal and a way out between steps. What was sent is wiped. */
#ifndef CM_CLI_IMPORT_SEND_H
#define CM_CLI_IMPORT_SEND_H

#include "cli/command.h"
#include "cli/import_file.h"

struct import_state_word {
    char theirs[32], ours[16];
};
#define IMPORT_STATE_WORDS_MAX 16u

struct import_send {
    struct cli *cli;
    const char *name;  /* of the list */
    uint64_t job;      /* 0 = not begun */
    unsigned decimals; /* of amounts in the file */
    struct import_state_word words[IMPORT_STATE_WORDS_MAX];
    size_t word_n;
    bool bar;
    unsigned percent;   /* as shown last */
    struct buffer rows; /* a portion */
    struct buffer args, result;
};

/** "A=active,S=blocked" of --states. @retval CM_E_ARGUMENT */
CM_MUST_CHECK cm_err import_send_states(struct import_send *s, const char *spec);
/** Begin with these arguments, and send every row of a file.
 * @retval CM_E_CANCELLED  Ctrl-C: nothing was changed      @retval as the acts, import_file_next */
CM_MUST_CHECK cm_err import_send_file(struct import_send *s, struct cm_slice begin_args,
                                      struct import_file *file);
/** Check until done. @param[out] report  the JSON object of the act */
CM_MUST_CHECK cm_err import_send_check(struct import_send *s, struct buffer *report);
/** Commit until done. @param[out] number  of the list */
CM_MUST_CHECK cm_err import_send_commit(struct import_send *s, bool leave_out, uint64_t *number,
                                        uint64_t *imported);
/* Take an import that was not committed back, and wipe. */
void import_send_end(struct import_send *s);

#endif
