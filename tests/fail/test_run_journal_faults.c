/* Every call of the run journal to the system fails once, or from then on, in several ways: what a
 * commit acknowledged is there in another life, what it did not acknowledge was never sent, and a
 * journal that has failed goes on when the trouble ends. */
#include <errno.h>

#include "base/log.h"
#include "line/run_journal_inside.h"
#include "support/cm.h"
#include "support/faults/faults.h"
#include "support/scratch.h"

#define RUN     3u
#define SET     1u
#define COMMITS 12u
#define UNITS   5u /* of a commit */

static struct scratch s;

struct outcome {
    uint64_t sent; /* units that a commit acknowledged as sent */
    unsigned failed;
    bool opened;
};

/* A life: commits one after the other, a snapshot in the middle; stops at the first trouble that
 * lasts. */
static void live(struct outcome *o, bool ever_after) {
    struct run_journal *j = NULL;
    enum run_journal_found found = RUN_JOURNAL_NEW;
    if (run_journal_open(s.path, &j, &found, NULL) != CM_OK) {
        o->failed++;
        return;
    }
    o->opened = true;
    cm_err err = run_journal_begin(j, RUN);
    for (uint64_t i = 0; i < COMMITS && err == CM_OK; i++) {
        const uint64_t first = i * UNITS;
        err = run_journal_hold(j, RUN, SET, first, UNITS, NULL, 0);
        if (err == CM_OK) err = run_journal_sent(j, RUN, SET, first, UNITS);
        if (err != CM_OK) break;
        err = i == COMMITS / 2 ? run_journal_snapshot(j) : run_journal_commit(j);
        o->failed += err != CM_OK;
        /* What is pending stays pending: the next try carries it. */
        if (err != CM_OK && !ever_after) err = run_journal_commit(j);
        if (err == CM_OK) o->sent = first + UNITS;
    }
    run_journal_close(j);
}

static void judge(const struct outcome *o) {
    struct run_journal *j = NULL;
    enum run_journal_found found = RUN_JOURNAL_DAMAGED;
    assert_ok(run_journal_open(s.path, &j, &found, NULL));
    assert_true(found == RUN_JOURNAL_WHOLE || (found == RUN_JOURNAL_NEW && !o->opened));
    const struct run_past *p = run_journal_past(j, RUN);
    for (uint64_t i = 0; i < o->sent; i++) {
        const struct span *span = p == NULL ? NULL : spans_find(&p->spans, SET, i);
        assert_true(span != NULL && span->stage == CM_STAGE_SENT);
    }
    run_journal_close(j);
}

/* The n-th call fails, for every n that there is. Returns how many lives met trouble. */
static unsigned fail_each(struct fault_plan plan) {
    unsigned troubles = 0;
    for (plan.at = 1;; plan.at++) {
        struct outcome o = {.sent = 0};
        assert_true(scratch_make(&s));
        faults_arm(&plan);
        live(&o, plan.ever_after);
        const unsigned calls = faults_disarm();
        judge(&o);
        scratch_remove(s.path);
        troubles += o.failed > 0;
        if (!plan.ever_after && plan.at <= calls && plan.classes != FAULT_MEMORY)
            assert_true(!o.opened || o.sent == COMMITS * UNITS || plan.classes == FAULT_NAMES);
        if (plan.at > calls) return troubles;
    }
}

static void a_write_that_fails_sends_nothing(void **state) {
    (void)state;
    const struct fault_plan plan = {.classes = FAULT_WRITES, .error = ENOSPC};
    struct fault_plan half = plan, ever = plan;
    half.half_done = true;
    ever.ever_after = true;
    assert_true(fail_each(plan) > COMMITS);
    assert_true(fail_each(half) > 0);
    assert_true(fail_each(ever) > COMMITS);
}

static void a_sync_that_fails_is_not_believed_again(void **state) {
    (void)state;
    const struct fault_plan plan = {.classes = FAULT_SYNCS, .error = EIO};
    struct fault_plan done = plan, ever = plan;
    done.done = true;
    ever.ever_after = true;
    assert_true(fail_each(plan) > COMMITS);
    assert_true(fail_each(done) > COMMITS);
    assert_true(fail_each(ever) > COMMITS);
}

static void names_and_space_may_fail(void **state) {
    (void)state;
    const struct fault_plan names = {.classes = FAULT_NAMES, .error = EIO};
    const struct fault_plan space = {.classes = FAULT_SPACE, .error = ENOSPC};
    assert_true(fail_each(names) > 0);
    assert_true(fail_each(space) > 0);
}

static void memory_may_fail(void **state) {
    (void)state;
    const struct fault_plan plan = {.classes = FAULT_MEMORY};
    assert_true(fail_each(plan) > 0);
}

int main(void) {
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_that_fails_sends_nothing),
        cmocka_unit_test(a_sync_that_fails_is_not_believed_again),
        cmocka_unit_test(names_and_space_may_fail),
        cmocka_unit_test(memory_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
