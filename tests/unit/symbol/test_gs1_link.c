/* GS1 Digital Links. Order and places: GS1 Digital Link Standard, URI Syntax 1.4, sections 4 and 5
 * (its examples with GTIN 09506000134352); RFC 3986. Beside bwip-js and the standard's grammar in
 * system.symbols.gs1. EAN numbers: euro coupons as GS1 Ireland and GS1 Greece print them. */
#include "support/cm.h"

#include "symbol/gs1_ean.h"
#include "symbol/gs1_link.h"

#define HOST "https://id.example.com"

/* The first test is the example. */
static void elements_become_a_link_in_canonical_order(void **state) {
    (void)state;
    struct gs1 m;
    struct cm_diag diag = DIAG_INIT;
    struct buffer out = BUFFER_INIT;
    assert_ok(gs1_link_host(HOST, &diag));
    assert_ok(gs1_read(slice_text("(17)271231(21)7NQ4K2(10)L/1(01)09506000134352"), &m, &diag));
    assert_ok(gs1_judge(&m, &diag));
    assert_ok(gs1_link_write(&m, HOST, false, &out, &diag));
    assert_string_equal(buffer_cstr(&out), HOST "/01/09506000134352/10/L%2F1/21/7NQ4K2?17=271231");
    buffer_free(&out);
}

static cm_err link_of(const char *elements, const char *host, bool upper, struct buffer *out,
                      struct cm_diag *diag) {
    struct gs1 m;
    buffer_clear(out);
    TRY(gs1_read(slice_text(elements), &m, diag));
    TRY(gs1_judge(&m, diag));
    return gs1_link_write(&m, host, upper, out, diag);
}

static void capitals_change_scheme_and_host_alone(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    assert_ok(link_of("(01)09506000134352(21)aB(3103)000750", "HTTPS://Id.Example.com/Shop/", true,
                      &out, NULL));
    assert_string_equal(buffer_cstr(&out),
                        "HTTPS://ID.EXAMPLE.COM/Shop/01/09506000134352/21/aB?3103=000750");
    assert_ok(link_of("(01)09506000134352", "HTTPS://Id.Example.com/Shop/", false, &out, NULL));
    assert_string_equal(buffer_cstr(&out), "https://id.example.com/Shop/01/09506000134352");
    buffer_free(&out);
}

static void the_path_takes_one_of_its_two_orders(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(link_of("(01)09506000134352(235)T(10)L", HOST, false, &out, NULL));
    assert_string_equal(buffer_cstr(&out), HOST "/01/09506000134352/235/T?10=L");
    assert_err(CM_E_CONFLICT, link_of("(01)09506000134352(235)T(22)V", HOST, false, &out, &diag));
    assert_string_equal(diag.place, "(22)");
    assert_ok(link_of("(414)9506000134352(254)32", HOST, false, &out, NULL));
    assert_string_equal(buffer_cstr(&out), HOST "/414/9506000134352/254/32");
    buffer_free(&out);
}

static void what_a_link_cannot_say_is_refused(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT, second = DIAG_INIT;
    assert_err(CM_E_CONFLICT, link_of("(8112)001234561000010123456", HOST, false, &out, &diag));
    assert_non_null(strstr(diag.problem, "begin a Digital Link"));
    assert_err(CM_E_CONFLICT,
               link_of("(01)09506000134352(8200)a.example", HOST, false, &out, &second));
    assert_string_equal(second.place, "(8200)");
    assert_int_equal(out.len, 0);
    buffer_free(&out);
}

static void a_place_for_links_is_judged(void **state) {
    (void)state;
    static const char *const good[] = {"https://id.example.com", "http://localhost:8080",
                                       "https://a.example/x/y/", "HTTPS://ID.GS1.ORG",
                                       "https://xn--bcher-kva.example"};
    static const char *const bad[] = {"",
                                      "id.example.com",
                                      "ftp://a.example",
                                      "https://",
                                      "https:///x",
                                      "https://user@a.example",
                                      "https://a.example?x=1",
                                      "https://a.example#x",
                                      "https://a..example",
                                      "https://a.example:port",
                                      "https://a.example:",
                                      "https://a example",
                                      "https://b\xC3\xBC.example",
                                      "https://a.example/a b"};
    for (size_t i = 0; i < CM_ARRAY_N(good); i++)
        assert_ok(gs1_link_host(good[i], NULL));
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag = DIAG_INIT;
        assert_err(CM_E_FORMAT, gs1_link_host(bad[i], &diag));
        assert_true(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
    }
}

static void links_of_others_are_read(void **state) {
    (void)state;
    static const struct {
        const char *uri, *want;
    } cases[] = {
        {"https://id.gs1.org/01/09506000134352/22/2A/10/A%2Fb/21/1?17=271231&linkType=gs1:pip#top",
         "(01)09506000134352(22)2A(10)A/b(21)1(17)271231"},
        {"HTTPS://EXAMPLE.COM/some/01/path/01/9506000134352", "(01)09506000134352"},
        {"https://h/01/09506000134352/21/A%2fb%3D", "(01)09506000134352(21)A/b="},
        {"http://example.com/8006/095060001343520102", "(8006)095060001343520102"},
        {"https://example.com/01/09506000134352?utm=x&99=%22", "(01)09506000134352(99)\""},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct gs1 m;
        struct buffer out = BUFFER_INIT;
        assert_ok(gs1_link_read(slice_text(cases[i].uri), &m, NULL));
        gs1_write(&m, true, &out);
        assert_string_equal(buffer_cstr(&out), cases[i].want);
        buffer_free(&out);
    }
}

