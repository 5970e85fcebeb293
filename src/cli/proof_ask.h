/* What a proof is made of, from the options of `proof`: a scheme of the workspace, a scheme file,
 * or an alphabet and numbers for the planner, when no scheme exists yet. Nothing is minted and
 * nothing is stored. It refuses combinations that contradict each other, and plans that do not fit.
 */
#ifndef CM_CLI_PROOF_ASK_H
#define CM_CLI_PROOF_ASK_H

#include "cli/symbol_job.h"
#include "symbol/proof.h"

struct proof_ask {
    struct scheme scheme; /* found, read, or planned */
    struct plan_column plan;
    bool planned, drafted; /* plan is set; the scheme is only an idea */
    char title[SCHEME_NAME_CAP + 64];
    struct symbol_job symbol;
    struct proof_wish wish; /* borrows from the rest */
};

/** @param[out] out  proof_ask_wipe it in every case
 * @retval CM_E_ARGUMENT, CM_E_NOT_FOUND, CM_E_FORMAT, CM_E_LIMIT, CM_E_RANGE */
CM_MUST_CHECK cm_err proof_ask(struct cli *cli, struct proof_ask *out);
void proof_ask_wipe(struct proof_ask *ask);

#endif
