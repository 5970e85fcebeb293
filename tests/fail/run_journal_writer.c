/* The program under the power-loss recorder: a line's journal in FOLDER, which is there. Units are
 * held, journaled as sent, committed; only then marked as what a printer may have. In the middle a
 * snapshot, and another life. Usage: run_journal_writer FOLDER COMMITS. */
#include <stdlib.h>

#include "fail/run_journal_plan.h"

__attribute__((weak)) void powerloss_mark(const void *p, unsigned len);

static void mark(const struct sent_mark *m) {
    if (powerloss_mark != NULL) powerloss_mark(m, sizeof *m);
}

static cm_err commit_until(struct run_journal *j, struct sent_mark *m, uint64_t units) {
    while (m->sent < units) {
        TRY(run_journal_hold(j, PLAN_RUN, PLAN_SET, m->sent, PLAN_UNITS, NULL, 0));
        TRY(run_journal_sent(j, PLAN_RUN, PLAN_SET, m->sent, PLAN_UNITS));
        TRY(run_journal_commit(j));
        m->sent += PLAN_UNITS;
        mark(m);
    }
    return CM_OK;
}

static cm_err live(const char *folder, struct sent_mark *m, uint64_t units) {
    CM_CLEANUP(run_journal_closep) struct run_journal *j = NULL;
    enum run_journal_found found = RUN_JOURNAL_NEW;
    TRY(run_journal_open_sized(folder, PLAN_ROOM, &j, &found, NULL));
    TRY(run_journal_begin(j, PLAN_RUN));
    TRY(commit_until(j, m, m->sent + units / 2));
    TRY(run_journal_snapshot(j));
    return commit_until(j, m, m->sent + units / 2);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    const uint64_t units = strtoull(argv[2], NULL, 10) * PLAN_UNITS;
    struct sent_mark m = {.sent = 0};
    cm_err err = live(argv[1], &m, units);
    if (err == CM_OK) err = live(argv[1], &m, units);
    return err == CM_OK ? 0 : 1;
}
