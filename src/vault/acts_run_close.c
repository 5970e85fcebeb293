/* A run's end: nothing is in flight any more, the stricter rule has killed what it was confirmed to
 * kill, and the report says what became of every unit. Refused: while a line still streams, and
 * what is in doubt without being told so. Reference: docs/design/acts.md, "Runs". */
#include "base/macros.h"
#include "vault/run_verify.h"
#include "vault/runs_inside.h"

#define MS_PER_MINUTE 60000u

struct closing {
    struct act *a;
    struct found_run run;
    bool only_good, confirmed, force;
    uint64_t confirm;
};
static void closing_wipe(struct closing *c) { found_run_wipe(&c->run); }

static cm_err read_args(struct closing *c) {
    static const char *const rules[] = {"default", "only-good"};
    const struct json_value args = c->a->args, confirm = json_get(args, "confirm");
    size_t rule = 0;
    if (json_present(json_get(args, "rule")))
        TRY(json_word(json_get(args, "rule"), rules, CM_ARRAY_N(rules), &rule));
    if (json_present(json_get(args, "force"))) TRY(json_bool(json_get(args, "force"), &c->force));
    c->only_good = rule == 1;
    c->confirmed = json_present(confirm);
    if (c->confirmed) TRY(json_u64(confirm, 0, INT64_MAX, &c->confirm));
    if (!c->confirmed || c->only_good) return CM_OK;
    return json_fail(confirm, CM_E_ARGUMENT, "leave it out", "only the rule only-good kills units");
}

/* Nothing that is held may be unsettled; without a line, force makes it unknown. */
static cm_err settle(struct closing *c) {
    struct act *a = c->a;
    const struct found_run *f = &c->run;
    struct run_totals t;
    TRY(engine_run_totals(a->ctx->engine, f->number, &t));
    if (runs_streaming(a, f, &t))
        return diag_fail(a->diag, CM_E_STATE, f->name, NULL,
                         "countermark run stop, and wait until it is done",
                         f->wish == WISH_RUN ? "the run is streaming"
                                             : "the line is settling what is in flight");
    if (runs_settled(&t)) return CM_OK;
    if (!c->force)
        return diag_fail(a->diag, CM_E_STATE, f->name, NULL,
                         "let its line come back, or close with --force: they become unknown",
                         "%llu units are in flight or reserved, and nobody drives the run",
                         (unsigned long long)(t.units[CM_STAGE_RESERVED] + t.units[CM_STAGE_SENT]));
    const struct run_sweep sweep = {.from = RUN_FROM(CM_STAGE_RESERVED) | RUN_FROM(CM_STAGE_SENT),
                                    .stage = CM_STAGE_UNKNOWN,
                                    .cause = CM_CAUSE_CRASH,
                                    .part = SWEEP_ALL};
    return engine_run_sweep(a->ctx->engine, f->number, a->ctx->actor, &sweep, NULL, a->diag);
}

/* The stricter rule: first it shows what it would kill, then it is told to. */
static cm_err kill(struct closing *c) {
    struct act *a = c->a;
    struct run_kill k;
    if (c->confirmed)
        return run_only_good(a->ctx->engine, c->run.number, a->ctx->actor, c->confirm, &k, a->diag);
    TRY(run_only_good_count(a->ctx->engine, c->run.number, &k, a->diag));
    if (k.verified == 0) /* says that no camera verified it */
        return run_only_good(a->ctx->engine, c->run.number, a->ctx->actor, 0, &k, a->diag);
    return diag_fail(a->diag, CM_E_ARGUMENT, c->run.name, "confirm",
                     "close it with --confirm and this number, or under the default rule",
                     "the rule only-good would make %llu codes worthless; %llu were read good",
                     (unsigned long long)k.killed, (unsigned long long)k.verified);
}

static cm_err put_report(struct closing *c) {
    struct json_writer *w = c->a->out;
    struct run_totals t;
    TRY(engine_run_totals(c->a->ctx->engine, c->run.number, &t));
    json_put_cstr(w, "run", c->run.name);
    json_put_cstr(w, "rule", c->only_good ? "only-good" : "default");
    json_put_u64(w, "reserved_total", t.reserved_total);
    json_put_u64(w, "returned", t.causes[CM_CAUSE_RETURNED]);
    json_put_u64(w, "sent_total", t.sent_total);
    json_put_u64(w, "printed", t.units[CM_STAGE_PRINTED]);
    json_put_u64(w, "good", t.units[CM_STAGE_GOOD]);
    json_put_u64(w, "rejected", t.units[CM_STAGE_REJECTED]);
    json_put_u64(w, "void", runs_voided(&t));
    json_put_u64(w, "unknown", t.units[CM_STAGE_UNKNOWN]);
    json_put_u64(w, "duplicates", runs_duplicates(c->a, &c->run));
    runs_put_reads(w, c->a, &c->run);
    json_put_u64(w, "redeemed_before_void", t.used);
    json_object_begin(w, "down");
    runs_put_down(w, c->a, &c->run, MS_PER_MINUTE);
    json_object_end(w);
    return CM_OK;
}

static cm_err run_close(struct act *a) {
    CM_CLEANUP(closing_wipe) struct closing c = {.a = a, .run = FOUND_RUN_INIT};
    TRY(read_args(&c));
    TRY(runs_named(a, &c.run));
    if (c.run.wish == WISH_CLOSED)
        return diag_fail(a->diag, CM_E_STATE, c.run.name, NULL, "'countermark run show' has it all",
                         "the run is closed already");
    TRY(settle(&c));
    if (c.only_good) TRY(kill(&c));
    TRY(runs_change(a, &c.run,
                    &(struct run_change){.wish = WISH_CLOSED,
                                         .why = "closed",
                                         .rule = c.only_good ? "only-good" : "default"}));
    TRY(put_report(&c));
    if (a->ctx->live != NULL) run_live_drop(a->ctx->live, c.run.number);
    return CM_OK;
}

const struct act_entry acts_run_close[] = {
    {"run.close", run_close, {"run", "rule", "confirm", "force"}},
    {NULL, NULL, {NULL}},
};
