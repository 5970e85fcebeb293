/* Minting and opening. Expected codes: worked examples A and B of docs/design/construction.md,
 * section 13, computed by the node oracle from the text alone. */
#include "support/cm.h"
#include "support/must.h"
#include "support/scheme.h"
#include "support/splitmix.h"

#include <stdlib.h>
#include <string.h>

#include "codes/coder.h"
#include "codes/filter.h"

static struct cm_scheme_numbers example_a(void) {
    struct cm_scheme_numbers numbers = scheme_of(SYMBOLS_23, 11, 1024, 1048576);
    numbers.check = CM_CHECK_PRIME;
    numbers.attribute_n = 1;
    numbers.attribute[0] = (struct cm_radix_field){true, 8};
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    return numbers;
}

static struct cm_coder *coder_of(const struct cm_scheme_numbers *numbers, uint8_t first_byte,
                                 uint8_t key_version) {
    const struct cm_key root = counting_key(first_byte);
    struct cm_coder *coder = NULL;
    assert_ok(cm_coder_new(&coder, numbers, &root, key_version));
    return coder;
}

static void a_unit_becomes_a_code_and_opens_again(void **state) {
    (void)state;
    const struct cm_scheme_numbers numbers = example_a();
    CM_CLEANUP(coder_freep) struct cm_coder *coder = coder_of(&numbers, 0x00, 1);
    const struct cm_unit_fields unit = {.attribute = {5}, .batch = 7, .serial = 123456};
    uint8_t row[12];
    char text[13] = {0};
    assert_ok(cm_coder_mint(coder, &unit, 1, row, NULL));
    cm_coder_text(coder, row, 1, text);
    assert_string_equal(text, "PVKQPFKFT7WB"); /* example A */
    struct cm_opened opened;
    assert_ok(cm_coder_open(coder, row, 1, &opened));
    assert_int_equal(opened.result, CM_OPEN_OK);
    assert_true(opened.fields.attribute[0] == 5 && opened.fields.batch == 7);
    assert_true(opened.fields.serial == 123456);
}

static void example_b_has_every_kind_of_field(void **state) {
    (void)state;
    struct cm_scheme_numbers numbers = scheme_of(SYMBOLS_32, 16, 4096, 1000000);
    numbers.id = 258;
    numbers.check = CM_CHECK_GF32;
    numbers.attribute_n = 2;
    numbers.attribute[0] = (struct cm_radix_field){true, 500};
    numbers.attribute[1] = (struct cm_radix_field){true, 20};
    numbers.date = (struct cm_radix_field){true, 3650};
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    CM_CLEANUP(coder_freep) struct cm_coder *coder = coder_of(&numbers, 0x20, 255);
    const struct cm_unit_fields batch = {.attribute = {137, 5}, .day = 1059, .batch = 300};
    uint8_t row[17], skip = 0xA5;
    char text[18] = {0};
    assert_ok(cm_coder_mint_range(coder, &batch, 999999, 1, row, &skip));
    cm_coder_text(coder, row, 1, text);
    assert_string_equal(text, "F9XQYXG9GTGSVSAGV");
    assert_int_equal(skip, 0);
}

/* T = 2^64, where X mod T is a whole word, and T = 1, where there is no tag at all. */
static void the_extremes_of_t_go_there_and_back(void **state) {
    (void)state;
    enum { N = 2000 };
    static uint8_t rows[N * 119];
    static struct cm_opened opened[N];
    struct cm_scheme_numbers extremes[] = {
        scheme_of("01", 119, 3, 5000),                   /* T capped at 2^64 */
        scheme_of("0123456789", 6, 3, 333333),           /* T = 1 */
        scheme_of(SYMBOLS_32, 23, 1u << 24, UINT64_MAX), /* C nearly 2^88 */
    };
    for (size_t s = 0; s < CM_ARRAY_N(extremes); s++) {
        assert_ok(cm_scheme_numbers_freeze(&extremes[s], NULL));
        CM_CLEANUP(coder_freep) struct cm_coder *coder = coder_of(&extremes[s], 1, 1);
        const uint64_t first = extremes[s].serials - N;
        const struct cm_unit_fields batch = {.batch = extremes[s].batches - 1};
        assert_ok(cm_coder_mint_range(coder, &batch, first, N, rows, NULL));
        assert_ok(cm_coder_open(coder, rows, N, opened));
        for (size_t i = 0; i < N; i++) {
            assert_int_equal(opened[i].result, CM_OPEN_OK);
            assert_true(opened[i].fields.batch == batch.batch);
            assert_true(opened[i].fields.serial == first + i);
        }
    }
    assert_true(extremes[0].t_minus_1 == UINT64_MAX && extremes[1].t_minus_1 == 0);
}

