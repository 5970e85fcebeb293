/* What a run's counts mean, for its summary and its close. References as in runs_inside.h. */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "vault/runs_inside.h"

uint64_t runs_given(const struct run_totals *t) {
    return t->reserved_total - t->causes[CM_CAUSE_RETURNED] - t->causes[CM_CAUSE_UNSENT] -
           t->causes[CM_CAUSE_CLEARED];
}

uint64_t runs_voided(const struct run_totals *t) {
    return t->units[CM_STAGE_VOID] - t->causes[CM_CAUSE_RETURNED];
}

bool runs_settled(const struct run_totals *t) {
    return t->units[CM_STAGE_RESERVED] == 0 && t->units[CM_STAGE_SENT] == 0;
}

static const struct live_row *row_of(const struct act *a, const struct found_run *f) {
    const struct run_live *l = a->ctx->live;
    if (l == NULL || l->lines == 0 || f->holder != a->ctx->holder) return NULL;
    const struct live_row *row = run_live_find(l, f->number);
    return row != NULL && row->told ? row : NULL;
}

bool runs_streaming(const struct act *a, const struct found_run *f, const struct run_totals *t) {
    const struct live_row *row = row_of(a, f);
    const bool driven = a->ctx->live != NULL && a->ctx->live->lines > 0 &&
                        f->holder == a->ctx->holder && (row == NULL || !row->done);
    return f->wish == WISH_RUN || (driven && !runs_settled(t));
}

/* ---- Summaries ------------------------------------------------------------------------------- */

struct last_set {
    uint32_t set;
    struct json_writer *w;
};

static cm_err note_set(void *ctx, const struct span *span, uint64_t units) {
    struct last_set *l = ctx;
    if (units > 0) l->set = span->set;
    return CM_OK;
}

static cm_err put_set_name(void *ctx, const struct registry *r) {
    const struct last_set *l = ctx;
    const struct set_entry *e = registry_set(r, l->set);
    if (e != NULL) json_put_cstr(l->w, "batch", e->name);
    return CM_OK;
}

/* The batch that it was started for, of a production the one that it prints from. */
static cm_err put_batch(struct act *a, const struct found_run *f) {
    struct last_set l = {.w = a->out};
    const struct cm_slice batch = runs_text(f, "batch");
    if (batch.len > 0) {
        json_put_text(a->out, "batch", batch);
        return CM_OK;
    }
    TRY(engine_run_spans(a->ctx->engine, f->number, note_set, &l));
    if (l.set != 0) return engine_read(a->ctx->engine, put_set_name, &l);
    json_put_cstr(a->out, "batch", "");
    return CM_OK;
}

static const char *state_of(const struct found_run *f, const struct run_totals *t,
                            const struct live_row *row) {
    if (f->wish == WISH_CLOSED) return "closed";
    if (f->wish == WISH_STOP && runs_settled(t)) return "done";
    if (row != NULL) return row->done ? "done" : row->state;
    return "waiting";
}

static const char *waiting_words(const struct act *a, const struct found_run *f) {
    if (f->wish == WISH_CLOSED) return "";
    if (f->holder == HOLDER_AGENT) return "a line computer prints it and reports when it returns";
    if (f->holder == HOLDER_HERE && a->ctx->holder != HOLDER_HERE)
        return "it was started without the daemon: 'countermark run resume' goes on";
    if (f->holder == HOLDER_DAEMON && a->ctx->holder != HOLDER_DAEMON)
        return "the daemon prints it, and none runs: start countermarkd";
    return f->wish == WISH_RUN ? "waiting for the line process" : "";
}

/* What the ledger knows and no printer can. */
static uint64_t lost(const struct run_totals *t) {
    return t->causes[CM_CAUSE_JOURNAL] + t->causes[CM_CAUSE_CRASH] + t->causes[CM_CAUSE_RESTORE];
}

static bool alarmed(const struct act *a, const struct found_run *f) {
    const struct live_row *row =
        a->ctx->live != NULL ? run_live_find(a->ctx->live, f->number) : NULL;
    return row != NULL && row->alarm;
}

