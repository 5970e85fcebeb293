/* The loops of this processor against the portable ones, byte for byte, on sound and hostile rows;
 * on a processor without kernels both are the same. Bytes around what is written must survive. */
#include "support/cm.h"
#include "support/scheme.h"
#include "support/splitmix.h"

#include <stdlib.h>
#include <string.h>

#include "codes/kernels.h"

#define ROWS_N 67u
#define STRIDE (CM_LENGTH_MAX + 3u)
#define LEN    (ROWS_N * STRIDE)
#define GUARD  0xA5u

static uint8_t rows[LEN], portable_out[LEN], kernel_out[LEN];
static uint8_t portable_wrong[ROWS_N], kernel_wrong[ROWS_N];

/* Mostly below the radix; every eighth row may hold anything. */
static void fill(uint8_t radix, uint64_t seed) {
    for (size_t i = 0; i < LEN; i++) {
        const uint64_t x = splitmix_next(&seed);
        rows[i] = i / STRIDE % 8 == 7 ? (uint8_t)(x >> 8) : (uint8_t)(x % radix);
    }
}

static void hold_taking(const struct check_table *portable, const struct check_table *table,
                        size_t stride) {
    memset(portable_out, (int)GUARD, LEN);
    memset(kernel_out, (int)GUARD, LEN);
    check_take(portable, rows, ROWS_N, stride, portable_out, portable_wrong);
    check_take(table, rows, ROWS_N, stride, kernel_out, kernel_wrong);
    assert_memory_equal(kernel_out, portable_out, LEN);
    assert_memory_equal(kernel_wrong, portable_wrong, ROWS_N);
}

/* Both ways with one table; every other row gets its right check numeral first. */
static void hold_check(const struct check_table *table) {
    struct check_table portable = *table;
    portable.lanes = NULL;
    fill(table->radix, table->length);
    memcpy(portable_out, rows, LEN);
    memcpy(kernel_out, rows, LEN);
    check_append(&portable, portable_out, ROWS_N, STRIDE);
    check_append(table, kernel_out, ROWS_N, STRIDE);
    for (size_t i = 0; i < ROWS_N; i++) /* what a foreign numeral adds up to means nothing */
        if (i % 8 != 7)
            assert_memory_equal(kernel_out + i * STRIDE, portable_out + i * STRIDE, STRIDE);
    for (size_t i = 0; i < ROWS_N; i += 2)
        memcpy(rows + i * STRIDE, portable_out + i * STRIDE, STRIDE);
    hold_taking(&portable, table, STRIDE);
    hold_taking(&portable, table, (size_t)table->length + check_n(table->kind));
}

static void check_characters_agree_for_every_size_and_length(void **state) {
    (void)state;
    for (unsigned radix = CM_ALPHABET_MIN; radix <= CM_ALPHABET_MAX; radix++) {
        for (unsigned length = 1; length <= CM_LENGTH_MAX; length++) {
            struct check_table table;
            enum cm_check kind = CM_CHECK_NONE;
            assert_ok(check_table_init(&table, kind, (uint8_t)radix, (uint8_t)length, NULL));
            hold_check(&table);
            if (cm_check_kind_for((uint8_t)radix, &kind) != CM_OK) continue;
            assert_ok(check_table_init(&table, kind, (uint8_t)radix, (uint8_t)length, NULL));
            hold_check(&table);
        }
    }
}

static void a_foreign_numeral_is_wrong_wherever_it_stands(void **state) {
    (void)state;
    struct check_table table;
    assert_ok(check_table_init(&table, CM_CHECK_PRIME, 23, 12, NULL));
    for (size_t place = 0; place <= 12; place++) {
        for (unsigned numeral = 0; numeral < 256; numeral++) {
            uint8_t row[13] = {0}, out[13], wrong = GUARD; /* zeros fit */
            row[place] = (uint8_t)numeral;
            check_take(&table, row, 1, sizeof row, out, &wrong);
            assert_int_equal(wrong, numeral != 0);
            assert_int_equal(out[place], numeral < 23 ? numeral : 0);
        }
    }
}

