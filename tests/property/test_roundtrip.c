/* What must hold for every scheme there can be: a unit's printed text, as a person types it, opens
 * to the same unit and to nothing under another key; texts of different units differ.
 * Schemes are random within the construction's limits; the whole loop is the library's own, so the
 * expected values are the units themselves. Agreement with a second hand: tests/oracle. */
#include "support/cm.h"
#include "support/must.h"
#include "support/prove.h"
#include "support/scheme.h"
#include "support/splitmix.h"

#include <stdlib.h>
#include <string.h>

#include "codes/check.h"
#include "codes/coder.h"
#include "codes/group.h"
#include "codes/normalise.h"
#include "codes/pack.h"

#define UNITS       64u /* of one scheme */
#define TEXT_CAP    (2u * (CM_LENGTH_MAX + 1u) + CM_GROUPS_MAX)
#define ALL_SYMBOLS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!?"

static uint64_t below(uint64_t *seed, uint64_t n) { return splitmix_next(seed) % n; }

/* Any alphabet of 2..64 symbols, in any order. */
static struct cm_alphabet random_alphabet(uint64_t *seed) {
    char symbols[] = ALL_SYMBOLS;
    const size_t all = sizeof symbols - 1, n = 2 + below(seed, all - 1);
    for (size_t i = 0; i < n; i++) {
        const size_t other = i + below(seed, all - i);
        const char kept = symbols[i];
        symbols[i] = symbols[other];
        symbols[other] = kept;
    }
    struct cm_alphabet alphabet;
    assert_ok(cm_alphabet_init(&alphabet, slice_of(symbols, n), NULL));
    return alphabet;
}

static enum cm_check random_check(uint64_t *seed, uint8_t radix, uint8_t length) {
    static const enum cm_check kinds[] = {CM_CHECK_PRIME, CM_CHECK_GF16, CM_CHECK_GF32,
                                          CM_CHECK_DAMM};
    if (below(seed, 4) == 0) return CM_CHECK_NONE;
    for (size_t i = 0; i < CM_ARRAY_N(kinds); i++) {
        struct check_table table;
        if (check_table_init(&table, kinds[i], radix, length, NULL) == CM_OK) return kinds[i];
    }
    return CM_CHECK_NONE;
}

/* A cardinality of any size up to what is left of the room, which it takes. */
static uint64_t random_cardinality(uint64_t *seed, cm_u128 *room) {
    const uint64_t most = *room >> 64 != 0 ? UINT64_MAX : (uint64_t)*room;
    uint64_t n = splitmix_next(seed) >> below(seed, 64);
    if (n == 0 || most == 0)
        n = 1;
    else if (n > most)
        n = 1 + n % most;
    *room /= n;
    return n;
}

static struct cm_scheme_numbers random_scheme(uint64_t *seed) {
    struct cm_scheme_numbers numbers = {.id = (uint32_t)splitmix_next(seed),
                                        .key_version_first = 1,
                                        .test = true,
                                        .table_version = 1};
    numbers.alphabet = random_alphabet(seed);
    cm_u128 space = 0;
    while (space == 0) {
        numbers.length = (uint8_t)(1 + below(seed, CM_LENGTH_MAX));
        cm_ignore(pack_space(numbers.alphabet.n, numbers.length, &space)); /* else: once more */
    }
    numbers.check = random_check(seed, numbers.alphabet.n, numbers.length);
    const cm_u128 most = (cm_u128)1 << PACK_PAYLOAD_BITS;
    cm_u128 room = space < most ? space : most;
    numbers.batches = random_cardinality(seed, &room);
    numbers.serials = random_cardinality(seed, &room);
    numbers.attribute_n = (uint8_t)below(seed, CM_ATTRIBUTES_MAX + 1);
    for (size_t i = 0; i < numbers.attribute_n; i++) {
        numbers.attribute[i].present_inline = below(seed, 2) != 0;
        cm_u128 registered = most;
        numbers.attribute[i].cardinality =
            random_cardinality(seed, numbers.attribute[i].present_inline ? &room : &registered);
    }
    numbers.date.cardinality = 1;
    if (room >= 3650 && below(seed, 2) != 0)
        numbers.date = (struct cm_radix_field){true, 1 + below(seed, 3650)};
    const struct grouping grouping = grouping_default(cm_scheme_code_len(&numbers));
    memcpy(numbers.group, grouping.size, sizeof numbers.group);
    numbers.group_separator = grouping.separator;
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    return numbers;
}

static struct cm_unit_fields random_unit(uint64_t *seed, const struct cm_scheme_numbers *numbers) {
    struct cm_unit_fields unit = {.batch = below(seed, numbers->batches),
                                  .serial = below(seed, numbers->serials)};
    for (size_t i = 0; i < numbers->attribute_n; i++) {
        const struct cm_radix_field *field = &numbers->attribute[i];
        if (field->present_inline) unit.attribute[i] = below(seed, field->cardinality);
    }
    if (numbers->date.present_inline) unit.day = (int64_t)below(seed, numbers->date.cardinality);
    return unit;
}

