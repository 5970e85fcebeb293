/* Compact signatures, SHA-1, HMAC and the URL's base64: published vectors, and the openssl program
 * as the judge of RS256. */
#include "support/cm.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "crypto/jws.h"
#include "crypto/sha1.h"
#include "support/pass_ca.h"
#include "support/scratch_file.h"

static cm_err signer(const struct pass_ca *ca, const char *key, struct jws_signer **out,
                     struct cm_diag *diag) {
    struct buffer pem = pass_ca_file(ca, key);
    const cm_err err = jws_signer_from(buffer_slice(&pem), NULL, out, diag);
    buffer_wipe(&pem);
    return err;
}

static void a_signature_is_good_to_openssl(void **state) {
    const struct pass_ca *ca = *state;
    CM_CLEANUP(jws_signer_freep) struct jws_signer *s = NULL;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    assert_ok(signer(ca, "pass.key", &s, NULL));
    assert_ok(jws_sign(s, "key-1", slice_text("{\"iss\":\"joe\"}"), &text));
    /* printf '{"alg":"RS256","typ":"JWT","kid":"key-1"}' | basenc --base64url -w0 | tr -d = */
    static const char start[] =
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImtleS0xIn0.eyJpc3MiOiJqb2UifQ.";
    assert_memory_equal(text.p, start, sizeof start - 1);
    scratch_write(scratch_below(&ca->dir, "jws").path, buffer_slice(&text));
    assert_int_equal(
        pass_ca_run(ca, "sed 's/\\.[^.]*$//' jws | tr -d '\\n' >signed; sed 's/.*\\.//' jws | "
                        "{ cat; printf '=='; } | basenc -d --base64url >sum; openssl pkey -in "
                        "pass.key -pubout -out pass.pub; openssl dgst -sha256 -verify pass.pub "
                        "-signature sum signed"),
        0);
}

static void keys_that_are_not_rsa_are_refused(void **state) {
    struct jws_signer *s = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_UNSUPPORTED, signer(*state, "ec.key", &s, &diag));
    assert_string_equal(diag.problem, "it is not an RSA key");
    assert_err(CM_E_AUTH, signer(*state, "locked.key", &s, NULL));
    assert_err(CM_E_FORMAT, signer(*state, "pass.pem", &s, NULL));
    assert_null(s);
}

/* RFC 7515 appendix C: these octets, this text. Lengths: RFC 4648 section 10 without padding. */
static void base64url_is_that_of_rfc_7515(void **state) {
    (void)state;
    static const uint8_t octets[] = {3, 236, 255, 224, 193};
    static const char *const texts[] = {"", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    base64url_put(&out, slice_of(octets, sizeof octets));
    assert_string_equal(buffer_cstr(&out), "A-z_4ME");
    for (size_t n = 0; n < CM_ARRAY_N(texts); n++) {
        buffer_clear(&out);
        base64url_put(&out, slice_of("foobar", n));
        assert_string_equal(buffer_cstr(&out), texts[n]);
    }
}

static void sha1_is_that_of_fips_180(void **state) {
    (void)state;
    char hex[SHA1_HEX_CAP];
    assert_ok(sha1_hex(slice_text("abc"), hex)); /* FIPS 180-4 examples */
    assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_ok(sha1_hex(slice_of(NULL, 0), hex));
    assert_string_equal(hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

/* RFC 4231 test case 2 has the key "Jefe", which HMAC fills up with zeros: as ours is. */
static void hmac_is_that_of_rfc_4231(void **state) {
    (void)state;
    struct cm_key key = {.b = "Jefe"};
    struct hash256 sum;
    char hex[2 * HASH_LEN + 1];
    assert_ok(hmac_sha256(&key, slice_text("what do ya want for nothing?"), &sum));
    hex_format(sum.b, sizeof sum.b, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_good_to_openssl),
        cmocka_unit_test(keys_that_are_not_rsa_are_refused),
        cmocka_unit_test(base64url_is_that_of_rfc_7515),
        cmocka_unit_test(sha1_is_that_of_fips_180),
        cmocka_unit_test(hmac_is_that_of_rfc_4231),
    };
    return cmocka_run_group_tests(tests, pass_ca_setup, pass_ca_teardown);
}