static void hold_text(text_fn *text, const struct cm_alphabet *a) {
    char texts[LEN];
    for (size_t len = 0; len < LEN; len += len < 200 ? 1 : 997) {
        memset(texts, (int)GUARD, sizeof texts);
        text(a->symbols, a->n, rows, len, texts);
        for (size_t i = 0; i < len; i++)
            assert_int_equal(texts[i], rows[i] < a->n ? a->symbols[rows[i]] : '?');
        for (size_t i = len; i < LEN && i < len + 64; i++)
            assert_int_equal((uint8_t)texts[i], GUARD);
    }
}

static void texts_agree_with_the_alphabet(void **state) {
    (void)state;
    const char *const alphabets[] = {SYMBOLS_23, SYMBOLS_32, "01"};
    for (size_t k = 0; k < CM_ARRAY_N(alphabets); k++) {
        struct cm_alphabet a;
        assert_ok(cm_alphabet_init(&a, slice_text(alphabets[k]), NULL));
        fill(a.n, k);
        for (size_t n = 0; kernels_text(n) != NULL; n++)
            hold_text(kernels_text(n), &a);
    }
}

/* Grouping, one symbol at a time. Returns what was written. */
static size_t group_slowly(const struct grouping *g, size_t code_n, const char *text, char *out) {
    size_t group = 0, left = g->size[0] == 0 ? code_n : g->size[0], at = 0;
    for (size_t i = 0; i < code_n; i++) {
        if (left == 0) {
            out[at++] = g->separator;
            left = g->size[++group];
        }
        out[at++] = text[i];
        left--;
    }
    return at;
}

static void groups_agree_and_leave_their_neighbours_alone(void **state) {
    (void)state;
    char texts[3 * (CM_LENGTH_MAX + 1)], got[3 * 140], want[3 * 140];
    for (size_t i = 0; i < sizeof texts; i++)
        texts[i] = (char)('A' + i % 26);
    for (unsigned code_n = 1; code_n <= CM_LENGTH_MAX + 1u; code_n++) {
        struct grouping g = grouping_default((uint8_t)code_n);
        if (code_n > 40) g = (struct grouping){{20, 20, (uint8_t)(code_n - 40)}, ' '};
        memset(got, (int)GUARD, sizeof got);
        memset(want, (int)GUARD, sizeof want);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(group_slowly(&g, code_n, texts + i * code_n, want + i * 140),
                             grouping_text_len(&g, (uint8_t)code_n));
        grouping_slots(&g, (uint8_t)code_n, texts, 3, got, 140);
        assert_memory_equal(got, want, sizeof got);
    }
}

/* A text upside down, as construction.md section 9 says it. */
static bool turns_into_another(const struct cm_alphabet *a, const uint8_t *row, size_t row_n) {
    static const char from[] = "08HINOSXZ69MW", to[] = "08HINOSXZ96WM";
    bool differs = false;
    for (size_t i = 0; i < row_n; i++) {
        const char *const at = strchr(from, a->symbols[row[i]]);
        if (at == NULL || strchr(a->symbols, to[at - from]) == NULL) return false;
        differs = differs || to[at - from] != a->symbols[row[row_n - 1 - i]];
    }
    return differs;
}

/* Returns how many rows turn into another. */
static unsigned hold_turning(const struct cm_alphabet *a, size_t row_n) {
    struct rotation rotation;
    unsigned hit_n = 0;
    rotation_init(&rotation, a);
    fill(a->n, row_n);
    memset(kernel_wrong, 0, sizeof kernel_wrong);
    kernel_wrong[1] = 1; /* stays, whatever the row is */
    rotation_rows(&rotation, rows, ROWS_N, STRIDE, row_n, kernel_wrong);
    for (size_t i = 0; i < ROWS_N; i++) {
        if (i % 8 == 7) continue;
        const bool want = turns_into_another(a, rows + i * STRIDE, row_n);
        assert_int_equal(kernel_wrong[i], want || i == 1);
        hit_n += want;
    }
    return hit_n;
}

