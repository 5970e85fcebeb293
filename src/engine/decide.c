/* states.md, cell by cell. Section numbers in the comments are those of that document. */
#include "engine/decide.h"

#include <string.h>

#include "engine/card_case.h"
#include "engine/prizes.h"
#include "engine/registry.h"
#include "ledger/event_frame.h"

/* One request being decided. */
struct asked {
    const struct cm_request *request;
    const struct resolved *unit;
    uint32_t actor;
    uint16_t item; /* EVENT_NO_ITEM without an idempotency key */
    struct cm_answer *answer;
};

bool decide_needs_detail(enum cm_operation operation) {
    /* A reversal must know how often a spent unit was used: that stands in its details. */
    return operation == CM_OP_REVERSE;
}

static struct unit_event event_of(const struct asked *a, enum event_type type, uint32_t use) {
    return (struct unit_event){.type = type,
                               .set = a->unit->set->number,
                               .serial = a->unit->serial,
                               .actor = a->actor,
                               .item = a->item,
                               .use = use};
}

static uint64_t emit(struct deciding *d, const struct asked *a, const struct unit_event *e) {
    const uint64_t sequence = d->first_sequence + d->count;
    d->len += event_put_unit(d->to + d->len, e);
    d->count++;
    const cm_err err = book_apply_unit(d->book, a->unit->set, e, sequence, d->now_ms);
    if (err != CM_OK) d->err = err;
    return sequence;
}

/* The first use of a unit that wins is told so, whenever it is told again. */
static void tell_prize(const struct asked *a) {
    const struct set *s = a->unit->set;
    if (s == NULL || s->prizes == NULL || a->answer->use != 1) return;
    const enum cm_operation op = a->request->operation;
    if (op == CM_OP_REDEEM || op == CM_OP_CONFIRM)
        a->answer->prize = prizes_of(s->prizes, a->answer->serial);
}

static void accept(struct deciding *d, const struct asked *a, const struct unit_event *e) {
    a->answer->verdict = CM_V_ACCEPTED;
    a->answer->sequence = emit(d, a, e);
    a->answer->time_ms = d->now_ms;
    a->answer->until_ms = e->until_ms;
    a->answer->use = e->use;
    tell_prize(a);
}

static void refuse(const struct asked *a, enum cm_verdict verdict, uint64_t time_ms,
                   uint64_t until_ms) {
    a->answer->verdict = verdict;
    a->answer->time_ms = time_ms;
    a->answer->until_ms = until_ms;
}

/* When it was redeemed is told as of now, if it is in memory: a later request of the same call may
 * reverse it. What is not in memory no request of this call changes; it is read afterwards. */
static void refuse_redeemed(const struct deciding *d, const struct asked *a) {
    const struct unit_detail *near =
        book_detail_near(d->book, a->unit->set->number, a->unit->serial);
    refuse(a, CM_V_ALREADY_REDEEMED, near != NULL ? near->time_ms : 0, 0);
    if (near != NULL) a->answer->use = near->use;
}

/* Section 2, rows 8 and 9. */
static bool within_terms(const struct deciding *d, const struct asked *a) {
    const struct set *s = a->unit->set;
    if (s->counters.phase == PHASE_MADE || d->now_ms < s->rule.start_ms) {
        refuse(a, CM_V_NOT_OPEN_YET, 0, s->rule.start_ms);
        return false;
    }
    const bool ended = s->rule.end_ms != 0 && d->now_ms >= s->rule.end_ms;
    const bool full = s->rule.cap != 0 && s->counters.redeemed >= s->rule.cap;
    if (s->counters.phase == PHASE_CLOSED || ended || full) {
        refuse(a, CM_V_ENDED, 0, s->rule.end_ms);
        return false;
    }
    return true;
}

/* Is the unit used up once it has been used `use` times? */
static bool used_up(const struct set *s, uint32_t use) {
    return s->rule.uses == USES_N && use >= s->rule.use_max;
}

static bool used_by_redeemer(const struct deciding *d, const struct asked *a) {
    const struct set *s = a->unit->set;
    return s->rule.uses == USES_ONCE_PER_REDEEMER && a->unit->has_redeemer &&
           book_used_by(d->book, s->number, a->unit->serial, a->unit->redeemer);
}

