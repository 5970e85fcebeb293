/* The table of payment-scheme ranges and the overlap test. It errs on the side of refusing:
 * a short prefix such as "6" is refused because some numbers under it belong to schemes. */
#include "cards/payment.h"

#define RANGE_DIGITS_MAX 6u

static const struct payment_range payment_ranges[] = {
    {2200, 2204, 4, "Mir"},
    {2221, 2720, 4, "Mastercard"},
    {300, 305, 3, "Diners Club"},
    {3095, 3095, 4, "Diners Club"},
    {34, 34, 2, "American Express"},
    {3528, 3589, 4, "JCB"},
    {36, 36, 2, "Diners Club"},
    {37, 37, 2, "American Express"},
    {38, 39, 2, "Diners Club"},
    {4, 4, 1, "Visa"},
    {50, 50, 2, "Maestro"},
    {51, 55, 2, "Mastercard"},
    {56, 59, 2, "Maestro"},
    {6011, 6011, 4, "Discover"},
    {60, 60, 2, "RuPay, Discover and others"},
    {62, 62, 2, "UnionPay"},
    {636, 639, 3, "Maestro and others"},
    {644, 649, 3, "Discover"},
    {65, 65, 2, "Discover and RuPay"},
    {67, 67, 2, "Maestro"},
    {81, 82, 2, "UnionPay and RuPay"},
};

static uint32_t power10(unsigned n) {
    uint32_t power = 1;
    for (unsigned i = 0; i < n; i++)
        power *= 10u;
    return power;
}

const struct payment_range *payment_overlap(const char *prefix, size_t n) {
    for (size_t i = 0; i < sizeof payment_ranges / sizeof payment_ranges[0]; i++) {
        const struct payment_range *range = &payment_ranges[i];
        /* Compare as many leading digits as both have: the prefix stands for low .. high. */
        uint32_t low = 0;
        unsigned used = 0;
        for (; used < range->digits && used < n && used < RANGE_DIGITS_MAX; used++)
            low = low * 10u + (uint32_t)(prefix[used] - '0');
        const uint32_t room = power10(range->digits - used);
        const uint32_t high = low * room + (room - 1u);
        low *= room;
        if (high >= range->first && low <= range->last) return range;
    }
    return NULL;
}