static void rows_turn_as_the_rule_says(void **state) {
    (void)state;
    const char *const alphabets[] = {"0869", "ABH8WM6", SYMBOLS_23};
    unsigned hit_n = 0;
    for (size_t k = 0; k < CM_ARRAY_N(alphabets); k++) {
        struct cm_alphabet a;
        assert_ok(cm_alphabet_init(&a, slice_text(alphabets[k]), NULL));
        for (size_t row_n = 1; row_n <= CM_LENGTH_MAX; row_n++)
            hit_n += hold_turning(&a, row_n);
    }
    assert_true(hit_n > 1000);
}

/* A text of symbols with separators, look-alikes and, seldom, something foreign in it. */
static size_t type(const struct cm_alphabet *a, unsigned code_n, uint64_t *seed, uint8_t *text) {
    static const uint8_t odd[] = {' ', '-', '.', '0', 'o', 'l', '_', '\t', 0x7F, 0x80, 0xC3, 0xFF};
    const uint64_t kind = splitmix_next(seed) % 8;
    const size_t n = code_n + (kind == 0 ? splitmix_next(seed) % 3 : 1) - 1;
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t x = splitmix_next(seed);
        if (kind >= 4 && x % 5 == 0) text[len++] = odd[(x >> 8) % (kind == 7 ? sizeof odd : 3)];
        text[len++] = (uint8_t)a->symbols[(x >> 16) % a->n];
    }
    return len;
}

/* A middle dot is deleted like any separator, but only the careful way knows it. */
static enum normalised read_carefully(const struct normaliser *reader, const uint8_t *text,
                                      size_t len, uint8_t *row) {
    uint8_t dotted[512];
    memcpy(dotted, text, len);
    memcpy(dotted + len, "\xC2\xB7", 2);
    return normalise(reader, slice_of(dotted, len + 2), row);
}

static void texts_read_the_quick_way_mean_the_same(void **state) {
    (void)state;
    uint64_t seed = 5;
    unsigned good = 0, all = 0;
    struct cm_alphabet a;
    assert_ok(cm_alphabet_by_name(&a, slice_text("default"), NULL));
    for (unsigned code_n = 1; code_n <= CM_LENGTH_MAX + 1u; code_n++) {
        struct normaliser reader;
        static uint8_t text[ROWS_N][256];
        uint8_t row[CM_LENGTH_MAX + 1u];
        struct cm_slice texts[ROWS_N];
        assert_ok(normaliser_init(&reader, &a, (uint8_t)code_n, 1, NULL));
        for (size_t i = 0; i < ROWS_N; i++)
            texts[i] = slice_of(text[i], type(&a, code_n, &seed, text[i]));
        memset(kernel_out, (int)GUARD, LEN);
        normalise_rows(&reader, texts, ROWS_N, kernel_out, STRIDE, kernel_wrong);
        for (size_t i = 0; i < ROWS_N; i++) {
            const enum normalised want = read_carefully(&reader, text[i], texts[i].len, row);
            assert_int_equal(kernel_wrong[i], want);
            assert_memory_equal(kernel_out + i * STRIDE, row, code_n);
            assert_int_equal(kernel_out[i * STRIDE + code_n], GUARD);
            assert_int_equal(normalise(&reader, texts[i], kernel_out + i * STRIDE), want);
            assert_memory_equal(kernel_out + i * STRIDE, row, code_n);
            good += want == NORMALISED_OK;
            all++;
        }
    }
    assert_in_range(good, all / 4, all - all / 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_characters_agree_for_every_size_and_length),
        cmocka_unit_test(a_foreign_numeral_is_wrong_wherever_it_stands),
        cmocka_unit_test(texts_agree_with_the_alphabet),
        cmocka_unit_test(groups_agree_and_leave_their_neighbours_alone),
        cmocka_unit_test(rows_turn_as_the_rule_says),
        cmocka_unit_test(texts_read_the_quick_way_mean_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
