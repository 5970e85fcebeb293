/* References as in office.h. */
#include "soak/office.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/macros.h"
#include "doc/json_write.h"
#include "line/lines.h"
#include "support/cm.h"
#include "support/must.h"
#include "vault/acts.h"
#include "vault/run_list.h"

#define SEGMENT_LEN 16777216u
#define US_PER_MS   1000u
#define START_MS    (WORLD_NOW_MS + 41000000u) /* 2026-11-18T23:30 in Berlin */
#define ANSWER_MAX  ((size_t)16 << 20)

/* Roomy, so that no soak uses it up: a batch a line and day, and one a run. */
static const char scheme[] =
    "{\"format\":\"countermark-scheme-1\",\"id\":0,\"name\":\"soak\",\"mode\":\"TEST\","
    "\"key_version\":1,\"technology\":\"inkjet\",\"alphabet\":{\"preset\":\"default\"},"
    "\"length\":14,\"check\":\"prime\",\"attributes\":[{\"name\":\"sku\",\"place\":"
    "\"registered\",\"room\":64,\"values\":[\"cola\",\"tea\",\"water\"]}],\"date\":{\"place\":"
    "\"inline\",\"epoch\":\"2026-01-01\",\"days\":1000},\"batches\":16384,\"serials\":131072,"
    "\"filter\":{\"words\":1,\"rotation\":true},\"tables\":1,\"volume\":20000000,"
    "\"odds\":1000000}";

static void drop_result(struct office *o) {
    json_doc_free(o->doc);
    o->doc = NULL;
    buffer_clear(&o->result);
}

static void add_scheme(struct office *o) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "document", scheme);
    json_put_cstr(&w, "input", "soak.json");
    json_object_end(&w);
    const cm_err err = office_act(o, "scheme.add", buffer_slice(&args));
    if (err != CM_OK) fail_msg("the scheme: %s: %s", o->diag.place, o->diag.problem);
}

uint64_t office_now_ms(const struct office *o) {
    return START_MS + loop_now_us(o->loop) / US_PER_MS;
}

void office_open(struct office *o, struct judge *judge, const struct loop *loop) {
    *o = (struct office){.judge = judge, .loop = loop, .world.segment_len = SEGMENT_LEN};
    world_make(&o->world, 8, 4096);
    o->runs = must_calloc(OFFICE_RUNS_MAX, sizeof *o->runs);
    add_scheme(o);
}

void office_close(struct office *o) {
    drop_result(o);
    buffer_wipe(&o->result);
    run_live_wipe(&o->live);
    free(o->runs);
    world_remove(&o->world);
}

void office_reopen(struct office *o) {
    run_live_wipe(&o->live);
    world_close(&o->world);
    world_open(&o->world);
}

/* ---- Acts ----------------------------------------------------------------------------------- */

static cm_err act(struct office *o, bool line, const char *name, struct cm_slice args,
                  struct buffer *result, struct cm_diag *diag) {
    o->world.now_ms = office_now_ms(o);
    struct act_context ctx = {.engine = o->world.engine,
                              .keystore = o->world.keystore,
                              .workspace = o->world.dir,
                              .now_ms = o->world.now_ms,
                              .line = line,
                              .holder = HOLDER_DAEMON,
                              .live = &o->live};
    return act_run(&ctx, slice_text(name), args, result, diag);
}

cm_err office_act(struct office *o, const char *name, struct cm_slice args) {
    drop_result(o);
    o->diag = (struct cm_diag)DIAG_INIT;
    const cm_err err = act(o, false, name, args, &o->result, &o->diag);
    if (err == CM_OK)
        assert_ok(
            json_doc_new(&o->doc, buffer_slice(&o->result), name, &JSON_LIMITS_DEFAULT, NULL));
    return err;
}

uint64_t office_u64(const struct office *o, const char *key) {
    uint64_t value = 0;
    if (json_u64(json_get(json_root(o->doc), key), 0, INT64_MAX, &value) != CM_OK)
        fail_msg("no number %s", key);
    return value;
}

/* ---- Sums ----------------------------------------------------------------------------------- */

