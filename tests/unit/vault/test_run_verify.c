/* What a camera's reads and an operator's last good code settle. Expected verdicts and stages are
 * those of docs/design/runs.md, "Verification", worked out by hand beside each case. */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "support/splitmix.h"
#include "support/world_run.h"
#include "vault/run_verify.h"

#define UNITS 40u

struct line {
    struct world w;
    uint32_t set, run;
    struct run_feed feed;
    bool no_read_rejects;
    char codes[UNITS][WORLD_CODE_CAP];
};

/* A run that sent its units 0 .. UNITS - 1, of which those divisible by `hole_every` are none. */
static struct line *line_make(uint32_t hole_every) {
    struct line *l = calloc(1, sizeof *l);
    assert_non_null(l);
    world_make(&l->w, 12, 100000);
    l->set = world_run_batch(&l->w, 1000);
    l->run = world_run(&l->w, "r", l->set);
    world_hold(&l->w, l->run, l->set, UNITS, hole_every);
    world_move(&l->w, l->run, (struct run_move){l->set, 0, UNITS, CM_STAGE_SENT, CM_CAUSE_NONE});
    for (uint32_t i = 0; i < UNITS; i++)
        world_code(&l->w, l->set, i, l->codes[i]);
    return l;
}

static void line_remove(struct line *l) {
    world_remove(&l->w);
    free(l);
}

/* Reads as numbers: a unit's serial, NONE for a no-read, -serial - 1 for a bad one. */
#define NONE   1000
#define BAD(n) (-(n)-1)

static void read_line(struct line *l, const int *units, size_t n, const enum read_verdict *want) {
    struct run_read reads[16] = {0};
    enum read_verdict got[16];
    assert_true(n <= 16);
    for (size_t i = 0; i < n; i++) {
        const int unit = units[i] < 0 ? -units[i] - 1 : units[i];
        reads[i].kind = units[i] == NONE ? READ_NONE : units[i] < 0 ? READ_BAD : READ_CODE;
        if (units[i] != NONE) reads[i].code = slice_text(l->codes[unit]);
    }
    const struct run_verify_options o = {.run = l->run, .no_read_rejects = l->no_read_rejects};
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = run_verify_lines(l->w.engine, &o, &l->feed, reads, n, got, &diag);
    if (err != CM_OK) fail_msg("%s: %s", cm_err_name(err), diag.problem);
    for (size_t i = 0; i < n; i++)
        if (got[i] != want[i])
            fail_msg("read %zu: %s, not %s", i, read_verdict_name(got[i]),
                     read_verdict_name(want[i]));
}

#define READ(l, units, ...)                                                                        \
    read_line(l, (const int[])units, sizeof((const int[])units) / sizeof(int),                     \
              (const enum read_verdict[]){__VA_ARGS__})
#define U(...)                                                                                     \
    { __VA_ARGS__ }

static enum cm_stage stage_of(struct line *l, uint64_t serial) {
    uint32_t run = 0;
    struct span span;
    assert_ok(engine_run_of(l->w.engine, l->set, serial, &run, &span));
    return (enum cm_stage)span.stage;
}

static void a_camera_says_which_units_are_good(void **state) {
    (void)state;
    struct line *l = line_make(0);
    READ(l, U(0, 1, 2, BAD(3), 4), READ_V_GOOD, READ_V_GOOD, READ_V_GOOD, READ_V_BAD, READ_V_GOOD);
    const struct run_totals t = world_totals(&l->w, l->run);
    assert_int_equal(t.units[CM_STAGE_GOOD], 4);
    assert_int_equal(t.units[CM_STAGE_REJECTED], 1);
    assert_int_equal(t.units[CM_STAGE_SENT], UNITS - 5);
    assert_int_equal(t.causes[CM_CAUSE_CAMERA], 5);
    assert_int_equal(l->feed.verdicts[READ_V_GOOD], 4);
    struct engine_stats before, after;
    engine_stats(l->w.engine, &before);
    READ(l, U(5, 6, 7, 8, 9, 10), READ_V_GOOD, READ_V_GOOD, READ_V_GOOD, READ_V_GOOD, READ_V_GOOD,
         READ_V_GOOD);
    engine_stats(l->w.engine, &after);
    assert_int_equal(after.sequence, before.sequence + 1); /* one range */
    line_remove(l);
}