static void set_redeemer(struct unit_event *e, const uint8_t redeemer[static EVENT_HASH_LEN]) {
    e->has_redeemer = true;
    memcpy(e->redeemer, redeemer, sizeof e->redeemer);
}

/* Check, redeem and reserve: fresh or partly used, nothing reserved. */
static void use_or_hold(struct deciding *d, const struct asked *a, uint32_t uses) {
    if (!within_terms(d, a)) return;
    if (used_by_redeemer(d, a) || used_up(a->unit->set, uses)) {
        refuse_redeemed(d, a);
        return;
    }
    const bool reserve = a->request->operation == CM_OP_RESERVE;
    if (a->request->operation == CM_OP_CHECK) {
        refuse(a, CM_V_ACCEPTED, 0, 0);
        a->answer->use = uses;
        return;
    }
    if (a->unit->set->rule.uses == USES_ONCE_PER_REDEEMER && !a->unit->has_redeemer) {
        refuse(a, CM_V_REDEEMER_NEEDED, 0, 0);
        return;
    }
    struct unit_event e = event_of(a, reserve ? EVENT_RESERVE : EVENT_REDEEM, uses);
    if (a->unit->has_redeemer) set_redeemer(&e, a->unit->redeemer);
    if (reserve) {
        e.has_until = true;
        e.until_ms = d->now_ms + a->request->hold_ms;
    } else {
        e.use = uses + 1;
        e.spent = used_up(a->unit->set, e.use);
    }
    accept(d, a, &e);
}

static void reverse(struct deciding *d, const struct asked *a, uint32_t uses) {
    const struct set *s = a->unit->set;
    const bool per_redeemer = s->rule.uses == USES_ONCE_PER_REDEEMER;
    if (uses == 0 || (per_redeemer && !used_by_redeemer(d, a))) {
        refuse(a, CM_V_NOT_REDEEMED, 0, 0);
        return;
    }
    struct unit_event e = event_of(a, EVENT_REVERSE, uses - 1);
    if (per_redeemer) set_redeemer(&e, a->unit->redeemer);
    accept(d, a, &e);
}

static void make_void(struct deciding *d, const struct asked *a, uint32_t uses) {
    const struct unit_event e = event_of(a, EVENT_VOID, uses);
    accept(d, a, &e);
}

/* Fresh (uses = 0) and partly used units. */
static void decide_unreserved(struct deciding *d, const struct asked *a, uint32_t uses) {
    switch (a->request->operation) {
    case CM_OP_CHECK:
    case CM_OP_REDEEM:
    case CM_OP_RESERVE: use_or_hold(d, a, uses); return;
    case CM_OP_REVERSE: reverse(d, a, uses); return;
    case CM_OP_VOID: make_void(d, a, uses); return;
    case CM_OP_ACTIVATE:
    case CM_OP_DEACTIVATE:
    case CM_OP_LOAD:
    case CM_OP_BLOCK:
    case CM_OP_UNBLOCK:
    case CM_OP_LOSE:
    case CM_OP_REPLACE:
    case CM_OP_RENEW_PIN:
    case CM_OP_CONFIRM:
    case CM_OP_RELEASE:
    default: refuse(a, CM_V_NOT_RESERVED, 0, 0); return;
    }
}

static void confirm(struct deciding *d, const struct asked *a, const struct unit_extra *x) {
    struct unit_event e = event_of(a, EVENT_CONFIRM, x->uses + 1);
    e.spent = used_up(a->unit->set, e.use);
    if ((x->flags & UNIT_HAS_REDEEMER) != 0) set_redeemer(&e, x->redeemer);
    accept(d, a, &e);
}

