/* The run journal: nothing that was journaled as sent is ever reserved again, whatever becomes of
 * the file. Expected states come from a plain array with one cell a serial. */
#include "support/cm.h"

#include <string.h>
#include <sys/wait.h>

#include "base/log.h"
#include "line/run_journal_inside.h"
#include "support/scratch_file.h"
#include "support/splitmix.h"

#define RUN     7u
#define SET     3u
#define UNKNOWN 0xFFu /* no span */

static struct scratch s;

static int setup(void **state) {
    (void)state;
    log_set_level(LOG_ERROR);
    return scratch_make(&s) ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    scratch_remove(s.path);
    return 0;
}

static struct run_journal *open_it(enum run_journal_found want) {
    struct run_journal *j = NULL;
    enum run_journal_found found = RUN_JOURNAL_NEW;
    assert_ok(run_journal_open(s.path, &j, &found, NULL));
    assert_int_equal(found, want);
    return j;
}

static unsigned stage_of(const struct run_journal *j, uint64_t serial) {
    const struct run_past *p = run_journal_past(j, RUN);
    const struct span *span = p == NULL ? NULL : spans_find(&p->spans, SET, serial);
    return span == NULL ? UNKNOWN : span->stage;
}

static struct span fate(uint64_t first, uint64_t count, enum cm_stage stage) {
    return (struct span){.set = SET, .first = first, .count = count, .stage = (uint8_t)stage};
}

/* Usage: hold, send after a commit, settle; another life finds all of it. */
static void another_life_knows_what_may_have_left(void **state) {
    (void)state;
    struct run_journal *j = open_it(RUN_JOURNAL_NEW);
    const uint32_t holes[] = {2, 3};
    assert_ok(run_journal_begin(j, RUN));
    assert_ok(run_journal_hold(j, RUN, SET, 100, 20, holes, 2));
    assert_ok(run_journal_sent(j, RUN, SET, 100, 8));
    assert_ok(run_journal_memory(j, RUN, slice_text("base 31084")));
    assert_true(run_journal_is_urgent(j));
    assert_ok(run_journal_commit(j)); /* here the bytes may leave */
    assert_false(run_journal_is_pending(j));
    const struct span printed = fate(100, 2, CM_STAGE_PRINTED);
    assert_ok(run_journal_fate(j, RUN, &printed));
    assert_false(run_journal_is_urgent(j));
    assert_ok(run_journal_commit(j));
    run_journal_close(j);

    j = open_it(RUN_JOURNAL_WHOLE);
    const struct run_past *p = run_journal_past(j, RUN);
    assert_non_null(p);
    assert_true(spans_count(&p->spans, CM_STAGE_SENT) == 4);
    assert_int_equal(stage_of(j, 101), CM_STAGE_PRINTED);
    assert_int_equal(stage_of(j, 107), CM_STAGE_SENT);
    assert_int_equal(stage_of(j, 108), CM_STAGE_RESERVED);
    assert_int_equal(stage_of(j, 120), UNKNOWN);
    assert_memory_equal(p->memory, "base 31084", 10);
    assert_null(run_journal_past(j, RUN + 1));
    run_journal_close(j);
}

