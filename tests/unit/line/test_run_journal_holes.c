/* Serials that are no units, between units that are sent one at a time, as a slot takes them: they
 * go with their neighbours and keep none of them back. */
#include "support/cm.h"

#include "line/run_journal.h"
#include "support/scratch_file.h"

#define RUN 7u
#define SET 3u

static struct span printed(uint64_t first, uint64_t count) {
    return (struct span){.set = SET, .first = first, .count = count, .stage = CM_STAGE_PRINTED};
}

static void send_and_print(struct run_journal *j, uint64_t first, uint64_t last) {
    const struct span fate = printed(last, 1);
    assert_ok(run_journal_sent(j, RUN, SET, first, last - first + 1));
    assert_ok(run_journal_fate(j, RUN, &fate));
}

static void a_hole_in_front_of_the_next_unit_does_not_keep_it_back(void **state) {
    (void)state;
    struct scratch s;
    struct run_journal *j = NULL;
    enum run_journal_found found = RUN_JOURNAL_NEW;
    const uint32_t holes[] = {1, 2, 5};
    assert_true(scratch_make(&s));
    assert_ok(run_journal_open(s.path, &j, &found, NULL));
    assert_ok(run_journal_begin(j, RUN));
    assert_ok(run_journal_hold(j, RUN, SET, 0, 6, holes, CM_ARRAY_N(holes)));
    send_and_print(j, 0, 0);
    send_and_print(j, 1, 3); /* holes 1 and 2 in front of unit 3 */
    assert_ok(run_journal_commit(j));
    run_journal_close(j);

    assert_ok(run_journal_open(s.path, &j, &found, NULL)); /* another life goes on with unit 4 */
    assert_int_equal(found, RUN_JOURNAL_WHOLE);
    send_and_print(j, 4, 4);
    const struct run_past *p = run_journal_past(j, RUN);
    assert_int_equal(p->spans.n, 1); /* the hole at the end went with unit 4 */
    assert_true(p->spans.p[0].count == 6);
    run_journal_close(j);
    scratch_remove(s.path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hole_in_front_of_the_next_unit_does_not_keep_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
