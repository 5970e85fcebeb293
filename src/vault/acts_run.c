/* A run begun, paused, continued, stopped, and its units voided. Everything about printer, label
 * and batch is judged before the run is journaled: what the line would refuse, the operator hears
 * at once. Reference: docs/design/acts.md, "Runs". */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "vault/production.h"
#include "vault/run_check.h"
#include "vault/run_verify.h"
#include "vault/runs_inside.h"

#define NAME_TRIES    10000u
#define REASON_MAX    200u
#define CODE_TEXT_MAX 4096u /* bytes of what was scanned */
#define FOR_MAX       (REGISTRY_NAME_CAP - 1u)

/* ---- Beginning ------------------------------------------------------------------------------- */

struct starting {
    struct act *a;
    uint32_t brand;
    bool test;
    char about[REGISTRY_NAME_CAP]; /* the batch, or the scheme of a production */
    char batch[REGISTRY_NAME_CAP]; /* the one that it prints first */
    char name[REGISTRY_NAME_CAP];
    char printer[PRINTER_TEXT_CAP];
    enum run_holder holder;
    struct buffer text;
};
static void starting_wipe(struct starting *s) { buffer_free(&s->text); }

/* The batch has units left, and may be issued from. */
static cm_err take_batch(struct starting *s) {
    struct act *a = s->a;
    struct found_set found;
    uint64_t count = 0;
    TRY(act_batch(a, "batch", &found));
    if (!runs_visible(a, found.set.brand, found.set.test))
        return diag_fail(a->diag, CM_E_NOT_FOUND, NULL, NULL, NULL, "no batch is named '%s'",
                         found.name);
    const struct set_counters *c = &found.set.counters;
    const uint64_t left = found.set.quantity - c->issued;
    if (c->phase == PHASE_CLOSED)
        return diag_fail(a->diag, CM_E_STATE, found.name, NULL, "'countermark batch open' it again",
                         "the batch is closed");
    if (left == 0)
        return diag_fail(
            a->diag, CM_E_LIMIT, found.name, NULL, "make a further batch: countermark batch add",
            "all %llu codes of the batch are issued", (unsigned long long)found.set.quantity);
    const struct json_value v = json_get(a->args, "count");
    if (json_present(v)) TRY(json_u64(v, 1, SCHEME_COUNT_MAX, &count));
    if (count > left)
        return json_fail(v, CM_E_LIMIT, "ask for fewer, or make a further batch",
                         "%llu codes of batch '%s' are left", (unsigned long long)left, found.name);
    s->brand = found.set.brand;
    s->test = found.set.test;
    memcpy(s->about, found.name, sizeof s->about);
    memcpy(s->batch, found.name, sizeof s->batch);
    return CM_OK;
}

static cm_err take_production(struct starting *s, struct json_value production) {
    struct act *a = s->a;
    struct found_scheme scheme;
    struct production_day day;
    struct cm_slice line = {.len = 0};
    if (json_present(json_get(a->args, "line")))
        TRY(json_text(json_get(a->args, "line"), 1, FOR_MAX, &line));
    TRY(production_check(a, production, line, &scheme, &day));
    if (!runs_visible(a, scheme.brand, scheme.test))
        return json_fail(json_get(production, "scheme"), CM_E_NOT_FOUND, NULL,
                         "no scheme is named '%s'", scheme.name);
    s->brand = scheme.brand;
    s->test = scheme.test;
    memcpy(s->about, scheme.name, sizeof s->about);
    memcpy(s->batch, day.batch, sizeof s->batch);
    return CM_OK;
}

static cm_err take_source(struct starting *s) {
    const struct json_value production = json_get(s->a->args, "production");
    const bool batch = json_present(json_get(s->a->args, "batch"));
    if (batch && json_present(production))
        return json_fail(production, CM_E_ARGUMENT, "leave one of them out",
                         "a run prints one batch, or a production that opens batches itself");
    return json_present(production) ? take_production(s, production) : take_batch(s);
}

