/* What the run journal knows, and what may become of it. Reference: run_journal.h. */
#include "line/run_journal.h"

#include <stdlib.h>

#include "line/run_journal_inside.h"

/* ---- What is known -------------------------------------------------------------------------- */

static struct run_past *find(const struct run_journal *j, uint32_t run) {
    for (size_t i = 0; i < j->n; i++)
        if (j->runs[i]->run == run) return j->runs[i];
    return NULL;
}

const struct run_past *run_journal_past(const struct run_journal *j, uint32_t run) {
    return find(j, run);
}

static cm_err add(struct run_journal *j, uint32_t run) {
    if (find(j, run) != NULL) return CM_OK;
    if (j->n == j->cap) {
        const size_t cap = j->cap * 2 + 8;
        struct run_past **runs = realloc(j->runs, cap * sizeof *runs);
        if (runs == NULL) return CM_E_NO_MEMORY;
        j->runs = runs;
        j->cap = cap;
    }
    struct run_past *past = calloc(1, sizeof *past);
    if (past == NULL) return CM_E_NO_MEMORY;
    past->run = run;
    j->runs[j->n++] = past;
    return CM_OK;
}

static void past_free(struct run_past *p) {
    spans_wipe(&p->spans);
    free(p->sets);
    free(p);
}

/* Note the set of a range, before anything is known of its serials. */
static cm_err note_set(struct run_past *p, uint32_t set) {
    for (size_t i = p->set_n; i > 0; i--)
        if (p->sets[i - 1] == set) return CM_OK;
    if (p->set_n == p->set_cap) {
        const size_t cap = p->set_cap * 2 + 4;
        uint32_t *sets = realloc(p->sets, cap * sizeof *sets);
        if (sets == NULL) return CM_E_NO_MEMORY;
        p->sets = sets;
        p->set_cap = cap;
    }
    p->sets[p->set_n++] = set;
    return CM_OK;
}

static cm_err drop(struct run_journal *j, uint32_t run) {
    for (size_t i = 0; i < j->n; i++) {
        if (j->runs[i]->run != run) continue;
        past_free(j->runs[i]);
        j->runs[i] = j->runs[--j->n];
    }
    return CM_OK;
}

void run_journal_clear(struct run_journal *j) {
    for (size_t i = 0; i < j->n; i++)
        past_free(j->runs[i]);
    j->n = 0;
}

/* ---- Rules ---------------------------------------------------------------------------------- */

/* The next piece of a range with one stage, or with nothing known: then stage is UINT8_MAX. */
static bool piece(const struct spans *s, const struct span *range, uint64_t *at, struct span *out) {
    const uint64_t end = range->first + range->count;
    if (*at >= end) return false;
    const size_t i = spans_from(s, range->set, *at);
    const struct span *next = i < s->n && s->p[i].set == range->set ? &s->p[i] : NULL;
    *out = (struct span){.set = range->set, .first = *at, .stage = UINT8_MAX};
    uint64_t to = end;
    if (next != NULL && next->first <= *at) {
        out->stage = next->stage;
        out->cause = next->cause;
        to = next->first + next->count;
    } else if (next != NULL) {
        to = next->first;
    }
    out->count = (to < end ? to : end) - *at;
    *at += out->count;
    return true;
}

static bool is_settled(unsigned stage) { return stage > CM_STAGE_SENT && stage < CM_STAGE_N; }

typedef bool may_fn(unsigned from, unsigned to);

static bool may_hold(unsigned from, unsigned to) {
    (void)to;
    return from == UINT8_MAX;
}

static bool may_hole(unsigned from, unsigned to) {
    (void)to;
    return from == CM_STAGE_RESERVED;
}

/* The rule that everything rests on: nothing leads to sent but reserved, and that only once. */
static bool may_send(unsigned from, unsigned to) {
    (void)to;
    return from == CM_STAGE_RESERVED || from == RUN_STAGE_HOLE;
}

static bool may_settle(unsigned from, unsigned to) {
    if (from == CM_STAGE_RESERVED) return to == CM_STAGE_VOID || to == CM_STAGE_UNKNOWN;
    return from == to || from == CM_STAGE_SENT || from == RUN_STAGE_HOLE || from == UINT8_MAX;
}

