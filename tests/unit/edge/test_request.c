/* Bodies of requests: what is read, what is refused and where. Limits are those of
 * docs/openapi.yaml; header keys follow RFC 8941 section 3.3.3. */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "edge/request.h"
#include "support/cm.h"

static cm_err read_text(enum route route, const char *text, struct request *r,
                        struct cm_diag *diag) {
    const struct cm_slice body = {(const uint8_t *)text, strlen(text)};
    return request_read(route, body, r, diag);
}

static void a_body_becomes_requests(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = {.doc = NULL};
    assert_ok(read_text(ROUTE_RESERVE,
                        "{\"codes\": [\"HW34\", \"\"], \"redeemers\": [\"a\", \"b\"],"
                        " \"hold_seconds\": 90, \"door\": \"shop\"}",
                        &r, NULL));
    assert_int_equal(r.n, 2);
    assert_false(r.single);
    assert_int_equal(r.items[0].operation, CM_OP_RESERVE);
    assert_int_equal(r.items[0].hold_ms, 90000);
    assert_memory_equal(r.items[0].code.p, "HW34", 4);
    assert_int_equal(r.items[1].code.len, 0);
    assert_memory_equal(r.items[1].redeemer.p, "b", 1);
    assert_memory_equal(r.door.p, "shop", 4);
}

static void one_code_is_a_single_request(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = {.doc = NULL};
    assert_ok(read_text(ROUTE_CHECK, "{\"code\":\"A\"}", &r, NULL));
    assert_true(r.single);
    assert_int_equal(r.n, 1);
}

static void issue_counts_one_when_nothing_is_said(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = {.doc = NULL};
    assert_ok(read_text(ROUTE_ISSUE, "{\"batch\":\"b1\"}", &r, NULL));
    assert_int_equal(r.count, 1);
}

static void a_refusal_names_the_place_and_never_the_code(void **state) {
    (void)state;
    struct request r;
    memset(&r, 0xA5, sizeof r);
    struct request before = r;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT, read_text(ROUTE_REDEEM, "{\"codes\":[\"SECRETCODE\",5]}", &r, &diag));
    assert_memory_equal(&r, &before, sizeof r);
    assert_non_null(strstr(diag.place, "codes[1]"));
    assert_null(strstr(diag.problem, "SECRET"));
}

