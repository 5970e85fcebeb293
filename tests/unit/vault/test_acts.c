/* The acts as a whole: strict arguments, errors that change nothing, results that are JSON. */
#include "vault/acts.h"

#include <string.h>

#include "doc/json.h"
#include "support/cm.h"
#include "support/world.h"

static struct world w;

static int make_world(void **state) {
    (void)state;
    world_make(&w, 8, 4096);
    return 0;
}
static int remove_world(void **state) {
    (void)state;
    world_remove(&w);
    return 0;
}

static cm_err act(const char *name, const char *args, struct buffer *result, struct cm_diag *diag) {
    struct act_context ctx = {.engine = w.engine, .keystore = w.keystore, .workspace = w.dir};
    return act_run(&ctx, slice_text(name), slice_text(args), result, diag);
}

static void an_act_takes_json_and_gives_json(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    uint64_t id = 0;
    assert_ok(act("brand.add", "{\"name\":\"fizz\"}", &result, NULL));
    assert_ok(json_doc_new(&doc, buffer_slice(&result), "result", &JSON_LIMITS_DEFAULT, NULL));
    assert_ok(json_u64(json_get(json_root(doc), "id"), 1, 99, &id));
    assert_int_equal(id, 1);
}

static uint64_t next_sequence(void) {
    struct engine_stats stats;
    engine_stats(w.engine, &stats);
    return stats.sequence;
}

static void arguments_are_read_strictly_and_errors_change_nothing(void **state) {
    (void)state;
    static const struct {
        const char *name, *args;
        cm_err err;
    } cases[] = {
        {"no.such.act", "{}", CM_E_UNSUPPORTED},
        {"", "{}", CM_E_UNSUPPORTED},
        {"brand.add", "", CM_E_FORMAT},
        {"brand.add", "[]", CM_E_FORMAT},
        {"brand.add", "{}", CM_E_FORMAT},
        {"brand.add", "{\"name\":7}", CM_E_FORMAT},
        {"brand.add", "{\"name\":\"a\",\"name\":\"b\"}", CM_E_FORMAT},
        {"brand.add", "{\"name\":\"a\",\"colour\":1}", CM_E_FORMAT},
        {"brand.add", "{\"name\":\"a b\"}", CM_E_FORMAT},
        {"batch.open", "{\"batch\":\"nowhere\"}", CM_E_NOT_FOUND},
        {"batch.recall", "{\"batch\":\"batch-1\",\"first\":-1}", CM_E_RANGE},
        {"batch.recall", "{\"batch\":\"batch-1\",\"first\":9,\"last\":3}", CM_E_RANGE},
        {"batch.add", "{\"scheme\":\"world\",\"batches\":[]}", CM_E_RANGE},
        {"batch.add", "{\"scheme\":\"world\",\"batches\":[{\"name\":\"x\",\"quantity\":0}]}",
         CM_E_RANGE},
        {"terms.set", "{\"scheme\":\"world\",\"batch\":\"batch-1\",\"document\":\"{}\"}",
         CM_E_ARGUMENT},
        {"scheme.add", "{\"document\":\"{}\"}", CM_E_FORMAT},
        {"scheme.append", "{\"scheme\":\"world\",\"attribute\":\"sku\",\"values\":[\"a\"]}",
         CM_E_NOT_FOUND},
        {"door.attach", "{\"door\":\"front\",\"scheme\":\"world\"}", CM_E_EXISTS},
        {"api.add", "{\"name\":\"k\",\"door\":\"front\",\"role\":\"king\"}", CM_E_FORMAT},
        {"api.revoke", "{\"name\":\"nobody\"}", CM_E_NOT_FOUND},
        {"key.retire", "{\"scheme\":\"world\",\"version\":9}", CM_E_NOT_FOUND},
        {"key.destroy", "{\"scheme\":\"world\",\"version\":1,\"confirm\":\"word\"}", CM_E_ARGUMENT},
        {"mint.chunk", "{\"batch\":\"batch-1\",\"first\":99999}", CM_E_STATE},
        {"restore.accept", "{}", CM_E_STATE},
        {"restore.accept", "{\"skips\":[\"batch-1\"]}", CM_E_FORMAT},
        {"restore.accept", "{\"skips\":[\"batch-1=x\"]}", CM_E_FORMAT},
        {"backup", "{\"certificate\":\"none\"}", CM_E_FORMAT},
    };
    (void)world_batch(&w, 10, true);
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
        struct cm_diag diag = DIAG_INIT;
        const uint64_t before = next_sequence();
        const cm_err err = act(cases[i].name, cases[i].args, &result, &diag);
        if (err != cases[i].err)
            fail_msg("%s %s: '%s', want '%s'", cases[i].name, cases[i].args, cm_err_name(err),
                     cm_err_name(cases[i].err));
        assert_int_equal(result.len, 0);
        assert_true(diag.problem[0] != '\0');
        assert_int_equal(next_sequence(), before);
    }
}

