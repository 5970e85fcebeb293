/* Ed25519 against RFC 8032 section 7.1, tests 1 to 3, and against tampering. */
#include "support/cm.h"

#include <string.h>

#include "base/text.h"
#include "crypto/secret.h"
#include "crypto/sign.h"

static const struct vector {
    const char *seed, *public, *message, *signature;
    size_t message_len;
} vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b",
     0},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00",
     1},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a",
     2},
};

static void rfc_8032_vectors_sign_and_check(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct cm_key seed;
        struct sign_public want_public, public;
        struct signature want, got;
        uint8_t message[2];
        assert_ok(hex_parse(slice_text(v->seed), seed.b, sizeof seed.b));
        assert_ok(hex_parse(slice_text(v->public), want_public.b, sizeof want_public.b));
        assert_ok(hex_parse(slice_text(v->signature), want.b, sizeof want.b));
        assert_ok(hex_parse(slice_text(v->message), message, v->message_len));
        sign_public_of(&seed, &public);
        assert_memory_equal(public.b, want_public.b, SIGN_PUBLIC_LEN);
        sign_make(&seed, slice_of(message, v->message_len), &got);
        assert_memory_equal(got.b, want.b, SIGNATURE_LEN);
        assert_ok(sign_check(&public, slice_of(message, v->message_len), &got));
    }
}

static void a_pair_signs_as_its_seed_does_until_it_is_wiped(void **state) {
    (void)state;
    static const struct sign_pair nothing;
    const struct cm_slice messages[] = {slice_text("ticket"), slice_text("manifest")};
    struct cm_key seed;
    struct sign_public public;
    struct sign_pair pair;
    assert_ok(hex_parse(slice_text(vectors[0].seed), seed.b, sizeof seed.b));
    sign_public_of(&seed, &public);
    sign_pair_of(&seed, &pair);
    assert_memory_equal(pair.public_key.b, public.b, SIGN_PUBLIC_LEN);
    for (size_t i = 0; i < CM_ARRAY_N(messages); i++) {
        struct signature by_pair, by_seed;
        sign_pair_make(&pair, messages[i], &by_pair);
        sign_make(&seed, messages[i], &by_seed);
        assert_memory_equal(by_pair.b, by_seed.b, SIGNATURE_LEN);
    }
    sign_pair_wipe(&pair);
    assert_memory_equal(&pair, &nothing, sizeof pair);
}

static void any_flipped_bit_of_signature_or_key_is_refused(void **state) {
    (void)state;
    const struct cm_key seed = {{1}};
    const struct cm_slice message = slice_text("checkpoint");
    struct sign_public public;
    struct signature good;
    sign_public_of(&seed, &public);
    sign_make(&seed, message, &good);
    for (size_t bit = 0; bit < 8u * SIGNATURE_LEN; bit++) {
        struct signature bad = good;
        bad.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_err(CM_E_AUTH, sign_check(&public, message, &bad));
    }
    for (size_t bit = 0; bit < 8u * SIGN_PUBLIC_LEN; bit++) {
        struct sign_public other = public;
        other.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_err(CM_E_AUTH, sign_check(&other, message, &good));
    }
    assert_err(CM_E_AUTH, sign_check(&public, slice_text("checkpoinT"), &good));
}

static int setup(void **state) {
    (void)state;
    return crypto_init() == CM_OK ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_8032_vectors_sign_and_check),
        cmocka_unit_test(a_pair_signs_as_its_seed_does_until_it_is_wiped),
        cmocka_unit_test(any_flipped_bit_of_signature_or_key_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
