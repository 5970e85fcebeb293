/* One group: touch everything, decide everything, write once, answer. Until the write nothing can
 * fail half-way; a write that fails ends the process's right to acknowledge anything. */
#include <string.h>

#include "base/log.h"

#include "engine/local_card.h"
#include "engine/local_prize.h"

/* Ours by its cipher: is it a unit that was issued? `absent` serials belong to another reader. */
static bool issued(const struct local *l, const struct resolved *r) {
    return r->serial < r->set->counters.next_serial &&
           book_bits(&l->book, r->set->number, r->serial) != UNIT_ABSENT;
}

static cm_err touch_unit(struct local *l, const struct resolved *r, enum cm_operation operation) {
    if (r->serial >= r->set->counters.next_serial) return CM_OK; /* has no page: not asked for */
    if (r->set->life != NULL) return book_touch_card(&l->book, r->set, r->serial);
    return book_touch(&l->book, r->set->number, r->serial, decide_needs_detail(operation),
                      r->has_redeemer ? r->redeemer : NULL);
}

/* A redemption that could not be told its prize would lose it. Without the seed (an older keystore)
 * the batch waits; nobody else does. */
static cm_err draw_first(struct local *l, struct resolved *r) {
    const cm_err err = prizes_ready(l, r->set);
    if (err != CM_E_NOT_FOUND && err != CM_E_STATE) return err;
    log_event(LOG_ERROR, "set %u: its prizes' seed is not in the keystore", r->set->number);
    r->verdict = CM_V_BUSY;
    r->set = NULL;
    return CM_OK;
}

cm_err group_touch(struct local *l, struct resolved *r, enum cm_operation operation) {
    TRY(touch_unit(l, r, operation));
    if (issued(l, r)) return r->set->prizes == NULL ? CM_OK : draw_first(l, r);
    *r = (struct resolved){.verdict = CM_V_NOT_A_CODE};
    return CM_OK;
}

/* Find the owner of a text: usually the unit that the opener found. */
static cm_err find_unit(struct local *l, const struct cm_call *call, size_t i, struct resolved *r) {
    while (r->verdict == CM_V_ACCEPTED) {
        TRY(touch_unit(l, r, call->requests[i].operation));
        if (issued(l, r)) return r->set->prizes == NULL ? CM_OK : draw_first(l, r);
        const struct door *door = registry_door(&l->registry, call->door);
        const uint32_t guess = r->set->kind == SET_POOL ? r->set->number : 0;
        TRY(opener_next(l->own->opener, door, &call->requests[i], r));
        if (guess == 0) continue;
        r->guess = guess; /* a number that was never given out */
        r->guess_serial = GUESS_NEVER;
    }
    if (!r->has_alias) return CM_OK;
    return alias_settle(l, registry_door(&l->registry, call->door), &call->requests[i], r);
}

static cm_err settle_unit(struct local *l, struct call_work *w, const struct cm_call *call,
                          size_t i, struct resolved *r) {
    TRY(find_unit(l, call, i, r));
    if (r->verdict != CM_V_ACCEPTED || r->set->life == NULL) return CM_OK;
    w->cards = true;
    return card_settle(l, call, i, r);
}

/* What an imported card came with cannot be read: it waits; nobody else does. */
static cm_err settle_or_wait(struct local *l, struct call_work *w, const struct cm_call *call,
                             size_t i, struct resolved *r) {
    struct cm_diag why;
    const cm_err err = settle_unit(l, w, call, i, r);
    if (err != CM_E_CORRUPT || registry_damaged_list(&l->registry, &why) == NULL) return err;
    *r = (struct resolved){.verdict = CM_V_BUSY};
    return CM_OK;
}

/* Units of a call lie all over the memory: ask for all of them before the first is looked at. */
static void prefetch_units(const struct book *b, const struct resolved *r, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (r[i].verdict == CM_V_ACCEPTED) book_prefetch(b, r[i].set->number, r[i].serial);
}

static cm_err touch_work(struct local *l, struct call_work *w) {
    TRY(book_reserve(&l->book, 2 * w->request_n + w->n));
    struct resolved *r = w->resolved;
    for (size_t c = 0; c < w->n; c++) {
        const struct cm_call *call = &w->calls[c];
        if (call->status == CM_CALL_DONE) {
            if (call->key.len > 0) TRY(book_touch_answer(&l->book, w->hashes[c].key));
            if (call->key.len > 0 && call->told != NULL)
                TRY(card_touch_replay(l, w->hashes[c].key));
            prefetch_units(&l->book, r, call->n);
            for (size_t i = 0; i < call->n; i++)
                TRY(settle_or_wait(l, w, call, i, &r[i]));
        }
        r += call->n;
    }
    return w->cards ? book_reserve_lines(&l->book, CARD_REQUEST_EVENTS * w->request_n) : CM_OK;
}

