/* The pool document. The example is docs/examples/pool.json; hostile documents are the example
 * with one thing wrong. */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "cards/pool.h"

static char example[4096];

static int load_example(void **state) {
    (void)state;
    FILE *file = fopen(CM_SOURCE_DIR "/docs/examples/pool.json", "rb");
    if (file == NULL) return -1;
    const size_t len = fread(example, 1, sizeof example - 1, file);
    example[len] = '\0';
    return fclose(file);
}

#define POOL_SCOPED CM_CLEANUP(pool_clear) struct pool

static void a_pool_is_read_checked_and_written_again(void **state) {
    (void)state;
    POOL_SCOPED pool = POOL_INIT;
    struct cm_diag diag = DIAG_INIT;
    if (pool_read(slice_text(example), "pool.json", &pool, &diag) != CM_OK)
        fail_msg("%s: %s", diag.place, diag.problem);
    assert_string_equal(pool.name, "gift-2026");
    assert_int_equal(pool.numbers.id, 7);
    assert_true(pool.numbers.test);
    assert_int_equal(cm_card_number_n(&pool.numbers), 16);
    assert_ptr_equal(pool.numbers.rules, pool.rules);
    assert_int_equal(pool.rules->versions[0].listed_n, 2);
    struct density_plan plan;
    assert_ok(pool_check(&pool, &plan, NULL));
    assert_true(plan.space == 100000000000000000u);
    assert_true(plan.room < 98000000000u && plan.room > 90000000000u);
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    pool_write(&pool, &out);
    assert_string_equal(buffer_cstr(&out), example);
}

/* The example with `from` replaced by `to`, once. */
static struct cm_slice altered(const char *from, const char *to) {
    static char text[sizeof example + 256];
    const char *at = strstr(example, from);
    if (at == NULL) fail_msg("the example has no %s", from);
    (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - example), example, to,
                   at + strlen(from));
    return slice_text(text);
}

static void each_index_has_the_key_version_of_its_range(void **state) {
    (void)state;
    POOL_SCOPED pool = POOL_INIT;
    assert_ok(pool_read(slice_text(example), "pool.json", &pool, NULL));
    assert_int_equal(pool_key_version(&pool, UINT64_MAX), 1); /* none named: version 1 */
    pool_clear(&pool);
    const struct cm_slice text =
        altered("\"rules\"", "\"keys\": [{\"version\": 2, \"from_index\": 0}, "
                             "{\"version\": 5, \"from_index\": 900}], \"rules\"");
    assert_ok(pool_read(text, "pool.json", &pool, NULL));
    assert_int_equal(pool_key_version(&pool, 0), 2);
    assert_int_equal(pool_key_version(&pool, 899), 2);
    assert_int_equal(pool_key_version(&pool, 900), 5);
    assert_true(pool_key_end(&pool, 899) == 900);
    assert_true(pool_key_end(&pool, 900) == UINT64_MAX);
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer again = BUFFER_INIT;
    pool_write(&pool, &out);
    pool_clear(&pool);
    assert_ok(pool_read(buffer_slice(&out), "written", &pool, NULL));
    assert_int_equal(pool_key_version(&pool, 900), 5);
    pool_write(&pool, &again);
    assert_true(slice_equal(buffer_slice(&out), buffer_slice(&again)));
}

static void what_contradicts_the_contract_is_refused_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
        cm_err err;
    } rows[] = {
        {"\"format\": 1", "\"format\": 2", CM_E_VERSION},
        {"\"rules\"", "\"keys\": [], \"rules\"", CM_E_RANGE},
        {"\"rules\"", "\"keys\": [{\"version\": 1, \"from_index\": 1}], \"rules\"", CM_E_RANGE},
        {"\"rules\"",
         "\"keys\": [{\"version\": 2, \"from_index\": 0}, {\"version\": 2, \"from_index\": 9}], "
         "\"rules\"",
         CM_E_RANGE},
        {"\"id\": 7", "\"id\": 0", CM_E_RANGE},
        {"\"id\": 7", "\"id\": 4294967296", CM_E_RANGE},
        {"\"id\": 7", "\"id\": 7, \"ids\": 1", CM_E_FORMAT},
        {"\"id\": 7", "\"id\": 7, \"id\": 8", CM_E_FORMAT},
        {"\"id\": 7", "\"id\": \"7\"", CM_E_FORMAT},
        {"\"TEST\"", "\"test\"", CM_E_FORMAT},
        {"\"9528\"", "\"95 8\"", CM_E_FORMAT},
        {"\"9528\"", "\"\"", CM_E_RANGE},
        {"\"number_digits\": 16", "\"number_digits\": 17", CM_E_CORRUPT},
        {"\"body_digits\": 11", "\"body_digits\": 5", CM_E_RANGE},
        {"\"pin_digits\": 6", "\"pin_digits\": 3", CM_E_RANGE},
        {"\"pin_digits\": 6", "\"pin_digits\": 0", CM_E_LIMIT},
        {"\"volume\": 1000000", "\"volume\": 0", CM_E_RANGE},
        {"\"volume\": 1000000", "\"volume\": 1000001", CM_E_LIMIT},
        {"85899345", "85899346", CM_E_CORRUPT},
        {"\"0.02\"", "\"2 %\"", CM_E_FORMAT},
        {"\"0.02\"", "0.02", CM_E_FORMAT},
        {"\"from_index\": 0", "\"from_index\": 9", CM_E_RANGE},
        {"\"version\": 1", "\"version\": 2", CM_E_RANGE},
        {"equal:5", "equal:55", CM_E_RANGE},
        {"equal:5", "same:5", CM_E_FORMAT},
        {"9528000000000012", "9528000000000013", CM_E_FORMAT},
        {"9528000000000012", "9528123456789019", CM_E_EXISTS},
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        struct pool pool;
        memset(&pool, 0xA5, sizeof pool);
        const struct pool before = pool;
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = pool_read(altered(rows[i].from, rows[i].to), "pool.json", &pool, &diag);
        if (err != rows[i].err) fail_msg("%s: %s (%s)", rows[i].to, cm_err_name(err), diag.problem);
        if (diag.place[0] == '\0' || diag.problem[0] == '\0' || diag.remedy[0] == '\0')
            fail_msg("%s: %s | %s | %s", rows[i].to, diag.place, diag.problem, diag.remedy);
        assert_string_equal(diag.input, "pool.json");
        assert_null(strstr(diag.problem, "952800000"));
        assert_memory_equal(&pool, &before, sizeof pool);
    }
}

