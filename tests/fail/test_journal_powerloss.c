/* Power loss at any moment: in every state that the disk may hold, the journal opens, holds every
 * acknowledged group and no other than the one in flight, and goes on. Taken out a sync, the same
 * test must find violations: it has teeth. Rules: tests/support/powerloss/README.md.
 * Usage: test_journal_powerloss RECORDER WRITER. */
#include "fail/journal_plan.h"

#include "base/log.h"
#include "support/powerloss/bed.h"
#include "support/prove.h"

#define GROUP_N       "120" /* segments of 64 KiB: rolls, reopening, archive, a new epoch */
#define GROUP_N_BLIND "36"  /* where a sync is left out */

static struct power_tools tools;

/* Run the writer under the recorder, from its group `from` on. */
static void record(const struct power_bed *b, const char *from, const char *group_n,
                   const char *drop_sync) {
    const char *const words[] = {b->work.path, from, group_n, NULL};
    log_set_level(LOG_ERROR); /* a torn group is cut in thousands of states */
    power_bed_record(b, &tools, b->work.path, words, drop_sync);
}

static int wrong(char why[static POWERLOSS_WHY_CAP], const char *what, cm_err err,
                 const struct cm_diag *diag) {
    char text[POWERLOSS_WHY_CAP / 2];
    (void)diag_text(diag, err, text, sizeof text);
    (void)snprintf(why, POWERLOSS_WHY_CAP, "%s: %s: %s", what, cm_err_name(err), text);
    return 1;
}

/* All groups from the first on, archive and folder together. */
static cm_err read_all(const struct journal_options *o, struct plan_walk *w, struct cm_diag *diag) {
    CM_CLEANUP(journal_reader_closep) struct journal_reader *r = NULL;
    struct journal_reader_options reading = {.dir = o->dir, .workspace_id = {1, 2, 3}};
    struct journal_tail tail;
    uint64_t torn_len = 0;
    if (access(o->archive_dir, F_OK) == 0) reading.archive_dir = o->archive_dir;
    TRY(journal_reader_open(&r, &reading, 1, diag));
    for (bool found = true; found;) {
        struct journal_group group;
        TRY(journal_reader_next(r, JOURNAL_TO_THE_END, &group, &found, diag));
        if (found) TRY(plan_visit(w, &group));
    }
    TRY(journal_reader_end(r, &tail, &torn_len, diag));
    return torn_len == 0 ? CM_OK : CM_E_CORRUPT;
}

static int check_open(const struct journal_options *o, const struct plan_mark *m,
                      char why[static POWERLOSS_WHY_CAP]) {
    CM_CLEANUP(journal_closep) struct journal *j = NULL;
    struct cm_diag diag = DIAG_INIT;
    struct plan_walk walk = {0};
    struct plan_walk all = {0};
    cm_err err = journal_open(&j, o, m->released, plan_visit, &walk, &diag);
    if (err != CM_OK) return wrong(why, walk.why[0] != '\0' ? walk.why : "open", err, &diag);
    const uint64_t next = journal_next_sequence(j);
    if (next < plan_sequence(m->groups)) return wrong(why, "acknowledged group lost", err, &diag);
    if (next > plan_sequence(m->groups + 1)) return wrong(why, "group from nowhere", err, &diag);
    const uint64_t groups = next == plan_sequence(m->groups) ? m->groups : m->groups + 1;
    err = plan_commit(j, groups);
    if (err != CM_OK) return wrong(why, "going on", err, &diag);
    err = read_all(o, &all, &diag);
    if (err != CM_OK) return wrong(why, all.why[0] != '\0' ? all.why : "reading", err, &diag);
    if (all.visited != groups + 1) return wrong(why, "reader misses groups", err, &diag);
    return 0;
}

