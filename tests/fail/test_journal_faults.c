/* Every call of the journal to the system fails once, in every way: nothing is acknowledged
 * falsely, a dead journal stays dead, a full disk leaves it alive, and opening it anew finds all
 * that was acknowledged and at most the one group in flight. */
#include "fail/journal_plan.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/log.h"
#include "support/faults/faults.h"

#define GROUP_N 60u /* enough for rolls of 64 KiB segments and a release */

static struct kit k;
static unsigned refused, died; /* how often the trouble came through */

/* What a run acknowledged before it ended. */
struct outcome {
    bool created;
    uint64_t groups;
};

static int setup(void **state) {
    (void)state;
    kit_init(&k);
    k.options.archive_dir = k.archive.path;
    log_set_level(LOG_ERROR);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    kit_wipe(&k);
    return 0;
}

/* Commit what is left; an error that left the journal alive is tried again. */
static void commit_all(struct journal *j, struct outcome *o, bool ever_after) {
    for (unsigned tries = 0; o->groups < GROUP_N; tries++) {
        const cm_err err = plan_commit(j, o->groups);
        if (err == CM_OK) {
            o->groups += 1;
            tries = 0;
            continue;
        }
        if (err == CM_E_DEAD) {
            died++;
            /* Sticky: nothing more is ever acknowledged by this journal. */
            assert_int_equal(journal_room(j, 1), CM_E_DEAD);
            return;
        }
        refused++;
        if (ever_after && tries > 2) return;
        assert_true(tries < 10);
    }
}

static void run(struct outcome *o, bool ever_after) {
    CM_CLEANUP(journal_closep) struct journal *j = NULL;
    *o = (struct outcome){0};
    o->created = journal_create(&k.options, NULL) == CM_OK;
    if (!o->created) return;
    if (journal_open(&j, &k.options, 1, NULL, NULL, NULL) != CM_OK) return;
    commit_all(j, o, ever_after);
    cm_ignore(journal_release(j, journal_next_sequence(j), NULL)); /* may fail, may not lose */
}

/* Read everything, from the archive too, and go on writing. */
static void check(const struct outcome *o, unsigned at) {
    struct journal *j = NULL;
    struct journal_reader *r = NULL;
    struct plan_walk walk = {0};
    struct cm_diag diag = DIAG_INIT;
    struct journal_reader_options reading = {.dir = k.dir.path, .workspace_id = {1, 2, 3}};
    if (!o->created) {
        const cm_err err = journal_create(&k.options, NULL);
        if (err != CM_OK && err != CM_E_EXISTS) fail_msg("call %u: %s", at, cm_err_name(err));
    }
    if (access(k.archive.path, F_OK) == 0) reading.archive_dir = k.archive.path;
    assert_ok(journal_reader_open(&r, &reading, 0, &diag));
    for (bool found = true; found;) {
        struct journal_group group;
        const cm_err err = journal_reader_next(r, JOURNAL_TO_THE_END, &group, &found, &diag);
        if (err != CM_OK) fail_msg("call %u: %s: %s", at, cm_err_name(err), diag.problem);
        if (found && plan_visit(&walk, &group) != CM_OK) fail_msg("call %u: %s", at, walk.why);
    }
    journal_reader_close(r);
    if (walk.group < o->groups) fail_msg("call %u: an acknowledged group is lost", at);
    if (walk.group > o->groups + 1) fail_msg("call %u: groups from nowhere", at);
    const cm_err err = journal_open(&j, &k.options, plan_sequence(walk.group), NULL, NULL, &diag);
    if (err != CM_OK) fail_msg("call %u: open: %s: %s", at, cm_err_name(err), diag.problem);
    assert_ok(plan_commit(j, walk.group));
    journal_close(j);
}

static void fail_each(const struct fault_plan *way) {
    struct fault_plan plan = *way;
    struct outcome o;
    unsigned calls = 0;
    refused = died = 0;
    scratch_remove(k.dir.path);
    scratch_remove(k.archive.path);
    plan.at = 0;
    faults_arm(&plan);
    run(&o, false);
    calls = faults_disarm();
    assert_true(o.groups == GROUP_N && calls > 2);
    for (plan.at = 1; plan.at <= calls; plan.at++) {
        scratch_remove(k.dir.path);
        scratch_remove(k.archive.path);
        faults_arm(&plan);
        run(&o, plan.ever_after);
        (void)faults_disarm();
        check(&o, plan.at);
    }
    (void)fprintf(stderr, "faults: %u calls failed in turn; %u times refused, %u times dead\n",
                  calls, refused, died);
}

static void failed_writes_and_syncs(void **state) {
    (void)state;
    fail_each(
        &(struct fault_plan){.classes = FAULT_WRITES | FAULT_SPACE | FAULT_SYNCS, .error = EIO});
    assert_true(died > GROUP_N); /* each group's write and each group's sync, at least */
}

static void writes_and_syncs_that_worked_and_failed_nevertheless(void **state) {
    (void)state;
    fail_each(&(struct fault_plan){
        .classes = FAULT_WRITES | FAULT_SPACE | FAULT_SYNCS, .error = EIO, .done = true});
    assert_true(died > GROUP_N);
}

static void a_disk_that_is_gone_for_good(void **state) {
    (void)state;
    fail_each(&(struct fault_plan){
        .classes = FAULT_WRITES | FAULT_SPACE | FAULT_SYNCS, .error = EIO, .ever_after = true});
}

static void a_disk_that_is_full_once_and_for_good(void **state) {
    (void)state;
    const unsigned full = FAULT_SPACE | FAULT_WRITES;
    fail_each(&(struct fault_plan){.classes = full, .error = ENOSPC});
    fail_each(&(struct fault_plan){.classes = full, .error = ENOSPC, .ever_after = true});
    fail_each(&(struct fault_plan){.classes = FAULT_SPACE, .error = ENOSPC, .ever_after = true});
    assert_true(refused > 0 && died == 0); /* overwriting what is allocated goes on */
}

static void writes_that_end_half_way_are_completed_or_refused(void **state) {
    (void)state;
    fail_each(&(struct fault_plan){.classes = FAULT_WRITES, .error = ENOSPC, .half_done = true});
    fail_each(&(struct fault_plan){
        .classes = FAULT_WRITES, .error = ENOSPC, .half_done = true, .ever_after = true});
}

static void files_that_cannot_be_opened_named_or_removed(void **state) {
    (void)state;
    fail_each(&(struct fault_plan){.classes = FAULT_NAMES, .error = EMFILE});
    fail_each(&(struct fault_plan){.classes = FAULT_NAMES, .error = EIO, .done = true});
}

static void memory_that_is_not_there(void **state) {
    (void)state;
    fail_each(&(struct fault_plan){.classes = FAULT_MEMORY, .error = ENOMEM});
}

#define FAULT_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        FAULT_TEST(failed_writes_and_syncs),
        FAULT_TEST(writes_and_syncs_that_worked_and_failed_nevertheless),
        FAULT_TEST(a_disk_that_is_gone_for_good),
        FAULT_TEST(a_disk_that_is_full_once_and_for_good),
        FAULT_TEST(writes_that_end_half_way_are_completed_or_refused),
        FAULT_TEST(files_that_cannot_be_opened_named_or_removed),
        FAULT_TEST(memory_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