static void no_document_cut_short_is_taken(void **state) {
    (void)state;
    const size_t len = strlen(example);
    for (size_t cut = 0; cut + 2 < len; cut++) {
        struct pool pool = POOL_INIT;
        assert_true(pool_read(slice_of(example, cut), "cut", &pool, NULL) != CM_OK);
    }
}

static void a_payment_prefix_is_refused_unless_forced(void **state) {
    (void)state;
    struct pool pool = {.numbers = {.id = 1, .prefix_n = 4, .prefix = "4111", .body_n = 11},
                        .volume = 1000,
                        .one_in = 1000};
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_DENIED, pool_check(&pool, NULL, &diag));
    assert_non_null(strstr(diag.problem, "Visa"));
    assert_non_null(strstr(diag.remedy, "payment_prefix_forced"));
    pool.payment_forced = true;
    assert_ok(pool_check(&pool, NULL, NULL));
}

static void rules_that_leave_too_little_are_refused(void **state) {
    (void)state;
    POOL_SCOPED pool = {.numbers = {.id = 1, .prefix_n = 1, .prefix = "9", .body_n = 6},
                        .volume = 900000,
                        .one_in = 1};
    assert_ok(rules_new(&pool.rules, &pool.numbers));
    assert_ok(rules_begin(pool.rules, 0, 90000000, NULL)); /* 9 % */
    assert_ok(rules_seal(pool.rules, NULL));
    assert_ok(pool_check(&pool, NULL, NULL));
    assert_ok(rules_begin(pool.rules, 500, 90000000, NULL));
    assert_ok(rules_add_pattern(pool.rules, slice_text("contains:13"), NULL)); /* about 5 % */
    assert_ok(rules_seal(pool.rules, NULL));
    assert_err(CM_E_LIMIT, pool_check(&pool, NULL, NULL));
}

/* Bodies of six digits that contain 13: 5 * 10^4 - 6 * 10^2 + 1 = 49,401 by inclusion-exclusion
 * over one, two and three places. */
static void the_skipped_share_of_a_small_pool_is_counted(void **state) {
    (void)state;
    const struct cm_pool_numbers numbers = {.id = 1, .prefix_n = 1, .prefix = "9", .body_n = 6};
    CM_CLEANUP(rules_freep) struct cm_card_rules *rules = NULL;
    assert_ok(rules_new(&rules, &numbers));
    assert_ok(rules_begin(rules, 0, 0, NULL));
    assert_ok(rules_add_pattern(rules, slice_text("contains:13"), NULL));
    assert_ok(rules_begin(rules, 1, 500000000, NULL));
    assert_ok(rules_seal(rules, NULL));
    assert_int_equal(rules_skipped_share(rules, 1), 49401000);
    assert_int_equal(rules_skipped_share(rules, 2), 500000000);
}

static void pools_whose_numbers_could_be_confused_overlap(void **state) {
    (void)state;
    struct cm_pool_numbers a = {.prefix_n = 4, .prefix = "9528", .body_n = 11};
    struct cm_pool_numbers b = {.prefix_n = 2, .prefix = "95", .body_n = 13};
    assert_true(pool_overlaps(&a, &b));
    b.body_n = 12;
    assert_false(pool_overlaps(&a, &b));
    b = (struct cm_pool_numbers){.prefix_n = 4, .prefix = "9529", .body_n = 11};
    assert_false(pool_overlaps(&a, &b));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_is_read_checked_and_written_again),
        cmocka_unit_test(each_index_has_the_key_version_of_its_range),
        cmocka_unit_test(what_contradicts_the_contract_is_refused_with_its_place),
        cmocka_unit_test(no_document_cut_short_is_taken),
        cmocka_unit_test(a_payment_prefix_is_refused_unless_forced),
        cmocka_unit_test(rules_that_leave_too_little_are_refused),
        cmocka_unit_test(the_skipped_share_of_a_small_pool_is_counted),
        cmocka_unit_test(pools_whose_numbers_could_be_confused_overlap),
    };
    return cmocka_run_group_tests(tests, load_example, NULL);
}
