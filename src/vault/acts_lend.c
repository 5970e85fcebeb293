/* Lends: a sealed range of ready codes for a line computer, its report, and its recall. The range
 * is held in the ledger before its first text is sealed; a report counts only under the lend's own
 * key; a recalled range yields nothing that was not proved to be printed before. Refused: reports
 * of other hands, and moves that no unit may make. Design: docs/design/runs.md, "Lends". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/new_file.h"
#include "base/text.h"
#include "crypto/kdf.h"
#include "crypto/seal.h"
#include "crypto/secret.h"
#include "line/lend_book.h"
#include "vault/runs_inside.h"

#define WHY_MAX   2048u
#define HOURS_MAX 744u /* a month */
#define HOUR_MS   3600000u
#define LEND_TAKE 16384u /* units of one line.take */

/* ---- Lending ----------------------------------------------------------------------------------
 */

struct lending {
    struct act *a;
    struct found_run run;
    struct seal_writer *writer;
    struct buffer line; /* holds codes */
    uint64_t until_ms, units;
    struct new_file file;
};
static void lending_wipe(struct lending *l) {
    seal_writer_close(l->writer);
    new_file_close(&l->file);
    buffer_wipe(&l->line);
    found_run_wipe(&l->run);
}

/* A key that speaks for this run's lend alone. */
static cm_err report_key(const struct act *a, uint32_t run, struct cm_key *out) {
    const struct cm_key *root = NULL;
    TRY(keystore_find(a->ctx->keystore, KEY_IDEM, 0, 1, &root));
    return kdf_derive(root, KDF_LINE_REPORT, run, 1, out);
}

/* An act on the run as its line would ask for it. */
static cm_err ask(struct act *a, const char *name, const struct buffer *args,
                  struct buffer *result) {
    struct act_context ctx = *a->ctx;
    ctx.line = true;
    ctx.holder = HOLDER_AGENT;
    TRY(buffer_err(args));
    return act_run(&ctx, slice_text(name), buffer_slice(args), result, a->diag);
}

/* The run is made as any other, but nobody here streams it. */
static cm_err start_run(struct lending *l) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct json_writer w = json_writer_into(&args, false);
    struct act *a = l->a;
    const char *key = NULL;
    uint64_t number = 0;
    json_object_begin(&w, NULL);
    for (size_t i = 0; json_present(json_member(a->args, i, &key)); i++) {
        CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
        if (strcmp(key, "hours") == 0 || strcmp(key, "certificate") == 0) continue;
        TRY(json_copy_value(json_get(a->args, key), &value));
        json_put_raw(&w, key, buffer_slice(&value));
    }
    json_put_cstr(&w, "holder", "agent");
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(act_run(a->ctx, slice_text("run.start"), buffer_slice(&args), &result, a->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "run.start", &JSON_LIMITS_DEFAULT, NULL));
    TRY(json_u64(json_get(json_root(doc), "number"), 1, UINT32_MAX, &number));
    return runs_numbered(a, (uint32_t)number, &l->run);
}

static cm_err flush(struct lending *l) {
    TRY(buffer_err(&l->line));
    TRY(seal_writer_write(l->writer, buffer_slice(&l->line), l->a->diag));
    buffer_recycle(&l->line, SIZE_MAX);
    return CM_OK;
}

/* One line of the lend is the answer of line.take as it stands. */
static cm_err seal_chunk(struct lending *l, uint64_t units, uint64_t *taken) {
    static const struct json_limits limits = {.text_max = LEND_LINE_MAX, .depth_max = 8};
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct json_writer w = json_writer_into(&args, false);
    size_t n = 0;
    json_object_begin(&w, NULL);
    json_put_u64(&w, "run", l->run.number);
    json_put_u64(&w, "units", units);
    json_object_end(&w);
    TRY(ask(l->a, "line.take", &args, &l->line));
    TRY(json_doc_new(&doc, buffer_slice(&l->line), "line.take", &limits, NULL));
    const struct json_value codes = json_get(json_root(doc), "codes"),
                            end = json_get(json_root(doc), "end");
    if (json_present(codes)) TRY(json_items(codes, 0, LEND_UNITS_MAX, &n));
    *taken = 0;
    for (size_t i = 0; i < n; i++)
        *taken += json_kind_of(json_at(codes, i)) == JSON_KIND_TEXT;
    if (*taken == 0) {
        struct cm_slice why = slice_text("no code came");
        if (json_present(end)) TRY(json_text(end, 1, WHY_MAX, &why));
        return diag_fail(l->a->diag, CM_E_LIMIT, l->run.name, NULL, "lend fewer", "%.*s",
                         (int)why.len, (const char *)why.p);
    }
    buffer_u8(&l->line, '\n');
    return flush(l);
}

