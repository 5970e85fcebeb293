/* What the tests of backup and restore share: a ledger that lags behind its journal, a backup of it
 * in memory, and a folder to restore it into. */
#ifndef CM_TESTS_UNIT_LEDGER_BACKUP_KIT_H
#define CM_TESTS_UNIT_LEDGER_BACKUP_KIT_H

#include "support/journal_kit.h"

#include "ledger/backup.h"
#include "ledger/state_page.h"

/* A ledger with a journal of several segments and an image that lags behind it. */
struct ledger {
    struct kit kit;
    struct scratch image, target;
    struct state *state;
    struct journal *journal;
    struct buffer stream; /* of the last backup */
    size_t read_at;
};

static inline void commit_groups(struct ledger *l, int n) {
    for (int i = 0; i < n; i++)
        assert_ok(kit_commit(l->journal, 3, 400));
}

static inline void fold_to_end(struct ledger *l, uint8_t fill) {
    uint8_t page[STATE_PAGE_LEN];
    memset(page, fill, sizeof page);
    struct state_fold *f = NULL;
    assert_ok(state_fold_begin(l->state, &f));
    assert_ok(fold_page(f, 1, 0, page));
    assert_ok(fold_commit(f, journal_next_sequence(l->journal)));
}

static inline int setup(void **state) {
    struct ledger *l = calloc(1, sizeof *l);
    assert_non_null(l);
    kit_init(&l->kit);
    l->kit.options.archive_dir = l->kit.archive.path;
    l->image = scratch_below(&l->kit.root, "state");
    l->target = scratch_below(&l->kit.root, "restored");
    struct state_options o = {.path = l->image.path, .map_len = 1u << 28, .create = true};
    memcpy(o.workspace_id, l->kit.options.workspace_id, sizeof o.workspace_id);
    assert_ok(state_open(&l->state, &o, NULL));
    assert_ok(journal_create(&l->kit.options, NULL));
    assert_ok(journal_open(&l->journal, &l->kit.options, 1, NULL, NULL, NULL));
    *state = l;
    return 0;
}

static inline int teardown(void **state) {
    struct ledger *l = *state;
    journal_close(l->journal);
    state_close(l->state);
    kit_wipe(&l->kit);
    buffer_free(&l->stream);
    free(l);
    return 0;
}

static inline cm_err to_stream(void *ctx, struct cm_slice bytes) {
    struct ledger *l = ctx;
    buffer_put(&l->stream, bytes.p, bytes.len);
    return buffer_err(&l->stream);
}

static inline cm_err from_stream(void *ctx, uint8_t *out, size_t cap, size_t *n) {
    struct ledger *l = ctx;
    const size_t left = l->stream.len - l->read_at;
    *n = left < cap ? left : cap;
    if (*n > 0) memcpy(out, l->stream.p + l->read_at, *n);
    l->read_at += *n;
    return CM_OK;
}

static inline uint64_t all_durable(void *ctx) {
    const struct ledger *l = ctx;
    return journal_next_sequence(l->journal);
}

static inline struct backup_source source_of(struct ledger *l) {
    struct backup_source s = {.state = l->state,
                              .journal_dir = l->kit.dir.path,
                              .archive_dir = l->kit.archive.path,
                              .durable = all_durable,
                              .durable_ctx = l,
                              .workspace_file = slice_text("{\"workspace\":1}"),
                              .keystore_file = slice_text("sealed keys"),
                              .now_ms = KIT_TIME_MS};
    memcpy(s.workspace_id, l->kit.options.workspace_id, sizeof s.workspace_id);
    return s;
}

static inline struct backup_report back_up(struct ledger *l) {
    const struct backup_source source = source_of(l);
    const struct backup_sink sink = {.write = to_stream, .ctx = l};
    struct backup_report report;
    buffer_clear(&l->stream);
    assert_ok(backup_write(&source, &sink, &report, NULL));
    assert_int_equal(report.len, l->stream.len);
    return report;
}

static inline cm_err restore(struct ledger *l, struct buffer *workspace,
                             struct backup_report *report) {
    const struct backup_feed feed = {.read = from_stream, .ctx = l};
    l->read_at = 0;
    return backup_read(&feed, l->target.path, workspace, report, NULL);
}

/* The restored image's position; its first page must be `fill` throughout. */
static inline uint64_t restored_position(const struct ledger *l, uint8_t fill) {
    const struct scratch path = scratch_below(&l->target, "state");
    struct state_options o = {.path = path.path};
    memcpy(o.workspace_id, l->kit.options.workspace_id, sizeof o.workspace_id);
    struct state *s = NULL;
    uint8_t page[STATE_PAGE_LEN];
    bool found = false;
    assert_ok(state_open(&s, &o, NULL));
    assert_ok(state_page(s, 1, 0, page, &found));
    assert_true(found);
    assert_int_equal(page[0], fill);
    assert_int_equal(page[STATE_PAGE_LEN - 1], fill);
    const uint64_t position = state_position(s);
    state_close(s);
    return position;
}

/* Open the restored journal in a new epoch and replay it from there. */
static inline struct kit_seen replay_restored(const struct ledger *l, uint64_t from) {
    const struct scratch path = scratch_below(&l->target, "journal");
    struct journal_options o = l->kit.options;
    o.dir = path.path;
    o.archive_dir = NULL;
    o.epoch = 2;
    struct journal *j = NULL;
    struct kit_seen seen = {0};
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = journal_open(&j, &o, from, kit_visit, &seen, &diag);
    if (err != CM_OK) fail_msg("%s: %s %s", cm_err_name(err), diag.place, diag.problem);
    assert_ok(kit_commit(j, 1, 8)); /* and it goes on */
    journal_close(j);
    return seen;
}

#define WITH_LEDGER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