static void nothing_is_sent_twice_in_any_life(void **state) {
    (void)state;
    struct run_journal *j = open_it(RUN_JOURNAL_NEW);
    assert_ok(run_journal_begin(j, RUN));
    assert_ok(run_journal_hold(j, RUN, SET, 0, 10, NULL, 0));
    assert_ok(run_journal_sent(j, RUN, SET, 0, 5));
    for (unsigned life = 0; life < 2; life++) {
        assert_err(CM_E_CONFLICT, run_journal_sent(j, RUN, SET, 4, 1));
        assert_err(CM_E_CONFLICT, run_journal_sent(j, RUN, SET, 4, 3)); /* not even in part */
        assert_int_equal(stage_of(j, 5), CM_STAGE_RESERVED);
        assert_err(CM_E_CONFLICT, run_journal_sent(j, RUN, SET, 9, 2)); /* never held */
        assert_err(CM_E_CONFLICT, run_journal_hold(j, RUN, SET, 3, 20, NULL, 0));
        assert_err(CM_E_NOT_FOUND, run_journal_sent(j, RUN + 1, SET, 5, 1));
        assert_err(CM_E_RANGE, run_journal_sent(j, RUN, SET, 5, 0));
        assert_err(CM_E_RANGE, run_journal_sent(j, RUN, SET, UINT64_MAX, 2));
        if (life == 1) break;
        assert_ok(run_journal_commit(j));
        run_journal_close(j);
        j = open_it(RUN_JOURNAL_WHOLE);
    }
    const struct span back = fate(0, 5, CM_STAGE_RESERVED), sent = fate(5, 1, CM_STAGE_SENT);
    assert_err(CM_E_RANGE, run_journal_fate(j, RUN, &back));
    assert_err(CM_E_RANGE, run_journal_fate(j, RUN, &sent));
    run_journal_close(j);
}

static void settled_units_go_when_the_ledger_has_them(void **state) {
    (void)state;
    struct run_journal *j = open_it(RUN_JOURNAL_NEW);
    const uint32_t holes[] = {0, 5, 9};
    assert_ok(run_journal_begin(j, RUN));
    assert_ok(run_journal_hold(j, RUN, SET, 0, 10, holes, 3));
    assert_ok(run_journal_sent(j, RUN, SET, 0, 10));
    const struct span first = fate(1, 4, CM_STAGE_PRINTED), rest = fate(6, 3, CM_STAGE_PRINTED);
    const struct span other = fate(6, 3, CM_STAGE_VOID), all = fate(0, 10, CM_STAGE_PRINTED);
    assert_ok(run_journal_fate(j, RUN, &first));
    assert_ok(run_journal_forget(j, RUN, &all)); /* only what is settled */
    assert_int_equal(stage_of(j, 1), UNKNOWN);
    assert_int_equal(stage_of(j, 6), CM_STAGE_SENT);
    assert_ok(run_journal_fate(j, RUN, &rest));
    assert_err(CM_E_CONFLICT, run_journal_fate(j, RUN, &other));
    assert_ok(run_journal_forget(j, RUN, &all));
    assert_int_equal(run_journal_past(j, RUN)->spans.n, 0); /* holes went with their neighbours */
    assert_ok(run_journal_drop(j, RUN));
    assert_null(run_journal_past(j, RUN));
    run_journal_close(j);
}

static void a_second_process_is_refused_by_name(void **state) {
    (void)state;
    struct run_journal *j = open_it(RUN_JOURNAL_NEW);
    struct cm_diag diag = DIAG_INIT;
    const pid_t child = fork();
    if (child == 0) {
        struct run_journal *other = NULL;
        enum run_journal_found found = RUN_JOURNAL_NEW;
        _exit(run_journal_open(s.path, &other, &found, &diag) == CM_E_BUSY &&
                      strstr(diag.problem, "streams from this folder") != NULL
                  ? 0
                  : 1);
    }
    int status = -1;
    assert_true(waitpid(child, &status, 0) == child);
    assert_int_equal(status, 0);
    run_journal_close(j);
}

static void another_workspace_begins_anew(void **state) {
    (void)state;
    struct run_journal *j = open_it(RUN_JOURNAL_NEW);
    enum run_journal_found found = RUN_JOURNAL_WHOLE;
    assert_ok(run_journal_bind(j, slice_text("plant/1"), &found));
    assert_ok(run_journal_begin(j, RUN));
    assert_ok(run_journal_commit(j));
    run_journal_close(j);
    j = open_it(RUN_JOURNAL_WHOLE);
    assert_ok(run_journal_bind(j, slice_text("plant/1"), &found));
    assert_int_equal(found, RUN_JOURNAL_WHOLE);
    assert_non_null(run_journal_past(j, RUN));
    assert_ok(run_journal_bind(j, slice_text("plant/2"), &found));
    assert_int_equal(found, RUN_JOURNAL_FOREIGN);
    assert_null(run_journal_past(j, RUN));
    assert_err(CM_E_RANGE, run_journal_bind(j, slice_text(""), &found));
    run_journal_close(j);
}

