/* What earlier lives left: the ledger's view and the journal's are brought together, units in
 * flight go to the driver, units that never left are asked for again. References as in run.h;
 * cases: docs/design/runs.md, "After a restart". */
#include <stdlib.h>

#include "base/checked.h"
#include "base/log.h"
#include "line/run_inside.h"

#define FLIGHTS_MAX 1048576u /* units in flight; windows are far smaller */

/* ---- What the ledger holds and the journal cannot account for ------------------------------- */

struct account {
    struct run *r;
    bool known;        /* the journal had the run before this life */
    struct spans held; /* reserved in the ledger */
    uint64_t lost;     /* serials that nobody can account for */
};

static cm_err read_range(struct json_value v, struct span *out) {
    uint64_t set = 0;
    size_t n = 0;
    TRY(json_items(v, 3, 3, &n));
    TRY(json_u64(json_at(v, 0), 0, UINT32_MAX, &set));
    TRY(json_u64(json_at(v, 1), 0, INT64_MAX, &out->first));
    TRY(json_u64(json_at(v, 2), 1, INT64_MAX, &out->count));
    out->set = (uint32_t)set;
    return CM_OK;
}

/* A journal that had the run has every unit that was ever sent: what it does not know never left.
 * Without such a journal everything may have left. */
static void settle_strange(struct account *a, const struct span *range, bool sent) {
    struct span fate = *range;
    const bool returned = a->known && !sent;
    fate.stage = returned ? CM_STAGE_VOID : CM_STAGE_UNKNOWN;
    fate.cause = returned ? CM_CAUSE_RETURNED : CM_CAUSE_JOURNAL;
    if (!returned) a->lost += range->count;
    run_settle(a->r, &fate);
}

static cm_err compare(struct account *a, const struct span *range, bool sent) {
    const struct run_past *p = run_journal_past(a->r->journal, a->r->number);
    const uint64_t end = range->first + range->count;
    for (uint64_t at = range->first; at < end;) {
        const size_t i = spans_from(&p->spans, range->set, at);
        const bool same = i < p->spans.n && p->spans.p[i].set == range->set;
        const uint64_t begins = same ? p->spans.p[i].first : end;
        if (begins <= at) { /* the journal knows */
            at = begins + p->spans.p[i].count;
            continue;
        }
        struct span part = *range;
        part.first = at;
        part.count = (begins < end ? begins : end) - at;
        at += part.count;
        settle_strange(a, &part, sent);
    }
    if (sent) return CM_OK;
    struct span held = *range;
    held.stage = CM_STAGE_RESERVED;
    return spans_put(&a->held, &held);
}

