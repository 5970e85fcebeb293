/* A file of cards, and what became of each: a CSV with a column "number" (or "code") and, as the
 * verb takes them, "amount", "transaction", "new_number", "pin". Everything is read before the
 * first card is asked about, so that a mistake in the last line changes nothing; the verdicts
 * appear whole or not at all. The idempotency key is made of the file's hash, the options and the
 * place: the same command twice changes nothing. Numbers are never shown, not in errors either. */
#ifndef CM_CLI_CARD_FILE_H
#define CM_CLI_CARD_FILE_H

#include "cli/ask_file.h"
#include "cli/card_row.h"

#define CARD_ROUND_MAX 64u /* bytes of `round` */

struct card_file {
    const char *in, *out;
    const struct card_verb *verb;
    struct cm_card_ask usual; /* what the options ask of every card */
    const char *round;        /* tells repeated work of one file apart: --key; may be "" */
};
/** @retval CM_E_FORMAT, CM_E_LIMIT  the file cannot be read as such; nothing was asked
 * @retval CM_E_CANCELLED  stopped by Ctrl-C: run it again     @retval others  as asker_run */
CM_MUST_CHECK cm_err card_file_ask(struct asker *a, const struct card_file *f,
                                   struct ask_report *report, struct cm_diag *diag);

#endif
