/* Detached signatures: made by us and judged by the openssl program; made by the openssl program
 * and judged by us. Certificates: tests/support/pass_ca.sh. */
#include "support/cm.h"

#include <string.h>
#include <time.h>

#include "crypto/cms_detached.h"
#include "crypto/pkcs12.h"
#include "support/pass_ca.h"
#include "support/scratch_file.h"

#define SIGNED_S    1790000000u /* 2026-09-21T14:13:20Z: within the certificates' dates */
#define YEAR_2100_S 4102444800u
#define CONTENT     "{\"pass.json\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"}"

static cm_err signer(const struct pass_ca *ca, const char *cert, const char *key, const char *chain,
                     const struct passphrase_source *passphrase, struct cms_detached **out,
                     struct cm_diag *diag) {
    struct buffer c = pass_ca_file(ca, cert), k = pass_ca_file(ca, key),
                  above = pass_ca_file(ca, chain);
    const struct cms_detached_files files = {.cert = buffer_slice(&c),
                                             .key = buffer_slice(&k),
                                             .chain = buffer_slice(&above),
                                             .passphrase = passphrase,
                                             .now_unix_s = SIGNED_S};
    const cm_err err = cms_detached_new(&files, out, diag);
    buffer_free(&c);
    buffer_wipe(&k);
    buffer_free(&above);
    return err;
}

static struct buffer signature_by(const struct pass_ca *ca, const char *cert, const char *key) {
    CM_CLEANUP(cms_detached_freep) struct cms_detached *d = NULL;
    struct buffer der = BUFFER_INIT;
    assert_ok(signer(ca, cert, key, "wwdr.pem", NULL, &d, NULL));
    assert_ok(cms_detached_sign(d, slice_text(CONTENT), SIGNED_S, &der));
    return der;
}

static void a_signature_is_good_to_openssl(void **state) {
    const struct pass_ca *ca = *state;
    struct buffer der = signature_by(ca, "pass.pem", "pass.key");
    scratch_write(scratch_below(&ca->dir, "signature").path, buffer_slice(&der));
    scratch_write(scratch_below(&ca->dir, "content").path, slice_text(CONTENT));
    assert_int_equal(pass_ca_run(ca, "openssl cms -verify -binary -inform DER -in signature "
                                     "-content content -CAfile root.pem -purpose any -out seen "
                                     "&& cmp seen content"),
                     0);
    assert_int_equal(pass_ca_run(ca, "openssl cms -cmsout -print -inform DER -in signature | tee "
                                     "print.txt; grep -q 'Sep 21 14:13:20 2026 GMT' print.txt && "
                                     "grep -q 'algorithm: sha256' print.txt && "
                                     "grep -q 'eContent: <ABSENT>' print.txt && "
                                     "test $(grep -c 'd.certificate:' print.txt) = 2"),
                     0);
    buffer_free(&der);
}

static void the_same_content_and_time_give_the_same_bytes(void **state) {
    struct buffer a = signature_by(*state, "pass.pem", "pass.key"),
                  b = signature_by(*state, "pass.pem", "pass.key");
    assert_true(slice_equal(buffer_slice(&a), buffer_slice(&b)));
    buffer_free(&a);
    buffer_free(&b);
}

static void the_certificate_says_who_it_is(void **state) {
    CM_CLEANUP(cms_detached_freep) struct cms_detached *d = NULL;
    assert_ok(signer(*state, "pass.pem", "pass.key", "wwdr.pem", NULL, &d, NULL));
    const struct cms_identity *is = cms_detached_identity(d);
    assert_string_equal(is->user_id, "pass.com.example.countermark");
    assert_string_equal(is->common_name, "Pass Type ID: pass.com.example.countermark");
    assert_string_equal(is->unit, "ABCDE12345");
    assert_string_equal(is->pass_type, "pass.com.example.countermark");
    assert_int_equal(is->not_before_unix_s, 1577836800); /* date -d 2020-01-01 +%s */
}