/* ---- Damage --------------------------------------------------------------------------------- */

/* A journal of three groups: held, the first half sent, the rest sent. Ends of the groups. */
static struct buffer three_groups(size_t ends[3]) {
    struct run_journal *j = open_it(RUN_JOURNAL_NEW);
    char path[SCRATCH_CAP + 16];
    assert_ok(run_journal_begin(j, RUN));
    assert_ok(run_journal_hold(j, RUN, SET, 0, 10, NULL, 0));
    assert_ok(run_journal_commit(j));
    ends[0] = (size_t)j->at;
    assert_ok(run_journal_sent(j, RUN, SET, 0, 5));
    assert_ok(run_journal_commit(j));
    ends[1] = (size_t)j->at;
    assert_ok(run_journal_sent(j, RUN, SET, 5, 5));
    assert_ok(run_journal_commit(j));
    ends[2] = (size_t)j->at;
    run_journal_close(j);
    (void)snprintf(path, sizeof path, "%s/%s", s.path, RUN_JOURNAL_NAME);
    struct buffer b = scratch_read(path);
    b.len = ends[2] + 512; /* zeros follow */
    return b;
}

static uint64_t sent_in(const struct run_journal *j) {
    const struct run_past *p = run_journal_past(j, RUN);
    return p == NULL ? 0 : spans_count(&p->spans, CM_STAGE_SENT);
}

static cm_err replay(struct cm_slice file, uint64_t *sent) {
    struct run_journal j = {.fd = -1};
    const cm_err err = run_journal_replay(&j, file);
    *sent = sent_in(&j);
    run_journal_clear(&j);
    free(j.runs);
    return err;
}

static void a_torn_end_is_cut_at_every_byte(void **state) {
    (void)state;
    size_t ends[3];
    struct buffer b = three_groups(ends);
    const size_t copy = ends[1] + (ends[2] - ends[1]) / 2;
    for (size_t cut = ends[1]; cut <= ends[2]; cut++) {
        uint64_t sent = 0;
        assert_ok(replay(slice_of(b.p, cut), &sent)); /* the file ends there */
        assert_int_equal(sent, cut < copy ? 5 : 10);
        struct buffer torn = BUFFER_INIT; /* or zeros stand there, as they were prepared */
        buffer_put(&torn, b.p, b.len);
        memset(torn.p + cut, 0, torn.len - cut);
        assert_ok(replay(buffer_slice(&torn), &sent));
        const bool whole = memcmp(torn.p + ends[1], b.p + ends[1], copy - ends[1]) == 0;
        assert_int_equal(sent, whole ? 10 : 5);
        buffer_free(&torn);
    }
    buffer_free(&b);
}