static cm_err seal_all(struct lending *l) {
    CM_KEY_SCOPED struct cm_key key;
    TRY(report_key(l->a, l->run.number, &key));
    TRY(lend_put_head(&l->line, &(struct lend_head){.number = l->run.number,
                                                    .until_ms = l->until_ms,
                                                    .units = l->units,
                                                    .report_key = &key,
                                                    .run = buffer_slice(&l->run.text)}));
    TRY(flush(l));
    for (uint64_t left = l->units, taken = 0; left > 0; left -= taken)
        TRY(seal_chunk(l, left < LEND_TAKE ? left : LEND_TAKE, &taken));
    TRY(lend_put_end(&l->line, l->units));
    TRY(flush(l));
    return seal_writer_finish(l->writer, l->a->diag);
}

static cm_err choose_path(struct lending *l, char out[static NEW_FILE_PATH_CAP]) {
    TRY(act_folder(l->a, "lends"));
    const int len = snprintf(out, NEW_FILE_PATH_CAP, "%s/lends/run-%u.lend", l->a->ctx->workspace,
                             (unsigned)l->run.number);
    return len > 0 && (size_t)len < NEW_FILE_PATH_CAP ? CM_OK : CM_E_RANGE;
}

static cm_err write_file(struct lending *l, const struct recipient *to) {
    char path[NEW_FILE_PATH_CAP];
    TRY(choose_path(l, path));
    TRY(new_file_open(&l->file, path, l->a->diag));
    TRY(seal_writer_open(l->file.fd, to, &l->writer, l->a->diag));
    TRY(seal_all(l));
    return new_file_publish(&l->file, l->a->diag);
}

/* Units of a lend that nobody will print, proved by the caller. */
static cm_err end_lend(struct act *a, struct found_run *f, enum cm_cause cause, unsigned from,
                       const char *why, uint64_t *units) {
    const struct run_sweep sweep = {.from = from, .stage = CM_STAGE_VOID, .cause = cause};
    TRY(engine_run_sweep(a->ctx->engine, f->number, a->ctx->actor, &sweep, units, a->diag));
    return runs_change(a, f, &(struct run_change){.wish = WISH_STOP, .why = why});
}

static cm_err run_lend(struct act *a) {
    CM_CLEANUP(recipient_freep) struct recipient *to = NULL;
    CM_CLEANUP(lending_wipe) struct lending l = {.a = a, .file = NEW_FILE_INIT};
    struct cm_slice certificate;
    char name[RECIPIENT_NAME_CAP];
    uint64_t hours = 0;
    TRY(json_text(json_get(a->args, "certificate"), 1, ACT_ARGS_MAX, &certificate));
    TRY(json_u64(json_get(a->args, "hours"), 1, HOURS_MAX, &hours));
    TRY(json_u64(json_get(a->args, "count"), 1, LEND_UNITS_MAX, &l.units));
    TRY(recipient_from_cert(certificate, a->now_unix_s, false, &to, a->diag));
    TRY(start_run(&l));
    l.until_ms = a->now_unix_ms + hours * HOUR_MS;
    const cm_err err = write_file(&l, to);
    if (err != CM_OK) /* no text left the vault: what was held goes back as never sent */
        cm_ignore(end_lend(a, &l.run, CM_CAUSE_RETURNED, RUN_FROM(CM_STAGE_RESERVED),
                           "the lend could not be written", NULL));
    TRY(err);
    recipient_name(to, name);
    json_put_cstr(a->out, "run", l.run.name);
    json_put_cstr(a->out, "file", l.file.path);
    json_put_cstr(a->out, "recipient", name);
    json_put_u64(a->out, "units", l.units);
    json_put_u64(a->out, "until_ms", l.until_ms);
    return CM_OK;
}