static void decide_reserved(struct deciding *d, const struct asked *a, const struct unit_extra *x) {
    const bool mine = a->actor == 0 || a->actor == x->reserved_by;
    switch (a->request->operation) {
    case CM_OP_CONFIRM:
        if (mine)
            confirm(d, a, x);
        else
            refuse(a, CM_V_RESERVED, x->since_ms, x->reserved_until_ms);
        return;
    case CM_OP_RELEASE:
        if (mine) {
            const struct unit_event e = event_of(a, EVENT_RELEASE, x->uses);
            accept(d, a, &e);
        } else {
            refuse(a, CM_V_RESERVED, x->since_ms, x->reserved_until_ms);
        }
        return;
    case CM_OP_REVERSE: refuse(a, CM_V_NOT_REDEEMED, 0, 0); return;
    case CM_OP_VOID: make_void(d, a, x->uses); return;
    case CM_OP_ACTIVATE:
    case CM_OP_DEACTIVATE:
    case CM_OP_LOAD:
    case CM_OP_BLOCK:
    case CM_OP_UNBLOCK:
    case CM_OP_LOSE:
    case CM_OP_REPLACE:
    case CM_OP_RENEW_PIN:
    case CM_OP_CHECK:
    case CM_OP_REDEEM:
    case CM_OP_RESERVE:
    default:
        if (within_terms(d, a)) refuse(a, CM_V_RESERVED, x->since_ms, x->reserved_until_ms);
        return;
    }
}

static void decide_spent(struct deciding *d, const struct asked *a) {
    if (a->request->operation != CM_OP_REVERSE) {
        refuse_redeemed(d, a);
        return;
    }
    struct unit_detail detail = {.use = 1};
    bool found = false;
    /* Touched with its detail: it is in memory, so this cannot fail. */
    cm_ignore(book_detail(d->book, a->unit->set->number, a->unit->serial, &detail, &found));
    reverse(d, a, detail.use == 0 ? 1 : detail.use);
}

/* A reservation whose deadline passed ends by an event before anything else happens. */
static void expire(struct deciding *d, const struct asked *a, const struct unit_extra *x) {
    struct asked system = *a;
    system.item = EVENT_NO_ITEM;
    system.actor = x->reserved_by;
    const struct unit_event e = event_of(&system, EVENT_EXPIRE, x->uses);
    (void)emit(d, &system, &e);
}

/* A used unit does not become void when its ticket is taken back; reversed, it is fresh again. Its
 * ticket stays refused: devices were told that it counts no more. */
static const struct revocation *taken_back(const struct deciding *d, const struct asked *a) {
    if (!a->unit->is_ticket) return NULL;
    return revocations_find(&d->registry->revocations, a->unit->set->brand, a->unit->cti);
}

static void decide_unit(struct deciding *d, const struct asked *a) {
    if ((unsigned)a->request->operation >= CM_CODE_OPERATION_N) {
        refuse(a, CM_V_NOT_POSSIBLE, 0, 0);
        return;
    }
    const struct set *s = a->unit->set;
    const enum unit_bits bits = book_bits(d->book, s->number, a->unit->serial);
    struct unit_extra x = {0};
    if (bits == UNIT_OTHER) x = book_extra(d->book, s->number, a->unit->serial);
    if ((x.flags & UNIT_VOID) != 0) {
        refuse(a, CM_V_VOID, x.since_ms, 0);
        return;
    }
    const enum cm_operation op = a->request->operation;
    const bool gives_back = op == CM_OP_RELEASE || op == CM_OP_REVERSE || op == CM_OP_VOID;
    if (!gives_back && set_recalled(s, a->unit->serial)) {
        refuse(a, CM_V_RECALLED, 0, 0);
        return;
    }
    if (bits == UNIT_SPENT) {
        decide_spent(d, a);
        return;
    }
    const struct revocation *back = gives_back ? NULL : taken_back(d, a);
    if (back != NULL) {
        refuse(a, CM_V_VOID, back->at_ms, 0);
        return;
    }
    const bool reserved = (x.flags & UNIT_RESERVED) != 0;
    const bool live = reserved && d->now_ms < x.reserved_until_ms;
    if (live) {
        decide_reserved(d, a, &x);
        return;
    }
    if (reserved && op != CM_OP_CHECK) expire(d, a, &x);
    decide_unreserved(d, a, x.uses);
}

static void replay(const struct asked *a, const struct answer_item *item) {
    a->answer->verdict = CM_V_ACCEPTED;
    a->answer->set = item->set;
    a->answer->serial = item->serial;
    a->answer->sequence = item->sequence;
    a->answer->time_ms = item->time_ms;
    a->answer->until_ms = item->until_ms;
    a->answer->use = item->use;
    a->answer->replayed = true;
    tell_prize(a);
}

/* What was told with the first answer stands in the card's history; the text may open to nothing
 * any more: a token is used up, a name was taken away. */
