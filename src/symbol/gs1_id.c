/* Looking identifiers up: two digits tell how many an identifier has; filled up to four, they are
 * in order. References as in gs1_id.h; General Specifications 7.8.5 for predefined lengths. */
#include "symbol/gs1_id.h"

#define PREFIX_N 100u

/* Digits of an identifier, by its first two; 0: none begins so. */
static const uint8_t digits_of[PREFIX_N] = {
    [0] = 2,  [1] = 2,  [2] = 2,  [3] = 2,  [10] = 2, [11] = 2, [12] = 2, [13] = 2,
    [15] = 2, [16] = 2, [17] = 2, [20] = 2, [21] = 2, [22] = 2, [23] = 3, [24] = 3,
    [25] = 3, [30] = 2, [31] = 4, [32] = 4, [33] = 4, [34] = 4, [35] = 4, [36] = 4,
    [37] = 2, [39] = 4, [40] = 3, [41] = 3, [42] = 3, [43] = 4, [70] = 4, [71] = 3,
    [72] = 4, [80] = 4, [81] = 4, [82] = 4, [90] = 2, [91] = 2, [92] = 2, [93] = 2,
    [94] = 2, [95] = 2, [96] = 2, [97] = 2, [98] = 2, [99] = 2,
};
/* Length of an element with its identifier, by the identifier's first two digits; 0: it varies. */
static const uint8_t element_len[PREFIX_N] = {
    [0] = 20,  [1] = 16,  [2] = 16,  [3] = 16,  [4] = 18,  [11] = 8,  [12] = 8, [13] = 8,
    [14] = 8,  [15] = 8,  [16] = 8,  [17] = 8,  [18] = 8,  [19] = 8,  [20] = 4, [31] = 10,
    [32] = 10, [33] = 10, [34] = 10, [35] = 10, [36] = 10, [41] = 16,
};

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* The first two digits as a number, or PREFIX_N. */
static size_t prefix(struct cm_slice text) {
    if (text.len < 2 || !is_digit(text.p[0]) || !is_digit(text.p[1])) return PREFIX_N;
    return (size_t)(text.p[0] - '0') * 10u + (size_t)(text.p[1] - '0');
}

size_t gs1_id_len(struct cm_slice text) {
    const size_t at = prefix(text);
    return at < PREFIX_N ? digits_of[at] : 0;
}

size_t gs1_id_predefined(struct cm_slice text) {
    const size_t at = prefix(text);
    return at < PREFIX_N ? element_len[at] : 0;
}

cm_err gs1_id_find(struct cm_slice ai, const struct gs1_id **id) {
    if (ai.len == 0 || ai.len != gs1_id_len(ai)) return CM_E_NOT_FOUND;
    unsigned key = 0;
    for (size_t i = 0; i + 1 < GS1_AI_CAP; i++) {
        if (i < ai.len && !is_digit(ai.p[i])) return CM_E_NOT_FOUND;
        key = key * 10u + (i < ai.len ? (unsigned)(ai.p[i] - '0') : 0u);
    }
    size_t low = 0, high = 0;
    const struct gs1_id *table = gs1_id_table(&high);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (table[middle].to < key)
            low = middle + 1;
        else
            high = middle;
    }
    size_t n = 0;
    table = gs1_id_table(&n);
    if (low == n || table[low].from > key) return CM_E_NOT_FOUND;
    *id = &table[low];
    return CM_OK;
}

bool gs1_id_matches(struct cm_slice pattern, const char *ai) {
    size_t i = 0;
    for (; i < pattern.len && ai[i] != '\0'; i++)
        if (pattern.p[i] != 'n' && pattern.p[i] != (uint8_t)ai[i]) return false;
    return i == pattern.len && ai[i] == '\0';
}

size_t gs1_id_least(const struct gs1_id *id) {
    size_t sum = 0;
    for (size_t i = 0; i < GS1_PARTS && id->part[i].set != GS1_NO_PART; i++)
        if (!id->part[i].optional) sum += id->part[i].min;
    return sum;
}

size_t gs1_id_most(const struct gs1_id *id) {
    size_t sum = 0;
    for (size_t i = 0; i < GS1_PARTS && id->part[i].set != GS1_NO_PART; i++)
        sum += id->part[i].max;
    return sum;
}
