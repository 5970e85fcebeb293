/* One event applied to book and registry: on the day right after its commit, in replay again.
 * Unit events of calls are applied by the decider itself, through the same book functions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/local_card.h"
#include "engine/local_prize.h"

#define EPOCH_TEXT_CAP 64u /* bytes of the derived workspace document */

cm_err local_remember_document(struct local *l, enum document_kind kind, uint32_t id,
                               struct cm_slice text) {
    struct dirty_document *d = malloc(sizeof *d + text.len);
    if (d == NULL) return CM_E_NO_MEMORY;
    *d = (struct dirty_document){.kind = kind, .id = id, .len = text.len};
    if (text.len > 0) memcpy(d->text, text.p, text.len);
    /* Newest last, so that a fold writes them in order. */
    struct dirty_document **end = &l->documents;
    while (*end != NULL)
        end = &(*end)->next;
    *end = d;
    return CM_OK;
}

cm_err local_registry_apply(struct local *l, enum document_kind kind, uint32_t id,
                            struct cm_slice text) {
    struct cm_diag why = DIAG_INIT;
    const cm_err err = registry_apply(&l->registry, kind, id, text, &why);
    if (err == CM_OK || l->opening == NULL) return err;
    return diag_fail(l->opening, err, why.input, why.place, why.remedy, "%s", why.problem);
}

static cm_err apply_document(struct local *l, const struct document_event *e) {
    if (e->offset == 0) buffer_clear(&l->parts);
    if (l->parts.len != e->offset) return CM_E_CORRUPT; /* a part is missing */
    buffer_put(&l->parts, e->part.p, e->part.len);
    TRY(buffer_err(&l->parts));
    if (l->parts.len < e->total_len) return CM_OK;
    const struct cm_slice whole = buffer_slice(&l->parts);
    (void)pthread_rwlock_wrlock(&l->registry_lock);
    cm_err err = CM_OK;
    if (e->kind != DOCUMENT_WORKSPACE) err = local_registry_apply(l, e->kind, e->id, whole);
    (void)pthread_rwlock_unlock(&l->registry_lock);
    if (err == CM_OK) card_note_life(l, e->kind, e->id);
    if (err == CM_OK) err = local_remember_document(l, e->kind, e->id, whole);
    buffer_clear(&l->parts);
    return err;
}

static cm_err apply_issue(struct local *l, const struct issue_event *e, uint64_t sequence,
                          uint64_t time_ms) {
    struct set_entry *entry = registry_set(&l->registry, e->set);
    if (entry == NULL) return CM_E_CORRUPT;
    struct set_counters *c = &entry->set.counters;
    c->next_serial = e->first + e->count;
    c->issued += e->issued;
    c->rule_version = e->rule_version;
    entry->set.counters_dirty = true;
    if (e->skipped.len > 0) book_prize_lost(&l->book, &entry->set);
    return book_apply_issue(&l->book, e, sequence, time_ms);
}

static cm_err apply_phase(struct local *l, const struct phase_event *e) {
    struct set_entry *entry = registry_set(&l->registry, e->set);
    if (entry == NULL) return CM_E_CORRUPT;
    entry->set.counters.phase = (uint8_t)e->phase;
    if (e->shipped) entry->set.counters.shipped = 1;
    entry->set.counters_dirty = true;
    return CM_OK;
}

static cm_err apply_recall(struct local *l, const struct recall_event *e) {
    struct dirty_recall *d = malloc(sizeof *d);
    if (d == NULL) return CM_E_NO_MEMORY;
    *d = (struct dirty_recall){.next = l->recalls, .recall = *e};
    const cm_err err = registry_recall(&l->registry, e);
    if (err != CM_OK) {
        free(d);
        return err;
    }
    l->recalls = d;
    book_prize_lost(&l->book, &registry_set(&l->registry, e->set)->set);
    return CM_OK;
}

/* Whether a restored workspace has been accepted is part of the folded state. */
static cm_err apply_epoch(struct local *l, const struct epoch_event *e) {
    l->epoch = e->epoch;
    l->restored = e->restored;
    char text[EPOCH_TEXT_CAP];
    (void)snprintf(text, sizeof text, "{\"epoch\":%u,\"restored\":%s}", e->epoch,
                   e->restored ? "true" : "false");
    return local_remember_document(l, DOCUMENT_WORKSPACE, 1, slice_text(text));
}