/* What went wrong last, or else what somebody must look at. */
static void put_error(struct act *a, const struct found_run *f, const struct run_totals *t,
                      const struct live_row *row) {
    char words[LIVE_WORDS_CAP * 2] = "";
    const bool open = f->wish != WISH_CLOSED;
    if (row != NULL && row->error[0] != '\0')
        text_append(words, sizeof words, "%s", row->error);
    else if (open && alarmed(a, f))
        text_append(words, sizeof words, "a camera read a code twice, or one that is void");
    else if (open && lost(t) > 0)
        text_append(words, sizeof words,
                    "%llu units are unknown since a fall, a lost journal or a restore: verify or "
                    "void them",
                    (unsigned long long)lost(t));
    json_put_cstr(a->out, "last_error", words);
}

static void put_state(struct act *a, const struct found_run *f, const struct run_totals *t) {
    struct json_writer *w = a->out;
    const struct live_row *row = row_of(a, f);
    const struct cm_slice why = runs_text(f, "why");
    const bool open = f->wish != WISH_CLOSED;
    json_put_cstr(w, "wish", run_wish_name(f->wish));
    json_put_text(w, "why", why);
    json_put_cstr(w, "state", state_of(f, t, row));
    json_put_cstr(w, "words", row != NULL ? row->words : waiting_words(a, f));
    json_put_u64(w, "rate", row != NULL ? row->rate : 0);
    json_put_u64(w, "in_flight", row != NULL ? row->in_flight : t->units[CM_STAGE_SENT]);
    json_put_u64(w, "window", row != NULL ? row->window : runs_u64(f, "window"));
    json_put_bool(w, "attention",
                  open && ((row != NULL && row->attention) || alarmed(a, f) || lost(t) > 0));
    put_error(a, f, t, row);
    json_put_u64(w, "last_report_ms", row != NULL ? row->reported_ms : 0);
}

static void put_counts(struct json_writer *w, const struct run_totals *t) {
    json_put_u64(w, "reserved", t->units[CM_STAGE_RESERVED]);
    json_put_u64(w, "reserved_total", t->reserved_total);
    json_put_u64(w, "sent_total", t->sent_total);
    json_put_u64(w, "in_flight_total", t->units[CM_STAGE_SENT]);
    json_put_u64(w, "printed", t->units[CM_STAGE_PRINTED]);
    json_put_u64(w, "unknown", t->units[CM_STAGE_UNKNOWN]);
    json_put_u64(w, "good", t->units[CM_STAGE_GOOD]);
    json_put_u64(w, "rejected", t->units[CM_STAGE_REJECTED]);
    json_put_u64(w, "void", runs_voided(t));
    json_put_u64(w, "returned", t->causes[CM_CAUSE_RETURNED]);
}

struct brand_put {
    uint32_t brand;
    struct json_writer *w;
};
static cm_err put_brand(void *ctx, const struct registry *r) {
    const struct brand_put *b = ctx;
    for (size_t i = 0; i < r->brand_n; i++)
        if (r->brands[i]->id == b->brand) json_put_cstr(b->w, "brand", r->brands[i]->name);
    return CM_OK;
}

cm_err runs_summary(struct act *a, const struct found_run *f) {
    static const char *const holders[RUN_HOLDER_N] = {"daemon", "here", "agent"};
    struct json_writer *w = a->out;
    struct brand_put brand = {.brand = f->brand, .w = w};
    struct run_totals t;
    TRY(engine_run_totals(a->ctx->engine, f->number, &t));
    json_put_cstr(w, "run", f->name);
    json_put_u64(w, "number", f->number);
    TRY(put_batch(a, f));
    TRY(engine_read(a->ctx->engine, put_brand, &brand));
    json_put_cstr(w, "mode", mode_name(f->test));
    json_put_text(w, "line", runs_text(f, "line"));
    json_put_text(w, "printer", runs_text(f, "printer"));
    json_put_cstr(w, "holder", holders[f->holder]);
    put_state(a, f, &t);
    json_put_u64(w, "rate_limit", runs_u64(f, "rate"));
    json_put_u64(w, "count", runs_u64(f, "count"));
    put_counts(w, &t);
    json_put_u64(w, "duplicates", runs_duplicates(a, f));
    json_put_u64(w, "started_ms", runs_u64(f, "started_ms"));
    return CM_OK;
}
