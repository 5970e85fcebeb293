/* The journal as its users meet it: create, commit, close, open, replay, roll, release.
 * Expected values follow from docs/design/journal.md; hostile files are in test_journal_tail.c. */
#include "support/journal_kit.h"

#include <errno.h>
#include <sys/stat.h>

static int setup(void **state) {
    static struct kit k;
    kit_init(&k);
    *state = &k;
    return 0;
}

static int teardown(void **state) {
    kit_wipe(*state);
    return 0;
}

static void what_was_committed_is_replayed_after_reopening(void **state) {
    struct kit *k = *state;
    struct cm_diag diag = DIAG_INIT;
    struct journal *j = NULL;
    uint64_t first = 0;
    size_t cap = 0;
    assert_ok(journal_create(&k->options, &diag));
    assert_ok(journal_open(&j, &k->options, JOURNAL_FIRST_SEQUENCE, NULL, NULL, &diag));

    uint8_t payload[8];
    kit_fill(payload, journal_next_sequence(j), sizeof payload);
    assert_ok(journal_room(j, EVENT_FRAME_LEN + sizeof payload)); /* before deciding anything */
    const size_t len =
        frame_put(journal_payload(j, &cap), KIT_EVENT_TYPE, 0, slice_of(payload, sizeof payload));
    assert_ok(journal_commit(j, 1, len, KIT_TIME_MS, &first)); /* durable from here on */
    assert_true(first == JOURNAL_FIRST_SEQUENCE);
    journal_close(j);

    struct kit_seen seen = {0};
    assert_ok(journal_open(&j, &k->options, JOURNAL_FIRST_SEQUENCE, kit_visit, &seen, &diag));
    assert_int_equal(seen.groups, 1);
    assert_true(journal_next_sequence(j) == 2);
    assert_true(seen.last.time_ms == KIT_TIME_MS);
    journal_close(j);
}

static void groups_go_on_over_many_segments_in_one_chain(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    struct kit_seen seen = {0};
    struct journal_tail tail;
    assert_ok(journal_create(&k->options, NULL));
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    for (uint32_t i = 0; i < 200; i++)
        assert_ok(kit_commit(j, 1 + i % 7, 8 + i * 13 % 700));
    journal_tail_get(j, &tail);
    assert_true(tail.segment > 3);
    journal_close(j);
    assert_ok(journal_open(&j, &k->options, 1, kit_visit, &seen, NULL));
    assert_int_equal(seen.groups, 200);
    assert_true(seen.next == tail.next_sequence);
    assert_true(journal_next_sequence(j) == tail.next_sequence);
    assert_ok(kit_commit(j, 3, 100));
    journal_close(j);
}

static void replay_starts_at_the_group_that_holds_the_sequence(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    assert_ok(journal_create(&k->options, NULL));
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    for (unsigned i = 0; i < 300; i++)
        assert_ok(kit_commit(j, 5, 100)); /* sequences 1..1500 */
    journal_close(j);
    for (uint64_t from = 1; from <= 1501; from += 125) {
        struct kit_seen seen = {0};
        assert_ok(journal_open(&j, &k->options, from, kit_visit, &seen, NULL));
        if (from <= 1500) {
            assert_true(seen.first <= from && from < seen.first + 5);
            assert_true(seen.next == 1501);
        } else {
            assert_int_equal(seen.groups, 0);
        }
        journal_close(j);
    }
}

static void a_sequence_beyond_the_end_is_a_loss_and_refused(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(journal_create(&k->options, NULL));
    assert_err(CM_E_CORRUPT, journal_open(&j, &k->options, 2, NULL, NULL, &diag));
    assert_non_null(strstr(diag.problem, "ends before sequence 1"));
    assert_null(j);
}