static cm_err compare_list(struct account *a, struct json_value list, bool sent) {
    size_t n = 0;
    if (!json_present(list)) return CM_OK;
    TRY(json_items(list, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct span range = {.set = 0};
        TRY(read_range(json_at(list, i), &range));
        TRY(compare(a, &range, sent));
    }
    return CM_OK;
}

/* ---- What the journal holds ----------------------------------------------------------------- */

/* The next part of a range, from *at on, that is not held; false when there is none. */
static bool next_unheld(const struct spans *held, const struct span *range, uint64_t *at,
                        struct span *part) {
    const uint64_t end = range->first + range->count;
    while (*at < end) {
        const size_t k = spans_from(held, range->set, *at);
        const bool same = k < held->n && held->p[k].set == range->set;
        const uint64_t begins = same && held->p[k].first < end ? held->p[k].first : end;
        if (begins > *at) {
            *part = (struct span){.set = range->set,
                                  .stage = CM_STAGE_VOID,
                                  .cause = CM_CAUSE_RETURNED,
                                  .first = *at,
                                  .count = begins - *at};
            *at = begins;
            return true;
        }
        *at = begins + held->p[k].count;
    }
    return false;
}

/* Reserved here but not there: the ledger has settled it meanwhile; it must not be sent. */
static cm_err drop_unheld(struct account *a) {
    CM_CLEANUP(spans_wipe) struct spans gone = SPANS_INIT;
    const struct run_past *p = run_journal_past(a->r->journal, a->r->number);
    for (size_t i = 0; i < p->spans.n; i++) {
        const struct span *s = &p->spans.p[i];
        uint64_t at = s->first;
        struct span part;
        while (s->stage == CM_STAGE_RESERVED && next_unheld(&a->held, s, &at, &part))
            TRY(spans_put(&gone, &part));
    }
    for (size_t i = 0; i < gone.n; i++) {
        TRY(run_journal_fate(a->r->journal, a->r->number, &gone.p[i]));
        TRY(run_journal_forget(a->r->journal, a->r->number, &gone.p[i]));
    }
    return CM_OK;
}

/* Call for every span of a run, in the order of sending. */
typedef cm_err visit_fn(struct run *r, const struct span *span, void *ctx);

static cm_err in_order(struct run *r, visit_fn *visit, void *ctx) {
    const struct run_past *p = run_journal_past(r->journal, r->number);
    for (size_t k = 0; k < p->set_n; k++) {
        size_t i = spans_from(&p->spans, p->sets[k], 0);
        for (; i < p->spans.n && p->spans.p[i].set == p->sets[k]; i++)
            TRY(visit(r, &p->spans.p[i], ctx));
    }
    return CM_OK;
}

static cm_err count_pieces(struct run *r, const struct span *s, void *ctx) {
    size_t *n = ctx;
    (void)r;
    return checked_add_size(*n, 1 + (size_t)(s->count / RUN_TAKE_MAX), n) ? CM_OK : CM_E_NO_MEMORY;
}

/* Ranges to ask for again; holes among them belong to them. */
static cm_err put_again(struct run *r, const struct span *s, void *ctx) {
    (void)ctx;
    if (s->stage != CM_STAGE_RESERVED && s->stage != RUN_STAGE_HOLE) return CM_OK;
    for (uint64_t at = 0; at < s->count;) {
        struct run_ask *last = r->again_n == 0 ? NULL : &r->again[r->again_n - 1];
        const bool goes_on = last != NULL && last->set == s->set && last->count < RUN_TAKE_MAX &&
                             last->first + last->count == s->first + at;
        if (!goes_on) {
            last = &r->again[r->again_n++];
            *last = (struct run_ask){.again = true, .set = s->set, .first = s->first + at};
        }
        const uint64_t room = RUN_TAKE_MAX - last->count;
        const uint64_t n = s->count - at < room ? s->count - at : room;
        last->count += (uint32_t)n;
        at += n;
    }
    return CM_OK;
}

static cm_err list_again(struct run *r) {
    size_t pieces = 0;
    TRY(in_order(r, count_pieces, &pieces));
    if (pieces == 0) return CM_OK;
    r->again = calloc(pieces, sizeof *r->again);
    return r->again == NULL ? CM_E_NO_MEMORY : in_order(r, put_again, NULL);
}

struct flights {
    struct unit_past *p;
    size_t n;
};

static cm_err put_flight(struct run *r, const struct span *s, void *ctx) {
    struct flights *f = ctx;
    if (s->stage != CM_STAGE_SENT) return CM_OK;
    for (uint64_t k = 0; k < s->count; k++)
        f->p[f->n++].serial = key_of(s->set, s->first + k);
    return spans_put(&r->past, s);
}

/* What is in flight is the driver's to settle. */
static cm_err hand_over(struct run *r) {
    const struct run_past *p = run_journal_past(r->journal, r->number);
    const uint64_t n = spans_count(&p->spans, CM_STAGE_SENT);
    if (n == 0) return CM_OK;
    if (n > FLIGHTS_MAX) return CM_E_CORRUPT;
    struct flights f = {.p = calloc((size_t)n, sizeof *f.p)};
    if (f.p == NULL) return CM_E_NO_MEMORY;
    cm_err err = in_order(r, put_flight, &f);
    const struct cm_slice memory = slice_of(p->memory, p->memory_len);
    if (err == CM_OK) err = driver_remember(r->driver, memory, f.p, f.n);
    free(f.p);
    return err;
}

/* A list without them, taken for an empty one, would make units forgotten that may be on paper. */
static bool tells_holds(struct json_value held) {
    return json_kind_of(json_get(held, "reserved")) == JSON_KIND_ARRAY &&
           json_kind_of(json_get(held, "sent")) == JSON_KIND_ARRAY;
}

cm_err run_account(struct run *r, struct json_value held, bool known) {
    struct account a = {.r = r, .known = known};
    const struct run_past *p = run_journal_past(r->journal, r->number);
    if (p->spans.n > 0 && !tells_holds(held))
        return json_fail(held, CM_E_FORMAT, NULL, "it does not say what the run holds");
    cm_err err = compare_list(&a, json_get(held, "reserved"), false);
    if (err == CM_OK) err = compare_list(&a, json_get(held, "sent"), true);
    if (err == CM_OK) err = drop_unheld(&a);
    if (err == CM_OK) err = list_again(r);
    if (err == CM_OK) err = hand_over(r);
    spans_wipe(&a.held);
    if (a.lost > 0) {
        r->attention = true;
        run_set_error(r, "%llu units are unknown: the line journal that knew them is lost",
                      (unsigned long long)a.lost);
        log_event(LOG_ERROR, "run %s: %s", r->name, r->error);
    }
    return err;
}
