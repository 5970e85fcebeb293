/* References as in aztec_set.h. */
#include "symbol/aztec_set.h"

#define SPACE_CODE  1 /* in all sets but punctuation */
#define LETTER_CODE 2

/* Characters of the mixed set from code 2, of punctuation from code 6, of digits from code 2. */
static const char mixed[] = "\1\2\3\4\5\6\7\b\t\n\v\f\r\33\34\35\36\37@\\^_`|~\177";
static const char punct[] = "!\"#$%&'()*+,-./:;<=>?[]{}";
static const char digit[] = "0123456789,.";

static uint8_t find(const char *set, uint8_t c, uint8_t first) {
    const char *found = c == 0 ? NULL : strchr(set, c);
    return found == NULL ? 0 : (uint8_t)((size_t)(found - set) + first);
}

static uint8_t letter(uint8_t c, uint8_t a) {
    return c >= a && c < a + 26 ? (uint8_t)(c - a + LETTER_CODE) : 0;
}

static uint8_t pair(const uint8_t *text) {
    static const char *const pairs[] = {"\r\n", ". ", ", ", ": "};
    for (uint8_t i = 0; i < 4; i++)
        if (text[0] == (uint8_t)pairs[i][0] && text[1] == (uint8_t)pairs[i][1])
            return (uint8_t)(i + 2);
    return 0;
}

static uint8_t value_of(enum aztec_set set, uint8_t c) {
    if (c == ' ') return set == AZTEC_PUNCT ? 0 : SPACE_CODE;
    switch (set) {
    case AZTEC_UPPER: return letter(c, 'A');
    case AZTEC_LOWER: return letter(c, 'a');
    case AZTEC_MIXED: return find(mixed, c, 2);
    case AZTEC_DIGIT: return find(digit, c, 2);
    case AZTEC_PUNCT:
    default: return c == '\r' ? 1 : find(punct, c, 6);
    }
}

struct aztec_code aztec_code(enum aztec_set set, struct cm_slice text) {
    struct aztec_code code = {.value = 0};
    if (text.len == 1) code.value = value_of(set, text.p[0]);
    if (text.len == 2 && set == AZTEC_PUNCT) code.value = pair(text.p);
    if (code.value != 0) code.bits = set == AZTEC_DIGIT ? AZTEC_DIGIT_BITS : AZTEC_CODE_BITS;
    return code;
}

struct aztec_code aztec_latch(enum aztec_set from, enum aztec_set to) {
    static const struct aztec_code latches[AZTEC_SET_N][AZTEC_SET_N] = {
        [AZTEC_UPPER] = {[AZTEC_LOWER] = {28, 5}, [AZTEC_MIXED] = {29, 5}, [AZTEC_DIGIT] = {30, 5}},
        [AZTEC_LOWER] = {[AZTEC_MIXED] = {29, 5}, [AZTEC_DIGIT] = {30, 5}},
        [AZTEC_MIXED] = {[AZTEC_LOWER] = {28, 5}, [AZTEC_UPPER] = {29, 5}, [AZTEC_PUNCT] = {30, 5}},
        [AZTEC_DIGIT] = {[AZTEC_UPPER] = {14, 4}},
        [AZTEC_PUNCT] = {[AZTEC_UPPER] = {31, 5}},
    };
    return latches[from][to];
}

struct aztec_code aztec_shift(enum aztec_set from, enum aztec_set to) {
    static const struct aztec_code none = {0, 0};
    const bool digits = from == AZTEC_DIGIT;
    const uint8_t bits = digits ? AZTEC_DIGIT_BITS : AZTEC_CODE_BITS;
    if (to == AZTEC_PUNCT && from != AZTEC_PUNCT)
        return (struct aztec_code){AZTEC_PUNCT_SHIFT, bits};
    if (to == AZTEC_UPPER && from == AZTEC_LOWER) return (struct aztec_code){28, bits};
    if (to == AZTEC_UPPER && digits) return (struct aztec_code){15, bits};
    return none;
}
