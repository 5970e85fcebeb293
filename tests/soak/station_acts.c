/* References as in station_acts.h. */
#include "soak/station_acts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "doc/json_write.h"
#include "support/cm.h"
#include "support/splitmix.h"
#include "vault/run_verify.h"

#define NAME_CAP     64u
#define PROTOCOL_MAX 65536u
#define BATCH_LEAST  4000u
#define BATCH_MORE   40000u

static const char label[] = "^XA^FO40,40^A0N,30,30^FD{code}^FS^XZ";

static uint64_t draw(struct station *s, uint64_t n) { return splitmix_next(&s->rng) % n; }

/* A refusal that a person may meet; all else is a mistake of the soak or of what it tries. */
static bool refused(struct station *s, const char *act, cm_err err) {
    const struct office *o = s->office;
    if (err == CM_OK) return false;
    s->sums->refused++;
    if (err == CM_E_STATE || err == CM_E_CONFLICT || err == CM_E_NOT_FOUND) return true;
    fail_msg("line %u: %s: %s: %s: %s; %s", s->index, act, cm_err_name(err), o->diag.place,
             o->diag.problem, o->diag.remedy);
    return true;
}

bool station_act(struct station *s, const char *act, const char *last_good) {
    CM_CLEANUP(buffer_wipe) struct buffer args = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "run", s->run);
    if (last_good != NULL) json_put_cstr(&w, "last_good", last_good);
    json_object_end(&w);
    return !refused(s, act, office_act(s->office, act, buffer_slice(&args)));
}

/* ---- A run ---------------------------------------------------------------------------------- */

static void put_named(struct json_writer *w, const char *key, const char *name,
                      struct cm_slice text) {
    json_object_begin(w, key);
    json_put_cstr(w, "name", name);
    json_put_text(w, "text", text);
    json_object_end(w);
}

static void put_sku(struct station *s, struct json_writer *w) {
    static const char *const skus[] = {"cola", "tea", "water"};
    json_object_begin(w, "attributes");
    json_put_cstr(w, "sku", skus[s->index % CM_ARRAY_N(skus)]);
    json_object_end(w);
}

static void add_batch(struct station *s, char name[static NAME_CAP]) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    (void)snprintf(name, NAME_CAP, "line-%u-batch-%u", s->index, ++s->batch_n);
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "scheme", "soak");
    json_array_begin(&w, "batches");
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", name);
    put_sku(s, &w);
    json_put_cstr(&w, "date", "2026-11-18");
    json_put_u64(&w, "quantity", BATCH_LEAST + draw(s, BATCH_MORE));
    json_object_end(&w);
    json_array_end(&w);
    json_object_end(&w);
    if (refused(s, "batch.add", office_act(s->office, "batch.add", buffer_slice(&args))))
        fail_msg("line %u: no batch: %s; %s", s->index, s->office->diag.problem,
                 s->office->diag.remedy);
}

static void put_source(struct station *s, struct json_writer *w) {
    char batch[NAME_CAP];
    if (!s->production) {
        add_batch(s, batch);
        json_put_cstr(w, "batch", batch);
        return;
    }
    json_object_begin(w, "production");
    json_put_cstr(w, "scheme", "soak");
    put_sku(s, w);
    json_put_cstr(w, "zone", "Europe/Berlin");
    json_put_cstr(w, "roll_at", "00:00");
    json_put_cstr(w, "date", "today");
    json_put_cstr(w, "name", "{sku}-{date}-L{line}");
    json_object_end(w);
}

static void put_language(struct station *s, struct json_writer *w) {
    char path[1024];
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    put_named(w, "template", s->kind->message == NULL ? "label" : s->kind->message,
              slice_text(label));
    if (strcmp(s->kind->kind, "raw") != 0) return;
    (void)snprintf(path, sizeof path, CM_SOURCE_DIR "/templates/protocols/%s.protocol",
                   s->kind->grammar);
    assert_ok(file_read(path, PROTOCOL_MAX, &text, NULL));
    put_named(w, "protocol", s->kind->grammar, buffer_slice(&text));
}

