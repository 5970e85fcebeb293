/* Save links: what is signed, and what is refused. jose judges the signatures in
 * tests/system/passes, openssl those of the signer in tests/unit/crypto/test_jws.c. */
#include "support/cm.h"

#include <string.h>

#include "pass/google.h"
#include "support/pass_ca.h"
#include "support/scratch_file.h"

#define OBJECT                                                                                     \
    "\"id\":\"3388000000012345678.gift-{serial}\",\"classId\":\"3388000000012345678.gift\","       \
    "\"state\":\"ACTIVE\",\"cardNumber\":\"{code}\",\"balance\":{\"micros\":\"{#micros}\","        \
    "\"currencyCode\":\"EUR\"}"
#define TEMPLATE "{\"origins\":[],\"payload\":{\"giftCardObjects\":[{" OBJECT "}]}}"
#define NOW_S    1790000000u

static const char *const columns[] = {"serial", "code", "micros"};

static struct jws_signer *signer(const struct pass_ca *ca) {
    struct jws_signer *s = NULL;
    struct buffer key = pass_ca_file(ca, "pass.key");
    assert_ok(jws_signer_from(buffer_slice(&key), NULL, &s, NULL));
    buffer_wipe(&key);
    return s;
}

static cm_err open_maker(struct jws_signer *s, const char *text, const char *email,
                         struct google_maker **out, struct cm_diag *diag) {
    const struct google_options options = {.columns = columns,
                                           .column_n = CM_ARRAY_N(columns),
                                           .signer = s,
                                           .email = email,
                                           .now_unix_s = NOW_S};
    return google_maker_new(slice_text(text), "card.json", &options, out, diag);
}

static cm_err fill(struct google_maker *m, uint64_t row, const char *serial, const char *code,
                   const char *micros, struct cm_diag *diag) {
    const struct cm_slice cells[] = {slice_text(serial), slice_text(code), slice_text(micros)};
    return google_fill(m, row, cells, diag);
}

static void a_link_holds_the_claims_that_google_asks_for(void **state) {
    const struct pass_ca *ca = *state;
    CM_CLEANUP(jws_signer_freep) struct jws_signer *s = signer(ca);
    CM_CLEANUP(google_maker_freep) struct google_maker *m = NULL;
    CM_CLEANUP(buffer_free) struct buffer link = BUFFER_INIT;
    assert_ok(open_maker(s, TEMPLATE, "shop@example.iam.gserviceaccount.com", &m, NULL));
    assert_ok(fill(m, 1, "17", "7Q4KPWXY", "25000000", NULL));
    assert_ok(google_link(m, &link));
    scratch_write(scratch_below(&ca->dir, "link").path, buffer_slice(&link));
    scratch_write(
        scratch_below(&ca->dir, "want").path,
        slice_text("{\"iss\":\"shop@example.iam.gserviceaccount.com\",\"aud\":\"google\",\"typ\":"
                   "\"savetowallet\",\"iat\":1790000000,\"origins\":[],\"payload\":{"
                   "\"giftCardObjects\":[{\"id\":\"3388000000012345678.gift-17\",\"classId\":"
                   "\"3388000000012345678.gift\",\"state\":\"ACTIVE\",\"cardNumber\":\"7Q4KPWXY\","
                   "\"balance\":{\"micros\":25000000,\"currencyCode\":\"EUR\"}}]}}"));
    assert_int_equal(pass_ca_run(ca, "grep -q '^https://pay.google.com/gp/v/save/ey' link && cut "
                                     "-d. -f4 link | tr _- /+ | base64 -di >seen; cmp seen want"),
                     0);
}

static size_t errors_of(const char *object) {
    CM_CLEANUP(pass_report_freep) struct pass_report *r = NULL;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "{\"payload\":{%s}}", object);
    assert_ok(google_lint(buffer_slice(&text), "card.json", &r));
    return r->errors;
}

/* One change at a time to what Google's REST reference asks for. */
static void templates_are_judged(void **state) {
    (void)state;
    static const char *const good[] = {
        "\"giftCardObjects\":[{" OBJECT "}]",
        "\"loyaltyObjects\":[{\"id\":\"1.{serial}\",\"classId\":\"1.a\",\"state\":\"ACTIVE\"}]",
        "\"offerObjects\":[{\"id\":\"1.{serial}\",\"classId\":\"1.a\",\"state\":\"ACTIVE\","
        "\"barcode\":{\"type\":\"QR_CODE\",\"value\":\"{code}\"}}]",
        "\"eventTicketObjects\":[{\"id\":\"1.{serial}\",\"classId\":\"1.a\",\"state\":\"ACTIVE\","
        "\"validTimeInterval\":{\"end\":{\"date\":\"2027-01-01T00:00:00Z\"}}}]"};
    static const char *const bad[] = {
        "",
        "\"giftCardObjects\":[]",
        "\"giftCardObjects\":{}",
        "\"giftCardObjects\":[{\"id\":\"1.{serial}\",\"classId\":\"1.a\",\"state\":\"ACTIVE\"}]",
        "\"offerObjects\":[{\"id\":\"1.same\",\"classId\":\"1.a\",\"state\":\"ACTIVE\"}]",
        "\"offerObjects\":[{\"id\":\"1.{serial}\",\"classId\":\"gift\",\"state\":\"ACTIVE\"}]",
        "\"offerObjects\":[{\"id\":\"1.{serial}\",\"classId\":\"1.a b\",\"state\":\"ACTIVE\"}]",
        "\"offerObjects\":[{\"id\":\"1.{serial}\",\"classId\":\"1.a\",\"state\":\"active\"}]",
        "\"offerObjects\":[{\"id\":\"1.{serial}\",\"classId\":\"1.a\",\"state\":\"ACTIVE\","
        "\"barcode\":{\"type\":\"QR\",\"value\":\"{code}\"}}]",
        "\"offerObjects\":[{\"id\":\"1.{serial}\",\"classId\":\"1.a\",\"state\":\"ACTIVE\","
        "\"validTimeInterval\":{\"start\":{\"date\":\"tomorrow\"}}}]",
        "\"offerObjects\":[{\"id\":\"1.{a}\",\"classId\":\"1.a\",\"state\":\"ACTIVE\"}],"
        "\"offerClasses\":[{\"id\":\"2.a\",\"title\":\"x\"}]"};
    for (size_t i = 0; i < CM_ARRAY_N(good); i++)
        if (errors_of(good[i]) != 0) fail_msg("good %zu", i);
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        if (errors_of(bad[i]) == 0) fail_msg("bad %zu", i);
}

