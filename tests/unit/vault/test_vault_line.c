/* The line's socket of a real vault: runs are told unasked, units are taken, nothing else is done,
 * and what is connected is known to the operator. */
#include <string.h>
#include <unistd.h>

#include "doc/json.h"
#include "engine/remote.h"
#include "support/cm.h"
#include "support/vault_service.h"
#include "wire/note_frame.h"

#define START                                                                                      \
    "{\"batch\":\"lines\",\"printer\":\"zpl+tcp://p\",\"template\":{\"name\":\"l\",\"text\":"      \
    "\"^XA^FO1,1^A0N,9,9^FD{code}^FS^XZ\"}}"
#define TRIES 60000 /* of a millisecond: until the vault has seen that a connection ended */

struct fixture {
    struct vault_service s;
    struct cm_engine *admin;
    struct channel line;
    struct buffer result;
};

static void act(struct fixture *f, const char *name, const char *args) {
    struct cm_diag diag = DIAG_INIT;
    buffer_clear(&f->result);
    const cm_err err = remote_act(f->admin, slice_text(name), slice_text(args), &f->result, &diag);
    if (err != CM_OK) fail_msg("%s: %s: %s", name, cm_err_name(err), diag.problem);
}

static bool holds(const struct fixture *f, const char *text) {
    return memmem(f->result.p, f->result.len, text, strlen(text)) != NULL;
}

static void begin(struct fixture *f) {
    *f = (struct fixture){.admin = NULL};
    vault_service_start(&f->s, VAULT_LIMITS_DEFAULT);
    assert_ok(cm_engine_connect(&f->admin, f->s.paths[VAULT_ADMIN]));
    act(f, "batch.add",
        "{\"scheme\":\"world\",\"batches\":[{\"name\":\"lines\",\"quantity\":100}]}");
}

static void join(struct fixture *f) {
    channel_init(&f->line, vault_service_connect(f->s.paths[VAULT_LINE]));
}

static void end(struct fixture *f) {
    channel_wipe(&f->line);
    cm_engine_close(f->admin);
    buffer_wipe(&f->result);
    vault_service_finish(&f->s);
}

/* The runs that are told next, in f->result. */
static void next_runs(struct fixture *f) {
    struct frame frame;
    struct cm_slice json;
    vault_service_next(&f->line, &frame);
    assert_int_equal(frame.kind, FRAME_RUNS);
    assert_int_equal(frame.number, 0);
    assert_ok(runs_decode(frame.body, &json));
    buffer_clear(&f->result);
    buffer_put(&f->result, json.p, json.len);
}

static void ask(struct fixture *f, uint32_t number, const char *name, const char *args) {
    const struct act_frame question = {.name = slice_text(name), .args_json = slice_text(args)};
    const size_t at = channel_begin(&f->line, FRAME_ACT, number);
    assert_ok(act_encode(&f->line.out, &question));
    assert_ok(channel_end(&f->line, at));
    assert_ok(channel_flush(&f->line));
}

static cm_err answer(struct fixture *f, uint32_t number) {
    struct frame frame;
    struct outcome_frame o;
    vault_service_next(&f->line, &frame);
    assert_int_equal(frame.kind, FRAME_ACT_ANSWER);
    assert_int_equal(frame.number, number);
    assert_ok(outcome_decode(frame.body, &o));
    buffer_clear(&f->result);
    buffer_put(&f->result, o.result_json.p, o.result_json.len);
    return o.err;
}

static void a_line_is_told_its_runs_and_whenever_one_changed(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    join(&f);
    next_runs(&f);
    assert_true(holds(&f, "/1\",\"runs\":[]}")); /* the first epoch */
    act(&f, "run.start", START);
    next_runs(&f);
    assert_true(holds(&f, "\"number\":1") && holds(&f, "\"wish\":\"run\""));
    assert_true(holds(&f, "\"printer\":\"zpl+tcp://p:9100\""));
    assert_true(holds(&f, "\"reserved\":[],\"sent\":[],\"given\":0"));
    act(&f, "run.pause", "{\"run\":\"lines-run-1\"}");
    next_runs(&f);
    assert_true(holds(&f, "\"wish\":\"pause\""));
    act(&f, "brand.add", "{\"name\":\"no-news-for-lines\"}");
    act(&f, "run.resume", "{\"run\":\"lines-run-1\"}");
    next_runs(&f);
    assert_true(holds(&f, "\"wish\":\"run\"") && holds(&f, "\"resumed\":1"));
    end(&f);
}

