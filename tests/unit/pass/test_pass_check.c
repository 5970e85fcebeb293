/* The rules of pass.json, one changed member at a time. Rules and words: Apple's documentation of
 * Wallet Passes; schemas of passkit-generator judge the same texts in tests/system/passes. */
#include "support/cm.h"

#include <string.h>
#include <time.h>

#include "pass/pass_check.h"
#include "pass_kit.h"

#define HEAD                                                                                       \
    "\"formatVersion\":1,\"serialNumber\":\"0123456789abcdef\",\"organizationName\":\"O\","        \
    "\"description\":\"D\""
#define CODE                                                                                       \
    "\"barcodes\":[{\"format\":\"PKBarcodeFormatQR\",\"message\":\"A\","                           \
    "\"messageEncoding\":\"iso-8859-1\"}]"
#define STYLE "\"storeCard\":{\"primaryFields\":[{\"key\":\"k\",\"value\":\"v\"}]}"
#define GOOD  HEAD "," CODE "," STYLE

static struct pass_report *judge(const char *members, bool is_template) {
    struct pass_report *r = NULL;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    enum pass_style style = PASS_STYLE_N;
    buffer_printf(&text, "{%s}", members);
    assert_ok(pass_report_new(is_template, &r));
    assert_ok(json_doc_new(&doc, buffer_slice(&text), "pass.json", &JSON_LIMITS_DEFAULT, &r->diag));
    pass_check(r, json_root(doc), &style);
    return r;
}

static void a_good_pass_has_no_findings(void **state) {
    (void)state;
    CM_CLEANUP(pass_report_freep) struct pass_report *r = judge(GOOD, false);
    if (r->n > 0) fail_msg("%s: %s", r->findings[0].what.place, r->findings[0].what.problem);
    assert_int_equal(r->errors + r->warnings, 0);
    assert_ok(pass_report_verdict(r, NULL));
}

static void colours_may_have_spaces(void **state) {
    (void)state;
    CM_CLEANUP(pass_report_freep)
    struct pass_report *r = judge(
        GOOD ",\"backgroundColor\":\"rgb( 34, 94 ,255 )\",\"labelColor\":\"rgb(0,0,0)\"", false);
    if (r->n > 0) fail_msg("%s: %s", r->findings[0].what.place, r->findings[0].what.problem);
}

/* Passes come from others, too: a megabyte of members took minutes. */
static void no_more_members_than_any_pass_has_are_looked_at(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer members = BUFFER_INIT;
    for (unsigned i = 0; i < 80000; i++)
        buffer_printf(&members, "\"%u\":\"\",", i);
    buffer_text(&members, GOOD);
    const time_t began = time(NULL);
    CM_CLEANUP(pass_report_freep) struct pass_report *r = judge(buffer_cstr(&members), false);
    assert_true(time(NULL) - began < 20);
    assert_int_equal(r->errors, 1);
    assert_int_equal(r->warnings, 256);
}

/* Members that break exactly one rule, with the path and the words that must be told. */
static const struct {
    const char *members, *path, *problem, *remedy;
    bool warning;
} rule_cases[] = {
    {"\"formatVersion\":2,\"serialNumber\":\"0123456789abcdef\",\"organizationName\":\"O\","
     "\"description\":\"D\"," CODE "," STYLE,
     "$.formatVersion", "version of the format", "write 1", false},
    {HEAD "," CODE, "$", "no style", "eventTicket", false},
    {GOOD ",\"coupon\":{}", "$", "more than one style", "one", false},
    {GOOD ",\"teamIdentifier\":\"abc\"", "$.teamIdentifier", "10 capitals", "leave it out", false},
    {GOOD ",\"passTypeIdentifier\":\"com.x\"", "$.passTypeIdentifier", "pass.", "leave it out",
     false},
    {GOOD ",\"backgroundColor\":\"#225ea8\"", "$.backgroundColor", "not a colour",
     "rgb(34, 94, 168)", false},
    {GOOD ",\"labelColor\":\"rgb(1,2,256)\"", "$.labelColor", "not a colour", "rgb(", false},
    {GOOD ",\"labelColor\":\"rgb(1,2,3,4)\"", "$.labelColor", "not a colour", "rgb(", false},
    {GOOD ",\"backgroundColor\":\"#0102ff\"", "$.backgroundColor", "not a colour", "rgb(1, 2, 255)",
     false},
    {GOOD ",\"labelColor\":\"hsl(1,2,3)\"", "$.labelColor", "not a colour", "rgb(", false},
    {GOOD ",\"locations\":[{\"latitude\":1,\"longitude\":180.5}]", "$.locations[0].longitude",
     "-180 to 180", "degrees", false},
    {GOOD ",\"expirationDate\":\"2026-12-31\"", "$.expirationDate", "not a time", "zone", false},
    {GOOD ",\"relevantDate\":\"2026-12-31T10:00:00\"", "$.relevantDate", "not a time", "zone",
     false},
    {GOOD ",\"relevantDate\":\"2025-02-29T10:00:00Z\"", "$.relevantDate", "not a time", "zone",
     false},
    {GOOD ",\"webServiceURL\":\"https://x.example/\"", "$.webServiceURL",
     "needs an authenticationToken", "--token-key", false},
    {GOOD ",\"authenticationToken\":\"0123456789abcdef\"", "$.authenticationToken",
     "without a webServiceURL", "add the webServiceURL", false},
    {GOOD ",\"webServiceURL\":\"http://x.example/\",\"authenticationToken\":"
          "\"0123456789abcdef\"",
     "$.webServiceURL", "https only", "https://", false},
    {GOOD ",\"webServiceURL\":\"https://x.example/\",\"authenticationToken\":\"short\"",
     "$.authenticationToken", "at least 16", "{token}", false},
    {GOOD ",\"appLaunchURL\":\"app:x\"", "$.appLaunchURL", "associatedStoreIdentifiers",
     "app's number", false},
    {GOOD ",\"locations\":[{\"latitude\":91,\"longitude\":4}]", "$.locations[0].latitude",
     "-90 to 90", "degrees", false},
    {GOOD ",\"locations\":[{\"latitude\":52.1}]", "$.locations[0]", "longitude is missing",
     "add it", false},
    {GOOD ",\"voided\":\"yes\"", "$.voided", "wanted is", "change", false},
    {GOOD ",\"nfc\":{\"message\":\"x\"}", "$.nfc", "encryptionPublicKey is missing", "add it",
     false},
    {GOOD ",\"logotext\":\"x\"", "$.logotext", "no such member", "did you mean logoText?", true},
    {GOOD ",\"groupingIdentifier\":\"x\"", "$.groupingIdentifier", "only event tickets",
     "leave it out", true},
    {HEAD "," STYLE, "$", "no barcode", "barcodes", true},
};

