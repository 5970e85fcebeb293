/* Issuing under an idempotency key: what stands in the ledger is told again, after a restart and
 * after a fold; another request, another order or another caller gets nothing. Expected values
 * follow docs/design/states.md, section 4. */
#include "support/cm.h"

#include <string.h>

#include "engine/fsck.h"
#include "support/world.h"

#define ACTOR   7u
#define COUNT   40u
#define RANGE_N 4u

static struct world w;
static uint32_t set;

static int make_world(void **state) {
    (void)state;
    static const char text[] = "{\"scheme\":1,\"batch\":9,\"key_version\":1,\"name\":\"bare\","
                               "\"attributes\":[],\"quantity\":500}";
    world_make(&w, 12, 1000);
    set = 0;
    assert_ok(engine_document(w.engine, DOCUMENT_BATCH, &set, 0, slice_text(text), NULL));
    w.batch_n = set; /* world_batch numbers on from here */
    return 0;
}
static int remove_world(void **state) {
    (void)state;
    world_remove(&w);
    return 0;
}

static struct issue_key key_of(uint32_t actor, const char *key, uint32_t count) {
    const struct issue_asked asked = {
        .actor = actor, .set = set, .count = count, .key = slice_text(key)};
    struct issue_key out;
    assert_ok(engine_issue_key(w.engine, &asked, &out));
    return out;
}

static struct issue_event range_of(uint64_t first, uint64_t count) {
    return (struct issue_event){.set = set, .first = first, .count = count, .issued = count};
}

static size_t ranges_of(const struct issue_key *key, struct issued_range out[RANGE_N]) {
    size_t n = 99;
    assert_ok(engine_issued_before(w.engine, key, out, RANGE_N, &n, NULL));
    return n;
}

static void what_a_key_was_given_is_told_again(void **state) {
    (void)state;
    const struct issue_key key = key_of(ACTOR, "order-1", COUNT);
    const struct issue_event e = range_of(0, COUNT);
    struct issued_range ranges[RANGE_N];
    assert_int_equal(ranges_of(&key, ranges), 0);
    assert_ok(engine_issue_keyed(w.engine, &e, &key, NULL));
    assert_int_equal(ranges_of(&key, ranges), 1);
    assert_true(ranges[0].first == 0 && ranges[0].count == COUNT);
}

static void it_is_told_after_replay_and_after_a_fold(void **state) {
    (void)state;
    struct issue_key key = key_of(ACTOR, "order-1", COUNT);
    const struct issue_event first = range_of(0, 30), plain = range_of(30, 5),
                             second = range_of(35, 10);
    struct issued_range ranges[RANGE_N];
    assert_ok(engine_issue_keyed(w.engine, &first, &key, NULL));
    assert_ok(engine_issue(w.engine, &plain, NULL)); /* under no key: joins none */
    world_close(&w);
    world_open(&w);
    assert_int_equal(ranges_of(&key, ranges), 1);
    key.item = 1;
    assert_ok(engine_issue_keyed(w.engine, &second, &key, NULL));
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(ranges_of(&key, ranges), 2);
        assert_true(ranges[0].first == 0 && ranges[0].count == 30);
        assert_true(ranges[1].first == 35 && ranges[1].count == 10);
        assert_ok(engine_fold(w.engine));
        world_close(&w);
        world_open(&w);
    }
    world_close(&w);
    struct fsck_report report;
    const struct fsck_options options = {.workspace = w.dir};
    assert_ok(engine_fsck(&options, &report, NULL));
    assert_true(report.image_agrees);
    world_open(&w);
}

static void a_key_of_another_request_is_a_conflict_and_changes_nothing(void **state) {
    (void)state;
    const struct issue_key key = key_of(ACTOR, "order-1", COUNT);
    struct issue_key other = key_of(ACTOR, "order-1", COUNT + 1);
    struct issue_event e = range_of(0, COUNT);
    struct issued_range ranges[RANGE_N];
    struct cm_diag diag = DIAG_INIT;
    size_t n = 99;
    assert_ok(engine_issue_keyed(w.engine, &e, &key, NULL));
    assert_err(CM_E_CONFLICT, engine_issued_before(w.engine, &other, ranges, RANGE_N, &n, &diag));
    assert_string_equal(diag.problem, "it belongs to another request");
    assert_int_equal(n, 99);
    e = range_of(COUNT, COUNT + 1);
    other.item = 1;
    assert_err(CM_E_CONFLICT, engine_issue_keyed(w.engine, &e, &other, NULL));
    assert_ok(engine_issue(w.engine, &e, NULL)); /* the serials were not spent */
}

