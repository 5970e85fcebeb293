/* What the acts on runs refuse: each case changes nothing, names its problem and gives no result.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "doc/json_write.h"
#include "engine/runs.h"
#include "support/cm.h"
#include "support/line_acts.h"
#include "support/world.h"

#define UNITS 100u

static struct line_acts w;

static int make(void **state) {
    (void)state;
    line_acts_make(&w, UNITS);
    return 0;
}
static int remove_world(void **state) {
    (void)state;
    line_acts_remove(&w);
    return 0;
}

static uint64_t sequence(void) {
    struct engine_stats stats;
    engine_stats(w.world.engine, &stats);
    return stats.sequence;
}

struct refusal {
    const char *act, *args;
    cm_err err;
    const char *says; /* somewhere in place, problem or remedy */
};

static void check(const struct refusal *c) {
    const uint64_t before = sequence();
    const bool line = strncmp(c->act, "line.", 5) == 0;
    const cm_err err =
        line ? line_acts_line(&w, c->act, c->args) : line_acts_try(&w, c->act, c->args);
    if (err != c->err)
        fail_msg("%s %s: '%s' (%s), want '%s'", c->act, c->args, cm_err_name(err), w.diag.problem,
                 cm_err_name(c->err));
    assert_int_equal(w.result.len, 0);
    if (c->says != NULL && strstr(w.diag.problem, c->says) == NULL &&
        strstr(w.diag.remedy, c->says) == NULL && strstr(w.diag.place, c->says) == NULL)
        fail_msg("%s %s: %s: %s; %s", c->act, c->args, w.diag.place, w.diag.problem, w.diag.remedy);
    assert_true(w.diag.problem[0] != '\0');
    assert_int_equal(sequence(), before);
}

#define LABEL ",\"template\":{\"name\":\"l\",\"text\":\"" LINE_ACTS_TEMPLATE "\"}}"
#define START "{\"batch\":\"lines\",\"printer\":\"zpl+tcp://p\""

