/* The act `issue` under an idempotency key: an answer that was lost is given again, code by code.
 * The world is as dense as that of test_minter.c, so that serials are skipped and one request takes
 * several ranges. */
#include "vault/acts.h"

#include <string.h>

#include "doc/json.h"
#include "support/cm.h"
#include "support/world.h"

#define LENGTH  5u
#define SERIALS 65536u
#define FIRST_N 40000u /* units of another key version, whose texts are met */
#define ACTOR   7u
#define COUNT   10000u
#define LIMITS  ((const struct json_limits){.text_max = 1u << 21, .depth_max = 8u})

static struct world w;

static int make_world(void **state) {
    (void)state;
    world_make(&w, LENGTH, SERIALS);
    (void)world_batch(&w, FIRST_N, true);
    assert_ok(keystore_generate(w.keystore, KEY_SCHEME, WORLD_SCHEME, 2, 1));
    static const char text[] = "{\"scheme\":1,\"batch\":1,\"key_version\":2,\"name\":\"batch-2\","
                               "\"attributes\":[],\"quantity\":20000}";
    world_document(&w, DOCUMENT_BATCH, 2, slice_text(text));
    return 0;
}
static int remove_world(void **state) {
    (void)state;
    world_remove(&w);
    return 0;
}

static cm_err issue(unsigned count, const char *key, struct buffer *result) {
    struct act_context ctx = {.engine = w.engine,
                              .keystore = w.keystore,
                              .workspace = w.dir,
                              .actor = ACTOR,
                              .key = slice_text(key)};
    char args[64];
    (void)snprintf(args, sizeof args, "{\"batch\":\"batch-2\",\"count\":%u}", count);
    buffer_clear(result);
    return act_run(&ctx, slice_text("issue"), slice_text(args), result, NULL);
}

/* The result as it is written but for "replayed", which stands last. */
static size_t same_part(const struct buffer *result, bool *replayed) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(json_doc_new(&doc, buffer_slice(result), "result", &LIMITS, NULL));
    assert_ok(json_bool(json_get(json_root(doc), "replayed"), replayed));
    return result->len - strlen(*replayed ? "true}" : "false}");
}

static size_t unit_n(const struct buffer *result) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    size_t n = 0;
    assert_ok(json_doc_new(&doc, buffer_slice(result), "result", &LIMITS, NULL));
    assert_ok(json_items(json_get(json_root(doc), "units"), 0, COUNT, &n));
    return n;
}

static cm_err read_counters(void *ctx, const struct registry *r) {
    *(struct set_counters *)ctx = registry_set(r, 2)->set.counters;
    return CM_OK;
}
static struct set_counters counters(void) {
    struct set_counters c;
    assert_ok(engine_read(w.engine, read_counters, &c));
    return c;
}

static void the_same_key_gives_the_same_codes(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer first = BUFFER_INIT, again = BUFFER_INIT;
    bool replayed = true;
    assert_ok(issue(COUNT, "order-1", &first));
    const size_t len = same_part(&first, &replayed);
    assert_false(replayed);
    assert_int_equal(unit_n(&first), COUNT);
    assert_true(counters().next_serial > COUNT); /* some were skipped: it took several ranges */
    const uint64_t spent = counters().next_serial;
    for (int turn = 0; turn < 2; turn++) {
        assert_ok(issue(COUNT, "order-1", &again));
        assert_int_equal(same_part(&again, &replayed), len);
        assert_true(replayed);
        assert_memory_equal(first.p, again.p, len);
        assert_true(counters().issued == COUNT && counters().next_serial == spent);
        world_close(&w);
        world_open(&w);
    }
}

static void another_count_under_the_key_is_a_conflict(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    assert_ok(issue(5, "order-1", &result));
    assert_err(CM_E_CONFLICT, issue(6, "order-1", &result));
    assert_int_equal(result.len, 0);
    assert_true(counters().issued == 5);
}

static void without_a_key_every_answer_is_new(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    bool replayed = true;
    for (unsigned i = 1; i <= 2; i++) {
        assert_ok(issue(5, "", &result));
        (void)same_part(&result, &replayed);
        assert_false(replayed);
        assert_true(counters().issued == 5u * i);
    }
}

static void what_a_crash_left_unfinished_is_finished_under_the_key(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer whole = BUFFER_INIT, again = BUFFER_INIT;
    const struct issue_asked asked = {
        .actor = ACTOR, .set = 2, .count = 10, .key = slice_text("order-1")};
    struct issue_key key;
    bool replayed = true;
    assert_ok(engine_issue_key(w.engine, &asked, &key));
    const struct issue_event part = {.set = 2, .count = 6, .issued = 6};
    assert_ok(engine_issue_keyed(w.engine, &part, &key, NULL));
    assert_ok(issue(10, "order-1", &whole));
    const size_t len = same_part(&whole, &replayed);
    assert_false(replayed); /* four of them are new */
    assert_int_equal(unit_n(&whole), 10);
    assert_true(counters().issued == 10);
    assert_ok(issue(10, "order-1", &again));
    assert_int_equal(same_part(&again, &replayed), len);
    assert_true(replayed);
    assert_memory_equal(whole.p, again.p, len);
}

static void a_closed_or_full_batch_still_answers_its_keys(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    bool replayed = false;
    assert_ok(issue(COUNT, "order-1", &result));
    assert_ok(issue(COUNT, "order-2", &result)); /* all that was ordered */
    const struct phase_event closed = {.set = 2, .phase = PHASE_CLOSED};
    assert_ok(engine_phase(w.engine, &closed, NULL));
    assert_ok(issue(COUNT, "order-1", &result));
    (void)same_part(&result, &replayed);
    assert_true(replayed);
    assert_err(CM_E_LIMIT, issue(1, "order-3", &result));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_key_gives_the_same_codes, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(another_count_under_the_key_is_a_conflict, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(without_a_key_every_answer_is_new, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(what_a_crash_left_unfinished_is_finished_under_the_key,
                                        make_world, remove_world),
        cmocka_unit_test_setup_teardown(a_closed_or_full_batch_still_answers_its_keys, make_world,
                                        remove_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