/* ---- Reports ----------------------------------------------------------------------------------
 */

struct reporting {
    struct act *a;
    struct found_run run;
    struct json_doc *doc;
    struct json_value root;
    struct spans told;      /* by the report */
    struct run_move *moves; /* that the ledger lacks; n, room for cap */
    size_t n, cap;
    uint64_t contradicted; /* serials that the report calls otherwise than may be */
};
static void reporting_wipe(struct reporting *r) {
    found_run_wipe(&r->run);
    json_doc_freep(&r->doc);
    spans_wipe(&r->told);
    free(r->moves);
}

/* The report counts only under the key that its own run was lent with. */
static cm_err authenticate(struct reporting *r, struct cm_slice text) {
    CM_KEY_SCOPED struct cm_key key;
    struct cm_slice hex, format;
    struct act *a = r->a;
    uint8_t mac[REPORT_MAC_LEN], ours[REPORT_MAC_LEN];
    uint64_t number = 0;
    const struct json_limits limits = {.text_max = LEND_REPORT_MAX, .depth_max = 8};
    TRY(json_doc_new(&r->doc, text, "report", &limits, a->diag));
    r->root = json_root(r->doc);
    TRY(json_text(json_get(r->root, "format"), 1, 64, &format));
    TRY(json_u64(json_get(r->root, "number"), 1, UINT32_MAX, &number));
    TRY(json_text(json_get(a->args, "mac"), sizeof mac * 2, sizeof mac * 2, &hex));
    TRY(report_key(a, (uint32_t)number, &key));
    TRY(report_mac(&key, text, ours));
    if (hex_parse(hex, mac, sizeof mac) != CM_OK || !secret_equal(mac, ours, sizeof mac))
        return diag_fail(a->diag, CM_E_AUTH, "report", NULL,
                         "hand in the file as the agent wrote it",
                         "it was not made with the key of that lend, or was changed");
    if (!slice_equal(format, slice_text(LEND_REPORT_FORMAT)))
        return diag_fail(a->diag, CM_E_VERSION, "report", NULL, NULL, "of another format");
    return runs_numbered(a, (uint32_t)number, &r->run);
}

static cm_err add_one(struct reporting *r, const struct run_move *m) {
    if (r->n == r->cap) {
        const size_t cap = r->cap * 2 + 64;
        struct run_move *p = realloc(r->moves, cap * sizeof *p);
        if (p == NULL) return CM_E_NO_MEMORY;
        r->moves = p;
        r->cap = cap;
    }
    r->moves[r->n++] = *m;
    return CM_OK;
}

/* In pieces, as one move to void is bounded. */
static cm_err add_move(struct reporting *r, const struct span *s) {
    struct run_move m = {.set = s->set,
                         .first = s->first,
                         .stage = (enum cm_stage)s->stage,
                         .cause = (enum cm_cause)s->cause};
    for (uint64_t left = s->count; left > 0; left -= m.count, m.first += m.count) {
        m.count = left < RUN_SCRAP_MAX ? left : RUN_SCRAP_MAX;
        TRY(add_one(r, &m));
    }
    return CM_OK;
}

/* What the report says of a span of the ledger's: older news and contradictions change nothing. */
static cm_err compare(void *ctx, const struct span *now, uint64_t units) {
    struct reporting *r = ctx;
    const uint64_t end = now->first + now->count;
    (void)units;
    for (size_t i = spans_from(&r->told, now->set, now->first); i < r->told.n; i++) {
        struct span s = r->told.p[i];
        if (s.set != now->set || s.first >= end) break;
        const uint64_t to = s.first + s.count < end ? s.first + s.count : end;
        s.first = s.first > now->first ? s.first : now->first;
        s.count = to - s.first;
        if (s.stage == now->stage || s.stage == CM_STAGE_RESERVED) continue;
        if (cm_stage_may((enum cm_stage)now->stage, (enum cm_stage)s.stage))
            TRY(add_move(r, &s));
        else if (now->stage == CM_STAGE_VOID || s.stage == CM_STAGE_VOID)
            r->contradicted += s.count;
    }
    return CM_OK;
}