static void runs_that_could_not_work_are_not_begun(void **state) {
    (void)state;
    static const struct refusal cases[] = {
        {"run.start", "{}", CM_E_FORMAT, NULL},
        {"run.start", "[]", CM_E_FORMAT, NULL},
        {"run.start", "{\"batch\":7,\"printer\":\"zpl+tcp://p\"" LABEL, CM_E_FORMAT, NULL},
        {"run.start", "{\"batch\":\"none\",\"printer\":\"zpl+tcp://p\"" LABEL, CM_E_NOT_FOUND,
         "batch list"},
        {"run.start", "{\"printer\":\"zpl+tcp://p\"" LABEL, CM_E_FORMAT, NULL},
        {"run.start", "{\"batch\":\"lines\",\"printer\":\"zpl://p\"" LABEL, CM_E_FORMAT, NULL},
        {"run.start", "{\"batch\":\"lines\",\"printer\":\"abc+tcp://p\"" LABEL, CM_E_FORMAT, NULL},
        {"run.start", "{\"batch\":\"lines\",\"printer\":\"file:/etc/passwd\"" LABEL, CM_E_DENIED,
         "file:NAME"},
        {"run.start", "{\"batch\":\"lines\",\"printer\":\"file:../x\"" LABEL, CM_E_DENIED, NULL},
        {"run.start", "{\"batch\":\"lines\",\"printer\":\"file:a/../../x\"" LABEL, CM_E_DENIED,
         NULL},
        {"run.start", "{\"batch\":\"lines\",\"printer\":\"zpl+serial:/dev/sda\"" LABEL, CM_E_DENIED,
         "/dev/tty"},
        {"run.start", "{\"batch\":\"lines\",\"printer\":\"zpl+serial:/dev/tty/../sda\"" LABEL,
         CM_E_DENIED, NULL},
        {"run.start", START "}", CM_E_FORMAT, NULL},
        {"run.start", START ",\"template\":{\"name\":\"l\",\"text\":\"\"}}", CM_E_FORMAT, NULL},
        {"run.start",
         START ",\"template\":{\"name\":\"l\",\"text\":\"^XA\\n^FO1,1^FD{kode}^FS^XZ\"}}",
         CM_E_NOT_FOUND, "line 2"},
        {"run.start", START ",\"template\":{\"name\":\"l\",\"text\":\"^XA^FDx^FS\"}}", CM_E_FORMAT,
         "line 1"},
        {"run.start", "{\"batch\":\"lines\",\"printer\":\"raw+tcp://p:9000?protocol=x\"" LABEL,
         CM_E_FORMAT, "--protocol"},
        {"run.start", START ",\"count\":101" LABEL, CM_E_LIMIT, "100 codes"},
        {"run.start", START ",\"count\":0" LABEL, CM_E_RANGE, "count"},
        {"run.start", START ",\"count\":-1" LABEL, CM_E_RANGE, "count"},
        {"run.start", START ",\"window\":100000" LABEL, CM_E_RANGE, "window"},
        {"run.start", START ",\"rate\":\"fast\"" LABEL, CM_E_FORMAT, "rate"},
        {"run.start", START ",\"holder\":\"here\"" LABEL, CM_E_STATE, NULL},
        {"run.start", START ",\"holder\":\"nobody\"" LABEL, CM_E_FORMAT, NULL},
        {"run.start", START ",\"name\":\"\"" LABEL, CM_E_RANGE, NULL},
        {"run.start", START ",\"colour\":1" LABEL, CM_E_FORMAT, "colour"},
        {"run.start", START ",\"production\":{}" LABEL, CM_E_ARGUMENT, NULL},
        {"run.start", "{\"production\":{\"scheme\":\"none\"},\"printer\":\"zpl+tcp://p\"" LABEL,
         CM_E_NOT_FOUND, "scheme list"},
        {"run.show", "{\"run\":\"none\"}", CM_E_NOT_FOUND, "run list"},
        {"run.show", "{\"run\":\"\"}", CM_E_RANGE, NULL},
        {"run.pause", "{\"run\":\"none\"}", CM_E_NOT_FOUND, NULL},
        {"run.stop", "{\"run\":3}", CM_E_FORMAT, NULL},
        {"run.resume", "{}", CM_E_FORMAT, NULL},
        {"run.close", "{\"run\":\"none\",\"rule\":\"both\"}", CM_E_FORMAT, NULL},
        {"run.close", "{\"run\":\"none\",\"confirm\":3}", CM_E_ARGUMENT, NULL},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++)
        check(&cases[i]);
}

