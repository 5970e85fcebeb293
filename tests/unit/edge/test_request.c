/* Bodies of requests: what is read, what is refused and where. Limits are those of
 * docs/openapi.yaml; header keys follow RFC 8941 section 3.3.3. */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "edge/request_scan.h"
#include "support/cm.h"

static cm_err read_text(enum route route, const char *text, struct request *r,
                        struct cm_diag *diag) {
    const struct cm_slice body = {(const uint8_t *)text, strlen(text)};
    return request_read(route, body, r, diag);
}

static void a_body_becomes_requests(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
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
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
    assert_ok(read_text(ROUTE_CHECK, "{\"code\":\"A\"}", &r, NULL));
    assert_true(r.single);
    assert_int_equal(r.n, 1);
}

static void issue_counts_one_when_nothing_is_said(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
    assert_ok(read_text(ROUTE_ISSUE, "{\"batch\":\"b1\"}", &r, NULL));
    assert_int_equal(r.count, 1);
}

static void a_refusal_names_the_place_and_never_the_code(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
    assert_ok(read_text(ROUTE_CHECK, "{\"code\":\"A\",\"door\":\"shop\"}", &r, NULL));
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT, read_text(ROUTE_REDEEM, "{\"codes\":[\"SECRETCODE\",5]}", &r, &diag));
    assert_int_equal(r.n, 0); /* nothing of the body before is left */
    assert_int_equal(r.door.len, 0);
    assert_null(r.doc);
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
        CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
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
        CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
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
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
    assert_err(CM_E_LIMIT, request_read(ROUTE_CHECK, buffer_slice(&text), &r, NULL));
}

/* Whether the scanner takes the text; if so the parser must read the same out of it. */
static bool scanned(enum route route, struct cm_slice body) {
    CM_CLEANUP(request_wipe) struct request fast = REQUEST_INIT, full = REQUEST_INIT;
    if (!request_scan(route, body, &fast)) {
        assert_int_equal(fast.n, 0);
        return false;
    }
    assert_ok(request_parse(route, body, &full, NULL));
    assert_int_equal(fast.n, full.n);
    assert_int_equal(fast.single, full.single);
    assert_true(slice_equal(fast.door, full.door));
    for (size_t i = 0; i < fast.n; i++) {
        assert_int_equal(fast.items[i].operation, full.items[i].operation);
        assert_int_equal(fast.items[i].hold_ms, full.items[i].hold_ms);
        assert_true(slice_equal(fast.items[i].code, full.items[i].code));
        assert_true(slice_equal(fast.items[i].pin, full.items[i].pin));
        assert_true(slice_equal(fast.items[i].redeemer, full.items[i].redeemer));
    }
    return true;
}

