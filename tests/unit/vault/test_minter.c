/* The minter of codes. The world is as dense as a scheme can be (23^5 texts, T = 1), so that texts
 * of two key versions meet by the hundred: with n and m codes, n * m / S are expected to. */
#include "vault/minter.h"

#include <stdlib.h>
#include <string.h>

#include "support/cm.h"
#include "support/scratch.h"
#include "support/world.h"

#define LENGTH   5u
#define CODE_LEN 6u /* with its check character */
#define SERIALS  65536u
#define FIRST_N  40000u
#define SECOND_N 40000u
#define SPACE    6436343u                               /* 23^5 */
#define MEETINGS (FIRST_N * (uint64_t)SECOND_N / SPACE) /* expected: 248 */
#define SIGMA    16u                                    /* the root of it, rounded up */

static struct world w;

static int make_world(void **state) {
    (void)state;
    world_make(&w, LENGTH, SERIALS);
    return 0;
}
static int remove_world(void **state) {
    (void)state;
    world_remove(&w);
    return 0;
}

/* A batch of a key version, nothing minted. Returns its set number. */
static uint32_t add_batch(uint8_t version, uint64_t quantity) {
    char text[256];
    const uint32_t set = ++w.batch_n;
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":1,\"batch\":%u,\"key_version\":%u,\"name\":\"batch-%u\","
                   "\"attributes\":[],\"quantity\":%llu}",
                   set - 1, version, set, (unsigned long long)quantity);
    world_document(&w, DOCUMENT_BATCH, set, slice_text(text));
    return set;
}

static struct minter *open_minter(uint32_t set, bool from_start) {
    const struct minter_options options = {
        .engine = w.engine, .keystore = w.keystore, .set = set, .from_start = from_start};
    struct minter *m = NULL;
    assert_ok(minter_open(&m, &options, NULL));
    return m;
}

/* All units of a batch from its first serial on; returns how many, texts back to back. */
static size_t mint_all(uint32_t set, char **texts, size_t *skipped, bool *again) {
    CM_CLEANUP(minter_closep) struct minter *m = open_minter(set, true);
    struct minter_rows rows;
    size_t n = 0;
    *texts = malloc((size_t)SERIALS * CODE_LEN);
    assert_non_null(*texts);
    *skipped = 0;
    for (;;) {
        assert_ok(minter_next(m, UINT64_MAX, &rows, NULL));
        if (rows.n == 0) return n;
        assert_int_equal(rows.code_len, CODE_LEN);
        *again = rows.again;
        *skipped += rows.n - rows.units;
        for (size_t i = 0; i < rows.n; i++)
            if (rows.skip[i] == 0)
                memcpy(*texts + n++ * CODE_LEN, rows.texts + i * CODE_LEN, CODE_LEN);
    }
}

static int by_text(const void *a, const void *b) { return memcmp(a, b, CODE_LEN); }

static void a_batch_is_minted_to_exactly_its_quantity(void **state) {
    (void)state;
    const uint32_t set = add_batch(1, 1000);
    char *texts = NULL, first[WORLD_CODE_CAP];
    size_t skipped = 0;
    bool again = true;
    assert_int_equal(mint_all(set, &texts, &skipped, &again), 1000);
    assert_int_equal(skipped, 0); /* nobody else's codes exist, and no filter */
    assert_false(again);
    world_code(&w, set, 0, first); /* the same code from a coder of its own */
    assert_memory_equal(texts, first, CODE_LEN);
    free(texts);
}

static void a_text_has_one_owner_though_key_versions_meet(void **state) {
    (void)state;
    const uint32_t one = world_batch(&w, FIRST_N, true);
    assert_ok(keystore_generate(w.keystore, KEY_SCHEME, WORLD_SCHEME, 2, 1));
    const uint32_t two = add_batch(2, SECOND_N);
    char *all = malloc((size_t)(FIRST_N + SERIALS) * CODE_LEN), *texts = NULL;
    size_t skipped = 0;
    bool again = true;
    assert_non_null(all);
    for (uint64_t s = 0; s < FIRST_N; s++) {
        char code[WORLD_CODE_CAP];
        world_code(&w, one, s, code);
        memcpy(all + s * CODE_LEN, code, CODE_LEN);
    }
    const size_t n = mint_all(two, &texts, &skipped, &again);
    assert_int_equal(n, SECOND_N);
    assert_in_range(skipped, MEETINGS - 4 * SIGMA, MEETINGS + 4 * SIGMA);
    memcpy(all + (size_t)FIRST_N * CODE_LEN, texts, n * CODE_LEN);
    qsort(all, FIRST_N + n, CODE_LEN, by_text);
    for (size_t i = 1; i < FIRST_N + n; i++)
        assert_int_not_equal(memcmp(all + (i - 1) * CODE_LEN, all + i * CODE_LEN, CODE_LEN), 0);
    free(all);
    free(texts);
}

