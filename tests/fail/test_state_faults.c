/* The n-th failure of each write, sync, file call and allocation, LMDB's own among them, while an
 * image is made, folded and read: a fold is never told durable unless it is, what is left opens
 * again, and it is a whole fold. One failure alone, a disk that is gone for good, and half-done
 * writes. Source of the rules: docs/design/state.md section 1. */
#include "fail/state_plan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "support/cm.h"
#include "support/faults/faults.h"
#include "support/scratch.h"

#define FOLDS 6u

static cm_err fold_until(const char *path, uint64_t folds, struct state_mark *m) {
    CM_CLEANUP(state_closep) struct state *s = NULL;
    const struct state_options options = plan_options(path, true);
    TRY(state_open(&s, &options, NULL));
    m->created = 1;
    m->position = state_position(s);
    while (m->position < folds) {
        TRY(plan_fold(s, m->position + 1));
        m->position++;
        TRY(plan_check_page(s, m->position, m->position % PLAN_PAGES));
    }
    return CM_OK;
}

static cm_err scenario(const char *path, struct state_mark *m) {
    TRY(fold_until(path, FOLDS / 2, m));
    return fold_until(path, FOLDS, m);
}

/* What is there afterwards, without trouble. */
static void assert_whole(const char *path, const struct state_mark *m, unsigned n) {
    struct state *s = NULL;
    const struct state_options options = plan_options(path, m->created == 0);
    const cm_err err = state_open(&s, &options, NULL);
    if (err != CM_OK) fail_msg("failure %u: does not open again: %s", n, cm_err_name(err));
    uint64_t position = state_position(s);
    if (position < m->position || position > m->position + 1)
        fail_msg("failure %u: told %u durable, found %u", n, (unsigned)m->position,
                 (unsigned)position);
    assert_ok(state_check(s, NULL));
    for (uint64_t page = 0; page < PLAN_PAGES; page++)
        assert_ok(plan_check_page(s, position, page));
    assert_ok(plan_check_units(s, position));
    assert_ok(state_counters(s, plan_check_counters, &position));
    assert_ok(plan_fold(s, position + 1));
    state_close(s);
}

/* Run the scenario with the plan's failure; returns how many calls counted. */
static unsigned run_with(const struct fault_plan *plan, cm_err *err) {
    struct scratch root;
    assert_true(scratch_make(&root));
    const struct scratch image = scratch_below(&root, "state");
    struct state_mark m = {.created = 0};
    faults_arm(plan);
    *err = scenario(image.path, &m);
    const unsigned calls = faults_disarm();
    assert_whole(image.path, &m, plan->at);
    scratch_remove(root.path);
    return calls;
}

static void fail_each(struct fault_plan plan) {
    cm_err err = CM_OK;
    plan.at = 0;
    const unsigned calls = run_with(&plan, &err);
    assert_int_equal(err, CM_OK);
    assert_true(calls > 0);
    for (plan.at = 1; plan.at <= calls; plan.at++)
        (void)run_with(&plan, &err);
    /* The last failure may be one that nobody needs to hear of; the first one must be told. */
    plan.at = 1;
    (void)run_with(&plan, &err);
    assert_int_not_equal(err, CM_OK);
}

static void no_failing_write_is_taken_for_done(void **state) {
    (void)state;
    fail_each((struct fault_plan){.classes = FAULT_WRITES, .error = EIO});
    fail_each((struct fault_plan){.classes = FAULT_WRITES, .error = EIO, .ever_after = true});
    fail_each((struct fault_plan){.classes = FAULT_WRITES, .error = ENOSPC, .ever_after = true});
}

/* LMDB calls a write that ended early for want of room an I/O error. Who frees room at that very
 * moment (here: there was always some) must not end folding for the life of the process. */
static void a_commit_cut_short_is_tried_again_whatever_room_there_is_by_then(void **state) {
    (void)state;
    struct scratch root;
    assert_true(scratch_make(&root));
    const struct scratch image = scratch_below(&root, "state");
    const struct state_options options = plan_options(image.path, true);
    struct state *s = NULL;
    assert_ok(state_open(&s, &options, NULL));
    assert_ok(plan_fold(s, 1));
    faults_arm(&(struct fault_plan){.classes = FAULT_WRITES, .at = 1, .half_done = true});
    assert_err(CM_E_NO_SPACE, plan_fold(s, 2));
    assert_true(faults_disarm() > 0);
    assert_true(state_position(s) == 1);
    assert_ok(plan_fold(s, 2));
    state_close(s);
    scratch_remove(root.path);
}

static void a_commit_that_met_a_broken_disk_is_the_last(void **state) {
    (void)state;
    struct scratch root;
    assert_true(scratch_make(&root));
    const struct scratch image = scratch_below(&root, "state");
    const struct state_options options = plan_options(image.path, true);
    struct state *s = NULL;
    assert_ok(state_open(&s, &options, NULL));
    faults_arm(&(struct fault_plan){.classes = FAULT_WRITES, .at = 1, .error = EIO});
    assert_err(CM_E_IO, plan_fold(s, 1));
    (void)faults_disarm();
    assert_err(CM_E_DEAD, plan_fold(s, 1));
    state_close(s);
    scratch_remove(root.path);
}

static void no_failing_sync_is_taken_for_done(void **state) {
    (void)state;
    fail_each((struct fault_plan){.classes = FAULT_SYNCS, .error = EIO});
    fail_each((struct fault_plan){.classes = FAULT_SYNCS, .error = EIO, .ever_after = true});
}

static void no_failing_allocation_harms_the_image(void **state) {
    (void)state;
    fail_each((struct fault_plan){.classes = FAULT_MEMORY, .error = ENOMEM});
    fail_each((struct fault_plan){.classes = FAULT_MEMORY, .error = ENOMEM, .ever_after = true});
}

static int quiet(void **state) {
    (void)state;
    log_set_level((enum log_level)(LOG_ERROR + 1)); /* hundreds of failures, all wanted */
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_failing_write_is_taken_for_done),
        cmocka_unit_test(a_commit_cut_short_is_tried_again_whatever_room_there_is_by_then),
        cmocka_unit_test(a_commit_that_met_a_broken_disk_is_the_last),
        cmocka_unit_test(no_failing_sync_is_taken_for_done),
        cmocka_unit_test(no_failing_allocation_harms_the_image),
    };
    return cmocka_run_group_tests(tests, quiet, NULL);
}