static void usual_bodies_need_no_tree_and_read_the_same(void **state) {
    (void)state;
    static const struct {
        enum route route;
        const char *text;
        bool taken;
    } bodies[] = {
        {ROUTE_CHECK, "{\"code\":\"HW34-9PXK\"}", true},
        {ROUTE_CHECK, " {\t\"code\" : \"\" ,\r\n\"door\": \"shop\"} \n", true},
        {ROUTE_CHECK, "{\"pins\":[\"1\",\"\"],\"codes\":[\"A\",\"B\"]}", true},
        {ROUTE_REDEEM, "{\"redeemers\":[\"r\",\"s\"],\"codes\":[\"A\",\"B\"]}", true},
        {ROUTE_RESERVE, "{\"code\":\"A\",\"hold_seconds\":2592000}", true},
        {ROUTE_RELEASE, "{\"codes\":[\"A\", \"B\" ,\"A\"]}", true},
        /* these are right, and unusual */
        {ROUTE_CHECK, "{\"code\":\"A\\u0042\"}", false},
        {ROUTE_CHECK, "{\"code\":\"\xC3\xA4\"}", false},
        {ROUTE_ISSUE, "{\"batch\":\"b1\"}", false},
        /* these are wrong, and the parser says how */
        {ROUTE_CHECK, "{\"code\":\"A\"}x", false},
        {ROUTE_CHECK, "{\"code\":\"A\"", false},
        {ROUTE_CHECK, "{\"code\":\"A", false},
        {ROUTE_CHECK, "{\"code\":\"A\",}", false},
        {ROUTE_CHECK, "{\"code\":\"A\nB\"}", false},
        {ROUTE_CHECK, "{\"code\":\"A\",\"code\":\"B\"}", false},
        {ROUTE_CHECK, "{\"code\":\"A\",\"codes\":[\"B\"]}", false},
        {ROUTE_CHECK, "{\"codes\":[\"A\"],\"pin\":\"1\"}", false},
        {ROUTE_CHECK, "{\"codes\":[\"A\"],\"pins\":[\"1\",\"2\"]}", false},
        {ROUTE_CHECK, "{\"codes\":[]}", false},
        {ROUTE_CHECK, "{\"codes\":[\"A\",]}", false},
        {ROUTE_CHECK, "{\"code\":\"A\",\"door\":\"\"}", false},
        {ROUTE_CHECK, "{\"code\":\"A\",\"redeemer\":\"r\"}", false},
        {ROUTE_REDEEM, "{\"code\":\"A\",\"redeemer\":\"\"}", false},
        {ROUTE_RESERVE, "{\"code\":\"A\",\"hold_seconds\":01}", false},
        {ROUTE_RESERVE, "{\"code\":\"A\",\"hold_seconds\":2592001}", false},
        {ROUTE_RESERVE, "{\"code\":\"A\",\"hold_seconds\":1.5}", false},
        {ROUTE_RESERVE, "{\"code\":\"A\"}", false},
        {ROUTE_NONE, "{\"code\":\"A\"}", false},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bodies); i++)
        if (scanned(bodies[i].route, slice_text(bodies[i].text)) != bodies[i].taken)
            fail_msg("%s", bodies[i].text);
    assert_false(scanned(ROUTE_CHECK, slice_of("{\"code\":\"A\"}\0", 13)));
    assert_false(scanned(ROUTE_CHECK, slice_of(NULL, 0)));
}

/* Each byte of a usual body in turn becomes each other byte: both readers must still agree. */
static void no_single_wrong_byte_parts_the_readers(void **state) {
    (void)state;
    static const char text[] = "{\"codes\":[\"AB\",\"C\"],\"redeemers\":[\"r\",\"s\"],"
                               "\"door\":\"d\",\"hold_seconds\":90}";
    uint8_t body[sizeof text];
    for (size_t at = 0; at < sizeof text - 1; at++)
        for (unsigned c = 0; c <= UINT8_MAX; c++) {
            memcpy(body, text, sizeof text);
            body[at] = (uint8_t)c;
            (void)scanned(ROUTE_RESERVE, slice_of(body, sizeof text - 1));
            (void)scanned(ROUTE_RESERVE, slice_of(body, at)); /* and cut short */
        }
}

static void one_request_holds_many_bodies_in_turn(void **state) {
    (void)state;
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
    assert_ok(
        read_text(ROUTE_REDEEM, "{\"codes\":[\"A\",\"B\"],\"redeemers\":[\"r\",\"s\"]}", &r, NULL));
    assert_ok(read_text(ROUTE_CHECK, "{\"codes\":[\"C\",\"D\"],\"pins\":[\"1\",\"2\"]}", &r, NULL));
    assert_int_equal(r.items[1].redeemer.len, 0); /* none of the body before */
    assert_ok(read_text(ROUTE_CHECK, "{\"code\":\"\\u0045\"}", &r, NULL));
    assert_int_equal(r.n, 1);
    assert_int_equal(r.items[0].pin.len, 0);
    assert_memory_equal(r.items[0].code.p, "E", 1);
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
    assert_int_equal(route_of("/v1/runs/list"), ROUTE_RUN);
    assert_string_equal(route_act("/v1/runs/report"), "run.report");
    assert_int_equal(route_of("/v1/runs/"), ROUTE_NONE);
    assert_int_equal(route_of("/v1/runs/lend"), ROUTE_NONE); /* writes a file: operators alone */
    assert_null(route_act("/v1/runs"));
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
        cmocka_unit_test(usual_bodies_need_no_tree_and_read_the_same),
        cmocka_unit_test(no_single_wrong_byte_parts_the_readers),
        cmocka_unit_test(one_request_holds_many_bodies_in_turn),
        cmocka_unit_test(every_path_has_its_route),
        cmocka_unit_test(idempotency_keys_come_quoted_or_bare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
