/* Many short hashes at once: NIST's examples for FIPS 180-4 in every lane, and every length and
 * count against OpenSSL, one by one. */
#include "crypto/hash_many.h"

#include "base/text.h"
#include "support/cm.h"
#include "support/splitmix.h"

#define MANY   70u
#define STRIDE 128u

static uint8_t rows[MANY][STRIDE];

static void nist_examples_hash_alike_in_every_lane(void **state) {
    (void)state;
    static const char *const text[] = {"abc",
                                       "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"};
    static const char *const sum[] = {
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"};
    CM_CLEANUP(hasher_freep) struct hasher *hasher = NULL;
    assert_ok(hasher_new(&hasher));
    for (size_t k = 0; k < CM_ARRAY_N(text); k++) {
        struct hash256 out[MANY];
        const struct hash_messages m = {
            .first = rows[0], .len = strlen(text[k]), .stride = STRIDE, .n = MANY};
        for (size_t i = 0; i < MANY; i++)
            memcpy(rows[i], text[k], m.len);
        assert_ok(hash_many(hasher, &m, out));
        for (size_t i = 0; i < MANY; i++) {
            char got[2 * HASH_LEN + 1];
            hex_format(out[i].b, HASH_LEN, got);
            assert_string_equal(got, sum[k]);
        }
    }
}

static void every_length_and_count_hashes_as_one_by_one(void **state) {
    (void)state;
    uint64_t seed = 1;
    CM_CLEANUP(hasher_freep) struct hasher *hasher = NULL;
    assert_ok(hasher_new(&hasher));
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i / STRIDE][i % STRIDE] = (uint8_t)splitmix_next(&seed);
    for (size_t len = 0; len <= HASH_MANY_LEN_MAX; len++) {
        struct hash256 out[MANY + 1], want;
        const size_t n = len % (MANY + 1);
        const struct hash_messages m = {.first = rows[0], .len = len, .stride = STRIDE, .n = n};
        memset(out, 0xA5, sizeof out);
        assert_ok(hash_many(hasher, &m, out));
        for (size_t i = 0; i < n; i++) {
            assert_ok(hasher_begin(hasher));
            assert_ok(hasher_update(hasher, slice_of(rows[i], len)));
            assert_ok(hasher_end(hasher, &want));
            assert_memory_equal(out[i].b, want.b, HASH_LEN);
        }
        assert_int_equal(out[n].b[0], 0xA5); /* not one more */
    }
}

static void a_message_of_three_blocks_is_refused(void **state) {
    (void)state;
    struct hash256 out;
    CM_CLEANUP(hasher_freep) struct hasher *hasher = NULL;
    assert_ok(hasher_new(&hasher));
    const struct hash_messages m = {
        .first = rows[0], .len = HASH_MANY_LEN_MAX + 1, .stride = STRIDE, .n = 1};
    assert_err(CM_E_ARGUMENT, hash_many(hasher, &m, &out));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nist_examples_hash_alike_in_every_lane),
        cmocka_unit_test(every_length_and_count_hashes_as_one_by_one),
        cmocka_unit_test(a_message_of_three_blocks_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
