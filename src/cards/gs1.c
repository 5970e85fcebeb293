/* GS1 check digit. Its blind spot, by its mathematics: neighbours that differ by five swapped.
 * No branch and no table depends on a digit. Source: GS1 General Specifications, section 7.9. */
#include "cards/gs1.h"

#include "countermark/card.h"

uint8_t gs1_digit(const char *digits, size_t n) {
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned digit = ((unsigned)(unsigned char)digits[i] - '0') & 15u;
        sum += digit * (1u + 2u * ((unsigned)(n - i) & 1u));
    }
    return (uint8_t)((10u - sum % 10u) % 10u);
}

/* 0xFF in the lanes where x >= least. */
static inline digit_lanes from(digit_lanes x, uint8_t least) {
    return (digit_lanes)(x >= (digit_lanes){0} + least);
}

/* Threefold digits, at most 27, lose their tens at once: the sum of eighteen is at most 162. */
void gs1_append(struct digit_block *block, size_t n) {
    const digit_lanes zero = (digit_lanes){0} + '0';
    digit_lanes sum = {0};
    for (size_t i = n; i > 0; i -= i > 1 ? 2u : 1u) {
        const digit_lanes near = block->digit[i - 1u] - zero;
        const digit_lanes triple = near + near + near;
        sum += triple - (10u & from(triple, 10)) - (10u & from(triple, 20));
        if (i > 1) sum += block->digit[i - 2u] - zero;
    }
    for (uint8_t tens = 80; tens >= 10; tens /= 2u) {
        sum -= tens & from(sum, tens);
        sum -= tens & from(sum, tens);
    }
    block->digit[n] = ((10u - sum) & from(sum, 1)) + '0';
}
