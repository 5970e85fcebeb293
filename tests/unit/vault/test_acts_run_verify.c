/* Cameras, jams and the stricter rule, by acts: the shapes are those of docs/design/acts.md, what
 * they mean is tried in test_run_verify.c. */
#include <stdlib.h>
#include <string.h>

#include "support/cm.h"
#include "support/line_acts.h"

static struct line_acts w;
static struct taken t;

/* A run that has sent ten units. */
static int make(void **state) {
    (void)state;
    line_acts_make(&w, 100);
    line_acts_start(&w, "");
    line_acts_take(&w, 10, &t);
    line_acts_report(&w, "\"moves\":[[%u,0,10,\"sent\",\"none\"]]", w.set);
    return 0;
}
static int remove_world(void **state) {
    (void)state;
    line_acts_remove(&w);
    return 0;
}

static bool holds(const char *text) {
    return memmem(w.result.p, w.result.len, text, strlen(text)) != NULL;
}

static void a_camera_is_told_a_verdict_for_every_line(void **state) {
    (void)state;
    line_acts_ok(&w, "run.verify",
                 "{\"run\":\"%s\",\"lines\":[{\"code\":\"%s\"},{\"code\":\"%s\",\"result\":"
                 "\"good\"},{\"read\":\"no-read\"},{\"code\":\"%s\"},{\"code\":\"%s\",\"result\":"
                 "\"bad\"},{\"code\":\"XXXX\"},{\"code\":\"%s\"}]}",
                 w.run, t.codes[0], t.codes[1], t.codes[3], t.codes[4], t.codes[0]);
    assert_true(holds("[\"good\",\"good\",\"no_read\",\"good\",\"bad\",\"wrong_code\","
                      "\"duplicate\"]"));
    for (size_t i = 0; i < t.n; i++)
        assert_false(holds(t.codes[i])); /* no code in an answer */
    assert_int_equal(line_acts_number(&w, "good"), 3);
    assert_int_equal(line_acts_number(&w, "rejected"), 1);
    line_acts_ok(&w, "run.show", "{\"run\":\"%s\"}", w.run);
    assert_true(holds("\"reads\":{\"good\":3,\"bad\":1,\"no_read\":1,\"wrong_code\":1,"
                      "\"duplicate\":1,\"out_of_sequence\":0,\"dead\":0}"));
}

static void counts_of_reads_outlive_the_vault(void **state) {
    (void)state;
    w.now_ms = 1795000000000;
    for (unsigned i = 0; i < 3; i++) { /* saved at once, and after more than a minute */
        line_acts_ok(&w, "run.verify", "{\"run\":\"%s\",\"lines\":[{\"code\":\"XXXX\"}]}", w.run);
        w.now_ms += 40000;
    }
    run_live_wipe(&w.live); /* killed: what was saved last is there */
    w.live = (struct run_live)RUN_LIVE_INIT;
    line_acts_ok(&w, "run.show", "{\"run\":\"%s\"}", w.run);
    assert_true(holds("\"wrong_code\":3"));
    line_acts_ok(&w, "run.verify", "{\"run\":\"%s\",\"lines\":[{\"code\":\"YYYY\"}],\"end\":true}",
                 w.run);
    run_live_wipe(&w.live);
    w.live = (struct run_live)RUN_LIVE_INIT;
    line_acts_ok(&w, "run.show", "{\"run\":\"%s\"}", w.run);
    assert_true(holds("\"wrong_code\":4"));
}

static void lines_of_other_shapes_are_refused_and_settle_nothing(void **state) {
    (void)state;
    static const char *const lines[] = {"{}",
                                        "7",
                                        "[]",
                                        "{\"code\":7}",
                                        "{\"code\":null}",
                                        "{\"read\":\"maybe\"}",
                                        "{\"code\":\"A\",\"read\":\"no-read\"}",
                                        "{\"code\":\"A\",\"result\":\"fine\"}",
                                        "{\"code\":\"A\",\"colour\":1}",
                                        "{\"read\":true}"};
    for (size_t i = 0; i < CM_ARRAY_N(lines); i++) {
        char args[512];
        (void)snprintf(args, sizeof args, "{\"run\":\"%s\",\"lines\":[{\"code\":\"%s\"},%s]}",
                       w.run, t.codes[0], lines[i]);
        const cm_err err = line_acts_try(&w, "run.verify", args);
        if (err != CM_E_FORMAT) fail_msg("%s: %s", lines[i], cm_err_name(err));
    }
    assert_err(CM_E_FORMAT, line_acts_try(&w, "run.verify", "{\"run\":\"lines-run-1\"}"));
    assert_err(CM_E_FORMAT, line_acts_try(&w, "run.verify",
                                          "{\"run\":\"lines-run-1\",\"lines\":{\"code\":\"A\"}}"));
    assert_err(CM_E_NOT_FOUND,
               line_acts_try(&w, "run.verify", "{\"run\":\"no-such\",\"lines\":[]}"));
    assert_err(CM_E_DENIED, line_acts_line(&w, "run.verify", "{\"run\":\"r\",\"lines\":[]}"));
    assert_int_equal(line_acts_number(&w, "good"), 0);
}

