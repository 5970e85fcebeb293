/* Base45: three characters c, d, e stand for the number c + 45 d + 45^2 e, two for one byte. */
#include "wire/base45.h"

#define RADIX     45u
#define GROUP     3u /* characters of two bytes */
#define LAST      2u /* characters of one byte at the end */
#define NO_DIGIT  0xFFu
#define PAIR_MAX  65535u
#define BYTE_MAX  255u
#define BYTE_BITS 8u

static const char digits[RADIX + 1] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

static void put_number(struct buffer *out, uint32_t value, unsigned n) {
    for (unsigned i = 0; i < n; i++, value /= RADIX)
        buffer_u8(out, (uint8_t)digits[value % RADIX]);
}

void base45_put(struct buffer *out, struct cm_slice bytes) {
    size_t i = 0;
    for (; i + 1 < bytes.len; i += 2)
        put_number(out, ((uint32_t)bytes.p[i] << BYTE_BITS) | bytes.p[i + 1], GROUP);
    if (i < bytes.len) put_number(out, bytes.p[i], LAST);
}

static uint8_t digit(uint8_t c) {
    for (uint8_t i = 0; i < RADIX; i++)
        if ((uint8_t)digits[i] == c) return i;
    return NO_DIGIT;
}

/* The number that n characters stand for; more than PAIR_MAX when one of them is no digit. */
static uint32_t read_number(const uint8_t *p, size_t n) {
    uint32_t value = 0;
    for (size_t i = n; i > 0; i--) {
        const uint8_t d = digit(p[i - 1]);
        if (d == NO_DIGIT) return PAIR_MAX + 1;
        value = value * RADIX + d;
    }
    return value;
}

static cm_err refuse(uint8_t *out, size_t len, cm_err err) {
    if (len > 0) wipe(out, len);
    return err;
}

cm_err base45_read(struct cm_slice text, uint8_t *out, size_t cap, size_t *len) {
    size_t n = 0;
    if (text.len % GROUP == 1) return CM_E_FORMAT;
    for (size_t at = 0; at < text.len; at += GROUP) {
        const bool pair = text.len - at >= GROUP;
        const size_t bytes = pair ? 2 : 1;
        const uint32_t value = read_number(text.p + at, pair ? GROUP : LAST);
        if (value > (pair ? PAIR_MAX : BYTE_MAX)) return refuse(out, n, CM_E_FORMAT);
        if (cap - n < bytes) return refuse(out, n, CM_E_LIMIT);
        if (pair) out[n++] = (uint8_t)(value >> BYTE_BITS);
        out[n++] = (uint8_t)(value & BYTE_MAX);
    }
    *len = n;
    return CM_OK;
}