/* Who else has the printer, and whether the name is free. */
struct others {
    const struct starting *s;
    struct cm_slice name;
    bool taken;
};
static cm_err look_at_others(void *ctx, const struct registry *r) {
    struct others *o = ctx;
    o->taken = registry_run_named(r, o->name) != NULL;
    for (uint32_t i = 1; i < r->run_n; i++) {
        CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
        const struct run_entry *e = r->runs[i];
        struct cm_slice printer;
        if (e == NULL || e->wish == WISH_CLOSED) continue;
        TRY(json_doc_new(&doc, buffer_slice(&e->document), e->name, &JSON_LIMITS_DEFAULT, NULL));
        TRY(json_text(json_get(json_root(doc), "printer"), 1, PRINTER_URI_MAX, &printer));
        if (run_check_same(printer, slice_text(o->s->printer)))
            return diag_fail(o->s->a->diag, CM_E_BUSY, "printer", NULL,
                             "end that run first: countermark run stop, then run close",
                             "run '%s' has this printer", e->name);
    }
    return CM_OK;
}

/* BATCH-run-N; a long name of the batch is cut. */
static void name_run(struct starting *s, unsigned n) {
    char end[sizeof "-run-4294967295"];
    const size_t end_len = (size_t)snprintf(end, sizeof end, "-run-%u", n);
    const size_t len = strnlen(s->about, sizeof s->name - 1 - end_len);
    memcpy(s->name, s->about, len);
    memcpy(s->name + len, end, end_len + 1);
}

static cm_err take_name(struct starting *s) {
    struct act *a = s->a;
    struct others o = {.s = s};
    const struct json_value given = json_get(a->args, "name");
    if (json_present(given)) {
        TRY(json_copy_text(given, 1, s->name, sizeof s->name));
        o.name = slice_text(s->name);
        TRY(engine_read(a->ctx->engine, look_at_others, &o));
        if (!o.taken) return CM_OK;
        return json_fail(given, CM_E_EXISTS, "give it another name", "a run named '%s' exists",
                         s->name);
    }
    for (unsigned n = 1; n <= NAME_TRIES; n++) {
        name_run(s, n);
        o.name = slice_text(s->name);
        TRY(engine_read(a->ctx->engine, look_at_others, &o));
        if (!o.taken) return CM_OK;
    }
    return diag_fail(a->diag, CM_E_LIMIT, s->about, NULL, "give it a name: --name",
                     "there are %u runs of it", NAME_TRIES);
}

static cm_err take_holder(struct starting *s) {
    static const char *const words[RUN_HOLDER_N] = {"daemon", "here", "agent"};
    const struct json_value v = json_get(s->a->args, "holder");
    size_t holder = s->a->ctx->holder;
    if (json_present(v)) TRY(json_word(v, words, CM_ARRAY_N(words), &holder));
    s->holder = (enum run_holder)holder;
    if (s->holder == s->a->ctx->holder || s->holder == HOLDER_AGENT) return CM_OK;
    return json_fail(v, CM_E_STATE, "leave it out",
                     s->holder == HOLDER_HERE ? "a daemon has this workspace"
                                              : "no daemon has this workspace");
}

/* Members that go into the document as they were given; their kinds are judged there. */
static cm_err copy_given(struct starting *s, struct json_writer *w) {
    static const char *const keys[] = {"line",  "template", "protocol",   "window",  "rate",
                                       "count", "batch",    "production", "paced_by"};
    CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
    for (size_t i = 0; i < CM_ARRAY_N(keys); i++) {
        const struct json_value v = json_get(s->a->args, keys[i]);
        if (!json_present(v)) continue;
        buffer_clear(&value);
        TRY(json_copy_value(v, &value));
        json_put_raw(w, keys[i], buffer_slice(&value));
    }
    return CM_OK;
}

