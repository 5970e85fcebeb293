/* The program under the power-loss recorder: makes a journal below ROOT, fills several segments,
 * closes, opens, moves segments to the archive, begins a new epoch. It marks what it would
 * acknowledge, and only then. With FROM above 0 the
 * journal is there already and holds that many groups for certain.
 * Usage: journal_writer ROOT FROM GROUPS. */
#include "fail/journal_plan.h"

__attribute__((weak)) void powerloss_mark(const void *p, unsigned len);

static void mark(const struct plan_mark *m) {
    if (powerloss_mark != NULL) powerloss_mark(m, sizeof *m);
}

static cm_err commit_until(struct journal *j, struct plan_mark *m, uint64_t groups) {
    while (m->groups < groups) {
        TRY(plan_commit(j, m->groups));
        m->groups += 1;
        mark(m);
    }
    return CM_OK;
}

static cm_err run(const struct journal_options *base, uint64_t groups) {
    struct journal_options options = *base;
    struct plan_mark m = {.released = JOURNAL_FIRST_SEQUENCE, .epoch = 1};
    TRY(journal_create(&options, NULL));
    m.created = 1;
    mark(&m);
    for (unsigned part = 1; part <= 4; part++) {
        CM_CLEANUP(journal_closep) struct journal *j = NULL;
        if (part == 3) {
            options.epoch = m.epoch = 5; /* the workspace's own file says so first */
            mark(&m);
        }
        TRY(journal_open(&j, &options, m.released, NULL, NULL, NULL));
        TRY(commit_until(j, &m, groups * part / 4));
        if (part < 3) continue;
        m.released = journal_next_sequence(j);
        mark(&m);
        TRY(journal_release(j, m.released, NULL));
    }
    return CM_OK;
}

/* Open what an earlier run left and go on. */
static cm_err resume(const struct journal_options *options, uint64_t from, uint64_t groups) {
    CM_CLEANUP(journal_closep) struct journal *j = NULL;
    struct plan_mark m = {
        .groups = from, .released = JOURNAL_FIRST_SEQUENCE, .epoch = 1, .created = 1};
    mark(&m);
    TRY(journal_open(&j, options, m.released, NULL, NULL, NULL));
    return commit_until(j, &m, groups);
}

int main(int argc, char **argv) {
    if (argc != 4 || crypto_init() != CM_OK) return 2;
    const struct scratch root = scratch_below(&(struct scratch){""}, argv[1] + 1);
    const struct scratch dir = scratch_below(&root, "journal");
    const struct scratch archive = scratch_below(&root, "archive");
    const struct journal_options options = {.dir = dir.path,
                                            .archive_dir = archive.path,
                                            .workspace_id = {1, 2, 3},
                                            .epoch = 1,
                                            .segment_len = KIT_SEGMENT_LEN};
    const uint64_t from = strtoull(argv[2], NULL, 10);
    const uint64_t groups = strtoull(argv[3], NULL, 10);
    const cm_err err = from > 0 ? resume(&options, from, groups) : run(&options, groups);
    if (err != CM_OK) (void)fprintf(stderr, "journal_writer: %s\n", cm_err_name(err));
    return err == CM_OK ? 0 : 1;
}
