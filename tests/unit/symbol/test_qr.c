/* QR codes of our own making, module for module beside libqrencode 4.1.1, which makes its own
 * codewords, places and choice of mask: all eleven sizes at all four levels, in each mode and in
 * mixtures, as full as they get and with room left. The first example's modules are printed by
 * qrencode 4.1.1: qrencode -m 0 -l M -t ASCII 01234567. */
#include "support/cm.h"

#include <qrencode.h>

#include "symbol/qr_small.h"
#include "symbol/symbol.h"

#define SIDE(version) (17u + 4u * (version))

static const char levels[] = "LMQH";
/* Bytes that levels L, M, Q, H of versions 1 to 11 hold: ISO/IEC 18004, table 7. */
static const uint16_t bytes_held[QR_SMALL_N][4] = {
    {17, 14, 11, 7},     {32, 26, 20, 14},     {53, 42, 32, 24},     {78, 62, 46, 34},
    {106, 84, 60, 44},   {134, 106, 74, 58},   {154, 122, 86, 64},   {192, 152, 108, 84},
    {230, 180, 130, 98}, {271, 213, 151, 119}, {321, 251, 177, 137},
};

static void make(const char *text, size_t len, char level, struct symbol *s) {
    const struct symbol_wish wish = {
        .kind = SYMBOL_QR, .payload = slice_of(text, len), .level = level};
    assert_ok(symbol_make(&wish, s, NULL));
}

static void assert_rows(const struct symbol *s, const uint32_t *rows) {
    for (size_t y = 0; y < s->rows; y++)
        for (size_t x = 0; x < s->width; x++)
            if (symbol_is_dark(s, x, y) != ((rows[y] >> (s->width - 1 - x) & 1u) != 0))
                fail_msg("row %zu, column %zu", y, x);
}

static void the_standards_example_is_what_another_program_draws(void **state) {
    (void)state;
    struct symbol s;
    make("01234567", 8, 'M', &s);
    assert_int_equal(s.width, 21);
    assert_string_equal(s.size, "21x21");
    static const uint32_t rows[21] = {0x1FCB7F, 0x104F41, 0x17505D, 0x17585D, 0x17575D, 0x105141,
                                      0x1FD57F, 0x001300, 0x17C97C, 0x02B52C, 0x046A9F, 0x01083C,
                                      0x03F290, 0x0017CC, 0x1FCD60, 0x1057C5, 0x17512C, 0x175920,
                                      0x175694, 0x104036, 0x1FDE94};
    assert_rows(&s, rows);
    symbol_free(&s);
}

/* ---- Beside libqrencode -----------------------------------------------------------------------
 */

static QRcode *theirs_of(const char *text, size_t len, const uint8_t *modes, unsigned level) {
    static const QRencodeMode names[] = {QR_MODE_NUM, QR_MODE_AN, QR_MODE_8};
    QRinput *input = QRinput_new2(0, (QRecLevel)level);
    assert_non_null(input);
    for (size_t from = 0, to = 0; from < len; from = to) {
        for (to = from + 1; to < len && modes[to] == modes[from];)
            to++;
        assert_int_equal(QRinput_append(input, names[modes[from]], (int)(to - from),
                                        (const unsigned char *)text + from),
                         0);
    }
    QRcode *code = QRcode_encodeInput(input);
    assert_non_null(code);
    QRinput_free(input);
    return code;
}

/* The version; 0: beyond ours. */
static unsigned assert_same(const char *text, size_t len, unsigned level) {
    static const struct qr_header headers[] = {{4, {10, 9, 8}}, {4, {12, 11, 16}}};
    struct symbol s;
    uint8_t modes[SYMBOL_PAYLOAD_MAX];
    make(text, len, levels[level], &s);
    const size_t version = (s.width - 17) / 4;
    if (version <= QR_SMALL_N) {
        assert_true(qr_plan(slice_of(text, len), &headers[version > 9], modes) > 0);
        QRcode *theirs = theirs_of(text, len, modes, level);
        assert_int_equal(theirs->width, s.width);
        for (size_t i = 0; i < s.width * s.width; i++)
            if ((theirs->data[i] & 1u) != s.modules[i])
                fail_msg("version %zu, level %c, row %zu, column %zu", version, levels[level],
                         i / s.width, i % s.width);
        QRcode_free(theirs);
    }
    symbol_free(&s);
    return version <= QR_SMALL_N ? (unsigned)version : 0;
}

/* xorshift64 (Marsaglia, 2003): the same texts in every run. */
static uint64_t draw(uint64_t *x) {
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static void fill(uint64_t *seed, const char *set, char *text, size_t len) {
    for (size_t i = 0; i < len; i++)
        text[i] = set[draw(seed) % strlen(set)];
}

static void every_size_and_level_is_as_libqrencode_makes_it(void **state) {
    (void)state;
    uint64_t seed = 1;
    char text[400];
    for (unsigned v = 1; v <= QR_SMALL_N; v++)
        for (unsigned level = 0; level < 4; level++)
            for (size_t less = 0; less < 4; less++) {
                const size_t len = bytes_held[v - 1][level] - less;
                fill(&seed, "abcdefghijklmnopqrstuvwxyz", text, len);
                assert_int_equal(assert_same(text, len, level), v);
            }
}

static void a_byte_more_takes_the_next_size(void **state) {
    (void)state;
    char text[400];
    memset(text, 'a', sizeof text);
    for (unsigned v = 1; v <= QR_SMALL_N; v++)
        for (unsigned level = 0; level < 4; level++)
            assert_int_equal(assert_same(text, bytes_held[v - 1][level] + 1u, level),
                             v < QR_SMALL_N ? v + 1 : 0);
}

static void digits_capitals_and_mixtures_are_as_libqrencode_makes_them(void **state) {
    (void)state;
    static const char *const sets[] = {
        "0123456789", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", "AB/0123456789abc", "~0Z",
        "1"};
    uint64_t seed = 2;
    char text[400];
    unsigned compared = 0;
    for (unsigned round = 0; round < 1500; round++) {
        const size_t len = 1 + draw(&seed) % (round % 3 == 0 ? 380 : 40);
        fill(&seed, sets[round % CM_ARRAY_N(sets)], text, len);
        if (assert_same(text, len, round / 5 % 4) > 0) compared++;
    }
    assert_true(compared > 1000);
}

static void assert_monotonous(char byte) {
    char text[321];
    for (unsigned v = 1; v <= QR_SMALL_N; v++)
        for (unsigned level = 0; level < 4; level++) {
            const size_t len = bytes_held[v - 1][level];
            memset(text, byte, len);
            for (size_t k = 0; k < len; k += 7)
                text[k] = 'a'; /* so that the plan takes bytes */
            (void)assert_same(text, len, level);
        }
}

/* Modules of one colour over wide areas: where runs and multiples of the finder's pattern weigh. */
static void monotonous_texts_choose_the_same_mask(void **state) {
    (void)state;
    static const char bytes[] = {0x20, 0x55, 0x33, 0x7E, 0x5D, 0x2E, 0x60, 0x77};
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_monotonous(bytes[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standards_example_is_what_another_program_draws),
        cmocka_unit_test(every_size_and_level_is_as_libqrencode_makes_it),
        cmocka_unit_test(a_byte_more_takes_the_next_size),
        cmocka_unit_test(digits_capitals_and_mixtures_are_as_libqrencode_makes_them),
        cmocka_unit_test(monotonous_texts_choose_the_same_mask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
