/* The small frames: acts, outcomes, status, issue, runs. Round trips, and what is cut or too long.
 * Byte tables: docs/design/processes.md. */
#include "wire/note_frame.h"

#include <string.h>

#include "countermark/engine.h"
#include "support/cm.h"

static struct cm_slice text(const char *s) { return slice_text(s); }

static void an_outcome_keeps_every_part_of_its_diag(void **state) {
    (void)state;
    struct outcome_frame o = {.err = CM_E_CONFLICT, .result_json = text("{}"), .diag = DIAG_INIT};
    diag_set(&o.diag, "batch 'x'", "line 1", "open it", "it is closed");
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(outcome_encode(&out, &o));
    struct outcome_frame back;
    assert_ok(outcome_decode(buffer_slice(&out), &back));
    assert_int_equal(back.err, CM_E_CONFLICT);
    assert_string_equal(back.diag.input, "batch 'x'");
    assert_string_equal(back.diag.remedy, "open it");
    for (size_t len = 0; len < out.len; len++)
        assert_err(CM_E_FORMAT, outcome_decode(slice_of(out.p, len), &back));
}

static void status_and_issue_come_back(void **state) {
    (void)state;
    struct status_frame s = {.sequence = 1u << 30, .dead = true, .verdicts = {1, 2, 3}};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(status_encode(&out, &s));
    struct status_frame back;
    assert_ok(status_decode(buffer_slice(&out), &back));
    assert_true(back.dead && !back.restored && back.sequence == 1u << 30);
    assert_int_equal(back.verdicts[2], 3);
    assert_int_equal(back.guess_n, 0);
    s.guess_n = 2;
    s.guesses[0] = (struct status_guess){.pool = "gift \"2027\"", .n = 10000};
    s.guesses[1] = (struct status_guess){.pool = "club", .n = UINT64_MAX};
    buffer_clear(&out);
    assert_ok(status_encode(&out, &s));
    assert_ok(status_decode(buffer_slice(&out), &back));
    assert_int_equal(back.guess_n, 2);
    assert_string_equal(back.guesses[0].pool, "gift \"2027\"");
    assert_true(back.guesses[1].n == UINT64_MAX);
    for (size_t len = 0; len < out.len; len++)
        assert_err(CM_E_FORMAT, status_decode(slice_of(out.p, len), &back));
    out.p[out.len - 9] = 'x'; /* behind the end of a name */
    assert_err(CM_E_FORMAT, status_decode(buffer_slice(&out), &back));

    struct issue_frame i = {.actor = 3, .batch = text("b1"), .key = text("k"), .count = 5}, j;
    buffer_clear(&out);
    assert_ok(issue_encode(&out, &i));
    assert_ok(issue_decode(buffer_slice(&out), &j));
    assert_int_equal(j.count, 5);
    assert_true(slice_equal(j.key, text("k")));
    char key[CM_KEY_TEXT_MAX + 1];
    memset(key, 'k', sizeof key);
    for (size_t len = CM_KEY_TEXT_MAX; len <= sizeof key; len++) {
        i.key = slice_of(key, len);
        buffer_clear(&out);
        assert_ok(issue_encode(&out, &i));
        const cm_err want = len <= CM_KEY_TEXT_MAX ? CM_OK : CM_E_FORMAT;
        assert_int_equal(issue_decode(buffer_slice(&out), &j), want);
    }
    assert_int_equal(j.key.len, CM_KEY_TEXT_MAX);
    i.key = text("k");
    i.count = 0;
    buffer_clear(&out);
    assert_ok(issue_encode(&out, &i));
    assert_err(CM_E_FORMAT, issue_decode(buffer_slice(&out), &j));
}

static void a_list_of_runs_comes_back_and_cut_ones_do_not(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct cm_slice back = text("as it was");
    assert_ok(runs_encode(&out, text("{\"runs\":[]}")));
    for (size_t len = 0; len < out.len; len++)
        assert_err(CM_E_FORMAT, runs_decode(slice_of(out.p, len), &back));
    assert_true(slice_equal(back, text("as it was")));
    assert_ok(runs_decode(buffer_slice(&out), &back));
    assert_true(slice_equal(back, text("{\"runs\":[]}")));
}

static void an_act_for_a_key_comes_back(void **state) {
    (void)state;
    const struct keyed_act_frame act = {9, text("run.list"), text("{}")};
    struct keyed_act_frame back;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(keyed_act_encode(&out, &act));
    assert_ok(keyed_act_decode(buffer_slice(&out), &back));
    assert_int_equal(back.actor, 9);
    assert_true(slice_equal(back.name, text("run.list")) &&
                slice_equal(back.args_json, text("{}")));
    for (size_t len = 0; len < out.len; len++)
        assert_int_not_equal(keyed_act_decode(slice_of(out.p, len), &back), CM_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outcome_keeps_every_part_of_its_diag),
        cmocka_unit_test(status_and_issue_come_back),
        cmocka_unit_test(an_act_for_a_key_comes_back),
        cmocka_unit_test(a_list_of_runs_comes_back_and_cut_ones_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