bool station_begin(struct station *s) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    char printer[NAME_CAP], line[NAME_CAP];
    const bool raw = strcmp(s->kind->kind, "raw") == 0;
    (void)snprintf(printer, sizeof printer, "%s+tcp://line-%u:9100%s%s", s->kind->kind, s->index,
                   raw ? "?protocol=" : "", raw ? s->kind->grammar : "");
    (void)snprintf(line, sizeof line, "%u", s->index);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "printer", printer);
    json_put_cstr(&w, "line", line);
    put_source(s, &w);
    put_language(s, &w);
    if (draw(s, 4) == 0) json_put_u64(&w, "rate", 20 + draw(s, s->kind->rate_per_minute));
    if (draw(s, 4) == 0) json_put_u64(&w, "count", 500 + draw(s, 3000));
    json_object_end(&w);
    if (refused(s, "run.start", office_act(s->office, "run.start", buffer_slice(&args))))
        return false;
    struct cm_slice name;
    assert_ok(json_text(json_get(json_root(s->office->doc), "run"), 1, sizeof s->run - 1, &name));
    memset(s->run, 0, sizeof s->run);
    memcpy(s->run, name.p, name.len);
    s->number = (uint32_t)office_u64(s->office, "number");
    if (s->number >= OFFICE_RUNS_MAX) fail_msg("more runs than the office has room for");
    s->office->runs[s->number] = (struct office_run){.line = s->index, .lies = s->lies};
    s->sums->runs++;
    return true;
}

/* ---- Its end -------------------------------------------------------------------------------- */

/* The equation as people read it, beside the ledger's own totals. */
static void keep_report(struct station *s) {
    struct office *o = s->office;
    struct station_sums *sums = s->sums;
    struct run_totals t;
    const uint64_t sent = office_u64(o, "sent_total"), printed = office_u64(o, "printed");
    const uint64_t unknown = office_u64(o, "unknown"), good = office_u64(o, "good");
    const uint64_t rejected = office_u64(o, "rejected"), voided = office_u64(o, "void");
    assert_ok(engine_run_totals(o->world.engine, s->number, &t));
    const bool right = sent == printed + unknown + good + rejected + voided &&
                       sent == t.sent_total && printed == t.units[CM_STAGE_PRINTED] &&
                       office_u64(o, "reserved_total") == sent + office_u64(o, "returned");
    if (!right) {
        o->sums_wrong++;
        (void)fprintf(stderr, "soak: the report of run %s does not add up\n", s->run);
    }
    sums->sent += sent;
    sums->printed += printed;
    sums->unknown += unknown;
    sums->good += good;
    sums->rejected += rejected;
    sums->voided += voided;
    sums->returned += office_u64(o, "returned");
    sums->duplicates += office_u64(o, "duplicates");
    sums->closed++;
}

bool station_finish(struct station *s) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    struct run_kill kill = {.killed = 0};
    if (s->camera && draw(s, 3) == 0)
        assert_ok(run_only_good_count(s->office->world.engine, s->number, &kill, NULL));
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "run", s->run);
    if (kill.verified > 0) {
        json_put_cstr(&w, "rule", "only-good");
        json_put_u64(&w, "confirm", kill.killed);
    }
    json_object_end(&w);
    if (refused(s, "run.close", office_act(s->office, "run.close", buffer_slice(&args))))
        return false;
    s->sums->only_good += kill.verified > 0;
    keep_report(s);
    (void)office_sums(s->office, s->number);
    s->number = 0;
    return true;
}

/* ---- The camera ----------------------------------------------------------------------------- */

/* One product as the camera sees it: mostly well. */
static void put_read(struct station *s, struct json_writer *w, const char *code) {
    const uint64_t how = draw(s, 100);
    json_object_begin(w, NULL);
    if (how < 2)
        json_put_cstr(w, "read", "no-read");
    else
        json_put_cstr(w, "code", how == 2 ? "SMUDGE" : code);
    if (how == 3 || how == 4) json_put_cstr(w, "result", "bad");
    json_object_end(w);
}

void station_read(struct station *s) {
    CM_CLEANUP(buffer_wipe) struct buffer args = BUFFER_INIT;
    if (s->passed_n == 0) return;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "run", s->run);
    json_array_begin(&w, "lines");
    for (size_t i = 0; i < s->passed_n; i++) {
        put_read(s, &w, s->passed[i]);
        if (draw(s, 100) == 0) put_read(s, &w, s->passed[i]); /* the same product again */
    }
    json_array_end(&w);
    json_object_end(&w);
    if (refused(s, "run.verify", office_act(s->office, "run.verify", buffer_slice(&args)))) return;
    s->sums->reads += s->passed_n;
    s->passed_n = 0;
}
