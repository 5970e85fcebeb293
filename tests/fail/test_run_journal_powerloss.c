/* Power loss at any moment: in every state that the disk may hold, the run journal opens whole, and
 * no unit that a printer may have is reserved or unheard of. Without its syncs the same test must
 * find violations. Rules: tests/support/powerloss/README.md.
 * Usage: test_run_journal_powerloss RECORDER WRITER. */
#include <string.h>

#include "base/log.h"
#include "fail/run_journal_plan.h"
#include "support/powerloss/bed.h"
#include "support/prove.h"

#define COMMITS "12" /* before and behind a snapshot, in two lives */

static struct power_tools tools;

static int wrong(char why[static POWERLOSS_WHY_CAP], const char *what, uint64_t serial) {
    (void)snprintf(why, POWERLOSS_WHY_CAP, "%s, serial %llu", what, (unsigned long long)serial);
    return 1;
}

static int check_state(void *ctx, const char *folder, const struct powerloss_mark *marks,
                       uint64_t mark_n, char why[static POWERLOSS_WHY_CAP]) {
    CM_CLEANUP(run_journal_closep) struct run_journal *j = NULL;
    enum run_journal_found found = RUN_JOURNAL_NEW;
    struct sent_mark m = {.sent = 0};
    (void)ctx;
    if (mark_n > 0) memcpy(&m, marks[mark_n - 1].p, sizeof m);
    if (run_journal_open_sized(folder, PLAN_ROOM, &j, &found, NULL) != CM_OK)
        return wrong(why, "does not open", 0);
    if (found == RUN_JOURNAL_DAMAGED) return wrong(why, "damaged", 0);
    const struct run_past *p = run_journal_past(j, PLAN_RUN);
    for (uint64_t i = 0; i < m.sent; i++) {
        const struct span *s = p == NULL ? NULL : spans_find(&p->spans, PLAN_SET, i);
        if (s == NULL) return wrong(why, "lost", i);
        if (s->stage != CM_STAGE_SENT) return wrong(why, "would be sent again", i);
    }
    return 0;
}

static void explore(const char *drop_sync, uint64_t states, struct powerloss_report *report) {
    struct power_bed b;
    const char *words[] = {NULL, COMMITS, NULL};
    power_bed_make(&b);
    words[0] = b.work.path;
    power_bed_record(&b, &tools, b.work.path, words, drop_sync);
    power_bed_explore(&b, 20261122, states, check_state, NULL, report);
    power_bed_remove(&b);
}

static void no_state_would_send_a_unit_again(void **state) {
    (void)state;
    struct powerloss_report report;
    explore("0", prove_size(2000, 20000), &report);
    if (report.violations > 0) fail_msg("%s", report.first);
    assert_true(report.states >= 1000);
}

static void leaving_out_every_third_sync_is_found(void **state) {
    (void)state;
    struct powerloss_report report;
    explore("3", 2000, &report);
    assert_true(report.violations > 0);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    tools = (struct power_tools){.recorder = argv[1], .writer = argv[2]};
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_state_would_send_a_unit_again),
        cmocka_unit_test(leaving_out_every_third_sync_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
