/* The judge's own model of one unit: docs/design/states.md once more, from its text. It decides
 * nothing and stores nothing; it says whether a change was allowed and an answer true. */
#include "history.h"

static uint64_t bit_of(uint32_t redeemer) {
    return redeemer == 0 ? 0 : UINT64_C(1) << (redeemer - 1);
}

static bool used_up(const struct unit_model *u, uint32_t use_max) {
    return use_max != 0 && u->uses >= use_max;
}

static bool used_by(const struct unit_model *u, uint32_t use_max, uint32_t redeemer) {
    return use_max == 0 && (u->redeemers & bit_of(redeemer)) != 0;
}

/* One more use, by redeem or confirm. */
static enum history_rule use_once(struct unit_model *u, uint32_t use_max,
                                  const struct history_fact *fact, uint32_t redeemer) {
    if (used_up(u, use_max) || used_by(u, use_max, redeemer)) return R7_USES;
    if (fact->use != u->uses + 1) return R7_USES;
    if (fact->spent != (use_max != 0 && fact->use == use_max)) return R7_USES;
    u->uses++;
    u->redeemers |= bit_of(redeemer);
    u->reserved = false;
    return HISTORY_GOOD;
}

static enum history_rule reserve(struct unit_model *u, uint32_t use_max,
                                 const struct history_fact *fact, uint32_t redeemer) {
    if (used_up(u, use_max) || used_by(u, use_max, redeemer)) return R7_USES;
    if (fact->until_ms <= fact->time_ms || fact->use != u->uses) return R8_LEGAL_STEPS;
    u->reserved = true;
    u->holder = fact->actor;
    u->held_for = redeemer;
    u->held_as = fact->pseudonym;
    u->until_ms = fact->until_ms;
    return HISTORY_GOOD;
}

static enum history_rule reverse(struct unit_model *u, uint32_t use_max,
                                 const struct history_fact *fact, uint32_t redeemer) {
    if (u->uses == 0 || u->reserved) return R8_LEGAL_STEPS;
    if (use_max == 0 && !used_by(u, use_max, redeemer)) return R8_LEGAL_STEPS;
    if (fact->use != u->uses - 1 || fact->spent) return R7_USES;
    u->uses--;
    u->redeemers &= ~bit_of(redeemer);
    return HISTORY_GOOD;
}

/* The end of a reservation: by its holder in time, or by the clock afterwards. */
static enum history_rule end_hold(struct unit_model *u, const struct history_fact *fact) {
    if (!u->reserved || fact->use != u->uses) return R8_LEGAL_STEPS;
    const bool late = fact->time_ms >= u->until_ms;
    if (late != (fact->type == EVENT_EXPIRE)) return R8_LEGAL_STEPS;
    if (!late && fact->actor != 0 && fact->actor != u->holder) return R8_LEGAL_STEPS;
    u->reserved = false;
    return HISTORY_GOOD;
}

static enum history_rule confirm(struct unit_model *u, uint32_t use_max,
                                 const struct history_fact *fact) {
    if (!u->reserved || fact->time_ms >= u->until_ms) return R8_LEGAL_STEPS;
    if (fact->actor != 0 && fact->actor != u->holder) return R8_LEGAL_STEPS;
    if (fact->pseudonym != u->held_as) return R9_RIGHT_PERSON;
    return use_once(u, use_max, fact, u->held_for);
}

enum history_rule unit_model_step(struct unit_model *u, uint32_t use_max,
                                  const struct history_fact *fact, uint32_t redeemer) {
    if (u->is_void) return R8_LEGAL_STEPS;
    if (fact->type == EVENT_EXPIRE && fact->pseudonym != 0) return R9_RIGHT_PERSON;
    switch ((int)fact->type) {
    case EVENT_REDEEM: return u->reserved ? R8_LEGAL_STEPS : use_once(u, use_max, fact, redeemer);
    case EVENT_RESERVE: return u->reserved ? R8_LEGAL_STEPS : reserve(u, use_max, fact, redeemer);
    case EVENT_CONFIRM: return confirm(u, use_max, fact);
    case EVENT_RELEASE:
    case EVENT_EXPIRE: return end_hold(u, fact);
    case EVENT_REVERSE: return reverse(u, use_max, fact, redeemer);
    case EVENT_VOID:
        if (used_up(u, use_max)) return R8_LEGAL_STEPS;
        u->is_void = true;
        u->reserved = false;
        return HISTORY_GOOD;
    default: return R6_ORDERLY_RECORD;
    }
}

/* The verdict that the table holds for this state; CM_V_ACCEPTED where it would accept. */
static enum cm_verdict due(const struct unit_model *u, uint32_t use_max,
                           const struct history_event *e) {
    if (u->is_void) return CM_V_VOID;
    if (used_up(u, use_max)) return e->op == CM_OP_REVERSE ? CM_V_ACCEPTED : CM_V_ALREADY_REDEEMED;
    const bool held = u->reserved && e->clock_ms < u->until_ms;
    const bool mine = e->actor == 0 || e->actor == u->holder;
    switch (e->op) {
    case CM_OP_CHECK:
    case CM_OP_REDEEM:
    case CM_OP_RESERVE:
        if (held) return CM_V_RESERVED;
        return used_by(u, use_max, e->redeemer) ? CM_V_ALREADY_REDEEMED : CM_V_ACCEPTED;
    case CM_OP_CONFIRM:
    case CM_OP_RELEASE:
        if (!held) return CM_V_NOT_RESERVED;
        return mine ? CM_V_ACCEPTED : CM_V_RESERVED;
    case CM_OP_REVERSE:
        if (held || u->uses == 0) return CM_V_NOT_REDEEMED;
        return use_max == 0 && !used_by(u, use_max, e->redeemer) ? CM_V_NOT_REDEEMED
                                                                 : CM_V_ACCEPTED;
    case CM_OP_VOID: return CM_V_ACCEPTED;
    case CM_OP_ACTIVATE:
    case CM_OP_DEACTIVATE:
    case CM_OP_LOAD:
    case CM_OP_BLOCK:
    case CM_OP_UNBLOCK:
    case CM_OP_LOSE:
    case CM_OP_REPLACE:
    case CM_OP_RENEW_PIN:
    default: return CM_V_NOT_POSSIBLE;
    }
}

bool unit_model_explains(const struct unit_model *u, uint32_t use_max,
                         const struct history_event *e) {
    if (due(u, use_max, e) != e->verdict) return false;
    /* "Already redeemed" counts the uses; "accepted" of a check tells how many there were. */
    return e->verdict != CM_V_ALREADY_REDEEMED || used_by(u, use_max, e->redeemer) ||
           e->use == u->uses;
}
