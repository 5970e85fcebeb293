/* Identifiers of a pool document. Shapes: GS1 General Specifications (EAN-13 of restricted
 * circulation, GSRN of 18 digits), ISO/IEC 7813 for tracks. */
#include "support/cm.h"

#include <string.h>

#include "cards/pool.h"

#define HEAD                                                                                       \
    "{\"format\": 1, \"name\": \"p\", \"brand\": \"b\", \"id\": 7, \"mode\": \"TEST\", "           \
    "\"prefix\": \"9643\", \"body_digits\": 11, \"number_digits\": 16, \"pin_digits\": 6, "        \
    "\"volume\": 1000, \"odds\": 1000000, \"payment_prefix_forced\": false, "
#define RULES                                                                                      \
    "\"rules\": [{\"version\": 1, \"from_index\": 0, \"held_out\": \"0\", \"held_below\": 0, "     \
    "\"patterns\": [], \"listed\": []}]}"
#define EAN     "{\"kind\": \"ean13\", \"prefix\": \"29\"}"
#define GSRN    "{\"kind\": \"gsrn\", \"prefix\": \"9506000\"}"
#define SAME    "{\"kind\": \"tags\", \"items\": 3, \"numbers\": \"same\"}"
#define TRACK1  "{\"kind\": \"track1\", \"layout\": \"iso\", \"name\": \"GIFT/CARD\"}"
#define TRACK2  "{\"kind\": \"track2\", \"layout\": \";{number}={expiry}?\", \"expiry\": \"3012\"}"
#define CONTROL "{\"kind\": \"control\", \"prefix\": \"C-\", \"digits\": 12}"
#define OWN                                                                                        \
    "{\"kind\": \"tags\", \"items\": 3, \"numbers\": \"own\", \"prefix\": \"9644\", "              \
    "\"digits\": 16}"

static struct cm_slice document(const char *list) {
    static char text[4096];
    (void)snprintf(text, sizeof text, "%s\"identifiers\": [%s], %s", HEAD, list, RULES);
    return slice_text(text);
}

#define POOL_SCOPED CM_CLEANUP(pool_clear) struct pool

static void a_card_may_have_every_identifier_there_is(void **state) {
    (void)state;
    POOL_SCOPED pool = POOL_INIT, again = POOL_INIT;
    CM_CLEANUP(buffer_free) struct buffer first = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer second = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    const struct cm_slice text = document(EAN "," GSRN "," OWN "," TRACK1 "," TRACK2 "," CONTROL);
    if (pool_read(text, "pool", &pool, &diag) != CM_OK)
        fail_msg("%s: %s", diag.place, diag.problem);
    assert_int_equal(cm_card_shape(&pool.numbers, CM_FACE_EAN13).prefix_n, 2);
    assert_int_equal(cm_card_shape(&pool.numbers, CM_FACE_GSRN).number_n, 18);
    assert_int_equal(cm_card_shape(&pool.numbers, CM_FACE_TAG).number_n, 16);
    assert_int_equal(pool.numbers.faces.tag_n, 3);
    assert_true(pool.identifiers.track[0].iso && !pool.identifiers.track[1].iso);
    /* 10^10 points of the EAN-13, 10^10 of the GSRN, 10^11 of the number, 10^11 / 3 of the tags */
    assert_true(cm_card_capacity(&pool.numbers) == 10000000000u);
    pool_write(&pool, &first);
    assert_ok(pool_read(buffer_slice(&first), "written", &again, NULL));
    pool_write(&again, &second);
    assert_true(slice_equal(buffer_slice(&first), buffer_slice(&second)));
}

static void a_control_number_is_an_index_in_clear(void **state) {
    (void)state;
    const struct control control = {.digits = 12, .prefix = "C-"};
    char text[CONTROL_TEXT_MAX];
    uint64_t index = 0;
    assert_int_equal(control_write(&control, 12345678, text), 14);
    assert_memory_equal(text, "C-000012345678", 14);
    assert_ok(control_read(&control, slice_of(text, 14), &index));
    assert_true(index == 12345678);
    static const char *const bad[] = {
        "C-00001234567", "C-0000123456789", "D-000012345678", "C-00001234567x", "", "C-"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, control_read(&control, slice_text(bad[i]), &index));
    assert_true(index == 12345678);
    const struct cm_pool_numbers numbers = {.body_n = 11};
    const struct identifiers none = {.control = {.digits = 0}};
    assert_int_equal(control_of(&numbers, &none).digits, 11);
}

