/* Who gets through to the engine: the vault's own check of what an edge claims about a caller, and
 * its own ceilings on wrong answers, so that an edge in foreign hands can neither invent callers
 * nor guess faster than the operator allows. */
#ifndef CM_VAULT_GATE_H
#define CM_VAULT_GATE_H

#include "base/gcra.h"
#include "vault/vault.h"
#include "wire/key_frame.h"

#define GATE_CALLERS 1024u /* places; callers that meet in one share its allowance */

struct gate {
    struct gcra all, caller, issue;
    uint64_t all_due, issue_due, caller_due[GATE_CALLERS];
    struct key_table keys; /* owned; ascending by id */
    uint64_t busy;         /* requests answered "busy" */
};

void gate_init(struct gate *g, const struct vault_limits *limits);
void gate_wipe(struct gate *g);
/* The key of an actor, or NULL: unknown or revoked. */
const struct key_row *gate_key(const struct gate *g, uint32_t actor);
/* Whether the caller is as the registry says, at its door, within its role. If it is, what the
 * role may with cards and whose ranges it sells from are filled in: nobody else says so. */
bool gate_admits(const struct gate *g, struct cm_call *call);
/* What a role may with cards beyond redeeming them: bits of enum cm_right. */
uint32_t gate_rights(enum key_role role);
/* Whether the caller has used up its share of wrong answers of this window. */
bool gate_is_busy(const struct gate *g, const struct cm_call *call, uint64_t now_us);
/* Count the wrong answers just given. */
void gate_charge(struct gate *g, const struct cm_call *call, uint64_t now_us);
/* The same for one who asked through an act. */
bool gate_caller_is_busy(const struct gate *g, uint32_t actor, uint64_t now_us);
void gate_charge_caller(struct gate *g, uint32_t actor, uint64_t wrong, uint64_t now_us);

#endif
