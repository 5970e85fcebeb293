/* Schemes for tests: plain numbers from an alphabet, a length and a few cardinalities. */
#ifndef CM_TESTS_SUPPORT_SCHEME_H
#define CM_TESTS_SUPPORT_SCHEME_H

#include "support/cm.h"

#include "base/bytes.h"
#include "countermark/scheme.h"

#define SYMBOLS_23 "234679BCDFGHJKMPQRTVWXY"
#define SYMBOLS_32 "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/* Batch and serial only, no check character, no filters; T is not set yet. */
static inline struct cm_scheme_numbers scheme_of(const char *symbols, uint8_t length,
                                                 uint64_t batches, uint64_t serials) {
    struct cm_scheme_numbers numbers = {.id = 1,
                                        .key_version_first = 1,
                                        .test = true,
                                        .length = length,
                                        .date = {.present_inline = false, .cardinality = 1},
                                        .batches = batches,
                                        .serials = serials,
                                        .table_version = 1};
    assert_ok(cm_alphabet_init(&numbers.alphabet, slice_text(symbols), NULL));
    return numbers;
}

/* The root keys of the worked examples: 32 bytes counting up from `first`. */
static inline struct cm_key counting_key(uint8_t first) {
    struct cm_key key = {{0}};
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        key.b[i] = (uint8_t)(first + i);
    return key;
}

#endif