static void tell_replayed(const struct deciding *d, const struct cm_call *call,
                          const struct answer_item *item, struct cm_card_told *told) {
    const struct set_entry *s = registry_set(d->registry, item->set);
    if (s == NULL || s->set.life == NULL) return;
    const bool pins = s->pool != NULL && s->pool->pool.numbers.pin_n > 0;
    const struct card_line *line = book_line(d->book, item->set, item->serial, item->sequence);
    const bool rights = call->caller.actor == 0 || call->caller.rights != 0;
    if (line != NULL) card_tell_line(line, s->set.life, rights, pins, told);
}

static void decide_card_item(struct deciding *d, const struct cm_call *call, size_t i,
                             const struct asked *a) {
    static const struct cm_card_ask nothing = {.amount = 0};
    struct cm_card_told untold;
    struct card_case c = {.d = d,
                          .request = a->request,
                          .ask = call->asks != NULL ? &call->asks[i] : &nothing,
                          .unit = a->unit,
                          .caller = &call->caller,
                          .item = a->item,
                          .answer = a->answer,
                          .told = call->told != NULL ? &call->told[i] : &untold};
    decide_card(&c);
}

static void decide_item(struct deciding *d, const struct cm_call *call,
                        const struct resolved *resolved, size_t i,
                        const struct call_hashes *hashes) {
    const struct asked a = {.request = &call->requests[i],
                            .unit = &resolved[i],
                            .actor = call->caller.actor,
                            .item = hashes != NULL ? (uint16_t)i : (uint16_t)EVENT_NO_ITEM,
                            .answer = &call->answers[i]};
    *a.answer = (struct cm_answer){.verdict = a.unit->verdict};
    if (call->told != NULL) call->told[i] = (struct cm_card_told){.card = false};
    if (hashes != NULL) {
        const struct answer_record *record = book_answer(d->book, hashes->key);
        const struct answer_item *item = record != NULL ? answer_find(record, (uint16_t)i) : NULL;
        if (item != NULL) {
            replay(&a, item);
            if (call->told != NULL) tell_replayed(d, call, item, &call->told[i]);
            return;
        }
    }
    if (a.unit->verdict != CM_V_ACCEPTED) return;
    a.answer->set = a.unit->set->number;
    a.answer->serial = a.unit->serial;
    if (a.unit->set->life != NULL)
        decide_card_item(d, call, i, &a);
    else
        decide_unit(d, &a);
}

/* The ANSWER event goes before the unit events it covers; its count is known only afterwards. It
 * is written with the count of what follows, or taken back when nothing changed. */
static void decide_keyed(struct deciding *d, struct cm_call *call, const struct resolved *resolved,
                         const struct call_hashes *hashes) {
    struct answer_event answer = {.count = UINT16_MAX};
    memcpy(answer.key, hashes->key, sizeof answer.key);
    memcpy(answer.request, hashes->request, sizeof answer.request);
    uint8_t *const at = d->to + d->len;
    const uint32_t before = d->count;
    d->len += event_put_answer(at, &answer);
    d->count++;
    book_apply_answer(d->book, &answer);
    for (size_t i = 0; i < call->n; i++)
        decide_item(d, call, resolved, i, hashes);
    d->book->answering_left = 0;
    const uint32_t changed = d->count - before - 1;
    if (changed > 0) {
        answer.count = (uint16_t)changed;
        (void)event_put_answer(at, &answer);
        return;
    }
    d->len = (size_t)(at - d->to);
    d->count = before; /* a record without items binds nobody: see book_apply_answer */
}

void decide_call(struct deciding *d, struct cm_call *call, const struct resolved *resolved,
                 const struct call_hashes *hashes) {
    call->status = CM_CALL_DONE;
    if (hashes == NULL) {
        for (size_t i = 0; i < call->n; i++)
            decide_item(d, call, resolved, i, NULL);
        return;
    }
    const struct answer_record *record = book_answer(d->book, hashes->key);
    if (record != NULL && record->n > 0 &&
        memcmp(record->request, hashes->request, sizeof record->request) != 0) {
        call->status = CM_CALL_KEY_REUSED;
        return;
    }
    decide_keyed(d, call, resolved, hashes);
}
