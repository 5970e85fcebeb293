/* One turn of the vault's loop: the calls of every frame that has arrived, from all connections,
 * decided by one engine call, and their answers. */
#ifndef CM_VAULT_TURN_H
#define CM_VAULT_TURN_H

#include "engine/channel.h"
#include "vault/copies.h"
#include "vault/gate.h"

struct vault_conn {
    struct channel channel;
    enum vault_door door;
    bool told; /* verify: has the present key table; line: has the present runs */
};

/* A frame of calls and where its answer goes. */
struct ask {
    struct vault_conn *conn;
    uint32_t number;
    struct call_list list;
    cm_err err; /* answered with a fault instead */
};

struct turn {
    struct ask *asks;
    size_t n, cap;
};

void turn_wipe(struct turn *t);
/* Forget what was answered. */
void turn_clear(struct turn *t);
/** Take one frame of calls in. A malformed one is remembered as a fault.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err turn_add(struct turn *t, struct vault_conn *conn, const struct frame *frame);
/** Decide all of it and write the answers into the connections' channels.
 * @retval CM_E_DEAD  the ledger failed; every frame was answered with that fault
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err turn_run(struct turn *t, struct cm_engine *engine, struct gate *gate,
                              struct copies *copies);
/* Put a fault in place of an answer. */
CM_MUST_CHECK cm_err turn_fault(struct vault_conn *conn, uint32_t number, cm_err err,
                                const struct cm_diag *diag);

#endif
