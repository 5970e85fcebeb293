/* Documents of pools and of doors with pools: what the registry takes, what it refuses, and that it
 * still knows both after the image was loaded. Rules: docs/design/registry.md. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "support/world_pool.h"

static void pools_that_contradict_the_world_are_refused(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    struct pool_text t = gift;
    struct cm_diag diag = DIAG_INIT;
    t.id = 8;
    assert_int_equal(try_pool(&w, &t, &diag), CM_E_EXISTS); /* name */
    t.name = "other";
    assert_int_equal(try_pool(&w, &t, &diag), CM_E_CONFLICT); /* same numbers */
    t.mode = "LIVE"; /* another world: rehearsals may use the numbers of the real thing */
    add_pool(&w, &t);
    t = gift;
    t.volume--;
    assert_int_equal(try_pool(&w, &t, &diag), CM_E_CONFLICT); /* the promise is frozen */
    t = gift;
    t.pin_n = 4;
    assert_int_equal(try_pool(&w, &t, &diag), CM_E_CONFLICT);
    assert_int_equal(try_pool(&w, &gift, &diag), CM_OK); /* the same again changes nothing */
    const struct world_request q = {.operation = CM_OP_REDEEM, .code = NUMBER, .pin = PIN};
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    t = (struct pool_text){"third", "TEST", "9644", RULES_1, NULL, 9, 11, 6, 1000};
    char text[POOL_TEXT_CAP];
    pool_text(&t, text);
    assert_int_equal(world_try_document(&w, DOCUMENT_POOL, 10, slice_text(text), &diag),
                     CM_E_CONFLICT); /* its id says 9 */
    t = (struct pool_text){"third", "TEST", "9644", RULES_1, NULL, 9, 9, 0, UINT32_MAX};
    assert_int_equal(try_pool(&w, &t, &diag), CM_E_LIMIT); /* 10^9 numbers, one in 10: too many */
    world_remove(&w);
}

static void a_door_takes_only_pools_of_its_own_mode(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    static const struct {
        const char *text;
        cm_err err;
    } doors[] = {
        {"{\"name\":\"a\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[7]}", CM_OK},
        {"{\"name\":\"b\",\"brand\":1,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[7]}", CM_OK},
        {"{\"name\":\"c\",\"brand\":0,\"mode\":\"LIVE\",\"schemes\":[],\"pools\":[7]}",
         CM_E_CONFLICT},
        {"{\"name\":\"d\",\"brand\":2,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[7]}",
         CM_E_CONFLICT},
        {"{\"name\":\"e\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[6]}",
         CM_E_NOT_FOUND},
        {"{\"name\":\"f\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[7,7]}",
         CM_E_EXISTS},
        {"{\"name\":\"g\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[],\"pools\":7}", CM_E_FORMAT}};
    /* Asked again after the image was loaded: what a pool's brand is must not be lost with it. */
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < CM_ARRAY_N(doors); i++) {
            struct cm_diag diag = DIAG_INIT;
            assert_int_equal(
                world_try_document(&w, DOCUMENT_DOOR, 10 + i, slice_text(doors[i].text), &diag),
                doors[i].err);
        }
        assert_ok(engine_fold(w.engine));
        world_close(&w);
        world_open(&w);
    }
    world_remove(&w);
}

static void codes_and_cards_of_one_door_differ_in_length(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    /* The world's codes have 12 data characters and one check character. */
    add_pool(&w, &(struct pool_text){"short", "TEST", "9644", RULES_1, NULL, 9, 8, 6, 1000});
    struct cm_diag diag = DIAG_INIT;
    const struct cm_slice both = slice_text(
        "{\"name\":\"x\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[1],\"pools\":[7,9]}");
    assert_int_equal(world_try_document(&w, DOCUMENT_DOOR, 2, both, &diag), CM_E_CONFLICT);
    assert_non_null(strstr(diag.problem, "pool short"));
    const struct cm_slice apart =
        slice_text("{\"name\":\"x\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[7,9]}");
    assert_int_equal(world_try_document(&w, DOCUMENT_DOOR, 2, apart, &diag), CM_OK);
    world_remove(&w);
}

static cm_err describe(void *ctx, const struct registry *registry) {
    const struct set_entry *s = registry_set(registry, POOL);
    assert_non_null(s);
    buffer_put((struct buffer *)ctx, s->description.p, s->description.len);
    return CM_OK;
}

static void answers_carry_the_pool_and_its_reward(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    world_document(&w, DOCUMENT_TERMS, TERMS_OF_SET | POOL,
                   slice_text("{\"reward\":[{\"language\":\"en\",\"text\":\"a mug\"}]}"));
    struct buffer b = BUFFER_INIT;
    assert_ok(engine_read(w.engine, describe, &b));
    assert_string_equal(
        buffer_cstr(&b),
        "{\"pool\":\"gift\",\"reward\":[{\"language\":\"en\",\"text\":\"a mug\"}]}");
    buffer_free(&b);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pools_that_contradict_the_world_are_refused),
        cmocka_unit_test(a_door_takes_only_pools_of_its_own_mode),
        cmocka_unit_test(codes_and_cards_of_one_door_differ_in_length),
        cmocka_unit_test(answers_carry_the_pool_and_its_reward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