static void every_rule_names_place_problem_and_remedy(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(rule_cases); i++) {
        CM_CLEANUP(pass_report_freep) struct pass_report *r = judge(rule_cases[i].members, false);
        if (r->n != 1) fail_msg("case %zu: %zu findings", i, r->n);
        const struct cm_diag *d = &r->findings[0].what;
        assert_int_equal(r->findings[0].warning, rule_cases[i].warning);
        const char *path = strchr(d->place, '$');
        assert_non_null(path);
        assert_string_equal(path, rule_cases[i].path);
        if (strstr(d->problem, rule_cases[i].problem) == NULL)
            fail_msg("case %zu: %s", i, d->problem);
        if (strstr(d->remedy, rule_cases[i].remedy) == NULL) fail_msg("case %zu: %s", i, d->remedy);
        assert_int_equal(pass_report_verdict(r, NULL) == CM_OK, rule_cases[i].warning);
    }
}

static size_t errors_of_field(const char *fields) {
    char text[1024];
    (void)snprintf(text, sizeof text, HEAD "," CODE ",\"eventTicket\":{%s}", fields);
    CM_CLEANUP(pass_report_freep) struct pass_report *r = judge(text, false);
    return r->errors;
}

static void fields_are_judged(void **state) {
    (void)state;
#define FIELD(more) "\"backFields\":[{\"key\":\"k\"," more "}]"
    static const char *const good[] = {
        FIELD("\"value\":12"),
        FIELD("\"value\":12.5,\"currencyCode\":\"EUR\""),
        FIELD("\"value\":1,\"currencyCode\":\"AZN\",\"changeMessage\":\"now %@\""),
        FIELD("\"value\":\"2026-12-31T10:00+01:00\",\"dateStyle\":\"PKDateStyleShort\""),
        FIELD("\"value\":\"x\",\"textAlignment\":\"PKTextAlignmentRight\""),
        FIELD("\"value\":\"x\",\"dataDetectorTypes\":[]")};
    static const char *const bad[] = {
        FIELD("\"label\":\"no value\""),
        FIELD("\"value\":true"),
        FIELD("\"value\":\"12\",\"currencyCode\":\"EUR\""),
        FIELD("\"value\":12,\"currencyCode\":\"Euro\""),
        FIELD("\"value\":12,\"currencyCode\":\"EU1\""),
        FIELD("\"value\":12,\"currencyCode\":\"eUR\""),
        FIELD("\"value\":\"tomorrow\",\"timeStyle\":\"PKDateStyleShort\""),
        FIELD("\"value\":1,\"numberStyle\":\"PKNumberStyleDecimal\",\"dateStyle\":"
              "\"PKDateStyleShort\""),
        FIELD("\"value\":\"2026-12-31T10:00Z\",\"dateStyle\":\"short\""),
        FIELD("\"value\":\"x\",\"textAlignment\":\"left\""),
        "\"backFields\":[{\"value\":\"no key\"}]",
        "\"backFields\":{}",
        "\"backFields\":[1]",
        FIELD("\"value\":1") ",\"primaryFields\":[{\"key\":\"k\",\"value\":2}]"};
#undef FIELD
    for (size_t i = 0; i < CM_ARRAY_N(good); i++)
        if (errors_of_field(good[i]) != 0) fail_msg("good %zu", i);
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        if (errors_of_field(bad[i]) != 1) fail_msg("bad %zu: %zu", i, errors_of_field(bad[i]));
}

