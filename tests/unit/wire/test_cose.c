/* COSE_Sign1 with Ed25519. The expected bytes of the worked example come from an independent
 * calculation (node:crypto and hand-made CBOR, see the test); cose-kit and @auth0/cose check whole
 * manifests in tests/system/orders. */
#include "support/cm.h"

#include "base/text.h"
#include "wire/atom.h"
#include "wire/cose.h"

static const struct cm_key seed = {{0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60,
                                    0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
                                    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19,
                                    0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60}};

static struct buffer message_of(const char *payload) {
    struct buffer out = BUFFER_INIT;
    assert_ok(cose_sign1_make(&seed, "text/plain", slice_text(payload), &out));
    return out;
}

static void a_payload_is_signed_read_and_checked(void **state) {
    (void)state;
    struct sign_public key;
    sign_public_of(&seed, &key);
    struct buffer message = message_of("hello");
    struct cose_sign1 read;
    assert_ok(cose_sign1_read(buffer_slice(&message), &read));
    assert_ok(cose_sign1_check(&read, &key));
    assert_true(slice_equal(read.payload, slice_text("hello")));
    assert_true(slice_equal(read.content_type, slice_text("text/plain")));
    buffer_free(&message);
}

/* RFC 8032 section 7.1 test 1 gives the key; the message is laid out by hand after RFC 9052 section
 * 4.2, its signature is node's: crypto.sign(null, Sig_structure, key). */
static void the_bytes_are_those_of_the_standard(void **state) {
    (void)state;
    struct buffer message = message_of("hello");
    char hex[400];
    assert_in_range(message.len, 1, sizeof hex / 2 - 1);
    hex_format(message.p, message.len, hex);
    assert_string_equal(hex, "d2845819a30127036a746578742f706c61696e044821fe31dfa154a261a04568656c6"
                             "c6f5840dae60b580a2f3534ba6e571b8b7068f270a5a36267848712ed1b22fa3cee45"
                             "dbe9528b5cd2b9f5b0fe1fb40f8d39a0b68ab724b90128d2b9b084226fdb50fc08");
    buffer_free(&message);
}

static void every_flipped_bit_is_found(void **state) {
    (void)state;
    struct sign_public key;
    sign_public_of(&seed, &key);
    struct buffer message = message_of("hello");
    for (size_t bit = 0; bit < message.len * 8; bit++) {
        message.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct cose_sign1 read;
        cm_err err = cose_sign1_read(buffer_slice(&message), &read);
        if (err == CM_OK) err = cose_sign1_check(&read, &key);
        assert_int_not_equal(err, CM_OK);
        message.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t len = 0; len < message.len; len++) {
        struct cose_sign1 read;
        assert_err(CM_E_FORMAT, cose_sign1_read(slice_of(message.p, len), &read));
    }
    buffer_put(&message, "", 1);
    struct cose_sign1 read;
    assert_err(CM_E_FORMAT, cose_sign1_read(buffer_slice(&message), &read));
    buffer_free(&message);
}

static void another_key_another_algorithm_and_long_forms_are_refused(void **state) {
    (void)state;
    struct sign_public key;
    sign_public_of(&(struct cm_key){{1}}, &key);
    struct buffer message = message_of("hello");
    struct cose_sign1 read;
    assert_ok(cose_sign1_read(buffer_slice(&message), &read));
    assert_err(CM_E_AUTH, cose_sign1_check(&read, &key));
    /* ES256 (-7) where EdDSA (-8) stood: d2 84 58 .. a3 01 27 -> 26 */
    assert_int_equal(message.p[6], 0x27);
    message.p[6] = 0x26;
    assert_err(CM_E_UNSUPPORTED, cose_sign1_read(buffer_slice(&message), &read));
    buffer_free(&message);
    /* A tag in two bytes (d8 12) where one suffices (d2): RFC 8949 section 4.2.1. */
    static const uint8_t lengthy[] = {0xD8, 0x12, 0x84, 0x40, 0xA0, 0x40, 0x40};
    assert_err(CM_E_FORMAT, cose_sign1_read(slice_of(lengthy, sizeof lengthy), &read));
}

/* The COSE working group's example eddsa-sig-01 (github.com/cose-wg/Examples): its key is that of
 * RFC 8032 section 7.1 test 1. We take no unprotected header, so its parts are put in by hand. */
static void the_working_groups_signature_holds(void **state) {
    (void)state;
    static const char hex[] =
        "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb8711497d"
        "fa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d";
    static const uint8_t header[] = {0xa2, 0x01, 0x27, 0x03, 0x00}; /* {1: -8, 3: 0} */
    struct sign_public key;
    struct cose_sign1 m = {.protected_header = slice_of(header, sizeof header),
                           .payload = slice_text("This is the content.")};
    sign_public_of(&seed, &key);
    cose_kid(&key, m.kid);
    assert_ok(hex_parse(slice_of(hex, sizeof hex - 1), m.signature.b, SIGNATURE_LEN));
    assert_ok(cose_sign1_check(&m, &key));
    m.payload = slice_text("This is the content?");
    assert_err(CM_E_AUTH, cose_sign1_check(&m, &key));
}

/* RFC 8949 appendix A: examples of encoded items. */
static void items_are_encoded_as_in_the_standard(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    atom_put_uint(&out, 23);
    atom_put_uint(&out, 24);
    atom_put_uint(&out, 1000);
    atom_put_uint(&out, 1000000);
    atom_put_uint(&out, 18446744073709551615u);
    atom_put(&out, ATOM_NEGATIVE, 999);
    atom_put(&out, ATOM_BOOL, 1);
    atom_put_text(&out, slice_text("IETF"));
    atom_put_bytes(&out, slice_of("\1\2\3\4", 4));
    static const uint8_t want[] = {0x17, 0x18, 0x18, 0x19, 0x03, 0xe8, 0x1a, 0x00, 0x0f,
                                   0x42, 0x40, 0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0x39, 0x03, 0xe7, 0xf5, 0x64, 0x49, 0x45,
                                   0x54, 0x46, 0x44, 0x01, 0x02, 0x03, 0x04};
    assert_true(slice_equal(buffer_slice(&out), slice_of(want, sizeof want)));
    struct atom_reader r = atom_reader_over(buffer_slice(&out));
    assert_int_equal(atom_read(&r, ATOM_UINT, 100), 23);
    assert_int_equal(atom_peek(&r), ATOM_UINT);
    assert_int_equal(atom_read(&r, ATOM_UINT, 23), 0);
    assert_true(r.failed);
    buffer_free(&out);
}

static void hostile_items_fail_and_stay_failed(void **state) {
    (void)state;
    /* indefinite string, float, null, reserved, long form of 23, cut text, text that is not UTF-8
     */
    static const char *const items[] = {"\x5f",     "\xf9\x3c", "\xf6",    "\x1c",
                                        "\x18\x17", "\x62g",    "\x61\xff"};
    for (size_t i = 0; i < CM_ARRAY_N(items); i++) {
        struct atom_reader r = atom_reader_over(slice_text(items[i]));
        (void)atom_read_string(&r, ATOM_TEXT, 100);
        assert_true(r.failed);
        assert_err(CM_E_FORMAT, atom_end(&r));
        assert_int_equal(atom_peek(&r), ATOM_NONE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_is_signed_read_and_checked),
        cmocka_unit_test(the_bytes_are_those_of_the_standard),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(another_key_another_algorithm_and_long_forms_are_refused),
        cmocka_unit_test(the_working_groups_signature_holds),
        cmocka_unit_test(items_are_encoded_as_in_the_standard),
        cmocka_unit_test(hostile_items_fail_and_stay_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