/* Whether every piece of a range may go there; *n counts them. */
static cm_err judge(const struct run_past *p, const struct span *range, may_fn *may, size_t *n) {
    if (range->count == 0 || range->first > UINT64_MAX - range->count) return CM_E_RANGE;
    uint64_t at = range->first;
    struct span part;
    for (*n = 0; piece(&p->spans, range, &at, &part); ++*n)
        if (!may(part.stage, range->stage)) return CM_E_CONFLICT;
    return CM_OK;
}

static cm_err lay_all(struct run_past *p, const struct span *range, may_fn *may) {
    size_t n = 0;
    TRY(judge(p, range, may, &n));
    return spans_put(&p->spans, range);
}

/* Holes stay holes, so that what is in flight can be counted. */
static cm_err lay_sent(struct run_past *p, const struct span *range) {
    size_t n = 0;
    TRY(judge(p, range, may_send, &n));
    TRY(spans_reserve(&p->spans, n));
    uint64_t at = range->first;
    struct span part;
    while (piece(&p->spans, range, &at, &part)) {
        if (part.stage == RUN_STAGE_HOLE) continue;
        part.stage = CM_STAGE_SENT;
        TRY(spans_put(&p->spans, &part));
    }
    return CM_OK;
}

/* A hole in front of units that are still to be sent will be journaled as sent with them. */
static bool is_awaited(const struct run_past *p, const struct span *hole) {
    const struct span *next = spans_find(&p->spans, hole->set, hole->first + hole->count);
    return next != NULL && next->stage == CM_STAGE_RESERVED;
}

/* Holes beside settled units are of no more use: they go with them, so that rows stay whole. */
static cm_err lay_fate(struct run_past *p, const struct span *range) {
    size_t n = 0;
    if (!is_settled(range->stage)) return CM_E_RANGE;
    TRY(judge(p, range, may_settle, &n));
    struct span wide = *range;
    const struct span *before =
        range->first == 0 ? NULL : spans_find(&p->spans, range->set, range->first - 1);
    const struct span *behind = spans_find(&p->spans, range->set, range->first + range->count);
    if (before != NULL && before->stage == RUN_STAGE_HOLE) {
        wide.first -= before->count;
        wide.count += before->count;
    }
    if (behind != NULL && behind->stage == RUN_STAGE_HOLE && !is_awaited(p, behind))
        wide.count += behind->count;
    return spans_put(&p->spans, &wide);
}

static cm_err forget(struct run_past *p, const struct span *range) {
    if (range->count == 0 || range->first > UINT64_MAX - range->count) return CM_E_RANGE;
    TRY(spans_reserve(&p->spans, 2)); /* what sticks out of the range on both sides */
    uint64_t at = range->first;
    struct span part;
    while (piece(&p->spans, range, &at, &part))
        if (is_settled(part.stage)) TRY(spans_cut(&p->spans, part.set, part.first, part.count));
    return CM_OK;
}

static cm_err remember(struct run_past *p, struct cm_slice bytes) {
    if (bytes.len > RUN_MEMORY_MAX) return CM_E_RANGE;
    if (bytes.len > 0) memcpy(p->memory, bytes.p, bytes.len);
    p->memory_len = bytes.len;
    return CM_OK;
}

static cm_err identify(struct run_journal *j, struct cm_slice bytes) {
    if (bytes.len > RUN_IDENTITY_MAX) return CM_E_RANGE;
    if (bytes.len > 0) memcpy(j->identity, bytes.p, bytes.len);
    j->identity_len = bytes.len;
    return CM_OK;
}

static cm_err apply_span(struct run_past *p, const struct run_record *r) {
    struct span range = r->span;
    if (r->type == RECORD_HOLD || r->type == RECORD_FATE) TRY(note_set(p, range.set));
    switch (r->type) {
    case RECORD_HOLD: range.stage = CM_STAGE_RESERVED; return lay_all(p, &range, may_hold);
    case RECORD_HOLE: range.stage = RUN_STAGE_HOLE; return lay_all(p, &range, may_hole);
    case RECORD_SENT: return lay_sent(p, &range);
    case RECORD_FATE: return lay_fate(p, &range);
    case RECORD_FORGET: return forget(p, &range);
    case RECORD_BEGIN:
    case RECORD_RUN:
    case RECORD_MEMORY:
    case RECORD_LET_GO:
    case RECORD_DROP:
    default: break;
    }
    return CM_E_FORMAT;
}

