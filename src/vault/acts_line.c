/* What whoever drives a printer asks for: units of its run, held by the run in the ledger before
 * their texts leave, and the texts of units again that it holds and has not sent. Refused: runs
 * that another drives, runs that are not to run, serials that the run does not hold as reserved.
 * Reference: docs/design/acts.md, "Runs". */
#include <string.h>

#include "base/macros.h"
#include "vault/minter.h"
#include "vault/production.h"
#include "vault/runs_inside.h"

#define TAKE_MAX      16384u /* units of one act */
#define MS_PER_MINUTE 60000u
#define NEAR_ROLL_N   64u /* units before a roll while no rate is known */
#define NEAR_ROLL_MS  10000u
#define HELD_MAX      262144u /* units that a run may hold unsettled: what a stolen line has */

struct taking {
    struct act *a;
    struct found_run run;
    uint64_t wanted, waiting; /* waiting: that the line has and has not sent */
    uint32_t set;
    uint64_t until_ms; /* 0: the batch does not roll */
    bool grows;        /* a full batch is made larger */
    char end[DIAG_PART_CAP];
};
static void taking_wipe(struct taking *t) { found_run_wipe(&t->run); }

static void end(struct taking *t, const char *why) {
    const size_t len = strnlen(why, sizeof t->end - 1);
    memcpy(t->end, why, len);
    t->end[len] = '\0';
}

/* ---- Answers --------------------------------------------------------------------------------- */

struct words {
    struct json_writer *w;
    uint32_t set;
};

static void put_groups(struct json_writer *w, const struct cm_scheme_numbers *n) {
    if (n->group[0] == 0) return;
    json_array_begin(w, "groups");
    for (size_t i = 0; i < CM_GROUPS_MAX && n->group[i] != 0; i++)
        json_put_u64(w, NULL, n->group[i]);
    json_array_end(w);
    json_put_text(w, "separator", slice_of(&n->group_separator, 1));
}

/* What labels say of the batch (line/fields.h), corrections of words laid over what was made. */
static cm_err put_words(void *ctx, const struct registry *r) {
    static const char *const keys[] = {"product", "gtin", "date"};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    const struct words *words = ctx;
    struct json_writer *w = words->w;
    const struct set_entry *e = registry_set(r, words->set);
    TRY(json_doc_new(&doc, buffer_slice(&e->description), e->name, &JSON_LIMITS_DEFAULT, NULL));
    const struct json_value made = json_root(doc), mended = json_get(made, "corrected");
    json_object_begin(w, "batch");
    json_put_cstr(w, "name", e->name);
    for (size_t i = 0; i < CM_ARRAY_N(keys); i++) {
        struct cm_slice text;
        const struct json_value v = json_get(mended, keys[i]);
        const struct json_value shown = json_present(v) ? v : json_get(made, keys[i]);
        if (json_present(shown) && json_text(shown, 0, SIZE_MAX, &text) == CM_OK)
            json_put_text(w, keys[i], text);
    }
    put_groups(w, registry_scheme(r, e->set.of)->numbers);
    json_object_end(w);
    return CM_OK;
}

static cm_err put_answer(struct taking *t, const struct minter_rows *rows) {
    struct json_writer *w = t->a->out;
    struct words words = {.w = w, .set = t->set};
    json_put_u64(w, "run", t->run.number);
    if (rows->n == 0 && t->end[0] != '\0') json_put_cstr(w, "end", t->end);
    if (rows->n > 0) {
        json_put_u64(w, "set", t->set);
        json_put_u64(w, "first", rows->first);
        TRY(engine_read(t->a->ctx->engine, put_words, &words));
    }
    json_put_u64(w, "count", rows->n);
    json_array_begin(w, "codes");
    for (size_t i = 0; i < rows->n; i++)
        if (rows->skip[i] != 0)
            json_put_null(w, NULL);
        else
            json_put_text(w, NULL, slice_of(rows->texts + i * rows->code_len, rows->code_len));
    json_array_end(w);
    if (t->until_ms != 0) json_put_u64(w, "until_ms", t->until_ms);
    return CM_OK;
}

/* ---- Taking ---------------------------------------------------------------------------------- */

/* What the operator's order leaves, and what a line may have in its hands. */
static cm_err limit_by_totals(struct taking *t) {
    struct run_totals totals;
    const uint64_t count = runs_u64(&t->run, "count");
    TRY(engine_run_totals(t->a->ctx->engine, t->run.number, &totals));
    const uint64_t held = totals.units[CM_STAGE_RESERVED] + totals.units[CM_STAGE_SENT];
    const uint64_t given = runs_given(&totals);
    if (held + t->wanted > HELD_MAX)
        return diag_fail(t->a->diag, CM_E_BUSY, t->run.name, NULL, "report what became of them",
                         "the run holds %llu units that are not settled", (unsigned long long)held);
    if (count > 0 && given >= count) end(t, "all units of the order are given");
    if (count > 0 && t->wanted > count - (given < count ? given : count))
        t->wanted = count - (given < count ? given : count);
    return CM_OK;
}

