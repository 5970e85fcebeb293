/* A disk that is really full: a file system of its own, smaller than what is asked of it. The
 * journal refuses before anything is decided, loses nothing, and goes on when there is room.
 * The same in effigy, for systems without such a file system: test_journal_faults.c. */
#include "fail/journal_plan.h"

#include <sys/stat.h>

#include "base/log.h"
#include "support/small_disk.h"

#define DISK_SIZE   "size=400k" /* six segments of 64 KiB, and little more */
#define BALLAST_LEN (128u * 1024u)
#define GROUPS_MAX  100000u

/* Commit by the plan until the journal refuses; returns how many groups are in it. */
static uint64_t fill(struct journal *j, uint64_t group, cm_err *why) {
    for (; group < GROUPS_MAX; group++) {
        *why = plan_commit(j, group);
        if (*why != CM_OK) break;
    }
    return group;
}

static uint64_t read_back(const struct kit *k, uint64_t groups) {
    struct journal *j = NULL;
    struct plan_walk walk = {0};
    assert_ok(journal_open(&j, &k->options, 1, plan_visit, &walk, NULL));
    assert_true(journal_next_sequence(j) == plan_sequence(groups));
    journal_close(j);
    return walk.visited;
}

static void ballast(const struct kit *k) {
    static const uint8_t bytes[BALLAST_LEN];
    const struct scratch path = scratch_below(&k->root, "ballast");
    CM_CLEANUP(disk_closep) int fd = open(path.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_ok(disk_write(fd, bytes, sizeof bytes, 0));
}

static void a_full_disk_refuses_loses_nothing_and_goes_on_with_room(void **state) {
    struct kit k;
    struct journal *j = NULL;
    struct journal_tail before, after;
    cm_err why = CM_OK;
    (void)state;
    kit_init(&k);
    log_set_level(LOG_ERROR);
    small_disk_mount(k.root.path, DISK_SIZE);
    ballast(&k);
    assert_ok(journal_create(&k.options, NULL));
    assert_ok(journal_open(&j, &k.options, 1, NULL, NULL, NULL));

    const uint64_t first = fill(j, 0, &why);
    assert_int_equal(why, CM_E_NO_SPACE);
    assert_true(first > 50);
    journal_tail_get(j, &before);
    for (unsigned i = 0; i < 20; i++)
        assert_err(CM_E_NO_SPACE, plan_commit(j, first));
    journal_tail_get(j, &after);
    assert_memory_equal(&before, &after, sizeof before); /* refusing changed nothing */

    assert_int_equal(unlink(scratch_below(&k.root, "ballast").path), 0);
    const uint64_t second = fill(j, first, &why); /* the same journal, alive */
    assert_int_equal(why, CM_E_NO_SPACE);
    assert_true(second > first + 20);
    journal_close(j);
    assert_true(read_back(&k, second) == second); /* opening needs no space either */

    k.options.archive_dir = k.archive.path; /* a rename on the same disk makes no room */
    assert_ok(journal_open(&j, &k.options, 1, NULL, NULL, NULL));
    assert_err(CM_E_NO_SPACE, plan_commit(j, second));
    assert_ok(journal_release(j, journal_next_sequence(j), NULL));
    assert_int_equal(access(kit_segment(&k, 1).path, F_OK), -1);
    scratch_remove(k.archive.path); /* an operator takes the archive elsewhere */
    assert_ok(plan_commit(j, second));
    journal_close(j);
    assert_int_equal(umount(k.root.path), 0);
    kit_wipe(&k);
}

static void making_a_journal_on_a_full_disk_leaves_nothing(void **state) {
    struct kit k;
    (void)state;
    kit_init(&k);
    k.options.segment_len = 1024u * 1024u; /* more than the disk has */
    small_disk_mount(k.root.path, DISK_SIZE);
    assert_err(CM_E_NO_SPACE, journal_create(&k.options, NULL));
    k.options.segment_len = KIT_SEGMENT_LEN;
    assert_ok(journal_create(&k.options, NULL));
    assert_int_equal(umount(k.root.path), 0);
    kit_wipe(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_refuses_loses_nothing_and_goes_on_with_room),
        cmocka_unit_test(making_a_journal_on_a_full_disk_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
