/* Power loss at any moment: in every state that the disk may hold, the device's file opens, has
 * everybody who was let in, admits none of them again, and takes no older list than it used.
 * Without its syncs the same test must find violations. Rules: tests/support/powerloss/README.md.
 * Usage: test_spends_powerloss RECORDER WRITER. */
#include <string.h>

#include "base/log.h"
#include "fail/spends_plan.h"
#include "support/powerloss/bed.h"
#include "support/prove.h"

#define TICKETS "8" /* before and behind a list, in two lives */

static struct power_tools tools;

static int wrong(char why[static POWERLOSS_WHY_CAP], const char *what, uint64_t n) {
    (void)snprintf(why, POWERLOSS_WHY_CAP, "%s, %llu", what, (unsigned long long)n);
    return 1;
}

static int check_state(void *ctx, const char *folder, const struct powerloss_mark *marks,
                       uint64_t mark_n, char why[static POWERLOSS_WHY_CAP]) {
    CM_CLEANUP(spends_closep) struct spends *s = NULL;
    struct admitted_mark m = {.n = 0};
    struct cm_diag diag = DIAG_INIT;
    char path[PLAN_PATH_CAP];
    (void)ctx;
    plan_path(path, folder);
    if (mark_n > 0) memcpy(&m, marks[mark_n - 1].p, sizeof m);
    const cm_err err = spends_open(path, &plan_key, PLAN_NOW, &s, &diag);
    if (err != CM_OK) return wrong(why, diag.problem, 0);
    for (uint64_t i = 0; i < m.n; i++) {
        uint8_t cti[SPEND_CTI_LEN];
        struct spends_told told = {.admitted = true};
        put_u64be(cti, i);
        const struct spends_ticket t = {.iss = PLAN_ISS, .cti = cti, .iat = 1};
        if (!spends_find(s, &t, &told)) return wrong(why, "would be let in again", i);
        if (told.time_ms != PLAN_NOW + i) return wrong(why, "at another time", i);
    }
    if (m.list > 0 && spends_list(s, PLAN_ISS, m.list - 1, PLAN_NOW, NULL) != CM_E_STATE)
        return wrong(why, "an older list is taken", m.list);
    return 0;
}

static void explore(const char *drop_sync, uint64_t states, struct powerloss_report *report) {
    struct power_bed b;
    const char *words[] = {NULL, TICKETS, NULL};
    power_bed_make(&b);
    words[0] = b.work.path;
    power_bed_record(&b, &tools, b.work.path, words, drop_sync);
    power_bed_explore(&b, 20261122, states, check_state, NULL, report);
    power_bed_remove(&b);
}

static void no_state_lets_anybody_in_twice(void **state) {
    (void)state;
    struct powerloss_report report;
    explore("0", prove_size(1000, 10000), &report);
    if (report.violations > 0) fail_msg("%s", report.first);
    assert_true(report.states >= 100);
}

static void leaving_out_every_third_sync_is_found(void **state) {
    (void)state;
    struct powerloss_report report;
    explore("3", 1000, &report);
    assert_true(report.violations > 0);
}

int main(int argc, char **argv) {
    if (argc != 3 || crypto_init() != CM_OK) return 2;
    tools = (struct power_tools){.recorder = argv[1], .writer = argv[2]};
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_state_lets_anybody_in_twice),
        cmocka_unit_test(leaving_out_every_third_sync_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
