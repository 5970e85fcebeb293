/* HKDF-SHA256. Vectors: RFC 5869, appendix A.1 to A.3; working keys: the worked examples of
 * docs/design/construction.md, section 13, which the node oracle computed. */
#include "support/cm.h"

#include <string.h>

#include "base/text.h"
#include "crypto/kdf.h"

static void a_working_key_comes_from_root_purpose_id_and_version(void **state) {
    (void)state;
    struct cm_key root, key;
    char text[2 * CM_KEY_LEN + 1];
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        root.b[i] = (uint8_t)i;
    assert_ok(kdf_derive(&root, KDF_CODE_MAC, 1, 1, &key));
    hex_format(key.b, sizeof key.b, text);
    assert_string_equal(text, "a68228bd340fe2b2af156a5191f1144ac2dcc74678d019295a2ce442e5b9ebf7");
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        root.b[i] = (uint8_t)(0x40 + i);
    assert_ok(kdf_derive(&root, KDF_CARD_HOLD, 7, 3, &key));
    hex_format(key.b, sizeof key.b, text);
    assert_string_equal(text, "35a3680bc4585b94c37baf3d4ad9281ea835b13d27d34c3dab6cba361c78e3bf");
}

static void each_input_of_a_working_key_changes_it(void **state) {
    (void)state;
    struct cm_key root = {{1}}, a, b;
    assert_ok(kdf_derive(&root, KDF_CODE_ENC, 1, 1, &a));
    assert_ok(kdf_derive(&root, KDF_CODE_MAC, 1, 1, &b));
    assert_memory_not_equal(a.b, b.b, CM_KEY_LEN);
    assert_ok(kdf_derive(&root, KDF_CODE_ENC, 256, 1, &b));
    assert_memory_not_equal(a.b, b.b, CM_KEY_LEN);
    assert_ok(kdf_derive(&root, KDF_CODE_ENC, 1, 2, &b));
    assert_memory_not_equal(a.b, b.b, CM_KEY_LEN);
}

static void hkdf_matches_rfc_5869(void **state) {
    (void)state;
    uint8_t ikm[80], salt[80], info[80], out[82];
    char text[2 * sizeof out + 1];
    memset(ikm, 0x0b, 22); /* A.1 */
    for (size_t i = 0; i < 13; i++)
        salt[i] = (uint8_t)i;
    for (size_t i = 0; i < 10; i++)
        info[i] = (uint8_t)(0xf0 + i);
    assert_ok(kdf_hkdf(slice_of(ikm, 22), slice_of(salt, 13), slice_of(info, 10), out, 42));
    hex_format(out, 42, text);
    assert_string_equal(text, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                              "34007208d5b887185865");
    assert_ok(kdf_hkdf(slice_of(ikm, 22), slice_of(NULL, 0), slice_of(NULL, 0), out, 42)); /* A.3 */
    hex_format(out, 42, text);
    assert_string_equal(text, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                              "9d201395faa4b61a96c8");
    for (size_t i = 0; i < 80; i++) { /* A.2 */
        ikm[i] = (uint8_t)i;
        salt[i] = (uint8_t)(0x60 + i);
        info[i] = (uint8_t)(0xb0 + i);
    }
    assert_ok(kdf_hkdf(slice_of(ikm, 80), slice_of(salt, 80), slice_of(info, 80), out, 82));
    hex_format(out, 82, text);
    assert_string_equal(text, "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                              "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                              "cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

static void impossible_requests_are_refused_and_leave_the_output_alone(void **state) {
    (void)state;
    const struct cm_key root = {{1}};
    struct cm_key key;
    uint8_t out[1] = {0xA5};
    memset(&key, 0xA5, sizeof key);
    assert_err(CM_E_RANGE, kdf_derive(&root, "", 1, 1, &key));
    assert_err(CM_E_RANGE, kdf_derive(&root, "a-purpose-of-thirty-three-letters", 1, 1, &key));
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        assert_int_equal(key.b[i], 0xA5);
    const struct cm_slice ikm = slice_of(root.b, sizeof root.b), none = slice_of(NULL, 0);
    assert_err(CM_E_RANGE, kdf_hkdf(ikm, none, none, out, 0));
    assert_err(CM_E_RANGE, kdf_hkdf(ikm, none, none, out, 8161)); /* RFC 5869: 255 * 32 at most */
    assert_int_equal(out[0], 0xA5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_working_key_comes_from_root_purpose_id_and_version),
        cmocka_unit_test(each_input_of_a_working_key_changes_it),
        cmocka_unit_test(hkdf_matches_rfc_5869),
        cmocka_unit_test(impossible_requests_are_refused_and_leave_the_output_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