static cm_err write_document(struct starting *s) {
    static const char *const holders[RUN_HOLDER_N] = {"daemon", "here", "agent"};
    struct json_writer w = json_writer_into(&s->text, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", s->name);
    json_put_u64(&w, "brand", s->brand);
    json_put_bool(&w, "test", s->test);
    json_put_cstr(&w, "printer", s->printer);
    TRY(copy_given(s, &w));
    json_put_cstr(&w, "holder", holders[s->holder]);
    json_put_cstr(&w, "wish", run_wish_name(WISH_RUN));
    json_put_u64(&w, "started_ms", s->a->now_unix_ms);
    json_object_end(&w);
    return buffer_err(&s->text);
}

static cm_err check_document(struct starting *s) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, buffer_slice(&s->text), "run", &JSON_LIMITS_DEFAULT, s->a->diag));
    return run_check(json_root(doc), s->holder == HOLDER_DAEMON, s->a->diag);
}

static cm_err run_start(struct act *a) {
    CM_CLEANUP(starting_wipe) struct starting s = {.a = a};
    struct cm_slice printer;
    uint32_t number = 0;
    TRY(json_text(json_get(a->args, "printer"), 1, PRINTER_URI_MAX, &printer));
    TRY(run_check_printer(printer, s.printer, a->diag));
    TRY(take_source(&s));
    TRY(take_holder(&s));
    TRY(take_name(&s));
    TRY(write_document(&s));
    TRY(check_document(&s));
    TRY(engine_document(a->ctx->engine, DOCUMENT_RUN, &number, a->ctx->actor, buffer_slice(&s.text),
                        a->diag));
    json_put_cstr(a->out, "run", s.name);
    json_put_u64(a->out, "number", number);
    json_put_cstr(a->out, "batch", s.batch);
    return CM_OK;
}

/* ---- Pausing, stopping, going on ------------------------------------------------------------- */

static cm_err open_run(struct act *a, struct found_run *f) {
    TRY(runs_named(a, f));
    if (f->wish != WISH_CLOSED) return CM_OK;
    return diag_fail(a->diag, CM_E_STATE, f->name, NULL, "start another: countermark run start",
                     "the run is closed");
}

static void put_wish(struct act *a, const struct found_run *f) {
    json_put_cstr(a->out, "run", f->name);
    json_put_cstr(a->out, "wish", run_wish_name(f->wish));
}

static cm_err run_pause(struct act *a) {
    CM_CLEANUP(found_run_wipe) struct found_run f = FOUND_RUN_INIT;
    TRY(open_run(a, &f));
    if (f.wish == WISH_STOP)
        return diag_fail(a->diag, CM_E_STATE, f.name, NULL, "'countermark run resume' goes on",
                         "the run is stopped already");
    if (f.wish != WISH_PAUSE)
        TRY(runs_change(a, &f, &(struct run_change){.wish = WISH_PAUSE, .why = "paused"}));
    put_wish(a, &f);
    return CM_OK;
}

static cm_err run_stop(struct act *a) {
    CM_CLEANUP(found_run_wipe) struct found_run f = FOUND_RUN_INIT;
    TRY(open_run(a, &f));
    if (f.wish != WISH_STOP)
        TRY(runs_change(a, &f, &(struct run_change){.wish = WISH_STOP, .why = "stopped"}));
    put_wish(a, &f);
    return CM_OK;
}

/* After a jam: what came out is printed, what was behind it is void. That the printer must let go
 * of what it holds is journaled first: whatever fails behind it, nothing dead comes out of it. */