static cm_err apply_unit(struct local *l, const struct unit_event *e, uint64_t sequence,
                         uint64_t time_ms) {
    struct set_entry *entry = registry_set(&l->registry, e->set);
    if (entry == NULL) return CM_E_CORRUPT;
    return book_apply_unit(&l->book, &entry->set, e, sequence, time_ms);
}

static cm_err apply_card(struct local *l, const struct card_event *e, uint64_t sequence,
                         uint64_t time_ms) {
    struct set_entry *entry = registry_set(&l->registry, e->set);
    if (entry == NULL) return CM_E_CORRUPT;
    return book_apply_card(&l->book, &entry->set, e, sequence, time_ms);
}

/* The card, the line that a refund gives back, and room for the line that it leaves. */
static cm_err touch_card(struct local *l, const struct card_event *e) {
    const struct set_entry *entry = registry_set(&l->registry, e->set);
    bool found = false;
    if (entry == NULL || entry->set.life == NULL || e->serial >= entry->set.counters.next_serial)
        return CM_E_CORRUPT;
    TRY(book_touch_card(&l->book, &entry->set, e->serial));
    if (e->op == CARD_REFUND)
        TRY(book_touch_line(&l->book, e->has_other ? e->other_set : e->set,
                            e->has_other ? e->other_serial : e->serial, e->reference, &found));
    return book_reserve_lines(&l->book, 1);
}

size_t local_weight(const struct event *e) {
    if (held_event(e)) return 0; /* held_event_touch makes its own room */
    return e->type == EVENT_ISSUE ? 1 + e->u.issue.skipped.len / sizeof(uint64_t) : 1;
}

cm_err local_touch(struct local *l, const struct event *e) {
    TRY(book_reserve(&l->book, local_weight(e)));
    if (e->type >= EVENT_REDEEM && e->type <= EVENT_VOID) {
        const struct unit_event *u = &e->u.unit;
        return book_touch(&l->book, u->set, u->serial, false, u->has_redeemer ? u->redeemer : NULL);
    }
    if (held_event(e)) return held_event_touch(l, e);
    if (e->type == EVENT_PRIZE) return prize_event_touch(l, &e->u.prize);
    if (e->type == EVENT_STOCK) return stock_event_touch(l, &e->u.stock);
    if (e->type == EVENT_ALIAS) return alias_event_touch(l, &e->u.alias);
    if (e->type == EVENT_CARD) return touch_card(l, &e->u.card);
    if (e->type == EVENT_ANSWER) return book_touch_answer(&l->book, e->u.answer.key);
    if (e->type != EVENT_ISSUE) return CM_OK;
    const struct cm_slice skipped = e->u.issue.skipped;
    for (size_t at = 0; at + sizeof(uint64_t) <= skipped.len; at += sizeof(uint64_t))
        TRY(book_touch(&l->book, e->u.issue.set, get_u64be(skipped.p + at), false, NULL));
    return CM_OK;
}

cm_err local_apply(struct local *l, const struct event *e, uint64_t sequence, uint64_t time_ms) {
    switch ((int)e->type) {
    case EVENT_ANSWER: book_apply_answer(&l->book, &e->u.answer); return CM_OK;
    case EVENT_CARD: return apply_card(l, &e->u.card, sequence, time_ms);
    case EVENT_ISSUE: return apply_issue(l, &e->u.issue, sequence, time_ms);
    case EVENT_PHASE: return apply_phase(l, &e->u.phase);
    case EVENT_RECALL: return apply_recall(l, &e->u.recall);
    case EVENT_HOLD:
    case EVENT_MOVE: return held_event_apply(l, e, sequence, time_ms);
    case EVENT_PRIZE: return prize_event_apply(l, &e->u.prize);
    case EVENT_STOCK: stock_event_apply(l, &e->u.stock); return CM_OK;
    case EVENT_ALIAS: alias_event_apply(l, &e->u.alias); return CM_OK;
    case EVENT_DOCUMENT: return apply_document(l, &e->u.document);
    case EVENT_EPOCH: return apply_epoch(l, &e->u.epoch);
    case EVENT_REFUSALS: return refusals_apply(l, &e->u.refusals);
    case EVENT_LOOKUP:
    case EVENT_NOTE: return CM_OK;
    default: return apply_unit(l, &e->u.unit, sequence, time_ms);
    }
}