/* Towards the end of a production day only what will still be printed is given, less what waits on
 * the line already. */
static void limit_by_roll(struct taking *t) {
    const struct run_live *live = t->a->ctx->live;
    const struct live_row *row = live != NULL ? run_live_find(live, t->run.number) : NULL;
    const uint64_t now_ms = t->a->now_unix_ms;
    const uint64_t left_ms = t->until_ms > now_ms ? t->until_ms - now_ms : 0;
    uint64_t rate = row != NULL ? row->rate : 0;
    if (rate == 0) rate = runs_u64(&t->run, "rate");
    uint64_t most = left_ms < NEAR_ROLL_MS ? NEAR_ROLL_N : TAKE_MAX;
    if (rate > 0)
        most = left_ms / MS_PER_MINUTE * rate + left_ms % MS_PER_MINUTE * rate / MS_PER_MINUTE;
    most = most > t->waiting ? most - t->waiting : 0;
    if (most == 0 && t->waiting == 0) most = 1; /* no line stands for want of a code */
    if (t->wanted > most) t->wanted = most;
}

static cm_err choose_batch(struct taking *t) {
    struct act *a = t->a;
    const struct json_value production = json_get(t->run.root, "production");
    const struct cm_slice line = runs_text(&t->run, "line");
    struct production_day day;
    if (!json_present(production)) return act_set_named(a, runs_text(&t->run, "batch"), &t->set);
    TRY(production_now(a, production, line, &day));
    TRY(production_batch(a, production, line, &day, &t->set));
    t->until_ms = day.until_ms;
    t->grows = runs_u64(&t->run, "count") == 0 || !json_present(json_get(production, "quantity"));
    if (t->until_ms != 0) limit_by_roll(t);
    return CM_OK;
}

/* From now on no file of this batch is written. */
struct phase_look {
    uint32_t set;
    struct set_counters counters;
    char name[REGISTRY_NAME_CAP];
};
static cm_err look_at_phase(void *ctx, const struct registry *r) {
    struct phase_look *p = ctx;
    const struct set_entry *e = registry_set(r, p->set);
    if (e == NULL) return CM_E_NOT_FOUND;
    p->counters = e->set.counters;
    memcpy(p->name, e->name, sizeof p->name);
    return CM_OK;
}
static cm_err hand_out(struct taking *t, enum batch_phase *phase) {
    struct phase_look p = {.set = t->set};
    TRY(engine_read(t->a->ctx->engine, look_at_phase, &p));
    *phase = (enum batch_phase)p.counters.phase;
    if (*phase == PHASE_CLOSED)
        return diag_fail(t->a->diag, CM_E_STATE, p.name, NULL, "'countermark batch open' it again",
                         "the batch is closed");
    const struct phase_event shipped = {
        .set = t->set, .actor = t->a->ctx->actor, .phase = *phase, .shipped = true};
    return p.counters.shipped != 0 ? CM_OK : engine_phase(t->a->ctx->engine, &shipped, t->a->diag);
}

/* A production whose codes are to redeem from the first label on: once the run holds units of it, a
 * batch may be opened. */
static cm_err open_batch(struct taking *t, enum batch_phase phase) {
    bool open = false;
    const struct json_value v = json_get(json_get(t->run.root, "production"), "open");
    const struct phase_event event = {
        .set = t->set, .actor = t->a->ctx->actor, .phase = PHASE_OPEN, .shipped = true};
    if (json_present(v)) TRY(json_bool(v, &open));
    if (!open || phase != PHASE_MADE) return CM_OK;
    return engine_phase(t->a->ctx->engine, &event, t->a->diag);
}

static cm_err open_minter(struct taking *t, struct minter **out) {
    const struct minter_options options = {.engine = t->a->ctx->engine,
                                           .keystore = t->a->ctx->keystore,
                                           .set = t->set,
                                           .actor = t->a->ctx->actor,
                                           .run = t->run.number};
    return minter_open(out, &options, t->a->diag);
}

/* Nothing is left of the batch: the reason, or more room. */
static cm_err refill(struct taking *t, struct minter **m) {
    if (minter_left(*m) > 0) return CM_OK;
    if (!t->grows) {
        end(t, "all codes of the batch are given");
        return CM_OK;
    }
    const cm_err err = production_extend(t->a, t->set);
    if (err == CM_E_LIMIT && t->a->diag != NULL) {
        end(t, t->a->diag->problem);
        *t->a->diag = (struct cm_diag)DIAG_INIT;
        return CM_OK;
    }
    TRY(err);
    minter_close(*m);
    *m = NULL;
    return open_minter(t, m);
}

static cm_err give(struct taking *t, struct minter **m, struct minter_rows *rows) {
    enum batch_phase phase = PHASE_MADE;
    TRY(hand_out(t, &phase));
    TRY(open_minter(t, m));
    TRY(refill(t, m));
    do /* where filters forbid every serial of a chunk, the next one */
        TRY(minter_next(*m, t->wanted, rows, t->a->diag));
    while (rows->n > 0 && rows->units == 0);
    return rows->n > 0 ? open_batch(t, phase) : CM_OK;
}

