/* AES-256-CMAC. Vectors: NIST SP 800-38B, appendix D.3 (examples 9 to 12). */
#include "support/cm.h"
#include "support/splitmix.h"

#include <string.h>

#include "base/text.h"
#include "crypto/cmac.h"

/* Appendix D.3: the key, and the message of which the examples take 0, 16, 40 and 64 bytes. */
#define D3_KEY "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
#define D3_MESSAGE                                                                                 \
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"                             \
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"

static struct cmac *d3_cmac(void) {
    struct cm_key key;
    assert_ok(hex_parse(slice_text(D3_KEY), key.b, sizeof key.b));
    struct cmac *cmac = NULL;
    assert_ok(cmac_new(&cmac, &key));
    return cmac;
}

static void a_block_becomes_its_tag(void **state) {
    (void)state;
    CM_CLEANUP(cmac_freep) struct cmac *cmac = d3_cmac();
    uint8_t block[CMAC_LEN];
    char text[2 * CMAC_LEN + 1];
    assert_ok(hex_parse(slice_text("6bc1bee22e409f96e93d7e117393172a"), block, sizeof block));
    assert_ok(cmac_blocks(cmac, block, 1));
    hex_format(block, sizeof block, text);
    assert_string_equal(text, "28a7023f452e8f82bd4bf28d8c37c35c"); /* example 10 */
}

static void messages_of_any_length_match_the_nist_examples(void **state) {
    (void)state;
    static const struct {
        size_t len;
        const char *tag;
    } example[] = {
        {0, "028962f61b7bf89efc6b551f4667d983"},
        {16, "28a7023f452e8f82bd4bf28d8c37c35c"},
        {40, "aaf3d8f1de5640c232f5b169b9c911e6"},
        {64, "e1992190549f6ed5696a2c056c315410"},
    };
    CM_CLEANUP(cmac_freep) struct cmac *cmac = d3_cmac();
    uint8_t message[64], tag[CMAC_LEN];
    char text[2 * CMAC_LEN + 1];
    assert_ok(hex_parse(slice_text(D3_MESSAGE), message, sizeof message));
    for (size_t i = 0; i < CM_ARRAY_N(example); i++) {
        assert_ok(cmac_message(cmac, slice_of(message, example[i].len), tag));
        hex_format(tag, sizeof tag, text);
        assert_string_equal(text, example[i].tag);
    }
}

static void an_array_gives_what_its_blocks_give_one_by_one(void **state) {
    (void)state;
    enum { N = 1025 };
    static uint8_t blocks[N * CMAC_LEN], before[N * CMAC_LEN];
    uint64_t seed = 2;
    for (size_t i = 0; i < sizeof blocks; i++)
        blocks[i] = (uint8_t)splitmix_next(&seed);
    memcpy(before, blocks, sizeof blocks);
    CM_CLEANUP(cmac_freep) struct cmac *cmac = d3_cmac();
    assert_ok(cmac_blocks(cmac, blocks, N));
    for (size_t i = 0; i < N; i++) {
        uint8_t tag[CMAC_LEN];
        assert_ok(cmac_message(cmac, slice_of(before + i * CMAC_LEN, CMAC_LEN), tag));
        assert_memory_equal(tag, blocks + i * CMAC_LEN, CMAC_LEN);
    }
    assert_ok(cmac_blocks(cmac, blocks, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_becomes_its_tag),
        cmocka_unit_test(messages_of_any_length_match_the_nist_examples),
        cmocka_unit_test(an_array_gives_what_its_blocks_give_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
