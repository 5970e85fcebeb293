/* Power loss at any moment of making and folding an image: in every state that the disk may hold
 * it opens, is at the last acknowledged position or the one in flight, and holds exactly what that
 * position means. With syncs taken out the same test must find violations.
 * Rules: tests/support/powerloss/README.md. Usage: test_state_powerloss RECORDER WRITER. */
#include "fail/state_plan.h"

#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/log.h"
#include "support/cm.h"
#include "support/powerloss/explore.h"
#include "support/prove.h"
#include "support/scratch.h"

#define FOLDS "40"

static const char *recorder_path, *writer_path;

struct bed {
    struct scratch root, work, states;
    char log[SCRATCH_CAP];
};

static void bed_init(struct bed *b) {
    assert_true(scratch_make(&b->root));
    b->work = scratch_below(&b->root, "work");
    b->states = scratch_below(&b->root, "states");
    assert_int_equal(mkdir(b->work.path, 0700), 0);
    assert_int_equal(mkdir(b->states.path, 0700), 0);
    (void)snprintf(b->log, sizeof b->log, "%.300s/log", b->root.path);
}

static void record(const struct bed *b, const char *drop_sync) {
    char preload[SCRATCH_CAP + 16], root[SCRATCH_CAP + 16], log[SCRATCH_CAP + 16], drop[64];
    char writer[] = "state_writer", folds[] = FOLDS, work[SCRATCH_CAP];
    pid_t pid = 0;
    int status = 0;
    (void)snprintf(preload, sizeof preload, "LD_PRELOAD=%s", recorder_path);
    (void)snprintf(root, sizeof root, "POWERLOSS_ROOT=%s", b->work.path);
    (void)snprintf(log, sizeof log, "POWERLOSS_LOG=%s", b->log);
    (void)snprintf(drop, sizeof drop, "POWERLOSS_DROP_SYNC=%s", drop_sync);
    (void)snprintf(work, sizeof work, "%s", b->work.path);
    char *argv[] = {writer, work, folds, NULL};
    char *env[] = {preload, root, log, drop, NULL};
    assert_int_equal(posix_spawn(&pid, writer_path, NULL, NULL, argv, env), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int wrong(char why[static POWERLOSS_WHY_CAP], const char *what, uint64_t at, cm_err err) {
    (void)snprintf(why, POWERLOSS_WHY_CAP, "%s (%llu): %s", what, (unsigned long long)at,
                   cm_err_name(err));
    return 1;
}

static int check_image(struct state *s, const struct state_mark *m,
                       char why[static POWERLOSS_WHY_CAP]) {
    uint64_t position = state_position(s);
    if (position < m->position) return wrong(why, "acknowledged fold lost", position, CM_OK);
    if (position > m->position + 1) return wrong(why, "fold from nowhere", position, CM_OK);
    cm_err err = state_check(s, NULL);
    if (err != CM_OK) return wrong(why, "a value is damaged", position, err);
    for (uint64_t page = 0; page < PLAN_PAGES; page++) {
        err = plan_check_page(s, position, page);
        if (err != CM_OK) return wrong(why, "not the page of this position", page, err);
    }
    err = state_counters(s, plan_check_counters, &position);
    if (err != CM_OK) return wrong(why, "not the counters of this position", position, err);
    err = plan_fold(s, position + 1);
    return err == CM_OK ? 0 : wrong(why, "going on", position, err);
}

static int check_state(void *ctx, const char *folder, const struct powerloss_mark *marks,
                       uint64_t mark_n, char why[static POWERLOSS_WHY_CAP]) {
    (void)ctx;
    struct state_mark m = {.created = 0};
    struct scratch root;
    if (mark_n > 0) memcpy(&m, marks[mark_n - 1].p, sizeof m);
    (void)snprintf(root.path, sizeof root.path, "%s", folder);
    const struct scratch image = scratch_below(&root, "state");
    /* What was told to be there must be there without making it anew. */
    const struct state_options options = plan_options(image.path, m.created == 0);
    CM_CLEANUP(state_closep) struct state *s = NULL;
    const cm_err err = state_open(&s, &options, NULL);
    if (err != CM_OK) return wrong(why, "open", m.position, err);
    return check_image(s, &m, why);
}

static void explore(const struct bed *b, uint64_t states, struct powerloss_report *report) {
    const struct powerloss_options options = {
        .log = b->log, .scratch = b->states.path, .seed = 20240612, .states = states};
    powerloss_explore(&options, check_state, NULL, report);
    (void)fprintf(stderr, "power loss: %llu points, %llu states, %llu violations\n",
                  (unsigned long long)report->points, (unsigned long long)report->states,
                  (unsigned long long)report->violations);
}

static void no_state_of_the_disk_is_half_a_fold(void **state) {
    (void)state;
    struct bed b;
    struct powerloss_report report;
    bed_init(&b);
    record(&b, "0");
    explore(&b, prove_size(2000, 50000), &report);
    if (report.violations > 0) fail_msg("%s", report.first);
    assert_true(report.states >= prove_size(2000, 50000));
    scratch_remove(b.root.path);
}

static void leaving_out_every_third_sync_is_found(void **state) {
    (void)state;
    struct bed b;
    struct powerloss_report report;
    bed_init(&b);
    log_set_level(LOG_ERROR);
    record(&b, "3");
    explore(&b, 1000, &report);
    assert_true(report.violations > 0);
    scratch_remove(b.root.path);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    recorder_path = argv[1];
    writer_path = argv[2];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_state_of_the_disk_is_half_a_fold),
        cmocka_unit_test(leaving_out_every_third_sync_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
