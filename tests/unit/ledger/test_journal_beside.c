/* What may run beside the writer thread: preparing segments, releasing them, reading; and an
 * archive on another disk. Under the thread sanitizer this is the proof of the locking. */
#include "support/journal_kit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>

#define GROUP_N 600u

struct beside {
    struct kit *k;
    struct journal *j;
    atomic_uint_fast64_t durable; /* all before this sequence is */
    atomic_bool over;
    cm_err failed;
};

static int setup(void **state) {
    static struct kit k;
    kit_init(&k);
    k.options.archive_dir = k.archive.path;
    assert_ok(journal_create(&k.options, NULL));
    *state = &k;
    return 0;
}

static int teardown(void **state) {
    kit_wipe(*state);
    return 0;
}

/* The folder's thread: prepares ahead and lets go of what is behind. */
static void *keep_house(void *arg) {
    struct beside *b = arg;
    for (bool over = false; !over && b->failed == CM_OK;) {
        over = atomic_load(&b->over); /* and then once more: a fast writer was done before us */
        b->failed = journal_prepare(b->j);
        if (b->failed == CM_OK)
            b->failed = journal_release(b->j, atomic_load(&b->durable) / 2, NULL);
    }
    return NULL;
}

static void preparing_releasing_and_reading_go_on_beside_the_writer(void **state) {
    struct kit *k = *state;
    struct beside b = {.k = k, .durable = 1};
    struct journal_reader *r = NULL;
    struct kit_seen seen = {0};
    const struct journal_reader_options reading = {
        .dir = k->dir.path, .archive_dir = k->archive.path, .workspace_id = {1, 2, 3}};
    pthread_t thread;
    assert_int_equal(mkdir(k->archive.path, 0700), 0);
    assert_ok(journal_open(&b.j, &k->options, 1, NULL, NULL, NULL));
    assert_ok(journal_reader_open(&r, &reading, 1, NULL));
    assert_int_equal(pthread_create(&thread, NULL, keep_house, &b), 0);
    for (unsigned i = 0; i < GROUP_N; i++) {
        assert_ok(kit_commit(b.j, 2, 300));
        atomic_store(&b.durable, journal_next_sequence(b.j));
        for (bool found = i % 5 == 0; found;) {
            struct journal_group group;
            struct cm_diag diag = DIAG_INIT;
            const cm_err err =
                journal_reader_next(r, journal_next_sequence(b.j), &group, &found, &diag);
            if (err != CM_OK) fail_msg("%s: %s %s", diag.input, diag.place, diag.problem);
            if (found) assert_ok(kit_visit(&seen, &group));
        }
    }
    atomic_store(&b.over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_ok(b.failed);
    assert_true(seen.next > 2 * GROUP_N - 20);
    journal_reader_close(r);
    journal_close(b.j);
    assert_int_equal(access(kit_segment(k, 1).path, F_OK), -1);
}

/* A folder on another file system than the kit's: every Linux has one in memory beside its disk. */
static struct scratch elsewhere(const struct kit *k) {
    static const char *const places[] = {"/tmp/countermark.XXXXXX", "/dev/shm/countermark.XXXXXX"};
    struct scratch there = {""};
    for (size_t i = 0; i < CM_ARRAY_N(places); i++) {
        struct stat here_st, there_st;
        (void)snprintf(there.path, sizeof there.path, "%s", places[i]);
        assert_non_null(mkdtemp(there.path));
        assert_int_equal(stat(k->root.path, &here_st), 0);
        assert_int_equal(stat(there.path, &there_st), 0);
        if (here_st.st_dev != there_st.st_dev) return there;
        scratch_remove(there.path);
    }
    fail_msg("/tmp and /dev/shm are one file system");
    return there; /* not reached */
}

static void an_archive_on_another_disk_gets_copies_and_nothing_is_there_twice(void **state) {
    struct kit *k = *state;
    const struct scratch root = elsewhere(k);
    k->archive = scratch_below(&root, "archive");
    k->options.archive_dir = k->archive.path;
    struct journal *j = NULL;
    struct journal_reader *r = NULL;
    struct kit_seen seen = {0};
    struct journal_tail tail;
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    for (unsigned i = 0; i < 200; i++)
        assert_ok(kit_commit(j, 2, 300));
    journal_tail_get(j, &tail);
    assert_true(tail.segment > 2);
    assert_ok(journal_release(j, journal_next_sequence(j), NULL));
    assert_int_equal(access(kit_segment(k, 1).path, F_OK), -1);
    assert_int_equal(access(scratch_below(&k->archive, "0000000001.seg.tmp").path, F_OK), -1);
    journal_close(j);
    const struct journal_reader_options reading = {
        .dir = k->dir.path, .archive_dir = k->archive.path, .workspace_id = {1, 2, 3}};
    assert_ok(journal_reader_open(&r, &reading, 1, NULL));
    for (bool found = true; found;) {
        struct journal_group group;
        assert_ok(journal_reader_next(r, JOURNAL_TO_THE_END, &group, &found, NULL));
        if (found) assert_ok(kit_visit(&seen, &group));
    }
    assert_true(seen.next == tail.next_sequence);
    journal_reader_close(r);
    scratch_remove(root.path);
}

static void a_segment_in_both_places_is_read_once_and_removed_here(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    struct journal_reader *r = NULL;
    struct kit_seen seen = {0};
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    for (unsigned i = 0; i < 200; i++)
        assert_ok(kit_commit(j, 2, 300));
    assert_int_equal(mkdir(k->archive.path, 0700), 0);
    const struct scratch first = kit_segment(k, 1);
    const struct scratch copy = scratch_below(&k->archive, "0000000001.seg");
    assert_int_equal(link(first.path, copy.path), 0); /* died between copying and removing */
    const struct journal_reader_options reading = {
        .dir = k->dir.path, .archive_dir = k->archive.path, .workspace_id = {1, 2, 3}};
    assert_ok(journal_reader_open(&r, &reading, 0, NULL));
    for (bool found = true; found;) {
        struct journal_group group;
        assert_ok(journal_reader_next(r, journal_next_sequence(j), &group, &found, NULL));
        if (found) assert_ok(kit_visit(&seen, &group));
    }
    assert_true(seen.first == 1 && seen.next == journal_next_sequence(j));
    journal_reader_close(r);
    assert_ok(journal_release(j, journal_next_sequence(j), NULL));
    assert_int_equal(access(first.path, F_OK), -1);
    assert_int_equal(access(copy.path, F_OK), 0);
    journal_close(j);
}

static void a_segment_is_kept_when_the_archive_has_another_of_its_number(void **state) {
    struct kit *k = *state;
    struct journal *j = NULL;
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    for (unsigned i = 0; i < 200; i++)
        assert_ok(kit_commit(j, 2, 300));
    assert_int_equal(mkdir(k->archive.path, 0700), 0);
    const struct scratch first = kit_segment(k, 1);
    const struct scratch other = scratch_below(&k->archive, "0000000001.seg");
    const int fd = open(other.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 65536), 0); /* as long as ours, of another life */
    (void)close(fd);
    assert_err(CM_E_CONFLICT, journal_release(j, journal_next_sequence(j), NULL));
    assert_int_equal(access(first.path, F_OK), 0);
    journal_close(j);
}

#define BESIDE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        BESIDE_TEST(preparing_releasing_and_reading_go_on_beside_the_writer),
        BESIDE_TEST(an_archive_on_another_disk_gets_copies_and_nothing_is_there_twice),
        BESIDE_TEST(a_segment_in_both_places_is_read_once_and_removed_here),
        BESIDE_TEST(a_segment_is_kept_when_the_archive_has_another_of_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
