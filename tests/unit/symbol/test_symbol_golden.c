/* Whole symbols against another author's: SHA-256 (its first 8 bytes) of the modules, a byte each,
 * that zint 2.11 draws of the same text, as `zint --dump` gives them: -b 92 -d TEXT for Aztec,
 * -b 71 --square -d TEXT for DataMatrix, with --binary -i FILE for bytes. Texts are of a kind that
 * has one shortest way, so the modules must be the same: codes, words, correction over every
 * field, mode message, reference grid, blocks, placement, pads and chance. */
#include "support/cm.h"

#include "base/macros.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "symbol/aztec.h"
#include "symbol/datamatrix.h"

#define SHOWN 8u /* bytes of a hash */

static void assert_modules(const char *what, size_t n, struct cm_slice modules, const char *want) {
    struct hash256 hash;
    char is[2 * SHOWN + 1];
    hash_sha256(modules, &hash);
    hex_format(hash.b, SHOWN, is);
    if (strcmp(is, want) != 0) fail_msg("%s of %zu: %s, not %s", what, n, is, want);
}

static struct cm_slice letters(size_t n) {
    static const char word[] = "COUNTERMARK";
    static uint8_t text[3067];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)word[i % (sizeof word - 1)];
    return slice_of(text, n);
}

struct golden {
    size_t n, side;
    const char *hash;
};

/* Words of 6, 8, 10 and 12 bits, compact and full, with one line of the reference grid and more. */
static void aztec_codes_are_another_makers_module_by_module(void **state) {
    (void)state;
    static const struct golden cases[] = {
        {13, 15, "df3a54af62adbcac"},    {14, 19, "2fcef5646f3d2364"},
        {60, 27, "8f7b308b9c1cd411"},    {200, 45, "164b6f468ad707c1"},
        {500, 67, "08ad1de5a0ba4bbd"},   {950, 87, "2452d27969a4abf3"},
        {1500, 109, "abd524a2ae06a8ca"}, {1700, 117, "e782e4f639eb6ce3"},
        {2200, 131, "525fbdc424cf457f"}, {2700, 143, "e13dc4a163695675"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct buffer bits = BUFFER_INIT, modules = BUFFER_INIT;
        size_t side = 0;
        assert_ok(aztec_bits(&(struct aztec_text){.text = letters(cases[i].n)}, &bits));
        assert_ok(aztec_modules(buffer_slice(&bits), &modules, &side));
        assert_int_equal(side, cases[i].side);
        assert_modules("letters", cases[i].n, buffer_slice(&modules), cases[i].hash);
        buffer_free(&bits);
        buffer_free(&modules);
    }
}

static void assert_datamatrix(const char *what, struct cm_slice text, const struct golden *want) {
    static uint8_t modules[DATAMATRIX_MODULES_MAX];
    struct buffer words = BUFFER_INIT;
    const struct datamatrix_size *size = NULL;
    assert_ok(datamatrix_words(&(struct datamatrix_text){.text = text}, &words, &size));
    assert_int_equal(size->side, want->side);
    datamatrix_modules(size, words.p, modules);
    assert_modules(what, want->n, slice_of(modules, want->side * want->side), want->hash);
    buffer_free(&words);
}

/* One region and more, one block and more. */
static void datamatrix_codes_are_another_makers_module_by_module(void **state) {
    (void)state;
    static const struct golden cases[] = {
        {4, 12, "ca3096a025055cf8"},   {24, 18, "3dc517bd6936925d"},
        {100, 36, "bc7ae5575c04c91a"}, {400, 64, "d78b3c0cd452ccf7"},
        {800, 88, "e636a2933fcf75e9"}, {1400, 120, "31a5122802169e40"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++)
        assert_datamatrix("letters", letters(cases[i].n), &cases[i]);
}

/* Base 256: lengths of one codeword and of two, hidden by chance; the largest size, whose blocks
 * are of two lengths. */
static void datamatrix_bytes_are_another_makers_module_by_module(void **state) {
    (void)state;
    static const struct golden cases[] = {
        {15, 18, "182dd5bf204de4d6"},    {249, 64, "b09f5fb602578af4"},
        {250, 64, "16d27baa1d15ea1e"},   {1000, 120, "5db0d5307f396818"},
        {1500, 144, "7d30909812e2dcb3"},
    };
    static uint8_t bytes[1500];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(128 + i * 37 % 128);
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++)
        assert_datamatrix("bytes", slice_of(bytes, cases[i].n), &cases[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aztec_codes_are_another_makers_module_by_module),
        cmocka_unit_test(datamatrix_codes_are_another_makers_module_by_module),
        cmocka_unit_test(datamatrix_bytes_are_another_makers_module_by_module),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
