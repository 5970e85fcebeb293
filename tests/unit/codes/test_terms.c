/* Terms as a document. Unix times computed with `date -u -d ... +%s`. */
#include "support/cm.h"

#include <string.h>

#include "codes/terms.h"

static const char example[] =
    "{\"name\":\"Winter\",\"uses\":3,\"start\":\"2026-11-21T00:00:00.000Z\","
    "\"until\":\"2027-02-01T00:00:00.000Z\",\"grace_s\":172800,\"cap\":250000,"
    "\"answers\":\"terse\",\"wrong_per_hour\":500,"
    "\"reward\":[{\"language\":\"de\",\"text\":\"Ein Getr\xC3\xA4nk frei\"}]}";

static cm_err read(struct terms *t, const char *text, struct cm_diag *diag) {
    terms_init(t);
    return terms_json_read(t, slice_text(text), "terms.json", diag);
}

static void terms_are_read_and_written_byte_for_byte(void **state) {
    (void)state;
    CM_CLEANUP(terms_wipe) struct terms t;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(read(&t, example, NULL));
    assert_int_equal(t.uses, TERMS_TIMES);
    assert_int_equal(t.times, 3);
    assert_int_equal(t.start_ms, 1795219200000);
    assert_int_equal(t.until_ms, 1801440000000);
    assert_int_equal(t.grace_s, 172800);
    assert_int_equal(t.cap, 250000);
    assert_int_equal(t.answers, TERMS_ANSWERS_TERSE);
    assert_ok(terms_json_write(&t, &out));
    assert_string_equal(buffer_cstr(&out), example);
}

static void without_members_a_code_is_good_once_and_for_ever(void **state) {
    (void)state;
    CM_CLEANUP(terms_wipe) struct terms t;
    assert_ok(read(&t, "{}", NULL));
    assert_int_equal(t.uses, TERMS_ONCE);
    assert_int_equal(t.times, 1);
    assert_int_equal(t.start_ms, 0);
    assert_int_equal(t.until_ms, 0);
    assert_int_equal(t.cap, 0);
    assert_int_equal(t.answers, TERMS_ANSWERS_FULL);
}

static void uses_are_once_a_number_or_once_per_redeemer(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum terms_uses uses;
        uint32_t times;
    } cases[] = {{"{\"uses\":\"once\"}", TERMS_ONCE, 1},
                 {"{\"uses\":1}", TERMS_ONCE, 1},
                 {"{\"uses\":1000000}", TERMS_TIMES, 1000000},
                 {"{\"uses\":\"once per redeemer\"}", TERMS_ONCE_PER_REDEEMER, 1}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct terms t;
        assert_ok(read(&t, cases[i].text, NULL));
        assert_int_equal(t.uses, cases[i].uses);
        assert_int_equal(t.times, cases[i].times);
        terms_wipe(&t);
    }
}

static void a_copy_owns_its_reward(void **state) {
    (void)state;
    CM_CLEANUP(terms_wipe) struct terms copy;
    struct terms t;
    terms_init(&copy);
    assert_ok(read(&t, example, NULL));
    assert_ok(terms_copy(&t, &copy));
    terms_wipe(&t);
    assert_non_null(strstr(buffer_cstr(&copy.reward), "Getr"));
    assert_int_equal(copy.times, 3);
}

static void malformed_terms_are_refused_with_their_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        cm_err err;
        const char *place;
    } bad[] = {
        {"{\"untill\":\"2026-01-01\"}", CM_E_FORMAT, "$.untill"},
        {"{\"until\":\"tomorrow\"}", CM_E_FORMAT, "$.until"},
        {"{\"until\":\"2026-02-29\"}", CM_E_FORMAT, "$.until"},
        {"{\"start\":\"2026-02-02\",\"until\":\"2026-02-02\"}", CM_E_RANGE, "$.until"},
        {"{\"uses\":0}", CM_E_RANGE, "$.uses"},
        {"{\"uses\":1000001}", CM_E_RANGE, "$.uses"},
        {"{\"uses\":\"twice\"}", CM_E_FORMAT, "$.uses"},
        {"{\"cap\":-1}", CM_E_RANGE, "$.cap"},
        {"{\"cap\":1.5}", CM_E_FORMAT, "$.cap"},
        {"{\"grace_s\":31622401}", CM_E_RANGE, "$.grace_s"},
        {"{\"answers\":\"loud\"}", CM_E_FORMAT, "$.answers"},
        {"{\"reward\":[{\"language\":\"en\"}]}", CM_E_FORMAT, "$.reward[0].text"},
        {"{\"reward\":[{\"text\":\"x\",\"language\":\"e\"}]}", CM_E_RANGE, "$.reward[0].language"},
        {"{\"uses\":1,\"uses\":2}", CM_E_FORMAT, "line 1"},
        {"[]", CM_E_FORMAT, "$"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct terms t, untouched;
        struct cm_diag diag = DIAG_INIT;
        memset(&t, 0xA5, sizeof t);
        memcpy(&untouched, &t, sizeof t);
        const cm_err err = terms_json_read(&t, slice_text(bad[i].text), "terms.json", &diag);
        if (err != bad[i].err) fail_msg("%zu: %s, %s", i, cm_err_name(err), diag.problem);
        if (strstr(diag.place, bad[i].place) == NULL) fail_msg("%zu: %s", i, diag.place);
        assert_string_equal(diag.input, "terms.json");
        assert_memory_equal(&t, &untouched, sizeof t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_are_read_and_written_byte_for_byte),
        cmocka_unit_test(without_members_a_code_is_good_once_and_for_ever),
        cmocka_unit_test(uses_are_once_a_number_or_once_per_redeemer),
        cmocka_unit_test(a_copy_owns_its_reward),
        cmocka_unit_test(malformed_terms_are_refused_with_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