static void what_the_interface_does_not_know_is_refused(void **state) {
    (void)state;
    static const struct {
        enum route route;
        const char *text;
    } bad[] = {
        {ROUTE_CHECK, ""},
        {ROUTE_CHECK, "{}"},
        {ROUTE_CHECK, "[\"A\"]"},
        {ROUTE_CHECK, "{\"code\":null}"},
        {ROUTE_CHECK, "{\"code\":\"A\",\"redeemer\":\"r\"}"},
        {ROUTE_CHECK, "{\"code\":\"A\",\"hold_seconds\":1}"},
        {ROUTE_RELEASE, "{\"code\":\"A\",\"redeemer\":\"r\"}"},
        {ROUTE_RESERVE, "{\"code\":\"A\"}"},
        {ROUTE_RESERVE, "{\"code\":\"A\",\"hold_seconds\":0}"},
        {ROUTE_RESERVE, "{\"code\":\"A\",\"hold_seconds\":2592001}"},
        {ROUTE_REDEEM, "{\"codes\":[]}"},
        {ROUTE_REDEEM, "{\"codes\":[\"A\"],\"redeemers\":[\"r\",\"s\"]}"},
        {ROUTE_REDEEM, "{\"codes\":[\"A\"],\"redeemer\":\"r\"}"},
        {ROUTE_REDEEM, "{\"code\":\"A\",\"codes\":[\"A\"]}"},
        {ROUTE_ISSUE, "{\"batch\":\"b\",\"count\":10001}"},
        {ROUTE_ISSUE, "{\"batch\":\"b\",\"code\":\"A\"}"},
        {ROUTE_ISSUE, "{\"count\":1}"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct request r = {.doc = NULL};
        const cm_err err = read_text(bad[i].route, bad[i].text, &r, NULL);
        if (err != CM_E_FORMAT && err != CM_E_RANGE) fail_msg("%s was read", bad[i].text);
    }
}

static void ten_thousand_codes_are_read_and_one_more_is_too_many(void **state) {
    (void)state;
    for (unsigned n = 10000; n <= 10001; n++) {
        CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
        buffer_text(&text, "{\"codes\":[\"A\"");
        for (unsigned i = 1; i < n; i++)
            buffer_text(&text, ",\"A\"");
        buffer_text(&text, "]}");
        CM_CLEANUP(request_wipe) struct request r = {.doc = NULL};
        assert_err(n == 10000 ? CM_OK : CM_E_LIMIT,
                   request_read(ROUTE_CHECK, buffer_slice(&text), &r, NULL));
    }
}

static void a_single_body_is_small(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    buffer_text(&text, "{\"code\":\"");
    for (unsigned i = 0; i < REQUEST_SINGLE_MAX; i++)
        buffer_u8(&text, 'A');
    buffer_text(&text, "\"}");
    struct request r;
    assert_err(CM_E_LIMIT, request_read(ROUTE_CHECK, buffer_slice(&text), &r, NULL));
}

static void every_path_has_its_route(void **state) {
    (void)state;
    assert_int_equal(route_of("/v1/check"), ROUTE_CHECK);
    assert_int_equal(route_of("/v1/reverse"), ROUTE_REVERSE);
    assert_int_equal(route_of("/metrics"), ROUTE_METRICS);
    assert_int_equal(route_of("/v1/check/"), ROUTE_NONE);
    assert_int_equal(route_of(""), ROUTE_NONE);
    assert_int_equal(route_operation(ROUTE_CONFIRM), CM_OP_CONFIRM);
    assert_string_equal(route_name(ROUTE_ISSUE), "issue");
}

static void idempotency_keys_come_quoted_or_bare(void **state) {
    (void)state;
    static const struct {
        const char *header, *want;
    } good[] = {{"abc", "abc"},       {"\"abc\"", "abc"},
                {"\"a b\"", "a b"},   {"\"a\\\"b\\\\c\"", "a\"b\\c"},
                {"\"\\\\x\"", "\\x"}, {"a/b:c=1;d", "a/b:c=1;d"}};
    char key[CM_KEY_TEXT_MAX];
    size_t len = 0;
    for (size_t i = 0; i < CM_ARRAY_N(good); i++) {
        assert_ok(idempotency_key_read(good[i].header, key, &len));
        assert_int_equal(len, strlen(good[i].want));
        assert_memory_equal(key, good[i].want, len);
    }
    static const char *const bad[] = {"",    "\"",       "\"\"",  "\"a",  "\"a\" ", "a b",
                                      "a\"", "\"a\\x\"", "\"a\\", "a\tb", "\x7f",   "\xc3\xa9"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, idempotency_key_read(bad[i], key, &len));
    char longest[CM_KEY_TEXT_MAX + 2];
    memset(longest, 'x', sizeof longest);
    longest[CM_KEY_TEXT_MAX + 1] = '\0';
    assert_err(CM_E_FORMAT, idempotency_key_read(longest, key, &len));
    longest[CM_KEY_TEXT_MAX] = '\0';
    assert_ok(idempotency_key_read(longest, key, &len));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_becomes_requests),
        cmocka_unit_test(one_code_is_a_single_request),
        cmocka_unit_test(issue_counts_one_when_nothing_is_said),
        cmocka_unit_test(a_refusal_names_the_place_and_never_the_code),
        cmocka_unit_test(what_the_interface_does_not_know_is_refused),
        cmocka_unit_test(ten_thousand_codes_are_read_and_one_more_is_too_many),
        cmocka_unit_test(a_single_body_is_small),
        cmocka_unit_test(every_path_has_its_route),
        cmocka_unit_test(idempotency_keys_come_quoted_or_bare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