cm_err run_record_apply(struct run_journal *j, const struct run_record *r) {
    if (r->type == RECORD_BEGIN) return identify(j, r->bytes);
    if (r->type == RECORD_RUN) return add(j, r->run);
    struct run_past *p = find(j, r->run);
    if (p == NULL) return CM_E_NOT_FOUND;
    if (r->type == RECORD_DROP) return drop(j, r->run);
    if (r->type == RECORD_MEMORY) return remember(p, r->bytes);
    if (r->type == RECORD_LET_GO) p->cleared = r->number;
    if (r->type == RECORD_LET_GO) return CM_OK;
    return apply_span(p, r);
}

/* ---- Appending ------------------------------------------------------------------------------ */

/* Room first, then what is known, then the bytes: on error none of them. */
static cm_err append(struct run_journal *j, const struct run_record *r) {
    if (buffer_reserve(&j->pending, RECORD_LEN_MAX) == NULL) {
        j->pending.failed = false; /* what was there stands */
        return CM_E_NO_MEMORY;
    }
    TRY(run_record_apply(j, r));
    run_record_put(&j->pending, r);
    return CM_OK;
}

cm_err run_journal_begin(struct run_journal *j, uint32_t run) {
    if (find(j, run) != NULL) return CM_OK;
    return append(j, &(struct run_record){.type = RECORD_RUN, .run = run});
}

static cm_err check_holes(uint64_t count, const uint32_t *holes, size_t hole_n) {
    for (size_t i = 0; i < hole_n; i++)
        if (holes[i] >= count || (i > 0 && holes[i] <= holes[i - 1])) return CM_E_RANGE;
    return CM_OK;
}

cm_err run_journal_hold(struct run_journal *j, uint32_t run, uint32_t set, uint64_t first,
                        uint64_t count, const uint32_t *holes, size_t hole_n) {
    TRY(check_holes(count, holes, hole_n));
    struct run_past *p = find(j, run);
    if (p == NULL) return CM_E_NOT_FOUND;
    TRY(spans_reserve(&p->spans, hole_n + 1));
    if (buffer_reserve(&j->pending, (hole_n + 1) * RECORD_LEN_MAX) == NULL) {
        j->pending.failed = false;
        return CM_E_NO_MEMORY;
    }
    struct run_record r = {.type = RECORD_HOLD, .run = run};
    r.span = (struct span){.set = set, .first = first, .count = count};
    TRY(append(j, &r));
    r.type = RECORD_HOLE;
    for (size_t i = 0, n = 0; i < hole_n; i += n) { /* rows of them as one */
        for (n = 1; i + n < hole_n && holes[i + n] == holes[i] + n;)
            n++;
        r.span.first = first + holes[i];
        r.span.count = n;
        TRY(append(j, &r));
    }
    return CM_OK;
}

cm_err run_journal_sent(struct run_journal *j, uint32_t run, uint32_t set, uint64_t first,
                        uint64_t count) {
    struct run_record r = {.type = RECORD_SENT, .run = run};
    r.span = (struct span){.set = set, .first = first, .count = count};
    TRY(append(j, &r));
    j->urgent = true;
    return CM_OK;
}

cm_err run_journal_fate(struct run_journal *j, uint32_t run, const struct span *fate) {
    return append(j, &(struct run_record){.type = RECORD_FATE, .run = run, .span = *fate});
}

cm_err run_journal_forget(struct run_journal *j, uint32_t run, const struct span *span) {
    return append(j, &(struct run_record){.type = RECORD_FORGET, .run = run, .span = *span});
}

cm_err run_journal_memory(struct run_journal *j, uint32_t run, struct cm_slice memory) {
    const struct run_past *p = find(j, run);
    if (p != NULL && slice_equal(memory, slice_of(p->memory, p->memory_len))) return CM_OK;
    return append(j, &(struct run_record){.type = RECORD_MEMORY, .run = run, .bytes = memory});
}

cm_err run_journal_cleared(struct run_journal *j, uint32_t run, uint64_t n) {
    const struct run_past *p = find(j, run);
    if (p != NULL && p->cleared == n) return CM_OK;
    return append(j, &(struct run_record){.type = RECORD_LET_GO, .run = run, .number = n});
}

cm_err run_journal_drop(struct run_journal *j, uint32_t run) {
    return append(j, &(struct run_record){.type = RECORD_DROP, .run = run});
}

bool run_journal_is_pending(const struct run_journal *j) { return j->pending.len > 0; }
bool run_journal_is_urgent(const struct run_journal *j) { return j->urgent; }
uint64_t run_journal_commits(const struct run_journal *j) { return j->commits; }
