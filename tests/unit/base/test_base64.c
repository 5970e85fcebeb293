/* Base64 against the test vectors of RFC 4648 section 10, and every text that stands for the same
 * bytes but is not the one text. */
#include "base/base64.h"

#include <string.h>

#include "support/cm.h"

static const char *const vectors[][2] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

static void the_vectors_of_rfc_4648_hold_both_ways(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(vectors); i++) {
        struct buffer text = BUFFER_INIT;
        uint8_t bytes[6] = {0};
        const struct cm_slice want = slice_text(vectors[i][0]);
        base64_put(&text, want);
        assert_string_equal(buffer_cstr(&text), vectors[i][1]);
        assert_ok(base64_read(buffer_slice(&text), bytes, want.len));
        assert_memory_equal(bytes, vectors[i][0], want.len);
        buffer_free(&text);
    }
}

static void a_text_of_any_length_is_read_behind_what_is_there(void **state) {
    (void)state;
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "====", "Zg==Zg==", "Zh==", "Zg=a", "Zm9v!"};
    for (size_t i = 0; i < CM_ARRAY_N(vectors); i++) {
        struct buffer got = BUFFER_INIT;
        buffer_text(&got, ">");
        assert_ok(base64_get(slice_text(vectors[i][1]), &got));
        assert_int_equal(got.len, 1 + strlen(vectors[i][0]));
        assert_memory_equal(got.p + 1, vectors[i][0], got.len - 1);
        buffer_free(&got);
    }
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct buffer got = BUFFER_INIT;
        assert_err(CM_E_FORMAT, base64_get(slice_text(bad[i]), &got));
        assert_int_equal(got.len, 0);
        buffer_free(&got);
    }
}

static void every_byte_comes_back(void **state) {
    (void)state;
    uint8_t all[256], got[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    for (size_t len = 250; len <= sizeof all; len++) {
        struct buffer text = BUFFER_INIT;
        base64_put(&text, slice_of(all, len));
        assert_ok(buffer_err(&text));
        assert_ok(base64_read(buffer_slice(&text), got, len));
        assert_memory_equal(got, all, len);
        buffer_free(&text);
    }
}

static void other_texts_for_the_same_bytes_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } wrong[] = {{"Zg=", 1},   {"Zg", 1},   {"Zh==", 1},   {"Zm9=", 2},  {"Zm8", 2},
                 {"Zm9v", 2},  {"Zg==", 2}, {"Zm8=", 3},   {"Z===", 1},  {"====", 1},
                 {"Zm9v", 4},  {"Z-9v", 3}, {"Zm_v", 3},   {"Zm9\n", 3}, {"=m9v", 3},
                 {"Zm9v ", 3}, {"Zg=A", 1}, {"Zm9vZg", 4}, {"", 1},      {"Zm9vZm9=", 6}};
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        uint8_t out[8];
        memset(out, 0xA5, sizeof out);
        assert_err(CM_E_FORMAT, base64_read(slice_text(wrong[i].text), out, wrong[i].len));
        for (size_t b = 0; b < sizeof out; b++)
            assert_int_equal(out[b], 0xA5);
    }
    static const uint8_t nul[4] = {'Z', 0, '9', 'v'};
    uint8_t out[3];
    assert_err(CM_E_FORMAT, base64_read(slice_of(nul, sizeof nul), out, sizeof out));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc_4648_hold_both_ways),
        cmocka_unit_test(a_text_of_any_length_is_read_behind_what_is_there),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(other_texts_for_the_same_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