/* One mistake each, and the words for it, so that no row is refused for another's reason. */
static void every_mistake_has_its_own_words(void **state) {
    (void)state;
#define OFFER         "\"offerObjects\":[{\"id\":\"1.{a}\",\"classId\":\"1.a\",\"state\":\"ACTIVE\""
#define MONEY(inside) "\"payload\":{" OFFER ",\"balance\":{" inside "}}]}"
    static const struct {
        const char *text, *problem;
    } rows[] = {
        {"\"payload\":{}", "there is no object to save"},
        {"\"payload\":{\"offerObjects\":[{\"id\":\"1.b\",\"classId\":\"1.a\",\"state\":\"ACTIVE\"}]"
         "}",
         "every link would save the same object"},
        {"\"payload\":{" OFFER "}],\"offerClasses\":[{\"id\":\"1.a\"}]}", "title is missing"},
        {"\"payload\":{" OFFER "}],\"offerClasses\":[{\"id\":\"2.a\",\"title\":\"x\"}]}",
         "two issuers in one link"},
        {"\"payload\":{" OFFER "}],\"offerClasses\":[{\"id\":\"1.\",\"title\":\"x\"}]}",
         "not an id of Google Wallet"},
        {"\"payload\":{" OFFER ",\"barcode\":{\"type\":\"AZTEC\",\"value\":\"\"}}]}",
         "it is empty"},
        {MONEY("\"micros\":\"12.50\",\"currencyCode\":\"EUR\""),
         "micros are missing, or no number"},
        {MONEY("\"currencyCode\":\"EUR\""), "micros are missing, or no number"},
        {MONEY("\"micros\":\"9223372036854775808\",\"currencyCode\":\"EUR\""),
         "micros are missing, or no number"},
        {MONEY("\"micros\":1,\"currencyCode\":\"EURO\""), "not a currency code"},
        {"\"aud\":\"google\",\"payload\":{" OFFER "}]}", "it is made for every link"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        CM_CLEANUP(pass_report_freep) struct pass_report *r = NULL;
        CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
        buffer_printf(&text, "{%s}", rows[i].text);
        assert_ok(google_lint(buffer_slice(&text), "card.json", &r));
        if (r->errors != 1) fail_msg("row %zu: %zu errors", i, r->errors);
        for (size_t k = 0; k < r->n; k++)
            if (!r->findings[k].warning)
                assert_string_equal(r->findings[k].what.problem, rows[i].problem);
    }
}

static void rows_that_break_a_rule_are_named(void **state) {
    CM_CLEANUP(jws_signer_freep) struct jws_signer *s = signer(*state);
    CM_CLEANUP(google_maker_freep) struct google_maker *m = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(open_maker(s, TEMPLATE, "a@b.example", &m, NULL));
    assert_ok(fill(m, 1, "1", "A", "1", NULL));
    assert_err(CM_E_EXISTS, fill(m, 2, "1", "B", "1", &diag));
    assert_string_equal(diag.input, "row 2");
    assert_string_equal(diag.problem, "row 1 has the same id");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_FORMAT, fill(m, 3, "no spaces", "B", "1", &diag));
    assert_string_equal(diag.place, "$.payload.giftCardObjects[0].id");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_FORMAT, fill(m, 4, "4", "B", "1.5", &diag));
    assert_string_equal(diag.place, "$.payload.giftCardObjects[0].balance");
}

static void addresses_that_are_none_are_refused(void **state) {
    CM_CLEANUP(jws_signer_freep) struct jws_signer *s = signer(*state);
    struct google_maker *m = NULL;
    assert_err(CM_E_FORMAT, open_maker(s, TEMPLATE, "nobody", &m, NULL));
    assert_err(CM_E_FORMAT, open_maker(s, TEMPLATE, "a@b\",\"x\":\"{code}", &m, NULL));
    assert_err(CM_E_FORMAT, open_maker(s, "{}", "a@b.example", &m, NULL));
    assert_err(CM_E_FORMAT, open_maker(s, "[", "a@b.example", &m, NULL));
    assert_null(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_holds_the_claims_that_google_asks_for),
        cmocka_unit_test(templates_are_judged),
        cmocka_unit_test(every_mistake_has_its_own_words),
        cmocka_unit_test(rows_that_break_a_rule_are_named),
        cmocka_unit_test(addresses_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, pass_ca_setup, pass_ca_teardown);
}