/* Grouped text of every row, read back by the normaliser into rows that must be the same. */
static void print_and_read(const struct cm_scheme_numbers *numbers, const struct cm_coder *coder,
                           const uint8_t *rows, size_t n) {
    const uint8_t len = cm_scheme_code_len(numbers);
    const struct grouping grouping = grouping_of(numbers);
    const size_t grouped_len = grouping_text_len(&grouping, len);
    struct normaliser normaliser;
    assert_ok(normaliser_init(&normaliser, &numbers->alphabet, len, 1, NULL));
    for (size_t i = 0; i < n; i++) {
        char text[CM_LENGTH_MAX + 1], grouped[TEXT_CAP];
        uint8_t row[CM_LENGTH_MAX + 1];
        assert_true(grouped_len <= sizeof grouped);
        cm_coder_text(coder, rows + i * len, 1, text);
        grouping_apply(&grouping, len, text, 1, grouped);
        assert_int_equal(normalise(&normaliser, slice_of(grouped, grouped_len), row),
                         NORMALISED_OK);
        assert_memory_equal(row, rows + i * len, len);
    }
}

static void check_scheme(uint64_t *seed) {
    static uint8_t rows[UNITS * (CM_LENGTH_MAX + 1)];
    static struct cm_opened opened[UNITS];
    const struct cm_scheme_numbers numbers = random_scheme(seed);
    const struct cm_key root = counting_key((uint8_t)splitmix_next(seed));
    const uint8_t version = (uint8_t)(1 + below(seed, 255));
    CM_CLEANUP(coder_freep) struct cm_coder *coder = NULL;
    assert_ok(cm_coder_new(&coder, &numbers, &root, version));
    struct cm_unit_fields units[UNITS];
    for (size_t i = 0; i < UNITS; i++)
        units[i] = random_unit(seed, &numbers);
    assert_ok(cm_coder_mint(coder, units, UNITS, rows, NULL));
    print_and_read(&numbers, coder, rows, UNITS);
    assert_ok(cm_coder_open(coder, rows, UNITS, opened));
    for (size_t i = 0; i < UNITS; i++) {
        assert_int_equal(opened[i].result, CM_OPEN_OK);
        assert_memory_equal(&opened[i].fields, &units[i], sizeof units[i]);
    }
}

static void every_unit_of_every_scheme_is_read_back_from_its_printed_text(void **state) {
    (void)state;
    uint64_t seed = 20261121;
    const uint64_t schemes = prove_size(1500, 200000);
    for (uint64_t i = 0; i < schemes; i++)
        check_scheme(&seed);
}

/* All 3,000,000 units of a space of 2^23: odd length, T = 2. */
static void all_codes_of_a_small_full_space_are_distinct(void **state) {
    (void)state;
    enum { LEN = 23, SERIALS = 1000000, BATCHES = 3 };
    struct cm_scheme_numbers numbers = scheme_of("XO", LEN, BATCHES, SERIALS);
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    const struct cm_key root = counting_key(77);
    CM_CLEANUP(coder_freep) struct cm_coder *coder = NULL;
    assert_ok(cm_coder_new(&coder, &numbers, &root, 1));
    uint8_t *rows = must_calloc(SERIALS, LEN), *seen = must_calloc((size_t)1 << LEN, 1);
    for (uint64_t batch = 0; batch < BATCHES; batch++) {
        const struct cm_unit_fields fields = {.batch = batch};
        assert_ok(cm_coder_mint_range(coder, &fields, 0, SERIALS, rows, NULL));
        for (size_t i = 0; i < SERIALS; i++) {
            size_t text = 0;
            for (size_t k = 0; k < LEN; k++)
                text = text << 1 | rows[i * LEN + k];
            assert_int_equal(seen[text]++, 0);
        }
    }
    free(rows);
    free(seen);
}

/* Of the texts of a full space exactly C open under a key, whatever T: here C / S = 3 / 8. The
 * share of another key's codes that open by chance is then C / S too, within 4 sigma. */
static void another_key_opens_only_by_chance(void **state) {
    (void)state;
    enum { LEN = 23, N = 1000000 };
    struct cm_scheme_numbers numbers = scheme_of("XO", LEN, 3, (uint64_t)1 << 20);
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    const struct cm_key root = counting_key(1), other = counting_key(2);
    CM_CLEANUP(coder_freep) struct cm_coder *minter = NULL;
    CM_CLEANUP(coder_freep) struct cm_coder *stranger = NULL;
    assert_ok(cm_coder_new(&minter, &numbers, &root, 1));
    assert_ok(cm_coder_new(&stranger, &numbers, &other, 1));
    uint8_t *rows = must_calloc(N, LEN);
    struct cm_opened *opened = must_calloc(N, sizeof *opened);
    const struct cm_unit_fields fields = {.batch = 1};
    assert_ok(cm_coder_mint_range(minter, &fields, 0, N, rows, NULL));
    assert_ok(cm_coder_open(stranger, rows, N, opened));
    size_t hits = 0;
    for (size_t i = 0; i < N; i++)
        hits += opened[i].result == CM_OPEN_OK;
    /* mean N * 3/8 = 375,000; sigma = sqrt(N * 3/8 * 5/8) = 484.1 */
    assert_in_range(hits, 375000 - 1937, 375000 + 1937);
    free(rows);
    free(opened);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_unit_of_every_scheme_is_read_back_from_its_printed_text),
        cmocka_unit_test(all_codes_of_a_small_full_space_are_distinct),
        cmocka_unit_test(another_key_opens_only_by_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
