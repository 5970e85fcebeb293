/* A journal that says of runs what no engine of ours decided is refused when it is replayed,
 * whatever the group around it: the groups are sound, made by the journal's own writer. */
#include "support/cm.h"

#include <string.h>

#include "ledger/journal.h"
#include "support/world_run.h"

/* Put events into the closed world's journal, past the engine. */
static void write_events(const struct world *w, const struct event *events, uint32_t n) {
    struct workspace_paths paths;
    struct workspace file;
    struct journal *j = NULL;
    assert_ok(workspace_paths(w->dir, &paths, NULL));
    assert_ok(workspace_read(w->dir, &file, NULL));
    struct journal_options o = {.dir = paths.journal,
                                .archive_dir = paths.archive,
                                .epoch = file.epoch,
                                .segment_len = w->segment_len};
    memcpy(o.workspace_id, file.id, sizeof o.workspace_id);
    assert_ok(journal_open(&j, &o, JOURNAL_FIRST_SEQUENCE, NULL, NULL, NULL));
    struct journal_tail tail;
    journal_tail_get(j, &tail);
    size_t cap = 0, len = 0;
    uint64_t first = 0;
    assert_ok(journal_room(j, 4096));
    uint8_t *to = journal_payload(j, &cap);
    for (uint32_t i = 0; i < n; i++)
        len += event_put(to + len, &events[i]);
    assert_ok(journal_commit(j, n, len, tail.last_time_ms, &first));
    journal_close(j);
}

#define MOVE(...)                                                                                  \
    {                                                                                              \
        .type = EVENT_MOVE, .u.move = { __VA_ARGS__ }                                              \
    }
#define HOLD(...)                                                                                  \
    {                                                                                              \
        .type = EVENT_HOLD, .u.hold = { __VA_ARGS__ }                                              \
    }

static void what_no_engine_decided_is_corrupt(void **state) {
    (void)state;
    static const struct {
        struct event e;
        cm_err err;
    } cases[] = {
        {MOVE(.run = 1, .set = 1, .first = 0, .count = 9, .stage = CM_STAGE_SENT), CM_OK},
        {MOVE(.run = 1, .set = 1, .first = 0, .count = 10, .stage = CM_STAGE_VOID), CM_OK},
        {MOVE(.run = 1, .set = 1, .first = 0, .count = 11, .stage = CM_STAGE_SENT), CM_E_CORRUPT},
        {MOVE(.run = 1, .set = 1, .first = 1ull << 62, .count = 1, .stage = CM_STAGE_VOID),
         CM_E_CORRUPT},
        {MOVE(.run = 2, .set = 1, .first = 0, .count = 1, .stage = CM_STAGE_SENT), CM_E_CORRUPT},
        {MOVE(.run = 1, .set = 2, .first = 0, .count = 1, .stage = CM_STAGE_SENT), CM_E_CORRUPT},
        {HOLD(.run = 1, .set = 1, .first = 10, .count = 5), CM_OK},        /* issued by hand */
        {HOLD(.run = 1, .set = 1, .first = 10, .count = 6), CM_E_CORRUPT}, /* not issued */
        {HOLD(.run = 1, .set = 1, .first = 9, .count = 2), CM_E_CORRUPT},  /* held already */
        {HOLD(.run = 1, .set = 1, .first = 1ull << 62, .count = 2), CM_E_CORRUPT},
        {HOLD(.run = 7, .set = 1, .first = 10, .count = 1), CM_E_CORRUPT},
        {HOLD(.run = 1, .set = 9, .first = 10, .count = 1), CM_E_CORRUPT}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct world w = {0};
        world_make(&w, 12, 100000);
        assert_int_equal(world_run_batch(&w, 1000), 1);
        assert_int_equal(world_run(&w, "r", 1), 1);
        world_hold(&w, 1, 1, 10, 0);
        const struct issue_event issue = {.set = 1, .first = 10, .count = 5, .issued = 5};
        assert_ok(engine_issue(w.engine, &issue, NULL));
        world_close(&w);
        write_events(&w, &cases[i].e, 1);
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = world_try_open(&w, &diag);
        if (err != cases[i].err) fail_msg("case %zu: %s", i, cm_err_name(err));
        world_remove(&w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_engine_decided_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