/* Why a call that would change something may not; CM_CALL_DONE when it may. */
static enum cm_call_status barred(const struct local *l, bool full) {
    if (l->restored) return CM_CALL_RESTORED;
    return full ? CM_CALL_FULL : CM_CALL_DONE;
}

static void decide_work(struct local *l, struct call_work *w, bool full, struct deciding *d) {
    struct resolved *r = w->resolved;
    for (size_t c = 0; c < w->n; c++) {
        struct cm_call *call = &w->calls[c];
        if (call->status == CM_CALL_DONE && card_call_writes(l, call))
            call->status = barred(l, full);
        if (call->status == CM_CALL_DONE)
            decide_call(d, call, r, call->key.len > 0 ? &w->hashes[c] : NULL);
        r += call->n;
    }
}

/* When was it? What the decision did not find in memory is read before the next work is decided,
 * whose requests may change it. The answers leave only when what they rest on is durable. */
static cm_err tell_time(struct local *l, struct cm_answer *a) {
    if (a->verdict != CM_V_ALREADY_REDEEMED || a->time_ms != 0) return CM_OK;
    struct unit_detail detail = {0};
    bool found = false;
    TRY(book_detail(&l->book, a->set, a->serial, &detail, &found));
    a->time_ms = detail.time_ms;
    a->use = detail.use;
    return CM_OK;
}

static void count_verdict(struct local *l, const struct cm_answer *a) {
    l->stats.verdicts[a->verdict]++;
    if (a->verdict == CM_V_ACCEPTED) return;
    refusals_count(l, a->set != 0 ? &registry_set(&l->registry, a->set)->set : NULL, a->verdict);
}

/* Whoever knows a card's number but not its PIN has not guessed the number. */
static void count_guess(struct local *l, const struct resolved *r, uint32_t actor) {
    const struct set_entry *s = r->guess != 0 ? registry_set(&l->registry, r->guess) : NULL;
    if (s == NULL || r->verdict == CM_V_ACCEPTED) return;
    if (r->guess_serial >= s->set.counters.next_serial) refusals_guess(l, r->guess, actor);
}

static cm_err count_and_tell(struct local *l, struct call_work *w) {
    const struct resolved *r = w->resolved;
    for (size_t c = 0; c < w->n; r += w->calls[c++].n) {
        if (w->calls[c].status != CM_CALL_DONE) continue;
        for (size_t i = 0; i < w->calls[c].n; i++) {
            count_verdict(l, &w->calls[c].answers[i]);
            if (r[i].guess != 0) count_guess(l, &r[i], w->calls[c].caller.actor);
            TRY(tell_time(l, &w->calls[c].answers[i]));
        }
    }
    return CM_OK;
}

cm_err group_write(struct local *l, const struct deciding *d) {
    if (d->err != CM_OK) return local_die(l, "a change could not be applied");
    if (d->count == 0) return CM_OK;
    uint64_t first = 0;
    if (journal_commit(l->journal, d->count, d->len, d->now_ms, &first) != CM_OK)
        return local_die(l, "the journal could not be written");
    l->book.sequence = first + d->count;
    l->book.time_ms = d->now_ms;
    local_count_group(l, d->len);
    l->stats.groups++;
    l->stats.events += d->count;
    return CM_OK;
}

void group_run(struct local *l, struct owner_work **works, size_t n) {
    size_t need = 0;
    for (size_t i = 0; i < n; i++)
        need += works[i]->calls->changes ? works[i]->calls->events_max : 0;
    const cm_err room = need > 0 ? journal_room(l->journal, need) : CM_OK;
    if (room == CM_E_DEAD) (void)local_die(l, "the journal could not be rolled");
    size_t cap = 0;
    struct deciding d = {.book = &l->book,
                         .registry = &l->registry,
                         .now_ms = local_now_ms(l),
                         .first_sequence = journal_next_sequence(l->journal),
                         .to = journal_payload(l->journal, &cap)};
    for (size_t i = 0; i < n; i++) {
        struct call_work *w = works[i]->calls;
        cm_err err = touch_work(l, w);
        if (err == CM_OK) {
            decide_work(l, w, room != CM_OK || fold_blocked(l), &d);
            if (count_and_tell(l, w) != CM_OK) err = local_die(l, "the image could not be read");
        }
        works[i]->work.err = err;
    }
    const cm_err written = group_write(l, &d);
    for (size_t i = 0; i < n; i++)
        if (written != CM_OK) works[i]->work.err = written;
}