static void files_that_do_not_fit_are_refused_with_the_cause(void **state) {
    static const struct {
        const char *cert, *key, *chain, *problem;
        cm_err err;
    } cases[] = {
        {"expired.pem", "pass.key", "wwdr.pem", "it expired on 2021-01-01", CM_E_STATE},
        {"future.pem", "pass.key", "wwdr.pem", "it is not valid before 2048-01-01", CM_E_STATE},
        {"pass.pem", "pass.key", "past.pem", "it expired on 2023-02-07", CM_E_STATE},
        {"pass.pem", "other.key", "wwdr.pem", "it does not belong to the certificate",
         CM_E_CONFLICT},
        {"pass.pem", "pass.key", "twin.pem",
         "it holds a certificate of the issuer's name, but of another key, 'CN = Countermark Test "
         "Relations, OU = G4, O = Countermark Test, C = NL'",
         CM_E_NOT_FOUND},
        {"pass.pem", "pass.key", "root.pem",
         "it does not hold the certificate's issuer, 'CN = Countermark Test Relations, OU = G4, O "
         "= "
         "Countermark Test, C = NL'",
         CM_E_NOT_FOUND},
        {"pass.pem", "pass.key", "pass.key", "there is no certificate in it", CM_E_FORMAT},
        {"pass.key", "pass.key", "wwdr.pem", "not a certificate", CM_E_FORMAT},
        {"pass.p12", "pass.key", "wwdr.pem", "not a certificate", CM_E_FORMAT},
        {"pass.pem", "pass.pem", "wwdr.pem", "not a private key", CM_E_FORMAT},
        {"pass.pem", "locked.key", "wwdr.pem", "wrong passphrase, or none was given", CM_E_AUTH},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct cms_detached *d = NULL;
        struct cm_diag diag = DIAG_INIT;
        assert_err(cases[i].err,
                   signer(*state, cases[i].cert, cases[i].key, cases[i].chain, NULL, &d, &diag));
        assert_null(d);
        assert_string_equal(diag.problem, cases[i].problem);
        assert_true(diag.remedy[0] != '\0');
    }
}

/* Files made by openssl pkcs12 -export, with and without -legacy (RC2 of 40 bits). A cut one is
 * none, and no cut is read beyond its end. */
static void pkcs12_is_told_with_what_opens_it(void **state) {
    static const struct {
        const char *file;
        enum pkcs12_kind kind;
    } cases[] = {{"pass.p12", PKCS12_PLAIN},
                 {"legacy.p12", PKCS12_LEGACY},
                 {"pass.pem", PKCS12_NONE},
                 {"locked.key", PKCS12_NONE},
                 {"sesame", PKCS12_NONE}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        CM_CLEANUP(buffer_free) struct buffer file = pass_ca_file(*state, cases[i].file);
        assert_int_equal(pkcs12_kind_of(buffer_slice(&file)), cases[i].kind);
        for (size_t n = 0; n < file.len && n < 64; n++)
            assert_int_equal(pkcs12_kind_of(slice_of(file.p, n)), PKCS12_NONE);
        if (file.len > 0)
            assert_int_equal(pkcs12_kind_of(slice_of(file.p, file.len - 1)), PKCS12_NONE);
    }
}

/* What is judged: a signature, the content, authorities, the clock. */
static cm_err judge(const struct pass_ca *ca, struct cm_slice der, const char *content,
                    const char *authorities, uint64_t now, struct cms_seal *seal) {
    struct buffer trusted = BUFFER_INIT;
    if (authorities != NULL) trusted = pass_ca_file(ca, authorities);
    const cm_err err =
        cms_detached_verify(slice_text(content), der, buffer_slice(&trusted), now, seal, NULL);
    buffer_free(&trusted);
    return err;
}