static void arrays_of_any_count_equal_one_by_one(void **state) {
    (void)state;
    enum { MOST = 4097, LEN = 12 };
    static const size_t counts[] = {1, 1023, 1024, 1025, 4097};
    static uint8_t all[MOST * LEN], single[LEN];
    static struct cm_opened opened[MOST];
    const struct cm_scheme_numbers numbers = example_a();
    CM_CLEANUP(coder_freep) struct cm_coder *coder = coder_of(&numbers, 2, 9);
    for (size_t c = 0; c < CM_ARRAY_N(counts); c++) {
        struct cm_unit_fields unit = {.attribute = {c}, .batch = 1000 + c};
        assert_ok(cm_coder_mint_range(coder, &unit, 7, counts[c], all, NULL));
        assert_ok(cm_coder_open(coder, all, counts[c], opened));
        for (size_t i = 0; i < counts[c]; i++) {
            unit.serial = 7 + i;
            assert_ok(cm_coder_mint(coder, &unit, 1, single, NULL));
            assert_memory_equal(single, all + i * LEN, LEN);
            struct cm_opened one;
            assert_ok(cm_coder_open(coder, single, 1, &one));
            assert_int_equal(one.result, CM_OPEN_OK);
            assert_memory_equal(&one.fields, &opened[i].fields, sizeof one.fields);
        }
    }
}

/* All texts of a full space: every unit's code is distinct and opens to it; every other text is
 * no code. S = 10^6, C = 3 * 100,000, so T = 3: each unit owns one of three texts of its P. */
static void over_a_whole_space_exactly_the_codes_open(void **state) {
    (void)state;
    enum { SPACE = 1000000, UNITS = 300000, LEN = 6 };
    struct cm_scheme_numbers numbers = scheme_of("0123456789", LEN, 3, UNITS / 3);
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    CM_CLEANUP(coder_freep) struct cm_coder *coder = coder_of(&numbers, 3, 1);
    uint8_t *rows = must_calloc(SPACE, LEN);
    struct cm_opened *opened = must_calloc(SPACE, sizeof *opened);
    int *owner = must_calloc(SPACE, sizeof *owner);
    for (size_t i = 0; i < SPACE; i++)
        owner[i] = -1;
    for (uint64_t batch = 0; batch < 3; batch++) {
        const struct cm_unit_fields fields = {.batch = batch};
        assert_ok(cm_coder_mint_range(coder, &fields, 0, UNITS / 3, rows, NULL));
        for (size_t i = 0; i < UNITS / 3; i++) {
            size_t text = 0;
            for (size_t k = 0; k < LEN; k++)
                text = text * 10 + rows[i * LEN + k];
            assert_int_equal(owner[text], -1);
            owner[text] = (int)(batch * (UNITS / 3) + i);
        }
    }
    for (size_t text = 0; text < SPACE; text++) {
        size_t rest = text;
        for (size_t k = LEN; k > 0; k--, rest /= 10) {
            rows[text * LEN + k - 1] = (uint8_t)(rest % 10);
        }
    }
    assert_ok(cm_coder_open(coder, rows, SPACE, opened));
    for (size_t text = 0; text < SPACE; text++) {
        const struct cm_unit_fields *f = &opened[text].fields;
        const int unit =
            opened[text].result == CM_OPEN_OK ? (int)(f->batch * (UNITS / 3) + f->serial) : -1;
        assert_int_equal(unit, owner[text]);
    }
    free(rows);
    free(opened);
    free(owner);
}

static void a_wrong_check_character_is_a_typo_and_other_keys_open_nothing(void **state) {
    (void)state;
    enum { N = 1000, LEN = 12 };
    static uint8_t rows[N * LEN];
    static struct cm_opened opened[N];
    const struct cm_scheme_numbers numbers = example_a();
    CM_CLEANUP(coder_freep) struct cm_coder *coder = coder_of(&numbers, 4, 2);
    CM_CLEANUP(coder_freep) struct cm_coder *other_key = coder_of(&numbers, 5, 2);
    CM_CLEANUP(coder_freep) struct cm_coder *other_version = coder_of(&numbers, 4, 3);
    const struct cm_unit_fields batch = {.attribute = {1}, .batch = 1};
    assert_ok(cm_coder_mint_range(coder, &batch, 0, N, rows, NULL));
    struct cm_coder *const strangers[] = {other_key, other_version};
    for (size_t s = 0; s < CM_ARRAY_N(strangers); s++) {
        assert_ok(cm_coder_open(strangers[s], rows, N, opened));
        for (size_t i = 0; i < N; i++)
            assert_int_equal(opened[i].result, CM_OPEN_NONE);
    }
    for (size_t i = 0; i < N; i++) {
        uint8_t *numeral = &rows[i * LEN + i % LEN];
        const size_t other = (*numeral + (size_t)1 + i % 22) % 23, foreign = 23 + i % 233;
        *numeral = (uint8_t)(i % 2 == 0 ? other : foreign);
    }
    memset(opened, 0xA5, sizeof opened);
    assert_ok(cm_coder_open(coder, rows, N, opened));
    static const struct cm_unit_fields nothing;
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(opened[i].result, CM_OPEN_TYPO);
        assert_memory_equal(&opened[i].fields, &nothing, sizeof nothing);
    }
}