static void what_cannot_be_is_refused_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *list;
        cm_err err;
    } rows[] = {
        {"", CM_E_RANGE},
        {"{}", CM_E_FORMAT},
        {"{\"kind\": \"ean8\"}", CM_E_FORMAT},
        {"{\"kind\": \"ean13\"}", CM_E_FORMAT},
        {"{\"kind\": \"ean13\", \"prefix\": \"95\"}", CM_E_FORMAT}, /* another's products */
        {"{\"kind\": \"ean13\", \"prefix\": \"03\"}", CM_E_FORMAT},
        {"{\"kind\": \"ean13\", \"prefix\": \"2\"}", CM_E_RANGE},
        {"{\"kind\": \"ean13\", \"prefix\": \"2900000\"}", CM_E_RANGE}, /* five digits left */
        {"{\"kind\": \"ean13\", \"prefix\": \"29x\"}", CM_E_FORMAT},
        {"{\"kind\": \"ean13\", \"prefix\": \"29\", \"digits\": 13}", CM_E_FORMAT},
        {EAN "," EAN, CM_E_EXISTS},
        {"{\"kind\": \"gsrn\", \"prefix\": \"950\"}", CM_E_RANGE},
        {"{\"kind\": \"gsrn\", \"prefix\": \"950600013434\"}", CM_E_RANGE},
        {"{\"kind\": \"tags\", \"items\": 0, \"numbers\": \"same\"}", CM_E_RANGE},
        {"{\"kind\": \"tags\", \"items\": 17, \"numbers\": \"same\"}", CM_E_RANGE},
        {"{\"kind\": \"tags\", \"items\": 3, \"numbers\": \"both\"}", CM_E_FORMAT},
        {"{\"kind\": \"tags\", \"items\": 3, \"numbers\": \"same\", \"prefix\": \"9\"}",
         CM_E_FORMAT},
        {"{\"kind\": \"tags\", \"items\": 3, \"numbers\": \"own\"}", CM_E_FORMAT},
        /* the card's own prefix and length: one text, two owners */
        {"{\"kind\": \"tags\", \"items\": 3, \"numbers\": \"own\", \"prefix\": \"96\", "
         "\"digits\": 16}",
         CM_E_CONFLICT},
        {EAN ",{\"kind\": \"tags\", \"items\": 3, \"numbers\": \"own\", \"prefix\": \"291\", "
             "\"digits\": 13}",
         CM_E_CONFLICT},
        /* 12 digits: what the EAN-13 with 0 is as a UPC-A */
        {"{\"kind\": \"ean13\", \"prefix\": \"02\"},"
         "{\"kind\": \"tags\", \"items\": 3, \"numbers\": \"own\", \"prefix\": \"25\", "
         "\"digits\": 12}",
         CM_E_CONFLICT},
        {"{\"kind\": \"tags\", \"items\": 3, \"numbers\": \"own\", \"prefix\": \"4111\", "
         "\"digits\": 16}",
         CM_E_DENIED}, /* a payment scheme's */
        {"{\"kind\": \"track1\", \"name\": \"gift\"}", CM_E_FORMAT},
        {"{\"kind\": \"track1\", \"name\": \"A\"}", CM_E_RANGE},
        {"{\"kind\": \"track2\", \"layout\": \"%{number}?\"}", CM_E_FORMAT},
        {"{\"kind\": \"control\", \"digits\": 10}", CM_E_RANGE}, /* 10^10 for 10^11 */
        {"{\"kind\": \"control\", \"prefix\": \"a\", \"digits\": 12}", CM_E_FORMAT},
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        struct pool pool, before;
        memset(&pool, 0xA5, sizeof pool);
        memcpy(&before, &pool, sizeof pool);
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = pool_read(document(rows[i].list), "pool", &pool, &diag);
        if (err != rows[i].err)
            fail_msg("%s: %s (%s)", rows[i].list, cm_err_name(err), diag.problem);
        if (diag.place[0] == '\0' || diag.problem[0] == '\0' || diag.remedy[0] == '\0')
            fail_msg("%s: %s | %s | %s", rows[i].list, diag.place, diag.problem, diag.remedy);
        assert_memory_equal(&pool, &before, sizeof pool);
    }
}

static void pools_whose_faces_could_be_confused_overlap(void **state) {
    (void)state;
    struct cm_pool_numbers a = {.prefix_n = 4, .prefix = "9643", .body_n = 11};
    struct cm_pool_numbers b = {.prefix_n = 2, .prefix = "25", .body_n = 10};
    assert_false(pool_overlaps(&a, &b));
    a.faces.ean13 = (struct cm_card_shape){.number_n = 13, .prefix_n = 2, .prefix = "25"};
    assert_true(pool_overlaps(&a, &b)); /* its EAN-13 could be a number of the other */
    a.faces.ean13.prefix[1] = '6';
    assert_false(pool_overlaps(&a, &b));
    b = (struct cm_pool_numbers){.prefix_n = 2, .prefix = "25", .body_n = 9};
    a.faces.ean13 = (struct cm_card_shape){.number_n = 13, .prefix_n = 2, .prefix = "02"};
    assert_true(pool_overlaps(&a, &b)); /* as a UPC-A */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_may_have_every_identifier_there_is),
        cmocka_unit_test(a_control_number_is_an_index_in_clear),
        cmocka_unit_test(what_cannot_be_is_refused_with_its_place),
        cmocka_unit_test(pools_whose_faces_could_be_confused_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
