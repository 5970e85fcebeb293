/* SHA-256 against the examples that NIST publishes for FIPS 180-4 ("SHA256.pdf", one block and
 * two blocks) and the million-a message of FIPS 180-2 appendix B.3. */
#include "support/cm.h"

#include <string.h>

#include "base/text.h"
#include "crypto/hash.h"

static void assert_hex(const struct hash256 *sum, const char *hex) {
    char got[2 * HASH_LEN + 1];
    hex_format(sum->b, HASH_LEN, got);
    assert_string_equal(got, hex);
}

static void abc_hashes_as_nist_says(void **state) {
    (void)state;
    struct hash256 sum;
    hash_sha256(slice_text("abc"), &sum);
    assert_hex(&sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void two_blocks_hash_as_nist_says_in_any_pieces(void **state) {
    (void)state;
    static const char text[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    CM_CLEANUP(hasher_freep) struct hasher *h = NULL;
    assert_ok(hasher_new(&h));
    for (size_t cut = 0; cut < sizeof text; cut++) {
        struct hash256 sum;
        assert_ok(hasher_begin(h));
        assert_ok(hasher_update(h, slice_of(text, cut)));
        assert_ok(hasher_update(h, slice_of(text + cut, sizeof text - 1 - cut)));
        assert_ok(hasher_end(h, &sum));
        assert_hex(&sum, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
}

static void a_million_a_hash_as_nist_says(void **state) {
    (void)state;
    CM_CLEANUP(hasher_freep) struct hasher *h = NULL;
    assert_ok(hasher_new(&h));
    assert_ok(hasher_begin(h));
    uint8_t block[1000];
    memset(block, 'a', sizeof block);
    for (int i = 0; i < 1000; i++)
        assert_ok(hasher_update(h, slice_of(block, sizeof block)));
    struct hash256 sum;
    assert_ok(hasher_end(h, &sum));
    assert_hex(&sum, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void both_ways_agree_on_every_length_to_300(void **state) {
    (void)state;
    uint8_t data[300];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    CM_CLEANUP(hasher_freep) struct hasher *h = NULL;
    assert_ok(hasher_new(&h));
    for (size_t len = 0; len <= sizeof data; len++) {
        struct hash256 once, stream;
        hash_sha256(slice_of(data, len), &once);
        assert_ok(hasher_begin(h));
        assert_ok(hasher_update(h, slice_of(data, len)));
        assert_ok(hasher_end(h, &stream));
        assert_memory_equal(once.b, stream.b, HASH_LEN);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(abc_hashes_as_nist_says),
        cmocka_unit_test(two_blocks_hash_as_nist_says_in_any_pieces),
        cmocka_unit_test(a_million_a_hash_as_nist_says),
        cmocka_unit_test(both_ways_agree_on_every_length_to_300),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