static void spent_serials_come_again_as_they_came_first(void **state) {
    (void)state;
    char *first = NULL, *second = NULL;
    size_t skipped_first = 0, skipped_second = 0;
    bool again = false;
    (void)world_batch(&w, FIRST_N, true);
    assert_ok(keystore_generate(w.keystore, KEY_SCHEME, WORLD_SCHEME, 2, 1));
    const uint32_t set = add_batch(2, 20000);
    const size_t n = mint_all(set, &first, &skipped_first, &again);
    assert_false(again);
    assert_true(skipped_first > 0);
    world_close(&w);
    world_open(&w);
    assert_int_equal(mint_all(set, &second, &skipped_second, &again), n);
    assert_true(again);
    assert_int_equal(skipped_second, skipped_first);
    assert_memory_equal(first, second, n * CODE_LEN);
    free(first);
    free(second);
}

static void what_was_shipped_is_not_given_again(void **state) {
    (void)state;
    const uint32_t set = world_batch(&w, 10, true); /* opened, and so shipped */
    const struct minter_options options = {
        .engine = w.engine, .keystore = w.keystore, .set = set, .from_start = true};
    struct minter *m = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_STATE, minter_open(&m, &options, &diag));
    assert_string_equal(diag.problem, "codes of this batch have been opened or shipped");
    assert_null(m);
}

static void as_many_are_made_as_were_asked_for(void **state) {
    (void)state;
    const uint32_t set = add_batch(1, 100);
    CM_CLEANUP(minter_closep) struct minter *m = open_minter(set, false);
    struct minter_rows rows;
    assert_ok(minter_next(m, 30, &rows, NULL));
    assert_int_equal(rows.units, 30);
    assert_ok(minter_next(m, 1000, &rows, NULL));
    assert_int_equal(rows.first, 30);
    assert_int_equal(rows.units, 70);
    assert_ok(minter_next(m, 1, &rows, NULL));
    assert_int_equal(rows.n, 0);
}

static void two_minters_of_one_batch_never_give_the_same_serial(void **state) {
    (void)state;
    const uint32_t set = add_batch(1, 100);
    CM_CLEANUP(minter_closep) struct minter *one = open_minter(set, false);
    CM_CLEANUP(minter_closep) struct minter *two = open_minter(set, false);
    struct minter_rows rows;
    assert_ok(minter_next(one, 10, &rows, NULL));
    assert_err(CM_E_CONFLICT, minter_next(two, 10, &rows, NULL));
    assert_int_equal(rows.n, 0);
}

/* A refusal changes nothing, the minter's own notes included: were the marks of the first try taken
 * for the filters' in the second, the ledger would not hear of the skipped serials, and a text would
 * have two owners. */
static void what_the_ledger_refused_is_asked_in_full_again(void **state) {
    (void)state;
    const struct issue_asked asked = {.actor = 5, .set = 2, .count = 1, .key = slice_text("again")};
    struct issue_key key;
    struct minter *m = NULL;
    struct minter_rows rows;
    static bool exists[SERIALS];
    (void)world_batch(&w, FIRST_N, true);
    assert_ok(keystore_generate(w.keystore, KEY_SCHEME, WORLD_SCHEME, 2, 1));
    const uint32_t set = add_batch(2, 20000);
    assert_ok(engine_issue_key(w.engine, &asked, &key));
    const struct minter_options options = {
        .engine = w.engine, .keystore = w.keystore, .set = set, .key = &key};
    assert_ok(minter_open(&m, &options, NULL));
    key.item = 7; /* not the key's next range */
    assert_err(CM_E_CONFLICT, minter_next(m, UINT64_MAX, &rows, NULL));
    key.item = 0;
    assert_ok(minter_next(m, UINT64_MAX, &rows, NULL));
    assert_true(rows.n - rows.units > 0);
    assert_ok(engine_exist(w.engine, set, 0, rows.n, exists));
    for (size_t i = 0; i < rows.n; i++)
        assert_int_equal(exists[i], rows.skip[i] == 0);
    minter_close(m);
}

static void no_minter_without_its_batch_or_key(void **state) {
    (void)state;
    struct minter *m = NULL;
    struct minter_options options = {.engine = w.engine, .keystore = w.keystore, .set = 99};
    assert_err(CM_E_NOT_FOUND, minter_open(&m, &options, NULL));
    options.set = add_batch(7, 10); /* a version that was never made */
    assert_err(CM_E_NOT_FOUND, minter_open(&m, &options, NULL));
    assert_null(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_batch_is_minted_to_exactly_its_quantity, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(a_text_has_one_owner_though_key_versions_meet, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(spent_serials_come_again_as_they_came_first, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(what_was_shipped_is_not_given_again, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(as_many_are_made_as_were_asked_for, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(two_minters_of_one_batch_never_give_the_same_serial,
                                        make_world, remove_world),
        cmocka_unit_test_setup_teardown(what_the_ledger_refused_is_asked_in_full_again, make_world,
                                        remove_world),
        cmocka_unit_test_setup_teardown(no_minter_without_its_batch_or_key, make_world,
                                        remove_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