static void a_line_takes_units_and_a_later_one_is_told_what_is_held(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    act(&f, "run.start", START);
    join(&f);
    next_runs(&f);
    ask(&f, 5, "line.take", "{\"run\":1,\"units\":10}");
    assert_ok(answer(&f, 5));
    assert_true(holds(&f, "\"first\":0") && holds(&f, "\"count\":10"));
    ask(&f, 6, "line.report",
        "{\"runs\":[{\"number\":1,\"moves\":[[2,0,4,\"sent\",\"none\"]],\"state\":\"running\"}]}");
    assert_ok(answer(&f, 6));
    act(&f, "run.show", "{\"run\":\"lines-run-1\"}");
    assert_true(holds(&f, "\"state\":\"running\"") && holds(&f, "\"in_flight_total\":4"));
    channel_wipe(&f.line);
    join(&f);
    next_runs(&f);
    assert_true(holds(&f, "\"reserved\":[[2,4,6]],\"sent\":[[2,0,4]],\"given\":10"));
    end(&f);
}

static void without_a_line_a_run_waits(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    act(&f, "run.start", START);
    join(&f);
    next_runs(&f);
    ask(&f, 1, "line.report", "{\"runs\":[{\"number\":1,\"state\":\"paper out\"}]}");
    assert_ok(answer(&f, 1));
    act(&f, "run.show", "{\"run\":\"lines-run-1\"}");
    assert_true(holds(&f, "\"state\":\"paper out\""));
    channel_wipe(&f.line);
    for (int i = 0; i < TRIES && !holds(&f, "\"state\":\"waiting\""); i++) {
        (void)usleep(1000);
        act(&f, "run.show", "{\"run\":\"lines-run-1\"}");
    }
    assert_true(holds(&f, "\"words\":\"waiting for the line process\""));
    f.line.fd = -1;
    end(&f);
}

static void the_lines_socket_does_nothing_else(void **state) {
    (void)state;
    struct fixture f;
    struct cm_engine *line = NULL;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct cm_answer a;
    const struct cm_request q = {.operation = CM_OP_CHECK, .code = slice_text("XXXX")};
    struct cm_call call = {
        .caller.test = true, .door = WORLD_DOOR, .requests = &q, .n = 1, .answers = &a};
    begin(&f);
    f.line.fd = -1;
    assert_ok(cm_engine_connect(&line, f.s.paths[VAULT_LINE]));
    assert_err(CM_E_DENIED, remote_act(line, slice_text("issue"),
                                       slice_text("{\"batch\":\"lines\"}"), &result, NULL));
    assert_err(CM_E_DENIED,
               remote_act(line, slice_text("run.list"), slice_text("{}"), &result, NULL));
    assert_err(CM_E_NOT_FOUND, remote_act(line, slice_text("line.take"),
                                          slice_text("{\"run\":1,\"units\":1}"), &result, NULL));
    assert_err(CM_E_DEAD, cm_engine_run(line, &call, 1)); /* calls end the connection */
    cm_engine_close(line);
    assert_err(CM_E_DENIED, remote_act(f.admin, slice_text("line.take"),
                                       slice_text("{\"run\":1,\"units\":1}"), &result, NULL));
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_told_its_runs_and_whenever_one_changed),
        cmocka_unit_test(a_line_takes_units_and_a_later_one_is_told_what_is_held),
        cmocka_unit_test(without_a_line_a_run_waits),
        cmocka_unit_test(the_lines_socket_does_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