static int check_state(void *ctx, const char *folder, const struct powerloss_mark *marks,
                       uint64_t mark_n, char why[static POWERLOSS_WHY_CAP]) {
    struct plan_mark m = *(const struct plan_mark *)ctx;
    struct scratch root;
    (void)snprintf(root.path, sizeof root.path, "%s", folder);
    const struct scratch dir = scratch_below(&root, "journal");
    const struct scratch archive = scratch_below(&root, "archive");
    if (mark_n > 0) memcpy(&m, marks[mark_n - 1].p, sizeof m);
    const struct journal_options o = {.dir = dir.path,
                                      .archive_dir = archive.path,
                                      .workspace_id = {1, 2, 3},
                                      .epoch = m.epoch,
                                      .segment_len = KIT_SEGMENT_LEN};
    if (m.created == 0) {
        const cm_err err = journal_create(&o, NULL);
        if (err != CM_OK && err != CM_E_EXISTS)
            return wrong(why, "making it anew", err, &(struct cm_diag)DIAG_INIT);
    }
    return check_open(&o, &m, why);
}

/* `groups` are there for certain before the program starts. */
static void explore(const struct power_bed *b, uint64_t groups, uint64_t states,
                    struct powerloss_report *report) {
    struct plan_mark start = {
        .groups = groups, .released = JOURNAL_FIRST_SEQUENCE, .epoch = 1, .created = groups > 0};
    power_bed_explore(b, 20240611, states, check_state, &start, report);
}

static void no_state_loses_an_acknowledged_group_or_fails_to_open(void **state) {
    (void)state;
    struct power_bed b;
    struct powerloss_report report;
    power_bed_make(&b);
    record(&b, "0", GROUP_N, "0");
    explore(&b, 0, prove_size(2000, 50000), &report);
    if (report.violations > 0) fail_msg("%s", report.first);
    assert_true(report.states >= prove_size(2000, 50000));
    power_bed_remove(&b);
}

/* A journal whose last group misses a sector: opening it cuts and hardens, under the recorder. */
static void make_torn(const struct power_bed *b, uint64_t groups) {
    static const uint8_t zeros[SECTOR_LEN];
    struct kit k = {.dir = scratch_below(&b->work, "journal")};
    CM_CLEANUP(journal_closep) struct journal *j = NULL;
    struct journal_tail before;
    k.options = (struct journal_options){
        .dir = k.dir.path, .workspace_id = {1, 2, 3}, .epoch = 1, .segment_len = KIT_SEGMENT_LEN};
    assert_ok(journal_create(&k.options, NULL));
    assert_ok(journal_open(&j, &k.options, 1, NULL, NULL, NULL));
    for (uint64_t i = 0; i < groups; i++)
        assert_ok(plan_commit(j, i));
    journal_tail_get(j, &before);
    assert_ok(plan_commit(j, groups));
    kit_poke(&k, before.segment, before.offset + SECTOR_LEN, zeros, sizeof zeros);
}

static void power_may_fail_again_while_a_torn_group_is_being_cut(void **state) {
    (void)state;
    struct power_bed b;
    struct powerloss_report report;
    power_bed_make(&b);
    assert_true(plan_len(22) > 2 * SECTOR_LEN);
    make_torn(&b, 22);
    record(&b, "22", "30", "0");
    explore(&b, 22, prove_size(2000, 20000), &report);
    if (report.violations > 0) fail_msg("%s", report.first);
    power_bed_remove(&b);
}

static void leaving_out_every_third_sync_is_found(void **state) {
    (void)state;
    struct power_bed b;
    struct powerloss_report report;
    power_bed_make(&b);
    record(&b, "0", GROUP_N_BLIND, "3");
    explore(&b, 0, 2000, &report);
    assert_true(report.violations > 0);
    power_bed_remove(&b);
}

static void leaving_out_one_sync_in_twenty_is_found(void **state) {
    (void)state;
    struct power_bed b;
    struct powerloss_report report;
    power_bed_make(&b);
    record(&b, "0", GROUP_N_BLIND, "20");
    explore(&b, 0, 2000, &report);
    assert_true(report.violations > 0);
    power_bed_remove(&b);
}

int main(int argc, char **argv) {
    if (argc != 3 || crypto_init() != CM_OK) return 2;
    tools = (struct power_tools){.recorder = argv[1], .writer = argv[2]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_state_loses_an_acknowledged_group_or_fails_to_open),
        cmocka_unit_test(power_may_fail_again_while_a_torn_group_is_being_cut),
        cmocka_unit_test(leaving_out_every_third_sync_is_found),
        cmocka_unit_test(leaving_out_one_sync_in_twenty_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
