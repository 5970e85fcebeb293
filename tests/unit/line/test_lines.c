/* Many runs of one process over the real loop, to emulated printers on loopback ports. The
 * printers' records judge; the vault is an array beside. */
#include "support/cm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "line/lines.h"
#include "lines_hall.h"
#include "support/scratch.h"

#define RUNS      32u
#define UNITS     100u
#define LIMIT_US  90000000u /* a test that takes longer has failed */
#define LABEL     "^XA^FO40,40^A0N,40,40^FD{code}^FS^XZ"
#define QUESTIONS 64u

/* ---- A vault -------------------------------------------------------------------------------- */

struct question {
    char act[16];
    struct buffer args;
    uint32_t token;
};

struct vault {
    struct supply supply;
    struct lines *lines;
    uint64_t next[RUNS + 1];              /* serial of each run */
    uint8_t stage[RUNS + 1][UNITS * 2];   /* of each unit: 0xFF not given */
    struct question questions[QUESTIONS]; /* answered in the next turn */
    size_t question_n;
    unsigned reports;
    uint64_t limit;
    char state[RUNS + 1][64];
    bool done[RUNS + 1];
};

static struct vault vault;

static void vault_join(struct supply *s, struct lines *host) {
    ((struct vault *)(void *)s)->lines = host;
}

static cm_err vault_ask(struct supply *s, const char *act, struct cm_slice args, uint32_t token) {
    struct vault *v = (struct vault *)(void *)s;
    if (v->question_n == QUESTIONS) return CM_E_BUSY;
    struct question *q = &v->questions[v->question_n++];
    *q = (struct question){.token = token};
    (void)snprintf(q->act, sizeof q->act, "%s", act);
    buffer_put(&q->args, args.p, args.len);
    return CM_OK;
}

static void vault_close(struct supply *s) { ((struct vault *)(void *)s)->lines = NULL; }
static const struct supply_ops vault_ops = {vault_join, vault_ask, vault_close};

static void put_codes(struct json_writer *w, struct vault *v, uint64_t run, uint64_t first,
                      uint64_t count, bool again) {
    json_array_begin(w, "codes");
    for (uint64_t i = first; i < first + count; i++) {
        char code[64];
        if (again && v->stage[run][i] != CM_STAGE_RESERVED) {
            json_put_null(w, NULL);
            continue;
        }
        v->stage[run][i] = CM_STAGE_RESERVED;
        (void)snprintf(code, sizeof code, "R%02" PRIu64 "C%06" PRIu64, run, i);
        json_put_cstr(w, NULL, code);
    }
    json_array_end(w);
}

static void answer_units(struct vault *v, const struct question *q, struct json_value args,
                         struct buffer *out) {
    uint64_t run = 0, first = 0, count = 0;
    const bool again = strcmp(q->act, "line.again") == 0;
    assert_ok(json_u64(json_get(args, "run"), 1, RUNS, &run));
    assert_ok(json_u64(json_get(args, again ? "count" : "units"), 1, RUN_TAKE_MAX, &count));
    first = v->next[run];
    if (again) assert_ok(json_u64(json_get(args, "first"), 0, UNITS, &first));
    if (!again && count > v->limit - v->next[run]) count = v->limit - v->next[run];
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "count", count);
    json_put_u64(&w, "set", 1);
    json_put_u64(&w, "first", first);
    put_codes(&w, v, run, first, count, again);
    json_object_begin(&w, "batch");
    json_put_cstr(&w, "name", "b");
    json_object_end(&w);
    if (!again) v->next[run] += count;
    if (!again && v->next[run] == v->limit) json_put_cstr(&w, "end", "count reached");
    json_object_end(&w);
}