static cm_err apply(struct reporting *r) {
    struct act *a = r->a;
    struct cm_engine *engine = a->ctx->engine;
    TRY(engine_run_spans(engine, r->run.number, compare, r));
    for (size_t i = 0; i < r->n; i++) /* each by itself: their sum may be too much for one group */
        TRY(engine_run_move(engine, r->run.number, a->ctx->actor, &r->moves[i], 1, a->diag));
    return CM_OK;
}

/* What people see of the run until the next report. */
static cm_err show(struct reporting *r) {
    struct live_row *row = NULL;
    TRY(runs_live_row(r->a, &r->run, &row));
    TRY(json_copy_text(json_get(r->root, "state"), 0, row->state, sizeof row->state));
    TRY(json_copy_text(json_get(r->root, "words"), 0, row->words, sizeof row->words));
    TRY(json_u64(json_get(r->root, "duplicates"), 0, LIVE_COUNT_MAX, &row->duplicates));
    TRY(json_bool(json_get(r->root, "done"), &row->done));
    row->attention = row->duplicates > 0 || r->contradicted > 0;
    row->reported_ms = r->a->now_unix_ms;
    return CM_OK;
}

static cm_err run_report(struct act *a) {
    CM_CLEANUP(reporting_wipe) struct reporting r = {.a = a, .run = FOUND_RUN_INIT};
    struct cm_slice text;
    TRY(json_text(json_get(a->args, "report"), 2, LEND_REPORT_MAX, &text));
    TRY(authenticate(&r, text));
    TRY(spans_read(json_get(r.root, "spans"), false, &r.told));
    if (r.run.wish != WISH_CLOSED) TRY(apply(&r));
    TRY(show(&r));
    json_put_cstr(a->out, "run", r.run.name);
    json_put_u64(a->out, "moves", r.n);
    json_put_u64(a->out, "contradicted", r.contradicted);
    json_put_bool(a->out, "stop", r.run.wish != WISH_RUN); /* the agent ends, too */
    return CM_OK;
}

/* ---- Recall -----------------------------------------------------------------------------------
 */

/* A line computer was stolen, or its range is not to be printed any more. */
static cm_err run_recall(struct act *a) {
    CM_CLEANUP(found_run_wipe) struct found_run f = FOUND_RUN_INIT;
    const unsigned from =
        RUN_FROM(CM_STAGE_RESERVED) | RUN_FROM(CM_STAGE_SENT) | RUN_FROM(CM_STAGE_UNKNOWN);
    struct run_totals t;
    uint64_t units = 0;
    TRY(runs_named(a, &f));
    if (f.holder != HOLDER_AGENT)
        return diag_fail(a->diag, CM_E_STATE, f.name, NULL,
                         "'countermark run stop' ends it, 'countermark batch recall' voids a range",
                         "no line computer holds this run's codes");
    TRY(end_lend(a, &f, CM_CAUSE_RECALLED, from, "recalled", &units));
    TRY(engine_run_totals(a->ctx->engine, f.number, &t));
    json_put_cstr(a->out, "run", f.name);
    json_put_u64(a->out, "void", units);
    json_put_u64(a->out, "printed", t.units[CM_STAGE_PRINTED] + t.units[CM_STAGE_GOOD]);
    json_put_u64(a->out, "redeemed_before", t.used);
    return CM_OK;
}

const struct act_entry acts_lend[] = {
    {"run.lend",
     run_lend,
     {"batch", "printer", "template", "protocol", "name", "line", "count", "rate", "window",
      "hours", "certificate"}},
    {"run.report", run_report, {"report", "mac"}},
    {"run.recall", run_recall, {"run"}},
    {NULL, NULL, {NULL}},
};