static void lines_are_held_to_their_own_runs(void **state) {
    (void)state;
    static const struct refusal cases[] = {
        {"line.take", "{}", CM_E_FORMAT, NULL},
        {"line.take", "{\"run\":1,\"units\":0}", CM_E_RANGE, NULL},
        {"line.take", "{\"run\":1,\"units\":16385}", CM_E_RANGE, NULL},
        {"line.take", "{\"run\":0,\"units\":1}", CM_E_RANGE, NULL},
        {"line.take", "{\"run\":9,\"units\":1}", CM_E_NOT_FOUND, NULL},
        {"line.take", "{\"run\":4294967296,\"units\":1}", CM_E_RANGE, NULL},
        {"line.take", "{\"run\":1,\"units\":1,\"batch\":\"lines\"}", CM_E_FORMAT, NULL},
        {"line.again", "{\"run\":1,\"set\":1,\"first\":0,\"count\":1}", CM_E_CONFLICT, NULL},
        {"line.again", "{\"run\":1,\"set\":99,\"first\":0,\"count\":1}", CM_E_CONFLICT, NULL},
        {"line.again", "{\"run\":1,\"set\":1,\"first\":0,\"count\":16385}", CM_E_RANGE, NULL},
        {"line.again", "{\"run\":1,\"set\":1,\"first\":9223372036854775807,\"count\":1}",
         CM_E_RANGE, NULL},
        {"line.report", "{}", CM_E_FORMAT, NULL},
        {"line.report", "{\"runs\":{}}", CM_E_FORMAT, NULL},
        {"line.report", "{\"runs\":[{}]}", CM_E_FORMAT, NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"moves\":[[1,0,1,\"sent\"]]}]}", CM_E_RANGE,
         NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"moves\":[[1,0,1,\"gone\",\"none\"]]}]}",
         CM_E_FORMAT, NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"moves\":[[1,0,1,\"reserved\",\"none\"]]}]}",
         CM_E_FORMAT, NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"moves\":[[1,0,0,\"sent\",\"none\"]]}]}",
         CM_E_RANGE, NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"moves\":[[1,0,1,\"sent\",7]]}]}", CM_E_FORMAT,
         NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"rate\":-5}]}", CM_E_RANGE, NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"done\":1}]}", CM_E_FORMAT, NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"duplicates\":9007199254740993}]}", CM_E_RANGE,
         NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"down\":{\"x\":9007199254740993}}]}", CM_E_RANGE,
         NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"down\":[1]}]}", CM_E_FORMAT, NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"colour\":1}]}", CM_E_FORMAT, NULL},
        {"line.report", "{\"runs\":[{\"number\":1,\"rate\":9},{\"number\":1,\"rate\":\"x\"}]}",
         CM_E_FORMAT, NULL},
    };
    line_acts_start(&w, "");
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++)
        check(&cases[i]);
    assert_int_equal(line_acts_number(&w, "rate"), 0); /* the last report was refused whole */
}

static void operators_and_lines_have_their_own_acts(void **state) {
    (void)state;
    line_acts_start(&w, "");
    assert_err(CM_E_DENIED, line_acts_try(&w, "line.take", "{\"run\":1,\"units\":1}"));
    assert_err(CM_E_DENIED, line_acts_line(&w, "run.list", "{}"));
    assert_err(CM_E_DENIED, line_acts_line(&w, "issue", "{\"batch\":\"lines\"}"));
    assert_err(CM_E_DENIED, line_acts_line(&w, "key.export", "{}"));
}

static void a_printer_has_one_open_run(void **state) {
    (void)state;
    char args[400];
    line_acts_start(&w, "");
    (void)snprintf(args, sizeof args, "%s%s",
                   "{\"batch\":\"lines\",\"printer\":"
                   "\"zpl+tcp://PRINTER:9100\"",
                   LABEL);
    assert_err(CM_E_BUSY, line_acts_try(&w, "run.start", args));
    assert_non_null(strstr(w.diag.problem, "lines-run-1"));
    line_acts_ok(&w, "run.stop", "{\"run\":\"%s\"}", w.run);
    assert_err(CM_E_BUSY, line_acts_try(&w, "run.start", args)); /* it may still hold units */
    line_acts_report(&w, "\"done\":true");
    line_acts_ok(&w, "run.close", "{\"run\":\"%s\"}", w.run);
    assert_ok(line_acts_try(&w, "run.start", args));
    assert_string_equal(line_acts_result_text(&w, "run"), "lines-run-2");
}

static void a_run_that_is_not_to_run_is_given_nothing(void **state) {
    (void)state;
    const struct refusal take = {"line.take", "{\"run\":1,\"units\":1}", CM_E_STATE, "resume"};
    struct taken t;
    line_acts_start(&w, "");
    line_acts_ok(&w, "run.pause", "{\"run\":\"%s\"}", w.run);
    check(&take);
    line_acts_ok(&w, "run.resume", "{\"run\":\"%s\"}", w.run);
    line_acts_take(&w, 1, &t);
    line_acts_ok(&w, "run.stop", "{\"run\":\"%s\"}", w.run);
    check(&take);
    line_acts_report(&w, "\"moves\":[[%u,0,1,\"void\",\"returned\"]],\"done\":true", w.set);
    line_acts_ok(&w, "run.close", "{\"run\":\"%s\"}", w.run);
    check(&take);
}

