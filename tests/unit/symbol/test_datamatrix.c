/* DataMatrix codewords and modules. Expected values: ISO/IEC 16022:2006, 5.2.5 ("AIM" is 91 11 in
 * C40), 5.2.8 ("DATA" is 16 21 1 in EDIFACT), annex O ("123456" is 142 164 186, its correction 114
 * 25 5 88 102), table 7 (sizes). That all sizes are read and none is larger than another author's:
 * system.symbols.round_trip, system.symbols.sizes. */
#include "support/cm.h"

#include "symbol/datamatrix.h"

static const struct datamatrix_size *words_of(struct datamatrix_text text, struct buffer *words) {
    const struct datamatrix_size *size = NULL;
    assert_ok(datamatrix_words(&text, words, &size));
    assert_int_equal(words->len, size->data);
    return size;
}

static void assert_words(const char *text, const uint8_t *want, size_t n) {
    struct buffer words = BUFFER_INIT;
    (void)words_of((struct datamatrix_text){.text = slice_text(text)}, &words);
    assert_true(words.len >= n);
    assert_memory_equal(words.p, want, n);
    buffer_free(&words);
}

static void six_digits_are_three_codewords_of_a_symbol_of_ten(void **state) {
    (void)state;
    static const uint8_t want[] = {142, 164, 186};
    struct buffer words = BUFFER_INIT;
    const struct datamatrix_size *size =
        words_of((struct datamatrix_text){.text = slice_text("123456")}, &words);
    assert_int_equal(size->side, 10);
    assert_memory_equal(words.p, want, sizeof want);
    buffer_free(&words);
}

static void the_standards_example_has_the_modules_of_another_maker(void **state) {
    (void)state;
    static const uint8_t words[] = {142, 164, 186};
    /* By zint 2.11: zint -b 71 -d 123456 --filetype=txt --direct */
    static const uint16_t want[] = {0xAA8, 0xCB4, 0xC10, 0xC74, 0xC20,
                                    0x83C, 0xEC0, 0xF64, 0x9D0, 0xFFC};
    uint8_t modules[100];
    datamatrix_modules(&datamatrix_sizes()[0], words, modules);
    for (size_t i = 0; i < 100; i++) {
        if (modules[i] != (want[i / 10] >> (11 - i % 10) & 1))
            fail_msg("row %zu, column %zu", i / 10, i % 10);
    }
}

static void c40_and_edifact_say_what_the_standard_says(void **state) {
    (void)state;
    static const uint8_t aim[] = {230, 91, 11, 91, 11, 91, 11, 254};
    static const uint8_t data[] = {240, 16, 21, 1};
    assert_words("AIMAIMAIM", aim, sizeof aim);
    assert_words("DATA.DATA/DATA.DATA/DATA.DATA/", data, sizeof data);
}

static void the_end_of_a_symbol_saves_the_unlatch(void **state) {
    (void)state;
    /* C40 without an unlatch before a last letter that one codeword says, when it fills 14 x 14. */
    static const uint8_t seven[] = {230, 91, 11, 91, 11, 91, 11, 'A' + 1};
    assert_words("AIMAIMAIMA", seven, sizeof seven);
}

static void a_text_that_fills_twenty_modules_takes_no_more(void **state) {
    (void)state;
    /* Another author's choice needs 22 x 22 for these elements. */
    struct buffer words = BUFFER_INIT;
    const struct datamatrix_size *size =
        words_of((struct datamatrix_text){.text = slice_text("010950600013435210ABC123\x1D"
                                                             "21X7K2Q9"),
                                          .gs1 = true},
                 &words);
    assert_int_equal(size->side, 20);
    assert_int_equal(words.p[0], 232);
    buffer_free(&words);
}

static void sizes_hold_digits_to_the_last_pair(void **state) {
    (void)state;
    static uint8_t digits[2 * DATAMATRIX_WORDS_MAX + 2];
    memset(digits, '7', sizeof digits);
    const struct datamatrix_size *sizes = datamatrix_sizes();
    for (size_t i = 0; i < DATAMATRIX_SIZE_N; i++) {
        struct buffer words = BUFFER_INIT;
        const struct datamatrix_text text = {.text = slice_of(digits, 2u * sizes[i].data)};
        assert_ptr_equal(words_of(text, &words), &sizes[i]);
        buffer_free(&words);
    }
    struct buffer words = BUFFER_INIT;
    const struct datamatrix_size *size = NULL;
    const struct datamatrix_text one_more = {.text =
                                                 slice_of(digits, 2u * DATAMATRIX_WORDS_MAX + 1)};
    assert_err(CM_E_LIMIT, datamatrix_words(&one_more, &words, &size));
    assert_int_equal(words.len, 0);
    assert_null(size);
}

static void every_text_of_three_bytes_finds_its_words(void **state) {
    (void)state;
    for (unsigned i = 0; i < 256u * 256u; i += 7) {
        const uint8_t bytes[] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i * 31)};
        struct buffer words = BUFFER_INIT;
        const struct datamatrix_size *size =
            words_of((struct datamatrix_text){.text = slice_of(bytes, 3)}, &words);
        assert_true(size->side <= 14);
        buffer_free(&words);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(six_digits_are_three_codewords_of_a_symbol_of_ten),
        cmocka_unit_test(the_standards_example_has_the_modules_of_another_maker),
        cmocka_unit_test(c40_and_edifact_say_what_the_standard_says),
        cmocka_unit_test(the_end_of_a_symbol_saves_the_unlatch),
        cmocka_unit_test(a_text_that_fills_twenty_modules_takes_no_more),
        cmocka_unit_test(sizes_hold_digits_to_the_last_pair),
        cmocka_unit_test(every_text_of_three_bytes_finds_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
