/* Power loss at any moment of making and folding an image: in every state that the disk may hold
 * it opens, is at the last acknowledged position or the one in flight, and holds exactly what that
 * position means. With syncs taken out the same test must find violations.
 * Rules: tests/support/powerloss/README.md. Usage: test_state_powerloss RECORDER WRITER. */
#include "fail/state_plan.h"

#include "base/log.h"
#include "support/powerloss/bed.h"
#include "support/prove.h"

#define FOLDS "40"

static struct power_tools tools;

static void record(const struct power_bed *b, const char *drop_sync) {
    const char *const words[] = {b->work.path, FOLDS, NULL};
    power_bed_record(b, &tools, b->work.path, words, drop_sync);
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
    err = plan_check_units(s, position);
    if (err != CM_OK) return wrong(why, "not the units of this position", position, err);
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

static void no_state_of_the_disk_is_half_a_fold(void **state) {
    (void)state;
    struct power_bed b;
    struct powerloss_report report;
    power_bed_make(&b);
    record(&b, "0");
    power_bed_explore(&b, 20240612, prove_size(2000, 50000), check_state, NULL, &report);
    if (report.violations > 0) fail_msg("%s", report.first);
    assert_true(report.states >= prove_size(2000, 50000));
    power_bed_remove(&b);
}

static void leaving_out_every_third_sync_is_found(void **state) {
    (void)state;
    struct power_bed b;
    struct powerloss_report report;
    power_bed_make(&b);
    log_set_level(LOG_ERROR);
    record(&b, "3");
    power_bed_explore_lies(&b, 20240612, 1000, check_state, NULL, &report);
    assert_true(report.violations > 0);
    power_bed_remove(&b);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    tools = (struct power_tools){.recorder = argv[1], .writer = argv[2]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_state_of_the_disk_is_half_a_fold),
        cmocka_unit_test(leaving_out_every_third_sync_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
