/* "life" of a pool document: docs/design/cards.md, "Life". Hostile documents are the example pool
 * with one thing wrong in its life. */
#include "support/cm.h"

#include <string.h>

#include "cards/pool.h"

static const char form[] =
    "{\"format\":1,\"name\":\"g\",\"brand\":\"b\",\"id\":7,\"mode\":\"TEST\",\"prefix\":\"9643\","
    "\"body_digits\":11,\"number_digits\":16,\"pin_digits\":4,\"volume\":1000,\"odds\":10,"
    "\"payment_prefix_forced\":false,\"life\":%s,\"rules\":[{\"version\":1,\"from_index\":0,"
    "\"held_out\":\"0\",\"held_below\":0,\"patterns\":[],\"listed\":[]}]}";

#define POOL_SCOPED CM_CLEANUP(pool_clear) struct pool

static cm_err read(const char *life, struct pool *pool, struct cm_diag *diag) {
    char text[1024];
    (void)snprintf(text, sizeof text, form, life);
    return pool_read(slice_text(text), "pool", pool, diag);
}

static void a_life_is_read_and_written_again(void **state) {
    (void)state;
    POOL_SCOPED pool = POOL_INIT;
    POOL_SCOPED again = POOL_INIT;
    assert_ok(read("{\"activation\":\"till\",\"currency\":\"EUR\",\"load_max\":20000,"
                   "\"balance_max\":50000,\"pin_tries\":3,\"valid_days\":365,"
                   "\"alias_spend\":\"free\"}",
                   &pool, NULL));
    const struct card_life *life = &pool.life;
    assert_true(life->on && life->at_till && life->free_alias);
    assert_string_equal(life->currency, "EUR");
    assert_int_equal(life->load_max, 20000);
    assert_int_equal(life->balance_max, 50000);
    assert_int_equal(life->pin_tries, 3);
    assert_int_equal(life->valid_days, 365);
    CM_CLEANUP(buffer_free) struct buffer first = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer second = BUFFER_INIT;
    pool_write(&pool, &first);
    assert_ok(pool_read(buffer_slice(&first), "pool", &again, NULL));
    pool_write(&again, &second);
    assert_string_equal(buffer_cstr(&first), buffer_cstr(&second));
}

static void what_is_left_out_has_its_default(void **state) {
    (void)state;
    POOL_SCOPED pool = POOL_INIT;
    assert_ok(read("{\"activation\":\"none\"}", &pool, NULL));
    assert_true(pool.life.on && !pool.life.at_till && !pool.life.free_alias);
    assert_int_equal(pool.life.currency[0], '\0');
    assert_int_equal(pool.life.pin_tries, 5);
    assert_int_equal(pool.life.balance_max, 0);
    pool_clear(&pool);
    assert_ok(
        read("{\"activation\":\"till\",\"currency\":\"JPY\",\"balance_max\":7}", &pool, NULL));
    assert_int_equal(pool.life.load_max, 7);
    pool_clear(&pool);
    assert_ok(read("{\"activation\":\"till\",\"currency\":\"JPY\"}", &pool, NULL));
    assert_true(pool.life.load_max == CM_AMOUNT_MAX);
}

static void contradictions_are_refused_at_their_place(void **state) {
    (void)state;
    static const struct {
        const char *life, *place;
        cm_err err;
    } bad[] = {
        {"{}", "life.activation", CM_E_FORMAT},
        {"{\"activation\":\"web\"}", "life.activation", CM_E_FORMAT},
        {"{\"activation\":\"till\",\"currency\":\"eur\"}", "life.currency", CM_E_FORMAT},
        {"{\"activation\":\"till\",\"currency\":\"EURO\"}", "life.currency", CM_E_RANGE},
        {"{\"activation\":\"till\",\"load_max\":5}", "life.load_max", CM_E_CONFLICT},
        {"{\"activation\":\"till\",\"balance_max\":5}", "life.balance_max", CM_E_CONFLICT},
        {"{\"activation\":\"till\",\"currency\":\"EUR\",\"load_max\":6,\"balance_max\":5}",
         "life.load_max", CM_E_RANGE},
        {"{\"activation\":\"till\",\"currency\":\"EUR\",\"load_max\":0}", "life.load_max",
         CM_E_RANGE},
        {"{\"activation\":\"till\",\"currency\":\"EUR\",\"load_max\":1000000000000001}",
         "life.load_max", CM_E_RANGE},
        {"{\"activation\":\"till\",\"pin_tries\":0}", "life.pin_tries", CM_E_RANGE},
        {"{\"activation\":\"till\",\"pin_tries\":21}", "life.pin_tries", CM_E_RANGE},
        {"{\"activation\":\"none\",\"valid_days\":5}", "life.valid_days", CM_E_CONFLICT},
        {"{\"activation\":\"till\",\"valid_days\":0}", "life.valid_days", CM_E_RANGE},
        {"{\"activation\":\"till\",\"alias_spend\":\"never\"}", "life.alias_spend", CM_E_FORMAT},
        {"{\"activation\":\"till\",\"colour\":1}", "life", CM_E_FORMAT},
        {"[]", "life", CM_E_FORMAT},
        {"null", "life", CM_E_FORMAT}};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        POOL_SCOPED pool = POOL_INIT;
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = read(bad[i].life, &pool, &diag);
        if (err != bad[i].err || strstr(diag.place, bad[i].place) == NULL)
            fail_msg("%s: %s at %s", bad[i].life, cm_err_name(err), diag.place);
        assert_false(pool.life.on);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_life_is_read_and_written_again),
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(contradictions_are_refused_at_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
