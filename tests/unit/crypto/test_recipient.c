/* Certificates and private keys that the openssl program made: taken, or refused with the cause. */
#include "support/cm.h"

#include <string.h>
#include <time.h>

#include "cms_kit.h"

#define YEAR_2100_UNIX_S 4102444800u

static cm_err judge(const struct cms_kit *s, const char *file, uint64_t now, bool expired,
                    struct cm_diag *diag) {
    struct buffer pem = cms_kit_read(s, file);
    struct recipient *r = NULL;
    const cm_err err = recipient_from_cert(buffer_slice(&pem), now, expired, &r, diag);
    if (err != CM_OK) assert_null(r);
    recipient_free(r);
    buffer_free(&pem);
    return err;
}

static void a_certificate_is_read_and_named(void **state) {
    struct buffer pem = cms_kit_read(*state, "rsa.crt");
    CM_CLEANUP(recipient_freep) struct recipient *to = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(recipient_from_cert(buffer_slice(&pem), (uint64_t)time(NULL), false, &to, &diag));
    char name[RECIPIENT_NAME_CAP];
    recipient_name(to, name);
    assert_string_equal(name, "CN = countermark test rsa");
    buffer_free(&pem);
}

static void der_certificates_are_read_too(void **state) {
    assert_int_equal(cms_kit_run(*state, "openssl x509 -in ec.crt -outform DER -out ec.der"), 0);
    assert_ok(judge(*state, "ec.der", (uint64_t)time(NULL), false, NULL));
}

static void dates_are_checked_unless_expressly_not(void **state) {
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_STATE, judge(*state, "rsa.crt", YEAR_2100_UNIX_S, false, &diag));
    assert_string_equal(diag.problem, "it has expired");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_STATE, judge(*state, "rsa.crt", 1, false, &diag));
    assert_string_equal(diag.problem, "it is not valid yet");
    assert_ok(judge(*state, "rsa.crt", YEAR_2100_UNIX_S, true, NULL));
}

static void unfit_certificates_are_refused_with_the_cause(void **state) {
    const uint64_t now = (uint64_t)time(NULL);
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_WEAK, judge(*state, "weak.crt", now, false, &diag));
    assert_string_equal(diag.problem, "RSA key of 1024 bits; at least 2048 needed");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_UNSUPPORTED, judge(*state, "sign.crt", now, false, &diag));
    assert_string_equal(diag.problem, "it does not allow keyEncipherment");
    assert_err(CM_E_UNSUPPORTED, judge(*state, "ed.crt", now, false, NULL));
    assert_err(CM_E_FORMAT, judge(*state, "rsa.key", now, false, NULL));
}

static void hostile_certificates_are_refused(void **state) {
    struct buffer pem = cms_kit_read(*state, "rsa.crt");
    for (size_t len = 0; len + 30 < pem.len; len += 7) { /* the last lines may be cut harmlessly */
        struct recipient *r = NULL;
        assert_err(CM_E_FORMAT, recipient_from_cert(slice_of(pem.p, len), 0, true, &r, NULL));
        assert_null(r);
    }
    buffer_free(&pem);
    struct recipient *r = NULL;
    static uint8_t big[(1u << 20) + 1u];
    assert_err(CM_E_FORMAT, recipient_from_cert(slice_of(big, sizeof big), 0, true, &r, NULL));
}

static cm_err sesame(void *self, uint8_t *out, size_t cap, size_t *len) {
    const char *text = self;
    if (strlen(text) > cap) return CM_E_RANGE;
    *len = strlen(text);
    memcpy(out, text, *len);
    return CM_OK;
}

static void a_locked_key_asks_its_source_and_never_the_terminal(void **state) {
    struct buffer pem = cms_kit_read(*state, "locked.key");
    char right[] = "open sesame", wrong[] = "open barley";
    const struct passphrase_source good = {sesame, right}, bad = {sesame, wrong};
    struct recipient_key *k = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(recipient_key_from(buffer_slice(&pem), &good, &k, NULL));
    recipient_key_free(k);
    k = NULL;
    assert_err(CM_E_AUTH, recipient_key_from(buffer_slice(&pem), &bad, &k, &diag));
    assert_string_equal(diag.problem, "wrong passphrase, or none was given");
    assert_err(CM_E_AUTH, recipient_key_from(buffer_slice(&pem), NULL, &k, NULL));
    assert_null(k);
    buffer_free(&pem);
}

static void other_things_are_not_private_keys(void **state) {
    struct buffer pem = cms_kit_read(*state, "rsa.crt");
    struct buffer ed = cms_kit_read(*state, "ed.key");
    struct recipient_key *k = NULL;
    assert_err(CM_E_FORMAT, recipient_key_from(buffer_slice(&pem), NULL, &k, NULL));
    assert_err(CM_E_FORMAT, recipient_key_from(slice_of(NULL, 0), NULL, &k, NULL));
    assert_err(CM_E_UNSUPPORTED, recipient_key_from(buffer_slice(&ed), NULL, &k, NULL));
    buffer_free(&pem);
    buffer_free(&ed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_read_and_named),
        cmocka_unit_test(der_certificates_are_read_too),
        cmocka_unit_test(dates_are_checked_unless_expressly_not),
        cmocka_unit_test(unfit_certificates_are_refused_with_the_cause),
        cmocka_unit_test(hostile_certificates_are_refused),
        cmocka_unit_test(a_locked_key_asks_its_source_and_never_the_terminal),
        cmocka_unit_test(other_things_are_not_private_keys),
    };
    return cmocka_run_group_tests(tests, cms_kit_setup, cms_kit_teardown);
}