static void a_second_writer_is_told_who_has_the_journal(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    struct journal *second = NULL;
    struct cm_diag diag = DIAG_INIT;
    char pid[32];
    assert_ok(journal_create(&k->options, NULL));
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    assert_err(CM_E_BUSY, journal_open(&second, &k->options, 1, NULL, NULL, &diag));
    (void)snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    assert_non_null(strstr(diag.problem, pid));
    assert_null(second);
    k->options.read_only = true;
    assert_err(CM_E_BUSY, journal_open(&second, &k->options, 1, NULL, NULL, NULL));
    k->options.read_only = false;
    journal_close(j);
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    journal_close(j);
}

static void a_journal_is_made_once_and_belongs_to_one_workspace(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    assert_err(CM_E_NOT_FOUND, journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    assert_ok(journal_create(&k->options, NULL));
    assert_err(CM_E_EXISTS, journal_create(&k->options, NULL));
    k->options.workspace_id[0] ^= 1;
    assert_err(CM_E_CONFLICT, journal_open(&j, &k->options, 1, NULL, NULL, NULL));
}

static void a_new_epoch_seals_the_old_segment_and_an_old_one_is_refused(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    struct journal_tail tail;
    struct kit_seen seen = {0};
    assert_ok(journal_create(&k->options, NULL));
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    assert_ok(kit_commit(j, 2, 50));
    journal_close(j);
    k->options.epoch = 7;
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    journal_tail_get(j, &tail);
    assert_int_equal(tail.epoch, 7);
    assert_true(tail.segment == 2);
    assert_ok(kit_commit(j, 1, 50));
    journal_close(j);
    k->options.epoch = 6;
    assert_err(CM_E_STATE, journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    k->options.epoch = 7;
    assert_ok(journal_open(&j, &k->options, 1, kit_visit, &seen, NULL));
    assert_true(seen.next == 4);
    assert_int_equal(seen.last.epoch, 7);
    journal_close(j);
}

static void released_segments_move_to_the_archive_and_can_be_read_there(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    struct journal_reader *r = NULL;
    struct kit_seen seen = {0};
    struct journal_tail tail;
    struct stat st;
    k->options.archive_dir = k->archive.path;
    assert_ok(journal_create(&k->options, NULL));
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    for (unsigned i = 0; i < 400; i++)
        assert_ok(kit_commit(j, 1, 400));
    journal_tail_get(j, &tail);
    assert_true(tail.segment == 4); /* 126 single-sector groups and a seal fill 64 KiB */
    assert_ok(journal_release(j, 200, NULL));
    assert_int_equal(stat(kit_segment(k, 1).path, &st), -1);
    assert_int_equal(stat(kit_segment(k, 2).path, &st), 0);
    assert_ok(journal_release(j, UINT64_MAX, NULL)); /* the present segment stays */
    assert_int_equal(stat(kit_segment(k, 3).path, &st), -1);
    assert_int_equal(stat(kit_segment(k, 4).path, &st), 0);
    assert_ok(kit_commit(j, 1, 400));

    const struct journal_reader_options reading = {
        .dir = k->dir.path, .archive_dir = k->archive.path, .workspace_id = {1, 2, 3}};
    assert_ok(journal_reader_open(&r, &reading, 0, NULL));
    for (bool found = true; found;) {
        struct journal_group group;
        assert_ok(journal_reader_next(r, journal_next_sequence(j), &group, &found, NULL));
        if (found) assert_ok(kit_visit(&seen, &group));
    }
    assert_true(seen.first == 1 && seen.next == 402);
    journal_reader_close(r);
    journal_close(j);
    assert_err(CM_E_NOT_FOUND, journal_open(&j, &k->options, 100, NULL, NULL, NULL));
    assert_ok(journal_open(&j, &k->options, 401, NULL, NULL, NULL));
    journal_close(j);
}

static void a_reader_beside_the_writer_follows_and_never_looks_ahead(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    struct journal_reader *r = NULL;
    struct kit_seen seen = {0};
    struct journal_group group;
    bool found = false;
    const struct journal_reader_options reading = {.dir = k->dir.path, .workspace_id = {1, 2, 3}};
    assert_ok(journal_create(&k->options, NULL));
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    assert_ok(journal_reader_open(&r, &reading, 1, NULL));
    for (unsigned i = 0; i < 300; i++) {
        assert_ok(kit_commit(j, 2, 60));
        assert_ok(kit_commit(j, 1, 1000));
        const uint64_t durable = journal_next_sequence(j) - 1; /* keeps one group back */
        do {
            assert_ok(journal_reader_next(r, durable, &group, &found, NULL));
            if (found) assert_ok(kit_visit(&seen, &group));
        } while (found);
        assert_true(seen.next == durable);
    }
    journal_reader_close(r);
    journal_close(j);
}

static void commits_that_break_the_contract_write_nothing(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    uint64_t first = 77;
    size_t cap = 0;
    assert_ok(journal_create(&k->options, NULL));
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    assert_ok(kit_commit(j, 1, 8));
    uint8_t *to = journal_payload(j, &cap);
    assert_err(CM_E_RANGE, journal_room(j, cap + 1));
    assert_err(CM_E_STATE, journal_commit(j, 1, 12, KIT_TIME_MS * 2, &first)); /* no room made */
    assert_ok(journal_room(j, 24));
    (void)frame_put(to, 1, 0, slice_of(NULL, 0));
    assert_err(CM_E_ARGUMENT, journal_commit(j, 2, 4, KIT_TIME_MS * 2, &first)); /* one frame */
    assert_err(CM_E_ARGUMENT, journal_commit(j, 0, 0, KIT_TIME_MS * 2, &first));
    assert_err(CM_E_ARGUMENT,
               journal_commit(j, 1, 4, KIT_TIME_MS - 1, &first)); /* time goes back */
    assert_err(CM_E_STATE, journal_commit(j, 1, 25, KIT_TIME_MS * 2, &first));
    assert_true(first == 77);
    assert_true(journal_next_sequence(j) == 2);
    assert_ok(journal_commit(j, 1, 4, KIT_TIME_MS * 2, &first));
    assert_true(first == 2);
    journal_close(j);
}

static void the_largest_group_fits_a_segment_exactly(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    struct kit_seen seen = {0};
    size_t cap = 0;
    assert_ok(journal_create(&k->options, NULL));
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    (void)journal_payload(j, &cap);
    assert_int_equal(cap, KIT_SEGMENT_LEN - 2 * SECTOR_LEN - GROUP_HEADER_LEN);
    assert_ok(kit_commit(j, 1, cap - EVENT_FRAME_LEN));
    assert_ok(kit_commit(j, 1, cap - EVENT_FRAME_LEN));
    assert_ok(kit_commit(j, 1, 9));
    journal_close(j);
    assert_ok(journal_open(&j, &k->options, 1, kit_visit, &seen, NULL));
    assert_int_equal(seen.groups, 3);
    assert_true(seen.last.segment == 3);
    journal_close(j);
}

#define JOURNAL_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(what_was_committed_is_replayed_after_reopening),
        JOURNAL_TEST(groups_go_on_over_many_segments_in_one_chain),
        JOURNAL_TEST(replay_starts_at_the_group_that_holds_the_sequence),
        JOURNAL_TEST(a_sequence_beyond_the_end_is_a_loss_and_refused),
        JOURNAL_TEST(a_second_writer_is_told_who_has_the_journal),
        JOURNAL_TEST(a_journal_is_made_once_and_belongs_to_one_workspace),
        JOURNAL_TEST(a_new_epoch_seals_the_old_segment_and_an_old_one_is_refused),
        JOURNAL_TEST(released_segments_move_to_the_archive_and_can_be_read_there),
        JOURNAL_TEST(a_reader_beside_the_writer_follows_and_never_looks_ahead),
        JOURNAL_TEST(commits_that_break_the_contract_write_nothing),
        JOURNAL_TEST(the_largest_group_fits_a_segment_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