static cm_err resume(const char *code) {
    char args[256];
    (void)snprintf(args, sizeof args, "{\"run\":\"%s\",\"last_good\":\"%s\"}", w.run, code);
    return line_acts_try(&w, "run.resume", args);
}

static void after_a_jam_one_code_settles_all_and_the_run_goes_on(void **state) {
    (void)state;
    assert_err(CM_E_STATE, resume(t.codes[6])); /* pause it first */
    line_acts_ok(&w, "run.pause", "{\"run\":\"%s\"}", w.run);
    assert_err(CM_E_NOT_FOUND, resume("XXXX"));
    assert_true(w.diag.remedy[0] != '\0');
    assert_null(strstr(w.diag.problem, "XXXX"));
    line_acts_ok(&w, "run.show", "{\"run\":\"%s\"}", w.run);
    assert_true(holds("\"wish\":\"pause\"")); /* it does not go on after a mistake */
    assert_ok(resume(t.codes[6]));
    assert_int_equal(line_acts_result_u64(&w, "printed"), 7);
    assert_int_equal(line_acts_result_u64(&w, "void"), 3);
    assert_true(holds("\"wish\":\"run\""));
    assert_int_equal(line_acts_number(&w, "printed"), 7);
    assert_int_equal(line_acts_number(&w, "void"), 3);
    struct taken more;
    line_acts_take(&w, 5, &more);
    assert_int_equal(more.first, 10); /* new codes */
    /* The line speaks late of what the operator has settled: nothing comes back. */
    line_acts_report(&w, "\"moves\":[[%u,0,10,\"sent\",\"none\"],[%u,0,8,\"printed\",\"none\"]]",
                     w.set, w.set);
    assert_false(holds("refused"));
    assert_int_equal(line_acts_number(&w, "void"), 3);
    assert_int_equal(line_acts_number(&w, "printed"), 7);
}

static void only_good_shows_what_it_kills_before_it_is_told_to(void **state) {
    (void)state;
    char args[128];
    line_acts_report(&w, "\"moves\":[[%u,0,10,\"printed\",\"none\"]]", w.set);
    line_acts_ok(&w, "run.stop", "{\"run\":\"%s\"}", w.run);
    line_acts_report(&w, "\"done\":true");
    (void)snprintf(args, sizeof args, "{\"run\":\"%s\",\"rule\":\"only-good\"}", w.run);
    assert_err(CM_E_STATE, line_acts_try(&w, "run.close", args)); /* no camera */
    line_acts_ok(&w, "run.verify", "{\"run\":\"%s\",\"lines\":[{\"code\":\"%s\"}]}", w.run,
                 t.codes[0]);
    assert_err(CM_E_ARGUMENT, line_acts_try(&w, "run.close", args));
    assert_non_null(strstr(w.diag.problem, "9 codes"));
    (void)snprintf(args, sizeof args, "{\"run\":\"%s\",\"rule\":\"only-good\",\"confirm\":8}",
                   w.run);
    assert_err(CM_E_CONFLICT, line_acts_try(&w, "run.close", args));
    assert_int_equal(line_acts_number(&w, "printed"), 9);
    line_acts_ok(&w, "batch.open", "{\"batch\":\"lines\"}");
    line_acts_ok(&w, "run.close", "{\"run\":\"%s\",\"rule\":\"only-good\",\"confirm\":9}", w.run);
    assert_int_equal(line_acts_result_u64(&w, "void"), 9);
    assert_int_equal(line_acts_result_u64(&w, "good"), 1);
    assert_true(holds("\"reads\":{\"good\":1,"));
    assert_int_equal(world_ask(&w.world, CM_OP_REDEEM, t.codes[0], NULL, 0).verdict, CM_V_ACCEPTED);
    assert_int_equal(world_ask(&w.world, CM_OP_REDEEM, t.codes[1], NULL, 0).verdict, CM_V_VOID);
    (void)snprintf(args, sizeof args, "{\"run\":\"%s\",\"lines\":[]}", w.run);
    assert_err(CM_E_STATE, line_acts_try(&w, "run.verify", args));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, remove_world)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_camera_is_told_a_verdict_for_every_line),
        TEST(counts_of_reads_outlive_the_vault),
        TEST(lines_of_other_shapes_are_refused_and_settle_nothing),
        TEST(after_a_jam_one_code_settles_all_and_the_run_goes_on),
        TEST(only_good_shows_what_it_kills_before_it_is_told_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