static cm_err check_wish(const struct taking *t) {
    if (t->run.wish == WISH_RUN) return CM_OK;
    return diag_fail(t->a->diag, CM_E_STATE, t->run.name, NULL, "'countermark run resume' goes on",
                     "the run is to %s", run_wish_name(t->run.wish));
}

static cm_err line_take(struct act *a) {
    CM_CLEANUP(taking_wipe) struct taking t = {.a = a, .run = FOUND_RUN_INIT};
    CM_CLEANUP(minter_closep) struct minter *m = NULL;
    struct minter_rows rows = {.n = 0};
    uint64_t number = 0;
    TRY(json_u64(json_get(a->args, "run"), 1, UINT32_MAX, &number));
    TRY(json_u64(json_get(a->args, "units"), 1, TAKE_MAX, &t.wanted));
    if (json_present(json_get(a->args, "waiting")))
        TRY(json_u64(json_get(a->args, "waiting"), 0, INT64_MAX, &t.waiting));
    TRY(runs_of_line(a, (uint32_t)number, &t.run));
    TRY(check_wish(&t));
    TRY(limit_by_totals(&t));
    if (t.wanted > 0) TRY(choose_batch(&t));
    if (t.wanted > 0) TRY(give(&t, &m, &rows));
    return put_answer(&t, &rows);
}

/* ---- Again ----------------------------------------------------------------------------------- */

struct set_look {
    const char *name;
    uint32_t *set; /* 0: there is none */
};
static cm_err look_for_set(void *ctx, const struct registry *r) {
    const struct set_look *l = ctx;
    const struct set_entry *e = registry_set_named(r, slice_text(l->name));
    *l->set = e != NULL ? e->set.number : 0;
    return CM_OK;
}

struct covered {
    uint32_t set;
    uint64_t next, end; /* serials from `next` on are still to be found */
};

static cm_err cover(void *ctx, const struct span *span, uint64_t units) {
    struct covered *c = ctx;
    (void)units;
    if (span->set == c->set && span->stage == CM_STAGE_RESERVED && span->first <= c->next &&
        c->next - span->first < span->count)
        c->next = span->first + span->count;
    return CM_OK;
}

/* Units of a production day that is over must not be sent any more: their end lies in the past. */
static cm_err limit_again(struct taking *t) {
    struct act *a = t->a;
    const struct json_value production = json_get(t->run.root, "production");
    struct production_day day;
    uint32_t today = 0;
    if (!json_present(production)) return CM_OK;
    TRY(production_now(a, production, runs_text(&t->run, "line"), &day));
    if (day.until_ms == 0) return CM_OK;
    TRY(engine_read(a->ctx->engine, look_for_set,
                    &(struct set_look){.name = day.batch, .set = &today}));
    t->until_ms = today == t->set ? day.until_ms : a->now_unix_ms;
    return CM_OK;
}

/* What a backup has as reserved may have been printed since: nothing changes by giving its text, so
 * that no event would refuse it. */
static cm_err check_accepted(const struct taking *t) {
    if (!engine_restored(t->a->ctx->engine)) return CM_OK;
    return diag_fail(t->a->diag, CM_E_STATE, t->run.name, NULL,
                     "accept the loss first: countermark restore accept",
                     "the workspace was restored: what was reserved may have been sent");
}

static cm_err line_again(struct act *a) {
    CM_CLEANUP(taking_wipe) struct taking t = {.a = a, .run = FOUND_RUN_INIT};
    CM_CLEANUP(minter_closep) struct minter *m = NULL;
    struct minter_rows rows;
    uint64_t number = 0, set = 0, first = 0, count = 0;
    TRY(json_u64(json_get(a->args, "run"), 1, UINT32_MAX, &number));
    TRY(json_u64(json_get(a->args, "set"), 1, UINT32_MAX, &set));
    TRY(json_u64(json_get(a->args, "first"), 0, INT64_MAX >> 1, &first));
    TRY(json_u64(json_get(a->args, "count"), 1, TAKE_MAX, &count));
    TRY(runs_of_line(a, (uint32_t)number, &t.run));
    TRY(check_accepted(&t));
    t.set = (uint32_t)set;
    struct covered c = {.set = t.set, .next = first, .end = first + count};
    TRY(engine_run_spans(a->ctx->engine, t.run.number, cover, &c));
    if (c.next < c.end)
        return diag_fail(a->diag, CM_E_CONFLICT, t.run.name, NULL, NULL,
                         "serial %llu of set %u is not reserved for this run",
                         (unsigned long long)c.next, t.set);
    TRY(limit_again(&t));
    TRY(open_minter(&t, &m));
    TRY(minter_again(m, &(struct issued_range){.first = first, .count = count}, &rows));
    return put_answer(&t, &rows);
}

const struct act_entry acts_line[] = {
    {"line.take", line_take, {"run", "units", "waiting"}},
    {"line.again", line_again, {"run", "set", "first", "count"}},
    {"line.report", line_report, {"runs"}},
    {NULL, NULL, {NULL}},
};
