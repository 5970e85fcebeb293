/* cm_engine_run in process: check the call, open its codes on the caller's thread, hand it to the
 * owner. The owner's loop is local_process; what it does with a group is local_group.c. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/local_card.h"
#include "engine/local_prize.h"

#define GROUP_WORKS_MAX 1024u

/* ---- The caller's side ------------------------------------------------------------------ */

static bool request_ok(const struct cm_request *q) {
    if ((unsigned)q->operation >= CM_OPERATION_N) return false;
    if (q->redeemer.len > CM_REDEEMER_MAX) return false;
    const bool holds = q->operation == CM_OP_RESERVE;
    return holds ? q->hold_ms >= 1 && q->hold_ms <= CM_HOLD_MS_MAX : true;
}

static bool ask_ok(const struct cm_card_ask *a) {
    return a->amount <= CM_AMOUNT_MAX && a->other.len <= CM_CARD_TEXT_MAX &&
           (unsigned)a->reason < CM_REASON_N &&
           memchr(a->currency, '\0', sizeof a->currency) != NULL;
}

static bool call_ok(const struct cm_call *call) {
    if (call->n == 0 || call->n > CM_REQUESTS_MAX || call->key.len > CM_KEY_TEXT_MAX) return false;
    for (size_t i = 0; i < call->n; i++)
        if (!request_ok(&call->requests[i]) || (call->asks != NULL && !ask_ok(&call->asks[i])))
            return false;
    return true;
}

static bool may_use(const struct cm_caller *caller, const struct door *door) {
    return door != NULL && (caller->brand == 0 || caller->brand == door->brand) &&
           caller->test == door->test;
}

/* As many neighbours as ask at the first one's door and may; 0 where the first may not. */
static size_t same_door(const struct cm_call *calls, size_t n, const struct door *door) {
    size_t k = 0;
    while (k < n && calls[k].door == calls[0].door && may_use(&calls[k].caller, door))
        k++;
    return k;
}

/* Events of cards are longer, and a wrong PIN is counted by one. */
static void make_room_for_cards(const struct local *l, struct call_work *w,
                                const struct cm_call *call) {
    w->events_max += DECIDE_CARD_CALL_MAX_LEN(call->n) - DECIDE_CALL_MAX_LEN(call->n);
    w->changes = w->changes || card_call_writes(l, call);
}

/* Under the registry's lock. */
static cm_err open_calls(const struct local *l, struct bench_place *place, struct call_work *w) {
    size_t at = 0;
    for (size_t c = 0; c < w->n;) {
        const struct door *door = registry_door(&l->registry, w->calls[c].door);
        const size_t k = same_door(w->calls + c, w->n - c, door);
        const bool cards = k > 0 && registry_door_cards(&l->registry, door);
        if (k > 0) TRY(opener_resolve(place->opener, door, w->calls + c, k, w->resolved + at));
        if (k == 0) w->calls[c].status = CM_CALL_DENIED;
        for (const size_t end = c + (k > 0 ? k : 1); c < end; c++) {
            at += w->calls[c].n;
            if (cards) make_room_for_cards(l, w, &w->calls[c]);
        }
    }
    return CM_OK;
}

static cm_err open_work(struct local *l, struct bench_place *place, struct call_work *w) {
    for (size_t c = 0; c < w->n; c++)
        w->calls[c].status = CM_CALL_DONE;
    (void)pthread_rwlock_rdlock(&l->registry_lock);
    const cm_err err = open_calls(l, place, w);
    (void)pthread_rwlock_unlock(&l->registry_lock);
    TRY(err);
    for (size_t c = 0; c < w->n; c++)
        if (w->calls[c].status == CM_CALL_DONE && w->calls[c].key.len > 0)
            TRY(bench_hash(place, &w->calls[c], &w->hashes[c]));
    return CM_OK;
}

bool call_changes(const struct cm_call *call) {
    for (size_t i = 0; i < call->n; i++)
        if (call->requests[i].operation != CM_OP_CHECK) return true;
    return false;
}

/* As many of the calls as one group takes; at least one. Their doors are not known yet. */
static struct call_work measure(struct cm_call *calls, size_t n, size_t cap_len, bool lives) {
    struct call_work w = {.calls = calls};
    size_t most = 0;
    while (w.n < n) {
        const struct cm_call *call = &calls[w.n];
        const size_t len = DECIDE_CALL_MAX_LEN(call->n);
        most += lives ? DECIDE_CARD_CALL_MAX_LEN(call->n) : len;
        if (w.n > 0 && most > cap_len) break;
        w.events_max += len;
        w.request_n += call->n;
        w.changes = w.changes || call_changes(call);
        w.n++;
    }
    return w;
}

static cm_err run_group(struct local *l, struct bench_place *place, struct call_work *w) {
    TRY(bench_room(place, w));
    TRY(open_work(l, place, w));
    struct owner_work work = {.calls = w};
    return committer_run(&l->committer, &work.work);
}

cm_err local_run(struct cm_engine *engine, struct cm_call *calls, size_t n) {
    struct local *l = local_of(engine);
    if (atomic_load(&l->dead)) return CM_E_DEAD;
    for (size_t c = 0; c < n; c++)
        if (!call_ok(&calls[c])) return CM_E_ARGUMENT;
    struct bench_place *place = NULL;
    TRY(bench_take(l, &place));
    const bool lives = atomic_load(&l->lives);
    cm_err err = CM_OK;
    for (size_t at = 0; at < n && err == CM_OK;) {
        struct call_work w = measure(calls + at, n - at, l->group_cap, lives);
        err = run_group(l, place, &w);
        at += w.n;
    }
    bench_give(l, place);
    return err;
}

cm_err local_as_owner(struct local *l, admin_fn *fn, void *ctx) {
    struct owner_work work = {.admin = fn, .admin_ctx = ctx};
    return committer_run(&l->committer, &work.work);
}

/* ---- The owner's side ------------------------------------------------------------------- */

cm_err local_die(struct local *l, const char *why) {
    if (!atomic_exchange(&l->dead, true))
        log_event(LOG_ERROR, "engine stopped: %s; outcome of the last group is unknown", why);
    return CM_E_DEAD;
}

/* Neighbouring call works that fit one group. */
static size_t gather(struct work **list, struct owner_work **out, size_t cap_len) {
    size_t n = 0, len = 0;
    while (*list != NULL && n < GROUP_WORKS_MAX) {
        struct owner_work *w = (struct owner_work *)(void *)*list;
        if (w->calls == NULL) break;
        len += w->calls->events_max;
        if (n > 0 && len > cap_len) break;
        out[n++] = w;
        *list = (*list)->next;
    }
    return n;
}

void local_process(void *ctx, struct work *list) {
    struct local *l = ctx;
    struct owner_work *group[GROUP_WORKS_MAX];
    while (list != NULL) {
        if (!atomic_load(&l->dead)) {
            fold_turn(l, false);
            cm_ignore(refusals_turn(l, false)); /* no room now: counted on, journaled later */
            prizes_turn(l);
        }
        if (atomic_load(&l->dead)) { /* perhaps in this very turn */
            list->err = CM_E_DEAD;
            list = list->next;
            continue;
        }
        const size_t n = gather(&list, group, l->group_cap);
        if (n > 0) {
            group_run(l, group, n);
            continue;
        }
        if (list == NULL) return; /* cannot be: an empty gather leaves an act in front */
        struct owner_work *admin = (struct owner_work *)(void *)list;
        list->err = admin->admin(l, admin->admin_ctx);
        list = list->next;
    }
}