static void a_code_read_twice_is_a_duplicate_within_an_array_and_later(void **state) {
    (void)state;
    struct line *l = line_make(0);
    READ(l, U(0, 0, 1), READ_V_GOOD, READ_V_DUPLICATE, READ_V_GOOD);
    READ(l, U(1, BAD(0), 2), READ_V_DUPLICATE, READ_V_DUPLICATE, READ_V_GOOD);
    assert_int_equal(stage_of(l, 0), CM_STAGE_GOOD); /* which of the copies is bad, nobody knows */
    assert_int_equal(l->feed.verdicts[READ_V_DUPLICATE], 3);
    line_remove(l);
}

static void units_that_are_passed_over_stay_as_they_are(void **state) {
    (void)state;
    struct line *l = line_make(0);
    READ(l, U(0, 3, 4, 2, 5), READ_V_GOOD, READ_V_OUT_OF_SEQUENCE, READ_V_GOOD,
         READ_V_OUT_OF_SEQUENCE, READ_V_GOOD); /* two lanes that crossed */
    assert_int_equal(stage_of(l, 1), CM_STAGE_SENT);
    assert_int_equal(stage_of(l, 2), CM_STAGE_GOOD);
    line_remove(l);
}

static void holes_and_void_units_are_not_missed(void **state) {
    (void)state;
    struct line *l = line_make(4); /* 0, 4, 8 ... are no units */
    world_move(&l->w, l->run, (struct run_move){l->set, 6, 1, CM_STAGE_VOID, CM_CAUSE_REFUSED});
    READ(l, U(1, 2, 3, 5, 7, 9), READ_V_GOOD, READ_V_GOOD, READ_V_GOOD, READ_V_GOOD, READ_V_GOOD,
         READ_V_GOOD);
    READ(l, U(6, BAD(6), 8, 10), READ_V_DEAD, READ_V_BAD, READ_V_WRONG_CODE, READ_V_GOOD);
    line_remove(l);
}

static void no_reads_account_for_as_many_missing_units(void **state) {
    (void)state;
    struct line *l = line_make(0);
    READ(l, U(0, NONE, 2, NONE, NONE, 5), READ_V_GOOD, READ_V_NO_READ, READ_V_GOOD, READ_V_NO_READ,
         READ_V_NO_READ, READ_V_GOOD);
    READ(l, U(NONE, 8, NONE, 9), READ_V_NO_READ, READ_V_OUT_OF_SEQUENCE, READ_V_NO_READ,
         READ_V_GOOD); /* two missing, one no-read; a no-read of something that is not ours */
    const struct run_totals t = world_totals(&l->w, l->run);
    assert_int_equal(t.units[CM_STAGE_GOOD], 5);
    assert_int_equal(t.units[CM_STAGE_REJECTED], 0);
    line_remove(l);
}

static void a_line_that_ejects_no_reads_rejects_the_one_unit_that_is_missing(void **state) {
    (void)state;
    struct line *l = line_make(0);
    l->no_read_rejects = true;
    READ(l, U(0, NONE, 2), READ_V_GOOD, READ_V_NO_READ, READ_V_GOOD);
    assert_int_equal(stage_of(l, 1), CM_STAGE_REJECTED);
    READ(l, U(NONE), READ_V_NO_READ); /* over two arrays, too */
    READ(l, U(4), READ_V_GOOD);
    assert_int_equal(stage_of(l, 3), CM_STAGE_REJECTED);
    READ(l, U(NONE, NONE, 7, NONE, 10), READ_V_NO_READ, READ_V_NO_READ, READ_V_GOOD, READ_V_NO_READ,
         READ_V_OUT_OF_SEQUENCE);
    for (uint64_t i = 5; i < 10; i++)
        if (i != 7)
            assert_int_equal(stage_of(l, i), CM_STAGE_SENT); /* which is which, is unknown */
    char code[WORLD_CODE_CAP];
    world_code(&l->w, l->set, 3, code);
    assert_int_equal(world_ask(&l->w, CM_OP_CHECK, code, NULL, 5).verdict, CM_V_VOID);
    line_remove(l);
}

