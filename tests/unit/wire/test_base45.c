/* Base45 against the examples of RFC 9285 and over every text of up to three characters. */
#include "support/cm.h"

#include "wire/base45.h"

static void text_is(const void *bytes, size_t len, const char *text) {
    struct buffer out = BUFFER_INIT;
    uint8_t back[32] = {0};
    size_t n = 0;
    base45_put(&out, slice_of(bytes, len));
    assert_ok(buffer_err(&out));
    assert_true(slice_equal(buffer_slice(&out), slice_text(text)));
    assert_int_equal(out.len, BASE45_LEN(len));
    assert_ok(base45_read(buffer_slice(&out), back, sizeof back, &n));
    assert_int_equal(n, len);
    assert_memory_equal(back, bytes, len);
    buffer_free(&out);
}

/* RFC 9285 sections 4.3 and 4.4. */
static void the_examples_of_the_standard_hold(void **state) {
    (void)state;
    text_is("AB", 2, "BB8");
    text_is("Hello!!", 7, "%69 VD92EX0");
    text_is("base-45", 7, "UJCLQE7W581");
    text_is("ietf!", 5, "QED8WEX0");
    text_is("", 0, "");
    text_is("\xFF\xFF", 2, "FGW");
}

static void refused(const char *text) {
    uint8_t out[8];
    size_t n = 77;
    memset(out, 0xA5, sizeof out);
    assert_err(CM_E_FORMAT, base45_read(slice_text(text), out, sizeof out, &n));
    assert_int_equal(n, 77);
    for (size_t i = 0; i < sizeof out; i++)
        assert_true(out[i] == 0xA5 || out[i] == 0); /* untouched or wiped */
}

/* RFC 9285 section 6: such texts must be refused. */
static void what_no_bytes_have_is_refused(void **state) {
    (void)state;
    refused("GGW");  /* 65536 */
    refused(":::");  /* 91124 */
    refused("::");   /* one byte: 2024 */
    refused("V5");   /* 255 + 1 */
    refused("B");    /* no length of bytes */
    refused("BB8B"); /* one character too many */
    refused("bb8");
    refused("BB_");
    refused("BB8\xC3\xA4");
    refused("BB8BB");
}

static void room_is_never_overrun(void **state) {
    (void)state;
    uint8_t out[4] = {1, 2, 3, 4};
    size_t n = 0;
    assert_err(CM_E_LIMIT, base45_read(slice_text("BB8BB8"), out, 3, &n));
    assert_int_equal(out[3], 4);
    assert_ok(base45_read(slice_text("BB8BB8"), out, 4, &n));
    assert_int_equal(n, 4);
}

/* Over all texts of two and three characters: each is read as exactly the bytes that write it. */
static void every_short_text_is_one_encoding_or_none(void **state) {
    (void)state;
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    unsigned read = 0;
    for (unsigned i = 0; i < 45 * 45 * 46; i++) {
        char text[3] = {digits[i % 45], digits[i / 45 % 45], digits[i / 2025 % 45]};
        const size_t len = i < 45 * 45 * 45 ? 3 : 2;
        uint8_t bytes[2];
        size_t n = 0;
        if (base45_read(slice_of(text, len), bytes, sizeof bytes, &n) != CM_OK) continue;
        struct buffer again = BUFFER_INIT;
        base45_put(&again, slice_of(bytes, n));
        assert_true(slice_equal(buffer_slice(&again), slice_of(text, len)));
        buffer_free(&again);
        read++;
    }
    assert_int_equal(read, 65536 + 256);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_hold),
        cmocka_unit_test(what_no_bytes_have_is_refused),
        cmocka_unit_test(room_is_never_overrun),
        cmocka_unit_test(every_short_text_is_one_encoding_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
