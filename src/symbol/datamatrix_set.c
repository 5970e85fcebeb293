/* Characters to values. References as in datamatrix_set.h. */
#include "symbol/datamatrix_set.h"

#include "symbol/gs1.h"

#define SHIFT_1     0u
#define SHIFT_2     1u
#define SHIFT_3     2u
#define UPPER_SHIFT 30u /* of set 2 */
#define FNC1_VALUE  27u /* of set 2 */

static bool is_upper(uint8_t c) { return c >= 'A' && c <= 'Z'; }

/* Values of all three: space, digits, letters. */
static bool basic(uint8_t c, uint8_t first_letter, uint8_t *value) {
    if (c == ' ')
        *value = 3;
    else if (datamatrix_is_digit(c))
        *value = (uint8_t)(c - '0' + 4);
    else if (c >= first_letter && c < first_letter + 26)
        *value = (uint8_t)(c - first_letter + 14);
    else
        return false;
    return true;
}

/* Set 2 holds what is neither letter, digit nor control character. */
static bool mark(uint8_t c, uint8_t *value) {
    if (c >= '!' && c <= '/')
        *value = (uint8_t)(c - '!');
    else if (c >= ':' && c <= '@')
        *value = (uint8_t)(c - ':' + 15);
    else if (c >= '[' && c <= '_')
        *value = (uint8_t)(c - '[' + 22);
    else
        return false;
    return true;
}

/* One character below 128, in C40 or, with lower case first, in Text. */
static size_t plain(uint8_t c, bool text, uint8_t *values) {
    if (basic(c, text ? 'a' : 'A', &values[0])) return 1;
    if (c < ' ') {
        values[0] = SHIFT_1;
        values[1] = c;
    } else if (mark(c, &values[1])) {
        values[0] = SHIFT_2;
    } else {
        values[0] = SHIFT_3;
        values[1] = (uint8_t)(is_upper(c) ? c - 'A' + 1 : c - '`');
    }
    return 2;
}

static size_t c40(uint8_t c, bool text, bool gs1, uint8_t *values) {
    if (gs1 && c == GS1_SEPARATOR) {
        values[0] = SHIFT_2;
        values[1] = FNC1_VALUE;
        return 2;
    }
    if (c < 0x80) return plain(c, text, values);
    values[0] = SHIFT_2;
    values[1] = UPPER_SHIFT;
    return 2 + plain((uint8_t)(c - 0x80), text, values + 2);
}

static size_t x12(uint8_t c, uint8_t *value) {
    if (basic(c, 'A', value)) return 1;
    switch (c) {
    case '\r': *value = 0; return 1;
    case '*': *value = 1; return 1;
    case '>': *value = 2; return 1;
    default: return 0;
    }
}

size_t datamatrix_values(enum datamatrix_mode mode, uint8_t c, bool gs1,
                         uint8_t values[static DM_VALUES_MAX]) {
    if (mode == DM_C40 || mode == DM_TEXT) return c40(c, mode == DM_TEXT, gs1, values);
    if (mode == DM_X12) return x12(c, values);
    if (mode != DM_EDIFACT || c < ' ' || c > '^') return 0;
    values[0] = c & 0x3Fu;
    return 1;
}