static void a_filtered_unit_is_marked_and_does_not_open(void **state) {
    (void)state;
    enum { N = 50000, LEN = 6 };
    static uint8_t rows[N * LEN], skip[N];
    static struct cm_opened opened[N];
    struct cm_scheme_numbers numbers = scheme_of("0123456789", LEN, 2, N);
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    CM_CLEANUP(coder_freep) struct cm_coder *coder = coder_of(&numbers, 6, 1);
    const struct cm_slice word = slice_text("666");
    const struct filter_options options = {.code_n = LEN, .extra = &word, .extra_n = 1};
    struct filter *filter = NULL;
    assert_ok(filter_new(&filter, &numbers.alphabet, &options, NULL));
    coder_set_filter(coder, filter);
    const struct cm_unit_fields batch = {.batch = 1};
    assert_ok(cm_coder_mint_range(coder, &batch, 0, N, rows, skip));
    assert_ok(cm_coder_open(coder, rows, N, opened));
    size_t skipped = 0;
    for (size_t i = 0; i < N; i++) {
        char text[LEN + 1] = {0};
        cm_coder_text(coder, rows + i * LEN, 1, text);
        assert_int_equal(skip[i], strstr(text, "666") != NULL);
        assert_int_equal(opened[i].result, skip[i] ? CM_OPEN_NONE : CM_OPEN_OK);
        skipped += skip[i];
    }
    assert_true(skipped > 0);
}

static void what_does_not_fit_is_refused_and_leaves_the_output_alone(void **state) {
    (void)state;
    struct cm_scheme_numbers numbers = example_a();
    CM_CLEANUP(coder_freep) struct cm_coder *coder = coder_of(&numbers, 7, 1);
    uint8_t rows[2 * 12], skip[2];
    memset(rows, 0xA5, sizeof rows);
    const struct cm_unit_fields batch = {.attribute = {7}, .batch = 1023};
    assert_err(CM_E_RANGE, cm_coder_mint_range(coder, &batch, 1048575, 2, rows, skip));
    assert_err(CM_E_RANGE, cm_coder_mint_range(coder, &batch, 1048577, 0, rows, skip));
    assert_err(CM_E_RANGE, cm_coder_mint_range(coder, &batch, UINT64_MAX, 2, rows, skip));
    const struct cm_unit_fields units[2] = {{.attribute = {7}}, {.attribute = {8}}};
    assert_err(CM_E_RANGE, cm_coder_mint(coder, units, 2, rows, skip));
    assert_err(CM_E_RANGE, cm_coder_mint_range(coder, &units[1], 0, 1, rows, skip));
    for (size_t i = 0; i < sizeof rows; i++)
        assert_int_equal(rows[i], 0xA5);
    assert_ok(cm_coder_mint_range(coder, &batch, 1048576, 0, rows, skip));

    const struct cm_key root = counting_key(0);
    struct cm_coder *none = NULL;
    assert_err(CM_E_RANGE, cm_coder_new(&none, &numbers, &root, 0));
    numbers.key_version_first = 3;
    assert_err(CM_E_RANGE, cm_coder_new(&none, &numbers, &root, 2));
    numbers.t_minus_1 = 1;
    assert_err(CM_E_CORRUPT, cm_coder_new(&none, &numbers, &root, 3));
    assert_null(none);
    cm_coder_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_becomes_a_code_and_opens_again),
        cmocka_unit_test(example_b_has_every_kind_of_field),
        cmocka_unit_test(the_extremes_of_t_go_there_and_back),
        cmocka_unit_test(arrays_of_any_count_equal_one_by_one),
        cmocka_unit_test(over_a_whole_space_exactly_the_codes_open),
        cmocka_unit_test(a_wrong_check_character_is_a_typo_and_other_keys_open_nothing),
        cmocka_unit_test(a_filtered_unit_is_marked_and_does_not_open),
        cmocka_unit_test(what_does_not_fit_is_refused_and_leaves_the_output_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