static void a_closed_run_takes_no_act(void **state) {
    (void)state;
    static const char *const acts[] = {"run.pause", "run.stop", "run.resume", "run.close"};
    char args[100];
    line_acts_start(&w, "");
    line_acts_ok(&w, "run.stop", "{\"run\":\"%s\"}", w.run);
    line_acts_report(&w, "\"done\":true");
    line_acts_ok(&w, "run.close", "{\"run\":\"%s\"}", w.run);
    (void)snprintf(args, sizeof args, "{\"run\":\"%s\"}", w.run);
    for (size_t i = 0; i < CM_ARRAY_N(acts); i++)
        check(&(struct refusal){acts[i], args, CM_E_STATE, "closed"});
    line_acts_ok(&w, "run.show", "{\"run\":\"%s\"}", w.run);
    assert_string_equal(line_acts_result_text(&w, "state"), "closed");
    const cm_err err =
        line_acts_line(&w, "line.report", "{\"runs\":[{\"number\":1,\"words\":\"still here\"}]}");
    assert_ok(err);
    assert_true(json_present(json_get(json_root(w.doc), "refused")));
}

static void a_line_moves_no_units_of_another_run(void **state) {
    (void)state;
    struct taken t;
    char args[300];
    line_acts_start(&w, "");
    line_acts_take(&w, 10, &t);
    (void)snprintf(args, sizeof args, "%s%s", "{\"batch\":\"lines\",\"printer\":\"zpl+tcp://q\"",
                   LABEL);
    assert_ok(line_acts_try(&w, "run.start", args));
    (void)snprintf(args, sizeof args,
                   "{\"runs\":[{\"number\":2,\"moves\":[[%u,0,1,\"void\",\"refused\"]]}]}", w.set);
    assert_ok(line_acts_line(&w, "line.report", args));
    assert_true(json_present(json_get(json_root(w.doc), "refused")));
    assert_int_equal(line_acts_number(&w, "reserved"), 10);
}

static void runs_of_other_brands_and_modes_are_not_there(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct act_context ctx = {.engine = w.world.engine,
                              .keystore = w.world.keystore,
                              .workspace = w.world.dir,
                              .live = &w.live,
                              .keyed = true};
    line_acts_start(&w, "");
    const struct cm_slice show = slice_text("{\"run\":\"lines-run-1\"}");
    const struct cm_slice start =
        slice_text("{\"batch\":\"lines\",\"printer\":\"zpl+tcp://q\"" LABEL);
    for (int other_brand = 0; other_brand < 2; other_brand++) {
        ctx.test = other_brand == 1;
        ctx.brand = other_brand == 1 ? 77 : 0;
        assert_err(CM_E_NOT_FOUND, act_run(&ctx, slice_text("run.show"), show, &result, NULL));
        assert_err(CM_E_NOT_FOUND, act_run(&ctx, slice_text("run.stop"), show, &result, NULL));
        assert_err(CM_E_NOT_FOUND, act_run(&ctx, slice_text("run.start"), start, &result, NULL));
        buffer_clear(&result);
        assert_ok(act_run(&ctx, slice_text("run.list"), slice_text("{}"), &result, NULL));
        assert_true(slice_equal(buffer_slice(&result), slice_text("{\"runs\":[]}")));
        buffer_clear(&result);
    }
    ctx.test = true;
    ctx.brand = 0;
    assert_ok(act_run(&ctx, slice_text("run.show"), show, &result, NULL));
}

