/* Backup and restore: what comes back is the ledger as it was at the backup's end, whatever ran
 * beside it. Expected values are what was committed; damage has test_backup_damage.c. */
#include "ledger/backup_kit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "ledger/audit_store.h"

static void a_backup_restores_image_and_journal_up_to_its_end(void **state) {
    struct ledger *l = *state;
    commit_groups(l, 100);
    fold_to_end(l, 0x11);
    commit_groups(l, 100);
    const struct backup_report made = back_up(l);
    assert_int_equal(made.position, 301);
    assert_int_equal(made.end, 601);
    commit_groups(l, 5); /* after the backup: not in it */

    struct buffer workspace = BUFFER_INIT;
    struct backup_report got;
    assert_ok(restore(l, &workspace, &got));
    assert_int_equal(got.end, made.end);
    assert_int_equal(got.segments, made.segments);
    assert_int_equal(got.made_ms, KIT_TIME_MS);
    assert_string_equal(buffer_cstr(&workspace), "{\"workspace\":1}");
    buffer_free(&workspace);
    assert_int_equal(restored_position(l, 0x11), 301);
    const struct kit_seen seen = replay_restored(l, 301);
    assert_int_equal(seen.next, 601);
}

static void an_empty_ledger_comes_back_empty(void **state) {
    struct ledger *l = *state;
    fold_to_end(l, 0x22);
    const struct backup_report made = back_up(l);
    assert_int_equal(made.end, JOURNAL_FIRST_SEQUENCE);
    struct buffer workspace = BUFFER_INIT;
    struct backup_report got;
    assert_ok(restore(l, &workspace, &got));
    buffer_free(&workspace);
    assert_int_equal(replay_restored(l, 1).groups, 0);
}

static void segments_in_the_archive_come_along_when_asked_for(void **state) {
    struct ledger *l = *state;
    commit_groups(l, 300);
    fold_to_end(l, 0x33);
    assert_ok(journal_release(l->journal, state_position(l->state), NULL));
    const struct backup_report lean = back_up(l);
    struct backup_source source = source_of(l);
    source.history = true;
    const struct backup_sink sink = {.write = to_stream, .ctx = l};
    struct backup_report whole;
    buffer_clear(&l->stream);
    assert_ok(backup_write(&source, &sink, &whole, NULL));
    assert_true(lean.segments <= 2);
    assert_true(whole.segments > 4);
    struct buffer workspace = BUFFER_INIT;
    struct backup_report got;
    assert_ok(restore(l, &workspace, &got));
    buffer_free(&workspace);
    const struct kit_seen seen = replay_restored(l, 1);
    assert_int_equal(seen.first, 1);
    assert_int_equal(seen.next, 901);
}

/* Folded to the end, but the audit tree only up to about `limit` events. */
static void fold_tree(struct ledger *l, uint64_t limit) {
    struct audit_feed feed = {
        .journal = {.dir = l->kit.dir.path, .archive_dir = l->kit.archive.path}};
    memcpy(feed.journal.workspace_id, l->kit.options.workspace_id, JOURNAL_WORKSPACE_ID_LEN);
    struct state_fold *f = NULL;
    const uint64_t end = journal_next_sequence(l->journal);
    assert_ok(state_fold_begin(l->state, &f));
    assert_ok(audit_fold(f, &feed, end, limit, NULL, NULL));
    assert_ok(fold_commit(f, end));
    audit_feed_close(&feed);
}

static void what_the_audit_tree_has_yet_to_read_comes_along(void **state) {
    struct ledger *l = *state;
    commit_groups(l, 300);
    fold_to_end(l, 0x35);
    assert_int_equal(mkdir(l->kit.archive.path, 0700), 0);
    fold_tree(l, 400);
    uint64_t size = 0;
    assert_ok(audit_stored_size(l->state, &size));
    assert_in_range(size, 400, 402);
    (void)back_up(l);
    struct buffer workspace = BUFFER_INIT;
    struct backup_report got;
    assert_ok(restore(l, &workspace, &got));
    buffer_free(&workspace);
    const struct kit_seen seen = replay_restored(l, size + 1);
    assert_true(seen.first <= size + 1);
    assert_int_equal(seen.next, 901);
}

struct busy {
    struct ledger *l;
    atomic_bool stop;
    _Atomic uint64_t durable;
};

static void *write_and_fold(void *ctx) {
    struct busy *b = ctx;
    while (!atomic_load(&b->stop)) {
        if (kit_commit(b->l->journal, 3, 400) != CM_OK) break;
        const uint64_t next = journal_next_sequence(b->l->journal);
        atomic_store(&b->durable, next);
        if (next % 5 != 1) continue;
        fold_to_end(b->l, 0x99);
        cm_ignore(journal_release(b->l->journal, next, NULL)); /* it may come later */
    }
    return NULL;
}

static uint64_t busy_durable(void *ctx) {
    struct busy *b = ctx;
    return atomic_load(&b->durable);
}

static void a_backup_beside_a_running_ledger_is_one_moment_of_it(void **state) {
    struct ledger *l = *state;
    commit_groups(l, 10);
    fold_to_end(l, 0x99);
    struct busy busy = {.l = l, .durable = journal_next_sequence(l->journal)};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_and_fold, &busy), 0);
    struct backup_source source = source_of(l);
    source.durable = busy_durable;
    source.durable_ctx = &busy;
    const struct backup_sink sink = {.write = to_stream, .ctx = l};
    for (int i = 0; i < 10; i++) {
        struct backup_report made, got;
        struct cm_diag diag = DIAG_INIT;
        struct buffer workspace = BUFFER_INIT;
        buffer_clear(&l->stream);
        const cm_err err = backup_write(&source, &sink, &made, &diag);
        if (err != CM_OK) fail_msg("%s: %s %s", cm_err_name(err), diag.place, diag.problem);
        assert_ok(restore(l, &workspace, &got));
        buffer_free(&workspace);
        assert_true(made.end >= made.position);
        const uint64_t position = restored_position(l, 0x99);
        assert_in_range(position, made.position, made.end);
        assert_int_equal(replay_restored(l, position).groups > 0, position < made.end);
        scratch_remove(l->target.path);
    }
    atomic_store(&busy.stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_LEDGER(a_backup_restores_image_and_journal_up_to_its_end),
        WITH_LEDGER(an_empty_ledger_comes_back_empty),
        WITH_LEDGER(segments_in_the_archive_come_along_when_asked_for),
        WITH_LEDGER(what_the_audit_tree_has_yet_to_read_comes_along),
        WITH_LEDGER(a_backup_beside_a_running_ledger_is_one_moment_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