static void what_openssl_signs_is_good_to_us(void **state) {
    const struct pass_ca *ca = *state;
    struct cms_seal seal;
    scratch_write(scratch_below(&ca->dir, "content").path, slice_text(CONTENT));
    assert_int_equal(pass_ca_run(ca,
                                 "openssl cms -sign -binary -in content -signer pass.pem -inkey "
                                 "pass.key -certfile wwdr.pem -outform DER -out theirs && "
                                 "openssl cms -sign -binary -in content -signer ec.pem -inkey "
                                 "ec.key -certfile wwdr.pem -outform DER -out ec && "
                                 "openssl cms -sign -binary -md sha1 -in content -signer "
                                 "apples.pem -inkey pass.key -certfile wwdr.pem -outform DER "
                                 "-out apples && openssl cms -sign -binary -nodetach -in "
                                 "content -signer pass.pem -inkey pass.key -outform DER -out "
                                 "attached && openssl cms -sign -binary -in content -signer "
                                 "alien.pem -inkey pass.key -certfile wwdr.pem -outform DER "
                                 "-out alien"),
                     0);
    static const struct {
        const char *file, *authorities;
        cm_err err;
    } cases[] = {
        {"theirs", "root.pem", CM_OK},
        {"theirs", "wwdr.pem", CM_OK},
        {"theirs", NULL, CM_OK},
        {"theirs", "twin.pem", CM_E_DENIED},
        {"ec", "root.pem", CM_OK},
        {"apples", "root.pem", CM_OK},
        {"alien", "root.pem", CM_E_DENIED},
        {"attached", NULL, CM_E_FORMAT},
        {"theirs", "pass.key", CM_E_FORMAT},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct buffer der = pass_ca_file(ca, cases[i].file);
        assert_err(cases[i].err,
                   judge(ca, buffer_slice(&der), CONTENT, cases[i].authorities, SIGNED_S, &seal));
        buffer_free(&der);
    }
}

static void changed_content_signature_or_clock_is_noticed(void **state) {
    const struct pass_ca *ca = *state;
    struct buffer der = signature_by(ca, "pass.pem", "pass.key");
    struct cms_seal seal, before;
    memset(&seal, 0xA5, sizeof seal);
    before = seal;
    assert_err(CM_E_AUTH, judge(ca, buffer_slice(&der), CONTENT " ", NULL, SIGNED_S, &seal));
    assert_err(CM_E_STATE, judge(ca, buffer_slice(&der), CONTENT, "root.pem", YEAR_2100_S, &seal));
    der.p[der.len - 1] ^= 1;
    assert_err(CM_E_AUTH, judge(ca, buffer_slice(&der), CONTENT, NULL, SIGNED_S, &seal));
    assert_memory_equal(&seal, &before, sizeof seal);
    der.p[der.len - 1] ^= 1;
    assert_ok(judge(ca, buffer_slice(&der), CONTENT, "root.pem", SIGNED_S, &seal));
    assert_int_equal(seal.signed_unix_s, SIGNED_S);
    assert_int_equal(seal.certs_n, 2);
    assert_string_equal(seal.signer.unit, "ABCDE12345");
    buffer_free(&der);
}

/* Every cut and every changed byte of a signature: an answer, never good. */
static void hostile_signatures_are_refused(void **state) {
    const struct pass_ca *ca = *state;
    struct buffer der = signature_by(ca, "pass.pem", "pass.key");
    struct buffer trusted = pass_ca_file(ca, "root.pem");
    struct cms_seal seal;
    for (size_t len = 0; len < der.len; len += 3)
        assert_err(CM_E_FORMAT, cms_detached_verify(slice_text(CONTENT), slice_of(der.p, len),
                                                    buffer_slice(&trusted), SIGNED_S, &seal, NULL));
    for (size_t at = 0; at < der.len; at += 5) {
        der.p[at] ^= 0x80;
        const cm_err err = cms_detached_verify(slice_text(CONTENT), buffer_slice(&der),
                                               buffer_slice(&trusted), SIGNED_S, &seal, NULL);
        /* Bytes that nobody signs (the list of digests) may change: not who signed. */
        if (err == CM_OK) assert_string_equal(seal.signer.unit, "ABCDE12345");
        der.p[at] ^= 0x80;
    }
    assert_ok(cms_detached_verify(slice_text(CONTENT), buffer_slice(&der), buffer_slice(&trusted),
                                  SIGNED_S, &seal, NULL));
    buffer_free(&der);
    buffer_free(&trusted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_good_to_openssl),
        cmocka_unit_test(the_same_content_and_time_give_the_same_bytes),
        cmocka_unit_test(the_certificate_says_who_it_is),
        cmocka_unit_test(files_that_do_not_fit_are_refused_with_the_cause),
        cmocka_unit_test(pkcs12_is_told_with_what_opens_it),
        cmocka_unit_test(what_openssl_signs_is_good_to_us),
        cmocka_unit_test(changed_content_signature_or_clock_is_noticed),
        cmocka_unit_test(hostile_signatures_are_refused),
    };
    return cmocka_run_group_tests(tests, pass_ca_setup, pass_ca_teardown);
}
