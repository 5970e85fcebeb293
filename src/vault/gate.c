/* The vault's gate. A typing error is no guess: it does not pass the check character, which is
 * public. What was well-formed and not ours is one. References as in gate.h. */
#include "vault/gate.h"

void gate_init(struct gate *g, const struct vault_limits *limits) {
    *g = (struct gate){.all = gcra_of(limits->wrong_per_s, 1, 10 * limits->wrong_per_s),
                       .caller =
                           gcra_of(limits->caller_wrong_per_s, 1, 10 * limits->caller_wrong_per_s),
                       .issue = gcra_of(limits->issue_per_s, 1, 10 * limits->issue_per_s),
                       .keys = KEY_TABLE_INIT};
}

void gate_wipe(struct gate *g) { key_table_wipe(&g->keys); }

const struct key_row *gate_key(const struct gate *g, uint32_t actor) {
    size_t low = 0, high = g->keys.key_n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (g->keys.keys[middle].id < actor)
            low = middle + 1;
        else
            high = middle;
    }
    return low < g->keys.key_n && g->keys.keys[low].id == actor ? &g->keys.keys[low] : NULL;
}

uint32_t gate_rights(enum key_role role) {
    switch (role) {
    case KEY_ROLE_TILL: return CM_RIGHT_TILL;
    case KEY_ROLE_ADMIN:
    case KEY_ROLE_DESK: return CM_RIGHT_TILL | CM_RIGHT_DESK;
    case KEY_ROLE_VERIFY:
    case KEY_ROLE_REDEEM:
    case KEY_ROLE_ISSUE:
    case KEY_ROLE_LINE:
    default: return 0;
    }
}

static bool role_may(enum key_role role, enum cm_operation operation) {
    switch (operation) {
    case CM_OP_CHECK: return role != KEY_ROLE_LINE;
    case CM_OP_ACTIVATE: /* a one-time token activates without rights: the engine judges */
        return role == KEY_ROLE_REDEEM || gate_rights(role) != 0;
    case CM_OP_DEACTIVATE:
    case CM_OP_LOAD: return (gate_rights(role) & CM_RIGHT_TILL) != 0;
    case CM_OP_BLOCK:
    case CM_OP_UNBLOCK:
    case CM_OP_LOSE:
    case CM_OP_REPLACE:
    case CM_OP_RENEW_PIN: return (gate_rights(role) & CM_RIGHT_DESK) != 0;
    case CM_OP_VOID: return role == KEY_ROLE_ADMIN;
    case CM_OP_REDEEM:
    case CM_OP_RESERVE:
    case CM_OP_CONFIRM:
    case CM_OP_RELEASE:
    case CM_OP_REVERSE:
    default: return role == KEY_ROLE_REDEEM || gate_rights(role) != 0;
    }
}

bool gate_admits(const struct gate *g, struct cm_call *call) {
    const struct key_row *k = gate_key(g, call->caller.actor);
    if (k == NULL || k->brand != call->caller.brand || k->test != call->caller.test) return false;
    if (k->door != 0 && k->door != call->door) return false;
    for (size_t i = 0; i < call->n; i++)
        if (!role_may(k->role, call->requests[i].operation)) return false;
    call->caller.rights = gate_rights(k->role);
    call->caller.agent = k->agent;
    return true;
}

static size_t place_of(uint32_t actor) { return actor % GATE_CALLERS; }

bool gate_caller_is_busy(const struct gate *g, uint32_t actor, uint64_t now_us) {
    return gcra_wait_us(g->all, g->all_due, now_us) > 0 ||
           gcra_wait_us(g->caller, g->caller_due[place_of(actor)], now_us) > 0;
}

bool gate_is_busy(const struct gate *g, const struct cm_call *call, uint64_t now_us) {
    return gate_caller_is_busy(g, call->caller.actor, now_us);
}

void gate_charge_caller(struct gate *g, uint32_t actor, uint64_t wrong, uint64_t now_us) {
    uint64_t *due = &g->caller_due[place_of(actor)];
    if (wrong == 0) return;
    *due = gcra_charged(g->caller, *due, now_us, wrong);
    g->all_due = gcra_charged(g->all, g->all_due, now_us, wrong);
}

/* A wrong PIN is a guess at one. */
static bool is_wrong(enum cm_verdict v) {
    return v == CM_V_NOT_A_CODE || v == CM_V_UNKNOWN_BATCH || v == CM_V_WRONG_PIN;
}

void gate_charge(struct gate *g, const struct cm_call *call, uint64_t now_us) {
    uint64_t wrong = 0;
    for (size_t i = 0; call->status == CM_CALL_DONE && i < call->n; i++)
        wrong += is_wrong(call->answers[i].verdict);
    gate_charge_caller(g, call->caller.actor, wrong, now_us);
}
