/* Integer arithmetic on unsigned 128-bit numbers; it refuses to wrap silently. */
#include "codes/wide.h"

#include <string.h>

#include "base/text.h"

#define PLAIN_LEAST   (-5) /* smaller powers of ten are written with an exponent */
#define PLAIN_MOST    15
#define LOG2_FRACTION 32u /* binary places computed; hundredths need 7 */
#define DIGITS_MAX    18u

bool wide_mul(cm_u128 a, cm_u128 b, cm_u128 *out) {
    cm_u128 product;
    if (__builtin_mul_overflow(a, b, &product)) return false;
    *out = product;
    return true;
}

bool wide_pow(uint64_t base, unsigned exponent, cm_u128 *out) {
    cm_u128 power = 1;
    for (unsigned i = 0; i < exponent; i++)
        if (!wide_mul(power, base, &power)) return false;
    *out = power;
    return true;
}

uint64_t wide_power_above(uint64_t v) {
    uint64_t power = 1;
    while (power < v)
        power <<= 1;
    return power;
}

/* Squaring doubles the logarithm: each overflow of the mantissa is one binary place of it. */
unsigned wide_log2_hundredths(cm_u128 v) {
    unsigned whole = 0;
    for (cm_u128 rest = v; rest > 1; rest >>= 1)
        whole++;
    const unsigned top = 63; /* mantissa in [2^63, 2^64) */
    uint64_t mantissa = (uint64_t)(whole >= top ? v >> (whole - top) : v << (top - whole));
    uint64_t fraction = 0;
    for (unsigned i = 0; i < LOG2_FRACTION; i++) {
        const cm_u128 square = (cm_u128)mantissa * mantissa;
        const unsigned carry = (unsigned)(square >> 127);
        mantissa = (uint64_t)(square >> (top + carry));
        fraction = fraction << 1 | carry;
    }
    return whole * 100u + (unsigned)(fraction * 100u >> LOG2_FRACTION);
}

void wide_format(cm_u128 v, char out[static WIDE_TEXT_CAP]) {
    char digits[WIDE_TEXT_CAP];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + (int)(v % 10));
        v /= 10;
    } while (v > 0);
    for (size_t i = 0; i < n; i++)
        out[i] = digits[n - 1 - i];
    out[n] = '\0';
}

void wide_group(cm_u128 v, char out[static WIDE_GROUP_CAP]) {
    char digits[WIDE_TEXT_CAP];
    wide_format(v, digits);
    const size_t n = strlen(digits);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

cm_err wide_parse(struct cm_slice text, cm_u128 *v) {
    if (text.len == 0 || (text.len > 1 && text.p[0] == '0')) return CM_E_FORMAT;
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < '0' || text.p[i] > '9') return CM_E_FORMAT;
    cm_u128 value = 0;
    for (size_t i = 0; i < text.len; i++) {
        cm_u128 next;
        if (!wide_mul(value, 10, &next)) return CM_E_RANGE;
        if (__builtin_add_overflow(next, (cm_u128)(text.p[i] - '0'), &value)) return CM_E_RANGE;
    }
    *v = value;
    return CM_OK;
}

/* A decimal number as it is built: its digits and the power of ten of the first one. */
struct decimal {
    char digits[DIGITS_MAX + 1];
    int power;
    bool exact; /* nothing was cut off */
};

/* The first n digits of num / den, num > 0. */
static struct decimal long_division(cm_u128 num, cm_u128 den, unsigned n) {
    struct decimal d = {.digits = "", .power = 0, .exact = true};
    char whole[WIDE_TEXT_CAP];
    wide_format(num / den, whole);
    cm_u128 rest = num % den;
    unsigned have = 0;
    const bool above_one = whole[0] != '0';
    if (above_one) {
        d.power = (int)strlen(whole) - 1;
        for (; have < n && whole[have] != '\0'; have++)
            d.digits[have] = whole[have];
        for (size_t i = have; whole[i] != '\0'; i++)
            d.exact = d.exact && whole[i] == '0';
    }
    while (have < n) { /* rest < den < 2^120, so ten times it fits */
        rest *= 10;
        const char digit = (char)('0' + (int)(rest / den));
        rest %= den;
        if (!above_one && have == 0) d.power--;
        if (have > 0 || digit != '0') d.digits[have++] = digit;
    }
    d.digits[n] = '\0';
    d.exact = d.exact && rest == 0;
    return d;
}

static void one_more_in_the_last_place(struct decimal *d) {
    size_t i = strlen(d->digits);
    while (i > 0 && d->digits[i - 1] == '9')
        d->digits[--i] = '0';
    if (i > 0) {
        d->digits[i - 1]++;
    } else { /* 999 becomes 1000: the last zero falls off */
        d->digits[0] = '1';
        d->power++;
    }
}

static void trim_zeros(char *digits, size_t least) {
    size_t n = strlen(digits);
    while (n > least && n > 1 && digits[n - 1] == '0')
        digits[--n] = '\0';
}

static void decimal_text(struct decimal *decimal, char out[static RATIO_TEXT_CAP]) {
    char *d = decimal->digits;
    const int power = decimal->power;
    if (power < PLAIN_LEAST || power > PLAIN_MOST) {
        trim_zeros(d, 1);
        text_append(out, RATIO_TEXT_CAP, "%c%s%se%d", d[0], d[1] != '\0' ? "." : "", d + 1, power);
    } else if (power < 0) {
        trim_zeros(d, 1);
        text_append(out, RATIO_TEXT_CAP, "0.%.*s%s", -power - 1, "00000000", d);
    } else {
        trim_zeros(d, (size_t)power + 1);
        const int n = (int)strlen(d);
        for (int i = 0; i <= power; i++) /* digits beyond those asked for print as zero */
            text_append(out, RATIO_TEXT_CAP, "%c", i < n ? d[i] : '0');
        if (n > power + 1) text_append(out, RATIO_TEXT_CAP, ".%s", d + power + 1);
    }
}

static void ratio_text(cm_u128 num, cm_u128 den, unsigned digits, bool up,
                       char out[static RATIO_TEXT_CAP]) {
    out[0] = '\0';
    if (num == 0) {
        text_append(out, RATIO_TEXT_CAP, "0");
        return;
    }
    struct decimal d = long_division(num, den, digits > DIGITS_MAX ? DIGITS_MAX : digits);
    if (up && !d.exact) one_more_in_the_last_place(&d);
    decimal_text(&d, out);
}

void ratio_format(cm_u128 num, cm_u128 den, unsigned digits, char out[static RATIO_TEXT_CAP]) {
    ratio_text(num, den, digits, false, out);
}

void ratio_format_up(cm_u128 num, cm_u128 den, unsigned digits, char out[static RATIO_TEXT_CAP]) {
    ratio_text(num, den, digits, true, out);
}