static void a_range_out_of_turn_is_not_issued_beside_the_first(void **state) {
    (void)state;
    struct issue_key key = key_of(ACTOR, "order-1", COUNT);
    struct issue_event e = range_of(0, COUNT);
    key.item = 1;
    assert_err(CM_E_CONFLICT, engine_issue_keyed(w.engine, &e, &key, NULL));
    key.item = 0;
    assert_ok(engine_issue_keyed(w.engine, &e, &key, NULL));
    e.first = COUNT;
    assert_err(CM_E_CONFLICT, engine_issue_keyed(w.engine, &e, &key, NULL));
}

static void a_refused_range_leaves_its_key_free(void **state) {
    (void)state;
    const struct issue_key key = key_of(ACTOR, "order-1", COUNT);
    struct issue_event e = range_of(0, 501); /* 500 were ordered */
    struct issued_range ranges[RANGE_N];
    assert_err(CM_E_LIMIT, engine_issue_keyed(w.engine, &e, &key, NULL));
    assert_int_equal(ranges_of(&key, ranges), 0);
    e = range_of(0, COUNT);
    assert_ok(engine_issue_keyed(w.engine, &e, &key, NULL));
}

static void a_key_belongs_to_its_caller_alone(void **state) {
    (void)state;
    const struct issue_key mine = key_of(ACTOR, "order-1", COUNT),
                           yours = key_of(ACTOR + 1, "order-1", COUNT);
    const struct issue_event e = range_of(0, COUNT);
    struct issued_range ranges[RANGE_N];
    assert_ok(engine_issue_keyed(w.engine, &e, &mine, NULL));
    assert_int_equal(ranges_of(&yours, ranges), 0);
}

static void a_key_is_good_for_a_call_or_for_an_issue(void **state) {
    (void)state;
    const uint32_t open = world_batch(&w, 10, true);
    char code[WORLD_CODE_CAP];
    world_code(&w, open, 0, code);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, "till-1", ACTOR).verdict, CM_V_ACCEPTED);
    const struct issue_key key = key_of(ACTOR, "till-1", COUNT), fresh = key_of(ACTOR, "o", COUNT);
    const struct issue_event e = range_of(0, COUNT);
    struct issued_range ranges[RANGE_N];
    size_t n = 0;
    assert_err(CM_E_CONFLICT, engine_issued_before(w.engine, &key, ranges, RANGE_N, &n, NULL));
    assert_err(CM_E_CONFLICT, engine_issue_keyed(w.engine, &e, &key, NULL));
    assert_ok(engine_issue_keyed(w.engine, &e, &fresh, NULL));
    world_code(&w, open, 1, code);
    const struct world_request q = {
        .operation = CM_OP_REDEEM, .code = code, .key = "o", .actor = ACTOR};
    enum cm_call_status status = CM_CALL_DONE;
    (void)world_request(&w, &q, &status);
    assert_int_equal(status, CM_CALL_KEY_REUSED);
}

static void more_ranges_than_there_is_room_for_are_told_as_such(void **state) {
    (void)state;
    struct issue_key key = key_of(ACTOR, "order-1", COUNT);
    struct issued_range range;
    size_t n = 99;
    for (uint16_t i = 0; i < 2; i++) {
        const struct issue_event e = range_of(i, 1);
        key.item = i;
        assert_ok(engine_issue_keyed(w.engine, &e, &key, NULL));
    }
    assert_err(CM_E_LIMIT, engine_issued_before(w.engine, &key, &range, 1, &n, NULL));
    assert_int_equal(n, 99);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_key_was_given_is_told_again, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(it_is_told_after_replay_and_after_a_fold, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(a_key_of_another_request_is_a_conflict_and_changes_nothing,
                                        make_world, remove_world),
        cmocka_unit_test_setup_teardown(a_range_out_of_turn_is_not_issued_beside_the_first,
                                        make_world, remove_world),
        cmocka_unit_test_setup_teardown(a_refused_range_leaves_its_key_free, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(a_key_belongs_to_its_caller_alone, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(a_key_is_good_for_a_call_or_for_an_issue, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(more_ranges_than_there_is_room_for_are_told_as_such,
                                        make_world, remove_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