static void take_move(struct vault *v, uint64_t run, struct json_value m) {
    uint64_t first = 0, count = 0;
    struct cm_slice stage = slice_of(NULL, 0);
    assert_ok(json_u64(json_at(m, 1), 0, UNITS, &first));
    assert_ok(json_u64(json_at(m, 2), 1, UNITS - first, &count));
    assert_ok(json_text(json_at(m, 3), 1, 20, &stage));
    for (unsigned s = 0; s < CM_STAGE_N; s++) {
        if (!slice_equal(stage, slice_text(cm_stage_name((enum cm_stage)s)))) continue;
        for (uint64_t i = first; i < first + count; i++) {
            assert_true(cm_stage_may((enum cm_stage)v->stage[run][i], (enum cm_stage)s));
            v->stage[run][i] = (uint8_t)s;
        }
    }
}

static void take_report(struct vault *v, struct json_value args, struct buffer *out) {
    size_t n = 0, moves = 0;
    assert_ok(json_items(json_get(args, "runs"), 1, RUNS, &n));
    for (size_t i = 0; i < n; i++) {
        const struct json_value r = json_at(json_get(args, "runs"), i);
        const struct json_value list = json_get(r, "moves");
        uint64_t run = 0;
        assert_ok(json_u64(json_get(r, "number"), 1, RUNS, &run));
        if (json_present(list)) assert_ok(json_items(list, 0, 1000, &moves));
        for (size_t k = 0; json_present(list) && k < moves; k++)
            take_move(v, run, json_at(list, k));
        assert_ok(json_copy_text(json_get(r, "state"), 1, v->state[run], 64));
        if (json_present(json_get(r, "done")))
            assert_ok(json_bool(json_get(r, "done"), &v->done[run]));
    }
    v->reports++;
    buffer_text(out, "{}");
}

static void vault_answer(struct vault *v) {
    const size_t n = v->question_n;
    for (size_t i = 0; i < n; i++) {
        struct question q = v->questions[i];
        struct buffer out = BUFFER_INIT;
        struct json_doc *doc = NULL;
        assert_ok(json_doc_new(&doc, buffer_slice(&q.args), "args", &JSON_LIMITS_DEFAULT, NULL));
        if (strcmp(q.act, "line.report") == 0)
            take_report(v, json_root(doc), &out);
        else
            answer_units(v, &q, json_root(doc), &out);
        lines_answer(v->lines, q.token, CM_OK, buffer_slice(&out), NULL);
        json_doc_free(doc);
        buffer_free(&q.args);
        buffer_free(&out);
    }
    memmove(v->questions, v->questions + n, (v->question_n - n) * sizeof v->questions[0]);
    v->question_n -= n;
}

static void put_ranges(struct json_writer *w, const char *key, uint64_t run, unsigned stage) {
    json_array_begin(w, key);
    for (uint64_t i = 0; i < UNITS; i++) {
        if (vault.stage[run][i] != stage) continue;
        json_array_begin(w, NULL);
        json_put_u64(w, NULL, 1);
        json_put_u64(w, NULL, i);
        json_put_u64(w, NULL, 1);
        json_array_end(w);
    }
    json_array_end(w);
}