/* A line process in foreign hands has at most so many codes of a run at a time. */
static void a_line_that_reports_nothing_is_given_no_more(void **state) {
    (void)state;
    const struct refusal more = {"line.take", "{\"run\":1,\"units\":16384}", CM_E_BUSY, "report"};
    line_acts_remove(&w);
    line_acts_make_sized(&w, 600000, 600000);
    line_acts_start(&w, "");
    for (unsigned i = 0; i < 16; i++) /* 262,144 units */
        assert_ok(line_acts_line(&w, more.act, more.args));
    check(&more);
    line_acts_report(&w, "\"moves\":[[%u,0,20000,\"printed\",\"none\"]]", w.set);
    assert_ok(line_acts_line(&w, more.act, more.args));
}

static void a_full_batch_and_a_closed_one_are_told_at_the_start(void **state) {
    (void)state;
    line_acts_ok(&w, "issue", "{\"batch\":\"lines\",\"count\":100}");
    check(&(struct refusal){"run.start", START LABEL, CM_E_LIMIT, "batch add"});
    line_acts_ok(&w, "batch.close", "{\"batch\":\"lines\"}");
    check(&(struct refusal){"run.start", START LABEL, CM_E_STATE, "closed"});
}

/* A shipped protocol, as the command line gives it. */
static cm_err start_raw(const char *protocol) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, args = BUFFER_INIT;
    char path[512];
    (void)snprintf(path, sizeof path, CM_SOURCE_DIR "/templates/protocols/%s.protocol", protocol);
    assert_ok(file_read(path, 65536, &text, NULL));
    struct json_writer j = json_writer_into(&args, false);
    json_object_begin(&j, NULL);
    json_put_cstr(&j, "batch", "lines");
    json_put_cstr(&j, "printer", "raw+tcp://p:9000?protocol=x");
    json_object_begin(&j, "template");
    json_put_cstr(&j, "name", "BOX");
    json_put_cstr(&j, "text", "");
    json_object_end(&j);
    json_object_begin(&j, "protocol");
    json_put_cstr(&j, "name", protocol);
    json_put_text(&j, "text", buffer_slice(&text));
    json_object_end(&j);
    json_object_end(&j);
    return line_acts_try(&w, "run.start", buffer_cstr(&args));
}

/* Nobody would tell when to send the next text: every product would carry the first one. */
static void a_coder_that_tells_of_no_print_gets_no_run(void **state) {
    (void)state;
    assert_err(CM_E_UNSUPPORTED, start_raw("ngpcl"));
    assert_non_null(strstr(w.diag.problem, "the same code"));
    assert_ok(start_raw("codenet"));
}

/* The backup has as reserved what has been printed since: no line gets its text once more. */
static void a_restored_workspace_gives_no_text_again(void **state) {
    (void)state;
    struct workspace file;
    const struct refusal again = {"line.again", "{\"run\":1,\"set\":1,\"first\":0,\"count\":3}",
                                  CM_E_STATE, "restore accept"};
    line_acts_start(&w, "");
    assert_ok(line_acts_line(&w, "line.take", "{\"run\":1,\"units\":3}"));
    assert_ok(line_acts_line(&w, again.act, again.args));
    world_close(&w.world);
    assert_ok(workspace_read(w.world.dir, &file, NULL));
    file.epoch++; /* as a restore does */
    assert_ok(workspace_write(w.world.dir, &file, NULL));
    world_open(&w.world);
    check(&again);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, make, remove_world)
    const struct CMUnitTest tests[] = {
        T(runs_that_could_not_work_are_not_begun),
        T(lines_are_held_to_their_own_runs),
        T(operators_and_lines_have_their_own_acts),
        T(a_printer_has_one_open_run),
        T(a_run_that_is_not_to_run_is_given_nothing),
        T(a_closed_run_takes_no_act),
        T(a_line_moves_no_units_of_another_run),
        T(runs_of_other_brands_and_modes_are_not_there),
        T(a_line_that_reports_nothing_is_given_no_more),
        T(a_full_batch_and_a_closed_one_are_told_at_the_start),
        T(a_restored_workspace_gives_no_text_again),
        T(a_coder_that_tells_of_no_print_gets_no_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