static void every_flipped_bit_is_healed_by_the_second_copy(void **state) {
    (void)state;
    size_t ends[3];
    struct buffer b = three_groups(ends);
    for (size_t i = 0; i < ends[2] * 8; i++) {
        uint64_t sent = 0;
        b.p[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_ok(replay(buffer_slice(&b), &sent));
        assert_int_equal(sent, 10);
        b.p[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    buffer_free(&b);
}

/* Both copies of a group before the last one: never a state in which sent units seem reserved. */
static void damage_before_the_end_loses_the_file_not_the_units(void **state) {
    (void)state;
    size_t ends[3];
    char path[SCRATCH_CAP + 32];
    struct buffer b = three_groups(ends);
    const size_t half = (ends[1] - ends[0]) / 2;
    for (size_t i = ends[0]; i < ends[0] + half; i++) {
        uint64_t sent = 0;
        b.p[i] ^= 0x40;
        b.p[i + half] ^= 0x40;
        assert_err(CM_E_CORRUPT, replay(buffer_slice(&b), &sent));
        b.p[i] ^= 0x40;
        b.p[i + half] ^= 0x40;
    }
    (void)snprintf(path, sizeof path, "%s/%s", s.path, RUN_JOURNAL_NAME);
    b.p[ends[0] + 20] ^= 1;
    b.p[ends[0] + 20 + half] ^= 1;
    scratch_write(path, buffer_slice(&b));
    struct run_journal *j = open_it(RUN_JOURNAL_DAMAGED);
    assert_null(run_journal_past(j, RUN)); /* so the host calls all that it held unknown */
    run_journal_close(j);
    (void)snprintf(path, sizeof path, "%s/%s", s.path, RUN_JOURNAL_ASIDE);
    struct buffer aside = scratch_read(path);
    assert_int_equal(aside.len, b.len);
    buffer_free(&aside);
    buffer_free(&b);
}

static void hostile_groups_are_corrupt(void **state) {
    (void)state;
    static const struct run_record bad[] = {
        {.type = RECORD_SENT, .run = RUN, .span = {.set = SET, .first = 0, .count = 1}},
        {.type = RECORD_HOLD, .run = RUN, .span = {.set = SET, .first = 0, .count = 0}},
        {.type = RECORD_HOLD, .run = RUN, .span = {.set = SET, .first = UINT64_MAX, .count = 9}},
        {.type = RECORD_HOLE, .run = RUN, .span = {.set = SET, .first = 0, .count = 1}},
        {.type = RECORD_FATE, .run = RUN, .span = {.set = SET, .count = 1, .stage = 200}},
        {.type = RECORD_FATE,
         .run = RUN,
         .span = {.set = SET, .count = 1, .stage = 2, .cause = 99}},
        {.type = RECORD_DROP, .run = RUN + 1},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct run_journal j = {.fd = -1, .generation = 1, .sequence = 1};
        struct buffer records = BUFFER_INIT, group = BUFFER_INIT;
        uint64_t sent = 0;
        run_record_put(&records, &(struct run_record){.type = RECORD_BEGIN});
        run_record_put(&records, &(struct run_record){.type = RECORD_RUN, .run = RUN});
        assert_ok(run_group_make(&j, buffer_slice(&records), &group));
        assert_ok(replay(buffer_slice(&group), &sent)); /* the control: it is good without */
        run_record_put(&records, &bad[i]);
        assert_ok(run_group_make(&j, buffer_slice(&records), &group));
        assert_err(CM_E_CORRUPT, replay(buffer_slice(&group), &sent));
        for (size_t len = 1; len < 8; len++) { /* a record that ends too early */
            assert_ok(run_group_make(&j, slice_of(records.p, records.len - len), &group));
            assert_err(CM_E_CORRUPT, replay(buffer_slice(&group), &sent));
        }
        buffer_free(&records);
        buffer_free(&group);
    }
    uint64_t sent = 0;
    assert_err(CM_E_CORRUPT, replay(slice_of(NULL, 0), &sent));
    assert_err(CM_E_CORRUPT, replay(slice_text("CMRJ"), &sent));
}

/* ---- Against an array ----------------------------------------------------------------------- */

#define CELLS  400u
#define ROUNDS 6000u

static void agree(const struct run_journal *j, const uint8_t *cells) {
    for (uint64_t i = 0; i < CELLS; i++)
        assert_int_equal(stage_of(j, i), cells[i]);
}

/* One random change, to both; refused by both or by none. */
static void change(struct run_journal *j, uint8_t *cells, uint64_t *seed) {
    const uint64_t first = splitmix_next(seed) % CELLS;
    uint64_t count = 1 + splitmix_next(seed) % 9;
    if (first + count > CELLS) count = CELLS - first;
    const unsigned what = (unsigned)(splitmix_next(seed) % 4);
    static const uint8_t to[] = {CM_STAGE_RESERVED, CM_STAGE_SENT, CM_STAGE_PRINTED, UNKNOWN};
    bool may = true;
    for (uint64_t i = first; i < first + count; i++) {
        if (what == 0) may = may && cells[i] == UNKNOWN;
        if (what == 1) may = may && cells[i] == CM_STAGE_RESERVED;
        if (what == 2) may = may && cells[i] != CM_STAGE_RESERVED;
    }
    const struct span span = fate(first, count, CM_STAGE_PRINTED);
    cm_err err = CM_OK;
    if (what == 0) err = run_journal_hold(j, RUN, SET, first, count, NULL, 0);
    if (what == 1) err = run_journal_sent(j, RUN, SET, first, count);
    if (what == 2) err = run_journal_fate(j, RUN, &span);
    if (what == 3) err = run_journal_forget(j, RUN, &span);
    assert_int_equal(err, may ? CM_OK : CM_E_CONFLICT);
    if (!may) return;
    for (uint64_t i = first; i < first + count; i++)
        if (what != 3 || cells[i] == CM_STAGE_PRINTED) cells[i] = to[what];
}

static void random_lives_agree_with_an_array(void **state) {
    (void)state;
    uint8_t cells[CELLS];
    uint64_t seed = 20261122;
    memset(cells, UNKNOWN, sizeof cells);
    struct run_journal *j = open_it(RUN_JOURNAL_NEW);
    assert_ok(run_journal_begin(j, RUN));
    for (unsigned i = 0; i < ROUNDS; i++) {
        change(j, cells, &seed);
        if (i % 64 == 0) agree(j, cells);
        if (splitmix_next(&seed) % 4 == 0) assert_ok(run_journal_commit(j));
        if (splitmix_next(&seed) % 64 != 0) continue;
        if (splitmix_next(&seed) % 2 == 0) assert_ok(run_journal_snapshot(j));
        assert_ok(run_journal_commit(j));
        run_journal_close(j);
        j = open_it(RUN_JOURNAL_WHOLE);
        agree(j, cells);
    }
    run_journal_close(j);
}

/* Full, the file is followed by a snapshot: a million units later it is as long as before. */
static void the_file_never_outgrows_its_room(void **state) {
    (void)state;
    struct run_journal *j = open_it(RUN_JOURNAL_NEW);
    assert_ok(run_journal_begin(j, RUN));
    const uint64_t generation = j->generation;
    for (uint64_t i = 0; i < 40000; i++) {
        const struct span printed = fate(i * 25, 25, CM_STAGE_PRINTED);
        assert_ok(run_journal_hold(j, RUN, SET, i * 25, 25, NULL, 0));
        assert_ok(run_journal_sent(j, RUN, SET, i * 25, 25));
        assert_ok(run_journal_commit(j));
        assert_ok(run_journal_fate(j, RUN, &printed));
        if (i % 100 == 99) assert_ok(run_journal_forget(j, RUN, &printed));
    }
    assert_true(j->generation > generation);
    assert_true(j->file_len == RUN_JOURNAL_FILE_LEN && j->at <= j->file_len);
    run_journal_close(j);
    j = open_it(RUN_JOURNAL_WHOLE);
    assert_int_equal(stage_of(j, 999000), CM_STAGE_PRINTED);
    run_journal_close(j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_life_knows_what_may_have_left, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_sent_twice_in_any_life, setup, teardown),
        cmocka_unit_test_setup_teardown(settled_units_go_when_the_ledger_has_them, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_process_is_refused_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(another_workspace_begins_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(a_torn_end_is_cut_at_every_byte, setup, teardown),
        cmocka_unit_test_setup_teardown(every_flipped_bit_is_healed_by_the_second_copy, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(damage_before_the_end_loses_the_file_not_the_units, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(hostile_groups_are_corrupt, setup, teardown),
        cmocka_unit_test_setup_teardown(random_lives_agree_with_an_array, setup, teardown),
        cmocka_unit_test_setup_teardown(the_file_never_outgrows_its_room, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