static void hostile_links_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *uri;
        cm_err want;
    } cases[] = {
        {"", CM_E_FORMAT},
        {"https:/", CM_E_FORMAT},
        {"https://", CM_E_FORMAT},
        {"https://h", CM_E_FORMAT},
        {"https://h/", CM_E_FORMAT},
        {"https://h/01", CM_E_FORMAT},
        {"https:///01/09506000134352", CM_E_FORMAT},
        {"https://h/gtin/09506000134352", CM_E_FORMAT},
        {"https://h/01/09506000134352/21/", CM_E_FORMAT},
        {"https://h/01/09506000134352/21/%4", CM_E_FORMAT},
        {"https://h/01/09506000134352/21/%zz", CM_E_FORMAT},
        {"https://h/01/09506000134352/21/A/10/B", CM_E_CONFLICT},
        {"https://h/01/09506000134352/17/271231", CM_E_CONFLICT},
        {"https://h/01/09506000134352?21=A", CM_E_CONFLICT},
        {"https://h/01/09506000134352?8200=A", CM_E_CONFLICT},
        {"https://h/01/09506000134352?05=A", CM_E_NOT_FOUND},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct gs1 m;
        struct cm_diag diag = DIAG_INIT;
        assert_err(cases[i].want, gs1_link_read(slice_text(cases[i].uri), &m, &diag));
        assert_true(diag.problem[0] != '\0' && m.n == 0);
    }
    static char longest[GS1_LINK_MAX + 64];
    memset(longest, '/', sizeof longest - 1);
    memcpy(longest, "https://h", 9);
    struct gs1 m;
    assert_err(CM_E_LIMIT, gs1_link_read(slice_text(longest), &m, NULL));
    longest[GS1_LINK_MAX - 1] = '\0';
    assert_err(CM_E_LIMIT, gs1_link_read(slice_text(longest), &m, NULL));
}

static void euro_coupons_are_built_and_taken_apart(void **state) {
    (void)state;
    static const struct {
        struct gs1_euro_coupon coupon;
        const char *ean;
    } cases[] = {
        {{.issuer = 3765, .reference = 3, .euro_cent = 0}, NULL},
        {{.issuer = 8508, .reference = 1, .euro_cent = 10}, "9828508010106"},
    };
    char ean[GS1_EAN_CAP];
    struct gs1_euro_coupon read;
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        assert_ok(gs1_ean_from_coupon(&cases[i].coupon, ean, NULL));
        if (cases[i].ean != NULL) assert_string_equal(ean, cases[i].ean);
        assert_ok(gs1_ean_to_coupon(slice_text(ean), &read, NULL));
        assert_int_equal(read.issuer, cases[i].coupon.issuer);
        assert_int_equal(read.reference, cases[i].coupon.reference);
        assert_int_equal(read.euro_cent, cases[i].coupon.euro_cent);
    }
    assert_ok(gs1_ean_to_coupon(slice_text("9813765030011"), &read, NULL)); /* 0.1 euro */
    assert_int_equal(read.issuer, 3765);
    assert_int_equal(read.reference, 3);
    assert_int_equal(read.euro_cent, 10);
    const struct gs1_euro_coupon odd = {.euro_cent = 1005}, much = {.euro_cent = 10000};
    assert_err(CM_E_RANGE, gs1_ean_from_coupon(&odd, ean, NULL));
    assert_err(CM_E_RANGE, gs1_ean_from_coupon(&much, ean, NULL));
    assert_err(CM_E_FORMAT, gs1_ean_to_coupon(slice_text("9828508010107"), &read, NULL));
    assert_err(CM_E_FORMAT, gs1_ean_to_coupon(slice_text("9506000134352"), &read, NULL));
    assert_err(CM_E_RANGE, gs1_ean_to_coupon(slice_text("98285080101"), &read, NULL));
}

static void prefixes_tell_what_a_number_is(void **state) {
    (void)state;
    static const struct {
        const char *ean;
        enum gs1_ean_kind want;
    } cases[] = {
        {"9506000134352", GS1_EAN_ITEM},        {"2012345678903", GS1_EAN_RESTRICTED},
        {"0212345678909", GS1_EAN_RESTRICTED},  {"042100005264", GS1_EAN_ITEM},
        {"9828508010106", GS1_EAN_EURO_COUPON}, {"9771234567898", GS1_EAN_SERIAL},
        {"9783161484100", GS1_EAN_BOOK},        {"9901234567899", GS1_EAN_COUPON},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        enum gs1_ean_kind kind = GS1_EAN_REFUND;
        struct cm_diag diag = DIAG_INIT;
        if (gs1_ean_judge(slice_text(cases[i].ean), &kind, &diag) != CM_OK)
            fail_msg("%s: %s", cases[i].ean, diag.problem);
        if (kind != cases[i].want) fail_msg("%s is no %s", cases[i].ean, gs1_ean_name(kind));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_become_a_link_in_canonical_order),
        cmocka_unit_test(capitals_change_scheme_and_host_alone),
        cmocka_unit_test(the_path_takes_one_of_its_two_orders),
        cmocka_unit_test(what_a_link_cannot_say_is_refused),
        cmocka_unit_test(a_place_for_links_is_judged),
        cmocka_unit_test(links_of_others_are_read),
        cmocka_unit_test(hostile_links_are_refused),
        cmocka_unit_test(euro_coupons_are_built_and_taken_apart),
        cmocka_unit_test(prefixes_tell_what_a_number_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