static void what_is_not_of_the_run_is_a_wrong_code(void **state) {
    (void)state;
    struct line *l = line_make(0);
    const uint32_t other = world_run_batch(&l->w, 100);
    const uint32_t stranger = world_run(&l->w, "s", other);
    world_hold(&l->w, stranger, other, 5, 0);
    char theirs[WORLD_CODE_CAP], typo[WORLD_CODE_CAP];
    world_code(&l->w, other, 0, theirs);
    memcpy(typo, l->codes[1], sizeof typo);
    typo[0] = typo[0] == '2' ? '3' : '2';
    const struct run_read reads[] = {
        {READ_CODE, slice_text(theirs)}, {READ_CODE, slice_text(typo)},
        {READ_CODE, slice_text("")},     {READ_CODE, slice_text("https://example.com/\xff\xfe")},
        {READ_BAD, slice_text(theirs)},  {READ_CODE, slice_text(l->codes[0])}};
    enum read_verdict got[CM_ARRAY_N(reads)];
    const struct run_verify_options o = {.run = l->run};
    assert_ok(run_verify_lines(l->w.engine, &o, &l->feed, reads, CM_ARRAY_N(reads), got, NULL));
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(got[i], READ_V_WRONG_CODE);
    assert_int_equal(got[5], READ_V_GOOD);
    line_remove(l);
}

static void a_fresh_feed_goes_on_where_the_ledger_stands(void **state) {
    (void)state;
    struct line *l = line_make(0);
    READ(l, U(0, 1, 2, 3), READ_V_GOOD, READ_V_GOOD, READ_V_GOOD, READ_V_GOOD);
    memset(&l->feed, 0, sizeof l->feed); /* the vault was started anew */
    READ(l, U(5, 2, 6), READ_V_OUT_OF_SEQUENCE, READ_V_DUPLICATE, READ_V_GOOD);
    line_remove(l);
}

static void reads_go_on_from_one_batch_to_the_next(void **state) {
    (void)state;
    struct line *l = line_make(0);
    const uint32_t next = world_run_batch(&l->w, 100);
    world_hold(&l->w, l->run, next, 10, 3); /* 0, 3, 6, 9 are none */
    char first[WORLD_CODE_CAP];
    world_code(&l->w, next, 1, first);
    READ(l, U(37, 38, 39), READ_V_GOOD, READ_V_GOOD, READ_V_GOOD);
    const struct run_read read = {READ_CODE, slice_text(first)};
    const struct run_verify_options o = {.run = l->run};
    enum read_verdict got = READ_V_DEAD;
    assert_ok(run_verify_lines(l->w.engine, &o, &l->feed, &read, 1, &got, NULL));
    assert_int_equal(got, READ_V_GOOD);
    READ(l, U(0), READ_V_OUT_OF_SEQUENCE); /* late */
    line_remove(l);
}

static void a_refused_array_changes_nothing(void **state) {
    (void)state;
    struct line *l = line_make(0);
    const struct run_read read = {READ_CODE, slice_text(l->codes[0])};
    struct run_verify_options o = {.run = 99};
    enum read_verdict got = READ_V_DEAD;
    assert_err(CM_E_NOT_FOUND, run_verify_lines(l->w.engine, &o, &l->feed, &read, 1, &got, NULL));
    o.run = l->run;
    assert_err(CM_E_LIMIT,
               run_verify_lines(l->w.engine, &o, &l->feed, &read, RUN_READS_MAX + 1, &got, NULL));
    world_run_wish(&l->w, l->run, "closed");
    assert_err(CM_E_STATE, run_verify_lines(l->w.engine, &o, &l->feed, &read, 1, &got, NULL));
    assert_int_equal(got, READ_V_DEAD);
    assert_false(l->feed.begun);
    assert_int_equal(world_totals(&l->w, l->run).units[CM_STAGE_SENT], UNITS);
    line_remove(l);
}