static struct pass_report *barcode(const char *format, const char *message, const char *encoding) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    buffer_printf(&text,
                  HEAD "," STYLE ",\"barcodes\":[{\"format\":\"PKBarcodeFormat%s\",\"message\":"
                       "\"%s\",\"messageEncoding\":\"%s\"}]",
                  format, message, encoding);
    return judge(buffer_cstr(&text), false);
}

/* Capacities: ISO/IEC 18004 table 7 (QR 40-M: 2331 bytes), ISO/IEC 15438, ISO/IEC 24778. */
static void messages_must_fit_their_encoding_and_symbol(void **state) {
    (void)state;
    static char longest[2333];
    memset(longest, 'A', sizeof longest - 1);
    static const struct {
        const char *format, *message, *encoding;
        size_t from, errors; /* from: that many characters less of the longest */
    } cases[] = {
        {"QR", "caf\xC3\xA9", "iso-8859-1", 0, 0},
        {"QR", "\xE2\x82\xAC 5", "iso-8859-1", 0, 1},
        {"QR", "\xE2\x82\xAC 5", "utf-8", 0, 0},
        {"QR", "A", "latin9", 0, 1},
        {"Code128", "caf\xC3\xA9", "utf-8", 0, 1},
        {"Code128", "A1", "us-ascii", 0, 0},
        {"QR", "", "utf-8", 0, 1},
        {"Maxicode", "A", "utf-8", 0, 1},
        {"QR", NULL, "utf-8", 1, 0},
        {"QR", NULL, "utf-8", 0, 1},
        {"PDF417", NULL, "utf-8", 2332 - 1108, 0},
        {"PDF417", NULL, "utf-8", 2332 - 1109, 1},
        {"Aztec", NULL, "utf-8", 2332 - 1914, 0},
        {"Aztec", NULL, "utf-8", 2332 - 1915, 1},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        const char *message = cases[i].message != NULL ? cases[i].message : longest + cases[i].from;
        CM_CLEANUP(pass_report_freep)
        struct pass_report *r = barcode(cases[i].format, message, cases[i].encoding);
        if (r->errors != cases[i].errors) fail_msg("case %zu: %zu errors", i, r->errors);
    }
}

static void the_error_of_a_long_message_has_the_limit_and_not_the_message(void **state) {
    (void)state;
    CM_CLEANUP(pass_report_freep)
    struct pass_report *r =
        barcode("Code128", "SECRET-SECRET-SECRET-SECRET-SECRET-SECRET-SECRET-7", "utf-8");
    assert_string_equal(r->findings[0].what.problem,
                        "50 bytes; PKBarcodeFormatCode128 holds at most 48");
    assert_string_equal(r->findings[0].what.remedy, "shorten it, or take PKBarcodeFormatQR");
}

/* What a row will fill is not judged in a template, but that it is filled at all is. */
static void templates_are_open_where_columns_stand(void **state) {
    (void)state;
    static const char open[] =
        "\"formatVersion\":1,\"serialNumber\":\"{serial}\",\"organizationName\":\"O\","
        "\"description\":\"D\",\"backgroundColor\":\"{colour}\",\"expirationDate\":\"{until}\","
        "\"barcodes\":[{\"format\":\"PKBarcodeFormatQR\",\"message\":\"{code}\","
        "\"messageEncoding\":\"iso-8859-1\"}],\"storeCard\":{\"primaryFields\":[{\"key\":\"k\","
        "\"value\":\"{#balance}\",\"currencyCode\":\"EUR\"}]},\"voided\":\"{#voided}\"";
    CM_CLEANUP(pass_report_freep) struct pass_report *r = judge(open, true);
    assert_int_equal(r->errors + r->warnings, 0);
    CM_CLEANUP(pass_report_freep) struct pass_report *same = judge(GOOD, true);
    assert_int_equal(same->errors, 1);
    assert_string_equal(same->findings[0].what.problem,
                        "every pass would have the same serial number");
}

static void a_hundred_findings_are_counted_and_some_kept(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    buffer_text(&text, GOOD);
    for (unsigned i = 0; i < 100; i++)
        buffer_printf(&text, ",\"odd%u\":1", i);
    buffer_text(&text, ",\"voided\":1");
    CM_CLEANUP(pass_report_freep) struct pass_report *r = judge(buffer_cstr(&text), false);
    assert_int_equal(r->warnings, 100);
    assert_int_equal(r->n, PASS_FINDINGS_MAX);
    assert_err(CM_E_FORMAT, pass_report_verdict(r, NULL)); /* the error came after all of them */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_pass_has_no_findings),
        cmocka_unit_test(colours_may_have_spaces),
        cmocka_unit_test(no_more_members_than_any_pass_has_are_looked_at),
        cmocka_unit_test(every_rule_names_place_problem_and_remedy),
        cmocka_unit_test(fields_are_judged),
        cmocka_unit_test(messages_must_fit_their_encoding_and_symbol),
        cmocka_unit_test(the_error_of_a_long_message_has_the_limit_and_not_the_message),
        cmocka_unit_test(templates_are_open_where_columns_stand),
        cmocka_unit_test(a_hundred_findings_are_counted_and_some_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
