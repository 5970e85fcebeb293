/* The operator's acts on pools: add one, put it behind a door, make cards of it. With the published
 * key of example C (docs/design/construction.md section 13) the program makes the published card.
 */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "support/world_pool.h"
#include "vault/acts.h"

#define TEST_KEY "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"

static cm_err act(struct world *w, const char *name, const char *args, struct buffer *out,
                  struct cm_diag *diag) {
    struct act_context ctx = {.engine = w->engine, .keystore = w->keystore, .workspace = w->dir};
    buffer_clear(out);
    return act_run(&ctx, slice_text(name), slice_text(args), out, diag);
}

static void must(struct world *w, const char *name, const char *args, struct buffer *out) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = act(w, name, args, out, &diag);
    if (err != CM_OK) fail_msg("%s: %s: %s", name, cm_err_name(err), diag.problem);
}

/* {"document": the pool as a JSON text, ...} */
static void add_args(const struct pool_text *t, const char *more, char out[static 2048]) {
    char text[POOL_TEXT_CAP];
    size_t n = (size_t)snprintf(out, 2048, "{\"document\":\"");
    pool_text(t, text);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"') out[n++] = '\\';
        out[n++] = *p;
    }
    (void)snprintf(out + n, 2048 - n, "\"%s}", more);
}

static bool has(struct buffer *b, const char *part) { return strstr(buffer_cstr(b), part) != NULL; }

static void a_pool_is_added_put_behind_a_door_and_cards_are_made(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    char args[2048];
    world_make(&w, 12, 100000);
    world_document(&w, DOCUMENT_BRAND, 1, slice_text("{\"name\":\"house\"}"));
    add_args(&gift, ",\"test_key\":\"" TEST_KEY "\"", args);
    must(&w, "pool.add", args, &out);
    assert_true(has(&out, "\"number\":7,"));
    must(&w, "door.pool", "{\"door\":\"front\",\"pool\":\"gift\"}", &out);
    /* The cards before the published one, and it. */
    assert_ok(issue_cards(&w, POOL, 0, POOL_INDEX, 1));
    must(&w, "cards.make", "{\"pool\":\"gift\",\"most\":1}", &out);
    assert_true(has(&out, "\"indices\":[12345678]"));
    assert_true(has(&out, "\"numbers\":[\"" NUMBER "\"]"));
    assert_true(has(&out, "\"pins\":[\"" PIN "\"]"));
    must(&w, "batch.open", "{\"batch\":\"gift\"}", &out);
    const struct world_request q = {.operation = CM_OP_REDEEM, .code = NUMBER, .pin = PIN};
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    must(&w, "pool.list", "{}", &out);
    assert_true(has(&out, "\"made\":12345679,"));
    world_remove(&w);
}

static void a_pool_without_a_published_key_gets_the_next_number(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    char args[2048];
    world_make(&w, 12, 100000);
    world_document(&w, DOCUMENT_BRAND, 1, slice_text("{\"name\":\"house\"}"));
    (void)world_batch(&w, 10, true);
    /* The keys of an addition that stopped half-way are not taken for another pool. */
    assert_ok(keystore_generate(w.keystore, KEY_POOL, 2, 3, 1));
    add_args(&gift, "", args);
    must(&w, "pool.add", args, &out);
    assert_true(has(&out, "\"number\":3,"));
    must(&w, "cards.make", "{\"pool\":\"gift\",\"most\":3}", &out); /* version 3 has its key */
    assert_true(has(&out, "\"numbers\":[\"9643"));
    world_remove(&w);
}

static void batches_and_pools_are_not_taken_for_each_other(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    char args[2048];
    world_pool_add(&w, &gift);
    (void)world_batch(&w, 10, true);
    assert_int_equal(act(&w, "cards.make", "{\"pool\":\"batch-1\",\"most\":1}", &out, &diag),
                     CM_E_NOT_FOUND);
    assert_int_equal(act(&w, "mint.plan", "{\"batch\":\"gift\"}", &out, &diag), CM_E_NOT_FOUND);
    assert_int_equal(act(&w, "mint.chunk", "{\"batch\":\"gift\",\"first\":0}", &out, &diag),
                     CM_E_NOT_FOUND);
    must(&w, "terms.show", "{\"batch\":\"gift\"}", &out); /* a pool has terms of its own */
    assert_true(has(&out, "once"));
    add_args(&gift, "", args);
    assert_int_equal(act(&w, "pool.add", args, &out, &diag), CM_E_EXISTS);
    struct pool_text live = gift;
    live.name = "live";
    live.mode = "LIVE";
    add_args(&live, "", args);
    assert_int_equal(act(&w, "pool.add", args, &out, &diag), CM_E_DENIED); /* a sandbox */
    assert_int_equal(out.len, 0);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_is_added_put_behind_a_door_and_cards_are_made),
        cmocka_unit_test(a_pool_without_a_published_key_gets_the_next_number),
        cmocka_unit_test(batches_and_pools_are_not_taken_for_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