static void a_plan_is_added_whole_or_not_at_all(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    const uint64_t before = next_sequence();
    assert_err(CM_E_RANGE, act("batch.add",
                               "{\"scheme\":\"world\",\"batches\":[{\"name\":\"a\",\"quantity\":5},"
                               "{\"name\":\"b\",\"quantity\":4097}]}",
                               &result, &diag));
    assert_int_equal(next_sequence(), before);
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_EXISTS,
               act("batch.add",
                   "{\"scheme\":\"world\",\"batches\":[{\"name\":\"a\",\"quantity\":5},"
                   "{\"name\":\"a\",\"quantity\":6}]}",
                   &result, &diag));
    assert_int_equal(next_sequence(), before);
}

static void an_api_key_is_shown_once_and_kept_as_its_hash(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer made = BUFFER_INIT, list = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice key;
    assert_ok(
        act("api.add", "{\"name\":\"till\",\"door\":\"front\",\"role\":\"redeem\"}", &made, NULL));
    assert_ok(json_doc_new(&doc, buffer_slice(&made), "result", &JSON_LIMITS_DEFAULT, NULL));
    assert_ok(json_text(json_get(json_root(doc), "api_key"), 57, 57, &key));
    assert_memory_equal(key.p, "cmk_test_", 9);
    assert_ok(act("api.list", "{}", &list, NULL));
    assert_null(memmem(list.p, list.len, key.p + 9, key.len - 9));
}

/* The world's only door is "front". */
static void the_operator_is_told_the_nearest_name_and_a_key_none(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    struct act_context ctx = {.engine = w.engine, .keystore = w.keystore, .workspace = w.dir};
    const struct cm_slice find = slice_text("door.find");
    assert_err(CM_E_NOT_FOUND,
               act_run(&ctx, find, slice_text("{\"door\":\"frnot\"}"), &result, &diag));
    assert_string_equal(diag.problem, "no door is named 'frnot'");
    assert_string_equal(diag.remedy, "did you mean 'front'? 'countermark door list' shows them");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_NOT_FOUND,
               act_run(&ctx, find, slice_text("{\"door\":\"back\"}"), &result, &diag));
    assert_string_equal(diag.remedy, "'countermark door list' shows them");
    diag = (struct cm_diag)DIAG_INIT;
    ctx.keyed = true;
    assert_err(CM_E_NOT_FOUND,
               act_run(&ctx, find, slice_text("{\"door\":\"frnot\"}"), &result, &diag));
    assert_string_equal(diag.remedy, "'countermark door list' shows them");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_act_takes_json_and_gives_json, make_world, remove_world),
        cmocka_unit_test_setup_teardown(arguments_are_read_strictly_and_errors_change_nothing,
                                        make_world, remove_world),
        cmocka_unit_test_setup_teardown(a_plan_is_added_whole_or_not_at_all, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(the_operator_is_told_the_nearest_name_and_a_key_none,
                                        make_world, remove_world),
        cmocka_unit_test_setup_teardown(an_api_key_is_shown_once_and_kept_as_its_hash, make_world,
                                        remove_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