/* The first run's printer may be another one than the hall's. */
static void push_runs(struct hall *h, unsigned runs, const char *wish, const char *first) {
    struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_array_begin(&w, "runs");
    for (unsigned i = 1; i <= runs; i++) {
        char name[32], printer[64];
        (void)snprintf(name, sizeof name, "run-%u", i);
        (void)snprintf(printer, sizeof printer, "zpl+tcp://127.0.0.1:%u",
                       lines_hall_port(h, i - 1));
        json_object_begin(&w, NULL);
        json_put_u64(&w, "number", i);
        json_put_cstr(&w, "name", name);
        json_put_cstr(&w, "printer", first != NULL && i == 1 ? first : printer);
        json_object_begin(&w, "template");
        json_put_cstr(&w, "name", "label.zpl");
        json_put_cstr(&w, "text", LABEL);
        json_object_end(&w);
        json_put_cstr(&w, "wish", wish);
        put_ranges(&w, "reserved", i, CM_STAGE_RESERVED);
        put_ranges(&w, "sent", i, CM_STAGE_SENT);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    lines_runs(vault.lines, buffer_slice(&out));
    buffer_free(&out);
}

/* ---- A process ------------------------------------------------------------------------------ */

struct process {
    struct scratch folder;
    struct hall *hall;
    struct loop *loop;
    struct lines *lines;
};

static void start(struct process *p) {
    vault.supply.ops = &vault_ops;
    vault.question_n = 0;
    assert_ok(loop_new(&p->loop));
    const struct lines_options o = {.loop = p->loop,
                                    .folder = p->folder.path,
                                    .files = p->folder.path,
                                    .clock = clock_wall(),
                                    .supply = &vault.supply};
    assert_ok(lines_new(&o, &p->lines, NULL));
}

static void stop(struct process *p) {
    lines_free(p->lines);
    loop_free(p->loop);
    for (size_t i = 0; i < vault.question_n; i++)
        buffer_free(&vault.questions[i].args);
    vault.question_n = 0;
}

static void open_all(struct process *p, size_t printers, uint64_t rate_per_minute) {
    *p = (struct process){.loop = NULL};
    log_set_level(LOG_ERROR);
    vault = (struct vault){.limit = UNITS};
    memset(vault.stage, 0xFF, sizeof vault.stage);
    assert_true(scratch_make(&p->folder));
    p->hall = lines_hall_open(printers, rate_per_minute);
    start(p);
}

static void close_all(struct process *p) {
    stop(p);
    lines_hall_close(p->hall);
    scratch_remove(p->folder.path);
}

static void turn(struct process *p) {
    assert_ok(loop_turn(p->loop, 500));
    lines_hall_turn(p->hall);
    vault_answer(&vault);
}

static uint64_t count(unsigned run, unsigned stage) {
    uint64_t n = 0;
    for (uint64_t i = 0; i < UNITS; i++)
        n += vault.stage[run][i] == stage;
    return n;
}

static unsigned done_n(void) {
    unsigned n = 0;
    for (unsigned i = 1; i <= RUNS; i++)
        n += vault.done[i];
    return n;
}

/* ---- Tests ---------------------------------------------------------------------------------- */

/* Usage: 32 runs, one of them to a printer that is off. */
static void a_dead_printer_slows_nobody(void **state) {
    (void)state;
    struct process p;
    open_all(&p, RUNS, 60000);
    lines_hall_off(p.hall, 4);
    push_runs(p.hall, RUNS, "run", NULL);
    const uint64_t limit_us = clock_monotonic_us() + LIMIT_US;
    while (done_n() < RUNS - 1 && clock_monotonic_us() < limit_us)
        turn(&p);
    assert_int_equal(done_n(), RUNS - 1);
    for (unsigned i = 1; i <= RUNS; i++) {
        const uint64_t units = i == 5 ? 0 : UNITS;
        assert_int_equal(lines_hall_taken(p.hall, i - 1), units);
        assert_int_equal(lines_hall_twice(p.hall, i - 1), 0);
        assert_int_equal(count(i, CM_STAGE_PRINTED), units);
    }
    assert_string_equal(vault.state[5], "no link");
    assert_false(lines_done(p.lines));
    /* One commit a turn for all of them. */
    assert_true(lines_commits(p.lines) < RUNS * UNITS / 2);
    close_all(&p);
}

/* SIGTERM amid the stream, then another life: it goes on where the first one was. */
static void another_process_goes_on(void **state) {
    (void)state;
    struct process p;
    open_all(&p, 8, 12000);
    push_runs(p.hall, 8, "run", NULL);
    const uint64_t limit_us = clock_monotonic_us() + LIMIT_US;
    while (lines_hall_taken(p.hall, 7) < 30 && clock_monotonic_us() < limit_us)
        turn(&p);
    lines_stop(p.lines, 2000);
    while (!lines_ended(p.lines) && clock_monotonic_us() < limit_us)
        turn(&p);
    for (unsigned i = 1; i <= 8; i++)
        assert_int_equal(count(i, CM_STAGE_PRINTED), lines_hall_printed(p.hall, i - 1));
    stop(&p);
    start(&p);
    push_runs(p.hall, 8, "run", NULL);
    while (!lines_done(p.lines) && clock_monotonic_us() < limit_us)
        turn(&p);
    for (unsigned i = 1; i <= 8; i++) {
        assert_int_equal(count(i, CM_STAGE_PRINTED), UNITS);
        assert_int_equal(lines_hall_taken(p.hall, i - 1), UNITS);
        assert_int_equal(lines_hall_twice(p.hall, i - 1), 0);
    }
    close_all(&p);
}

static void a_run_that_cannot_start_says_why(void **state) {
    (void)state;
    struct process p;
    struct run_view view;
    open_all(&p, 2, 60000);
    push_runs(p.hall, 2, "run", "zpl+tcp://nobody@host:9100");
    const uint64_t limit_us = clock_monotonic_us() + LIMIT_US;
    while (vault.state[1][0] == '\0' && clock_monotonic_us() < limit_us)
        turn(&p);
    assert_string_equal(vault.state[1], "cannot start");
    lines_view(p.lines, 0, &view);
    assert_true(view.attention && strlen(view.error) > 0);
    push_runs(p.hall, 1, "run", "file:labels.txt"); /* mended */
    while (!lines_done(p.lines) && clock_monotonic_us() < limit_us)
        turn(&p);
    assert_int_equal(count(1, CM_STAGE_PRINTED), UNITS);
    close_all(&p);
}

static void lists_and_answers_that_are_none_change_nothing(void **state) {
    (void)state;
    struct process p;
    open_all(&p, 1, 60000);
    static const char *const bad[] = {"",
                                      "[]",
                                      "{\"runs\":7}",
                                      "{\"runs\":[7]}",
                                      "{\"runs\":[{\"number\":0}]}",
                                      "{\"runs\":[{\"number\":1,\"name\":\"\"}]}",
                                      "\xFF"};
    push_runs(p.hall, 1, "run", "file:labels.txt");
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        if (bad[i][0] != '{' || i == 2) lines_runs(p.lines, slice_text(bad[i]));
        lines_answer(p.lines, 4711, CM_OK, slice_text(bad[i]), NULL);
    }
    assert_int_equal(lines_n(p.lines), 1);
    const uint64_t limit_us = clock_monotonic_us() + LIMIT_US;
    while (!lines_done(p.lines) && clock_monotonic_us() < limit_us)
        turn(&p);
    assert_int_equal(count(1, CM_STAGE_PRINTED), UNITS);
    for (size_t i = 3; i < 6; i++)
        lines_runs(p.lines, slice_text(bad[i]));
    close_all(&p);
}

static void a_run_that_left_the_list_is_let_go(void **state) {
    (void)state;
    struct process p;
    open_all(&p, 1, 600);
    push_runs(p.hall, 1, "run", NULL);
    const uint64_t limit_us = clock_monotonic_us() + LIMIT_US;
    while (lines_hall_taken(p.hall, 0) < 3 && clock_monotonic_us() < limit_us)
        turn(&p);
    lines_runs(p.lines, slice_text("{\"runs\":[]}"));
    assert_int_equal(lines_n(p.lines), 0);
    const uint64_t taken = lines_hall_taken(p.hall, 0);
    for (unsigned i = 0; i < 200; i++)
        turn(&p); /* late answers find nobody */
    assert_true(lines_hall_taken(p.hall, 0) == taken);
    close_all(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_printer_slows_nobody),
        cmocka_unit_test(another_process_goes_on),
        cmocka_unit_test(a_run_that_cannot_start_says_why),
        cmocka_unit_test(lists_and_answers_that_are_none_change_nothing),
        cmocka_unit_test(a_run_that_left_the_list_is_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
