/* The nine FF1 samples of NIST, read from tests/vectors/nist_ff1_samples.json (source in there). */
#include "support/cm.h"

#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "crypto/ff1.h"
#include "crypto/kernels.h"

#define SAMPLE_MAX 64u /* numerals or bytes of any sample */

static struct cm_slice hex_field(json_t *sample, const char *name, uint8_t *out) {
    const char *text = json_string_value(json_object_get(sample, name));
    assert_non_null(text);
    const size_t len = strlen(text) / 2;
    assert_true(len <= SAMPLE_MAX);
    assert_ok(hex_parse(slice_text(text), out, len));
    return slice_of(out, len);
}

static size_t numerals_field(json_t *sample, const char *name, uint8_t *out) {
    json_t *list = json_object_get(sample, name);
    const size_t n = json_array_size(list);
    assert_true(n > 0 && n <= SAMPLE_MAX);
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)json_integer_value(json_array_get(list, i));
    }
    return n;
}

static void check_sample(json_t *sample) {
    uint8_t key[SAMPLE_MAX], tweak[SAMPLE_MAX], plain[SAMPLE_MAX], cipher[SAMPLE_MAX];
    uint8_t row[SAMPLE_MAX];
    const size_t n = numerals_field(sample, "pt", plain);
    assert_int_equal(numerals_field(sample, "ct", cipher), n);
    const struct ff1_params params = {
        .radix = (uint16_t)json_integer_value(json_object_get(sample, "radix")),
        .n = (uint8_t)n,
        .tweak = hex_field(sample, "tweak", tweak),
        .key = hex_field(sample, "key", key),
    };
    CM_CLEANUP(ff1_freep) struct ff1 *ff1 = NULL;
    assert_ok(ff1_new(&ff1, &params));
    for (size_t k = 0; kernels_ff1(k) != NULL; k++) {
        if (ff1_use_kernel(ff1, kernels_ff1(k)) != CM_OK) continue; /* 36^10 is too wide for it */
        memcpy(row, plain, n);
        assert_ok(ff1_numerals_encrypt(ff1, row, 1, n));
        assert_memory_equal(row, cipher, n);
        assert_ok(ff1_numerals_decrypt(ff1, row, 1, n));
        assert_memory_equal(row, plain, n);
    }
}

static void all_nine_nist_samples_hold_both_ways_in_every_kernel(void **state) {
    (void)state;
    json_error_t error;
    json_t *root = json_load_file(CM_SOURCE_DIR "/tests/vectors/nist_ff1_samples.json", 0, &error);
    assert_non_null(root);
    json_t *samples = json_object_get(root, "vectors");
    assert_int_equal(json_array_size(samples), 9);
    for (size_t i = 0; i < 9; i++)
        check_sample(json_array_get(samples, i));
    json_decref(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_nine_nist_samples_hold_both_ways_in_every_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