bool office_sums(struct office *o, uint32_t run) {
    struct run_totals t;
    struct office_run *seen = &o->runs[run];
    assert_ok(engine_run_totals(o->world.engine, run, &t));
    const uint64_t *u = t.units, returned = t.causes[CM_CAUSE_RETURNED];
    const uint64_t settled = u[CM_STAGE_PRINTED] + u[CM_STAGE_UNKNOWN] + u[CM_STAGE_GOOD] +
                             u[CM_STAGE_REJECTED] + u[CM_STAGE_VOID] - returned;
    const bool right = t.sent_total == u[CM_STAGE_SENT] + settled &&
                       t.reserved_total == t.sent_total + u[CM_STAGE_RESERVED] + returned &&
                       t.reserved_total >= seen->reserved_total && t.sent_total >= seen->sent_total;
    if (!right) {
        o->sums_wrong++;
        (void)fprintf(stderr, "soak: the sums of run %" PRIu32 " are wrong\n", run);
    }
    seen->reserved_total = t.reserved_total;
    seen->sent_total = t.sent_total;
    return right;
}

/* ---- The supply ----------------------------------------------------------------------------- */

struct counter {
    struct supply base;
    struct office *office;
};
static struct office *office_of(struct supply *s) { return ((struct counter *)(void *)s)->office; }

void office_push(struct office *o) {
    CM_CLEANUP(buffer_free) struct buffer runs = BUFFER_INIT;
    if (o->host == NULL || o->away) return;
    assert_ok(run_list_json(o->world.engine, HOLDER_DAEMON, &runs));
    lines_runs(o->host, buffer_slice(&runs));
}

static void counter_join(struct supply *s, struct lines *host) {
    office_of(s)->host = host;
    office_push(office_of(s));
}

static struct json_doc *read_json(struct cm_slice json) {
    static const struct json_limits limits = {.text_max = ANSWER_MAX, .depth_max = 8};
    struct json_doc *doc = NULL;
    assert_ok(json_doc_new(&doc, json, "an answer", &limits, NULL));
    return doc;
}

/* The judge hears every text that leaves the vault. */
static void learn(struct office *o, struct cm_slice args, struct cm_slice result) {
    CM_CLEANUP(json_doc_freep) struct json_doc *asked = read_json(args);
    CM_CLEANUP(json_doc_freep) struct json_doc *given = read_json(result);
    const struct json_value codes = json_get(json_root(given), "codes");
    uint64_t run = 0, set = 0, first = 0;
    size_t n = 0;
    assert_ok(json_items(codes, 0, SIZE_MAX, &n));
    if (n == 0) return;
    assert_ok(json_u64(json_get(json_root(asked), "run"), 1, OFFICE_RUNS_MAX - 1, &run));
    assert_ok(json_u64(json_get(json_root(given), "set"), 1, UINT32_MAX, &set));
    assert_ok(json_u64(json_get(json_root(given), "first"), 0, INT64_MAX, &first));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice text;
        if (json_kind_of(json_at(codes, i)) == JSON_KIND_NULL) continue;
        assert_ok(json_text(json_at(codes, i), 1, SIZE_MAX, &text));
        judge_gave(o->judge, text, (uint32_t)set, first + i, o->runs[run].lies);
    }
}

static void weigh(struct office *o, struct cm_slice args, struct cm_slice result) {
    CM_CLEANUP(json_doc_freep) struct json_doc *told = read_json(args);
    CM_CLEANUP(json_doc_freep) struct json_doc *said = read_json(result);
    const struct json_value runs = json_get(json_root(told), "runs");
    size_t n = 0;
    assert_ok(json_items(runs, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        uint64_t number = 0;
        if (!json_present(json_get(json_at(runs, i), "moves"))) continue;
        assert_ok(json_u64(json_get(json_at(runs, i), "number"), 1, OFFICE_RUNS_MAX - 1, &number));
        (void)office_sums(o, (uint32_t)number);
    }
    o->reports++;
    o->refused += json_present(json_get(json_root(said), "refused"));
}

static cm_err counter_ask(struct supply *s, const char *name, struct cm_slice args,
                          uint32_t token) {
    CM_CLEANUP(buffer_wipe) struct buffer result = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    struct office *o = office_of(s);
    if (o->away) return CM_E_DEAD;
    const cm_err err = act(o, true, name, args, &result, &diag);
    if (err == CM_OK && strcmp(name, "line.report") == 0)
        weigh(o, args, buffer_slice(&result));
    else if (err == CM_OK)
        learn(o, args, buffer_slice(&result));
    lines_answer(o->host, token, err, buffer_slice(&result), &diag);
    return CM_OK;
}

static void counter_close(struct supply *s) {
    struct office *o = office_of(s);
    o->host = NULL;
    run_live_went(&o->live);
    free(s);
}

struct supply *office_supply(struct office *o) {
    static const struct supply_ops ops = {
        .join = counter_join, .ask = counter_ask, .close = counter_close};
    struct counter *c = must_calloc(1, sizeof *c);
    *c = (struct counter){.base = {.ops = &ops}, .office = o};
    run_live_came(&o->live);
    return &c->base;
}