static cm_err settle_last_good(struct act *a, struct found_run *f, struct json_value v) {
    struct cm_slice code;
    struct run_settled settled;
    TRY(json_text(v, 1, CODE_TEXT_MAX, &code));
    TRY(run_find_last_good(a->ctx->engine, f->number, code, &settled, a->diag));
    TRY(runs_change(a, f, &(struct run_change){.wish = f->wish, .why = "a jam", .settled = true}));
    TRY(run_settle_last_good(a->ctx->engine, f->number, a->ctx->actor, &settled, a->diag));
    TRY(act_note(a,
                 "run %s: after a jam the last good unit was serial %llu: %llu printed, %llu void",
                 f->name, (unsigned long long)settled.serial, (unsigned long long)settled.printed,
                 (unsigned long long)settled.voided));
    json_put_u64(a->out, "printed", settled.printed);
    json_put_u64(a->out, "void", settled.voided);
    return CM_OK;
}

/* A stop that has begun is brought to its end first: the printer is being emptied. */
static cm_err check_stopped(struct act *a, const struct found_run *f) {
    struct run_totals t;
    if (f->wish != WISH_STOP) return CM_OK;
    TRY(engine_run_totals(a->ctx->engine, f->number, &t));
    if (!runs_streaming(a, f, &t)) return CM_OK;
    return diag_fail(a->diag, CM_E_BUSY, f->name, NULL,
                     "wait until 'run show' says that it is done",
                     "the run is still stopping: the line settles what is in flight");
}

static cm_err run_resume(struct act *a) {
    CM_CLEANUP(found_run_wipe) struct found_run f = FOUND_RUN_INIT;
    const struct json_value code = json_get(a->args, "last_good");
    TRY(open_run(a, &f));
    if (f.holder == HOLDER_AGENT)
        return diag_fail(a->diag, CM_E_STATE, f.name, NULL, "end it: countermark run recall",
                         "a line computer holds this run's codes");
    TRY(check_stopped(a, &f));
    if (json_present(code)) TRY(settle_last_good(a, &f, code));
    TRY(runs_change(a, &f, &(struct run_change){.wish = WISH_RUN, .resumed = true, .here = true}));
    struct live_row *row = a->ctx->live != NULL ? run_live_find(a->ctx->live, f.number) : NULL;
    if (row != NULL) row->alarm = row->done = false;
    put_wish(a, &f);
    return CM_OK;
}

/* ---- Voiding --------------------------------------------------------------------------------- */

static cm_err run_void(struct act *a) {
    static const char *const stages[] = {"unknown", "printed"};
    static const enum cm_stage of[] = {CM_STAGE_UNKNOWN, CM_STAGE_PRINTED};
    CM_CLEANUP(found_run_wipe) struct found_run f = FOUND_RUN_INIT;
    struct cm_slice reason;
    size_t stage = 0;
    uint64_t units = 0;
    TRY(open_run(a, &f));
    TRY(json_word(json_get(a->args, "stage"), stages, CM_ARRAY_N(stages), &stage));
    TRY(json_text(json_get(a->args, "reason"), 1, REASON_MAX, &reason));
    const struct run_sweep sweep = {.from = RUN_FROM(of[stage]),
                                    .stage = CM_STAGE_VOID,
                                    .cause = CM_CAUSE_OPERATOR,
                                    .part = SWEEP_ALL};
    TRY(engine_run_sweep(a->ctx->engine, f.number, a->ctx->actor, &sweep, &units, a->diag));
    TRY(act_note(a, "run %s: %llu %s units are void: %.*s", f.name, (unsigned long long)units,
                 stages[stage], (int)reason.len, (const char *)reason.p));
    json_put_cstr(a->out, "run", f.name);
    json_put_u64(a->out, "void", units);
    return CM_OK;
}

const struct act_entry acts_run[] = {
    {"run.start",
     run_start,
     {"batch", "production", "printer", "template", "protocol", "name", "line", "count", "rate",
      "window", "holder", "paced_by"}},
    {"run.pause", run_pause, {"run"}},
    {"run.stop", run_stop, {"run"}},
    {"run.resume", run_resume, {"run", "last_good"}},
    {"run.void", run_void, {"run", "stage", "reason"}},
    {NULL, NULL, {NULL}},
};
