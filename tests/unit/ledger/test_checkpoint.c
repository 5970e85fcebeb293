/* Checkpoint texts: written, read, and every text that is not one. The format's reference is C2SP
 * tlog-checkpoint and signed-note; tests/oracle/audit.mjs checks ours with node's Ed25519. */
#include "ledger/checkpoint.h"

#include <string.h>

#include "base/base64.h"
#include "crypto/secret.h"
#include "support/cm.h"

static const char origin[] = "countermark.example/workspace-1";
static const struct cm_key seed = {{1, 2, 3}};

static struct buffer written(uint64_t size) {
    struct checkpoint c = {.size = size};
    memset(c.root.b, 0xAB, HASH_LEN);
    struct buffer text = BUFFER_INIT;
    assert_ok(checkpoint_write(&text, origin, &c, &seed));
    return text;
}

static void a_checkpoint_is_three_lines_and_a_signature(void **state) {
    (void)state;
    struct buffer text = written(12345);
    static const char head[] = "countermark.example/workspace-1\n12345\n"
                               "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n"
                               "\xE2\x80\x94 countermark.example/workspace-1 ";
    assert_true(text.len > sizeof head);
    assert_memory_equal(text.p, head, sizeof head - 1);

    struct sign_public key;
    struct checkpoint got;
    sign_public_of(&seed, &key);
    assert_ok(checkpoint_read(buffer_slice(&text), origin, &key, &got));
    assert_int_equal(got.size, 12345);
    assert_int_equal(got.root.b[31], 0xAB);
    buffer_free(&text);
}

static void witnesses_may_sign_beside_us(void **state) {
    (void)state;
    struct buffer text = written(0);
    buffer_text(&text, "\xE2\x80\x94 witness.example Zm9vYmFyYmF6\n");
    struct sign_public key;
    struct checkpoint got;
    sign_public_of(&seed, &key);
    assert_ok(checkpoint_read(buffer_slice(&text), origin, &key, &got));
    buffer_free(&text);
}

static void another_key_or_origin_does_not_pass(void **state) {
    (void)state;
    struct buffer text = written(7);
    struct sign_public key;
    struct checkpoint got = {.size = 99};
    sign_public_of(&(struct cm_key){{9}}, &key);
    assert_err(CM_E_AUTH, checkpoint_read(buffer_slice(&text), origin, &key, &got));
    sign_public_of(&seed, &key);
    assert_err(CM_E_FORMAT, checkpoint_read(buffer_slice(&text), "other.example", &key, &got));
    assert_int_equal(got.size, 99);
    buffer_free(&text);
}

static void no_changed_byte_and_no_cut_text_passes(void **state) {
    (void)state;
    struct buffer text = written(1000000);
    struct sign_public key;
    struct checkpoint got;
    sign_public_of(&seed, &key);
    for (size_t i = 0; i < text.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            text.p[i] ^= (uint8_t)(1u << bit);
            const cm_err err = checkpoint_read(buffer_slice(&text), origin, &key, &got);
            if (err != CM_E_FORMAT && err != CM_E_AUTH)
                fail_msg("byte %zu bit %u: %s", i, bit, cm_err_name(err));
            text.p[i] ^= (uint8_t)(1u << bit);
        }
    }
    for (size_t len = 0; len < text.len; len++) {
        const cm_err err = checkpoint_read(slice_of(text.p, len), origin, &key, &got);
        if (err == CM_OK) fail_msg("%zu of %zu bytes passed", len, text.len);
    }
    assert_ok(checkpoint_read(buffer_slice(&text), origin, &key, &got));
    buffer_free(&text);
}

static void names_that_would_break_the_text_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"", "a b", "a\nb", "a+b", "\xC3\xA4", "a\x7F"};
    const struct checkpoint c = {.size = 1};
    struct sign_public key;
    sign_public_of(&seed, &key);
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        struct buffer text = BUFFER_INIT;
        assert_err(CM_E_ARGUMENT, checkpoint_write(&text, wrong[i], &c, &seed));
        assert_err(CM_E_ARGUMENT, checkpoint_key(&text, wrong[i], &key));
        assert_int_equal(text.len, 0);
    }
}

/* Key and note of the package documentation of golang.org/x/mod/sumdb/note. */
static const char peter[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char note[] = "If you think cryptography is the answer to your problem,\n"
                           "then you don't know what your problem is.\n";
static const char blob[] =
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=";

static void key_and_signature_are_those_of_signed_note(void **state) {
    (void)state;
    uint8_t typed[1 + SIGN_PUBLIC_LEN], signed_bytes[4 + SIGNATURE_LEN];
    struct sign_public key;
    struct signature signature;
    const struct cm_slice vkey = slice_text(peter);
    assert_ok(base64_read(slice_of(vkey.p + 22, vkey.len - 22), typed, sizeof typed));
    memcpy(key.b, typed + 1, sizeof key.b);
    struct buffer text = BUFFER_INIT;
    assert_ok(checkpoint_key(&text, "PeterNeumann", &key));
    assert_string_equal(buffer_cstr(&text), peter);
    buffer_free(&text);
    assert_ok(base64_read(slice_text(blob), signed_bytes, sizeof signed_bytes));
    memcpy(signature.b, signed_bytes + 4, sizeof signature.b);
    assert_ok(sign_check(&key, slice_text(note), &signature));
}

static int start(void **state) {
    (void)state;
    return crypto_init() == CM_OK ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_is_three_lines_and_a_signature),
        cmocka_unit_test(witnesses_may_sign_beside_us),
        cmocka_unit_test(another_key_or_origin_does_not_pass),
        cmocka_unit_test(no_changed_byte_and_no_cut_text_passes),
        cmocka_unit_test(names_that_would_break_the_text_are_refused),
        cmocka_unit_test(key_and_signature_are_those_of_signed_note),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
