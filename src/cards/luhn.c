/* Luhn check digit. Known blind spots, by its mathematics: 09 <-> 90 and the jump abc <-> cba.
 * No branch and no table depends on a digit. Source: ISO/IEC 7812-1 Annex B. */
#include "cards/luhn.h"

#include "countermark/card.h"

/* Annex B: double, then add the digits of the product, that is subtract 9 from 10..18. */
static unsigned doubled(unsigned digit) { return 2u * digit - 9u * (unsigned)(digit > 4u); }

uint8_t luhn_digit(const char *digits, size_t n) {
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned digit = ((unsigned)(unsigned char)digits[i] - '0') & 15u;
        const unsigned from_right = (unsigned)(n - i) & 1u; /* 1 beside the check digit */
        sum += from_right != 0 ? doubled(digit) : digit;
    }
    return (uint8_t)((10u - sum % 10u) % 10u);
}

/* 0xFF in the lanes where x >= least. */
static inline digit_lanes from(digit_lanes x, uint8_t least) {
    return (digit_lanes)(x >= (digit_lanes){0} + least);
}

/* Doubled digits and plain ones are added apart, two digits a step, before the nines are taken off
 * and the sum, at most 162, is reduced. */
void luhn_append(struct digit_block *block, size_t n) {
    const digit_lanes zero = (digit_lanes){0} + '0';
    digit_lanes sum = {0};
    for (size_t i = n; i > 0; i -= i > 1 ? 2u : 1u) {
        const digit_lanes near = block->digit[i - 1u] - zero;
        const digit_lanes far = block->digit[i > 1 ? i - 2u : 0] - zero;
        sum += near + near - (9u & from(near, 5));
        if (i > 1) sum += far;
    }
    for (uint8_t tens = 80; tens >= 10; tens /= 2u) {
        sum -= tens & from(sum, tens);
        sum -= tens & from(sum, tens);
    }
    block->digit[n] = ((10u - sum) & from(sum, 1)) + '0';
}

cm_err cm_luhn_digit(const char *digits, size_t n, char *check) {
    if (digits == NULL || check == NULL) return CM_E_ARGUMENT;
    if (n < 1u || n >= CM_CARD_NUMBER_MAX) return CM_E_RANGE;
    for (size_t i = 0; i < n; i++)
        if (digits[i] < '0' || digits[i] > '9') return CM_E_FORMAT;
    *check = (char)('0' + luhn_digit(digits, n));
    return CM_OK;
}