/* ---- After a jam ---------------------------------------------------------------------------- */

static cm_err last_good(struct line *l, const char *code, struct run_settled *out,
                        struct cm_diag *diag) {
    struct run_settled settled;
    TRY(run_find_last_good(l->w.engine, l->run, slice_text(code), &settled, diag));
    TRY(run_settle_last_good(l->w.engine, l->run, 0, &settled, diag));
    *out = settled;
    return CM_OK;
}

static void the_last_good_code_settles_what_came_out_and_what_did_not(void **state) {
    (void)state;
    struct line *l = line_make(10); /* 0, 10, 20, 30 are none */
    struct run_settled s = {.serial = 0};
    world_move(&l->w, l->run, (struct run_move){l->set, 0, 5, CM_STAGE_PRINTED, CM_CAUSE_NONE});
    world_move(&l->w, l->run, (struct run_move){l->set, 15, 10, CM_STAGE_UNKNOWN, CM_CAUSE_FAULT});
    assert_err(CM_E_STATE, last_good(l, l->codes[19], &s, NULL)); /* streaming */
    world_run_wish(&l->w, l->run, "pause");
    assert_ok(last_good(l, l->codes[19], &s, NULL));
    assert_int_equal(s.serial, 19);
    assert_int_equal(s.printed, 15 - 1);
    assert_int_equal(s.voided, 20 - 2);
    const struct run_totals t = world_totals(&l->w, l->run);
    assert_int_equal(t.units[CM_STAGE_PRINTED], 20 - 2);
    assert_int_equal(t.units[CM_STAGE_VOID], 20 - 2);
    assert_int_equal(t.causes[CM_CAUSE_OPERATOR], 14 + 18);
    assert_int_equal(t.sent_total, UNITS - 4);
    char code[WORLD_CODE_CAP];
    world_code(&l->w, l->set, 25, code);
    assert_int_equal(world_ask(&l->w, CM_OP_CHECK, code, NULL, 5).verdict, CM_V_VOID);
    assert_ok(last_good(l, l->codes[19], &s, NULL)); /* said twice: nothing more */
    assert_int_equal(s.printed + s.voided, 0);
    line_remove(l);
}

static void a_last_good_code_that_cannot_be_is_refused_with_a_reason(void **state) {
    (void)state;
    struct line *l = line_make(0);
    struct run_settled s = {.serial = 77};
    world_hold(&l->w, l->run, l->set, 5, 0);
    const uint32_t stranger = world_run(&l->w, "s", l->set);
    world_hold(&l->w, stranger, l->set, 5, 0);
    world_move(&l->w, l->run, (struct run_move){l->set, 7, 1, CM_STAGE_VOID, CM_CAUSE_REFUSED});
    world_run_wish(&l->w, l->run, "pause");
    char reserved[WORLD_CODE_CAP], theirs[WORLD_CODE_CAP];
    world_code(&l->w, l->set, UNITS, reserved);
    world_code(&l->w, l->set, UNITS + 5, theirs);
    const struct {
        const char *code;
        cm_err err;
        const char *says;
    } cases[] = {{"", CM_E_NOT_FOUND, "mistyped"},
                 {"NOSUCHCODE", CM_E_NOT_FOUND, "mistyped"},
                 {theirs, CM_E_NOT_FOUND, "not of this run"},
                 {reserved, CM_E_CONFLICT, "never sent"},
                 {l->codes[7], CM_E_CONFLICT, "void (refused)"}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct cm_diag diag = DIAG_INIT;
        assert_err(cases[i].err, last_good(l, cases[i].code, &s, &diag));
        if (strstr(diag.problem, cases[i].says) == NULL) fail_msg("%s", diag.problem);
        assert_true(strlen(diag.remedy) > 0);
    }
    assert_int_equal(s.serial, 77);
    assert_int_equal(world_totals(&l->w, l->run).units[CM_STAGE_SENT], UNITS - 1);
    line_remove(l);
}

static void only_good_kills_what_no_camera_read_and_only_as_confirmed(void **state) {
    (void)state;
    struct line *l = line_make(0);
    struct run_kill kill;
    assert_err(CM_E_STATE, run_only_good(l->w.engine, l->run, 0, UNITS, &kill, NULL));
    READ(l, U(0, 1, BAD(2)), READ_V_GOOD, READ_V_GOOD, READ_V_BAD);
    assert_ok(run_only_good_count(l->w.engine, l->run, &kill, NULL));
    assert_int_equal(kill.killed, UNITS - 3);
    assert_int_equal(kill.verified, 2);
    assert_err(CM_E_CONFLICT, run_only_good(l->w.engine, l->run, 0, UNITS - 2, &kill, NULL));
    assert_int_equal(world_totals(&l->w, l->run).units[CM_STAGE_SENT], UNITS - 3);
    assert_ok(run_only_good(l->w.engine, l->run, 0, UNITS - 3, &kill, NULL));
    const struct run_totals t = world_totals(&l->w, l->run);
    assert_int_equal(t.causes[CM_CAUSE_RULE], UNITS - 3);
    assert_int_equal(t.units[CM_STAGE_GOOD], 2);
    line_remove(l);
}

static void ten_thousand_reads_in_random_order_settle_each_unit_once(void **state) {
    (void)state;
    enum { N = 10000 };
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_run_batch(&w, N);
    const uint32_t run = world_run(&w, "r", set);
    world_hold(&w, run, set, N, 0);
    char(*codes)[WORLD_CODE_CAP] = calloc(N, sizeof *codes);
    struct run_read *reads = calloc(N, sizeof *reads);
    enum read_verdict *got = calloc(N, sizeof *got);
    struct run_feed feed = {.begun = false};
    uint64_t random = 1;
    for (uint32_t i = 0; i < N; i++) {
        world_code(&w, set, splitmix_next(&random) % N, codes[i]);
        reads[i] = (struct run_read){READ_CODE, slice_text(codes[i])};
    }
    const struct run_verify_options o = {.run = run};
    assert_ok(run_verify_lines(w.engine, &o, &feed, reads, N, got, NULL));
    const uint64_t good = feed.verdicts[READ_V_GOOD] + feed.verdicts[READ_V_OUT_OF_SEQUENCE];
    assert_int_equal(world_totals(&w, run).units[CM_STAGE_GOOD], good);
    assert_int_equal(good + feed.verdicts[READ_V_DUPLICATE], N);
    free(codes);
    free(reads);
    free(got);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_camera_says_which_units_are_good),
        cmocka_unit_test(a_code_read_twice_is_a_duplicate_within_an_array_and_later),
        cmocka_unit_test(units_that_are_passed_over_stay_as_they_are),
        cmocka_unit_test(holes_and_void_units_are_not_missed),
        cmocka_unit_test(no_reads_account_for_as_many_missing_units),
        cmocka_unit_test(a_line_that_ejects_no_reads_rejects_the_one_unit_that_is_missing),
        cmocka_unit_test(what_is_not_of_the_run_is_a_wrong_code),
        cmocka_unit_test(a_fresh_feed_goes_on_where_the_ledger_stands),
        cmocka_unit_test(reads_go_on_from_one_batch_to_the_next),
        cmocka_unit_test(a_refused_array_changes_nothing),
        cmocka_unit_test(the_last_good_code_settles_what_came_out_and_what_did_not),
        cmocka_unit_test(a_last_good_code_that_cannot_be_is_refused_with_a_reason),
        cmocka_unit_test(only_good_kills_what_no_camera_read_and_only_as_confirmed),
        cmocka_unit_test(ten_thousand_reads_in_random_order_settle_each_unit_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
