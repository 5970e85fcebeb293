/* Strict readers of UTF-8, decimal and hexadecimal. They refuse rather than repair. */
#include "base/text.h"

#include "base/macros.h"

#define SURROGATE_FIRST 0xD800u
#define SURROGATE_LAST  0xDFFFu
#define UNICODE_LAST    0x10FFFFu

/* Length, payload bits and smallest code point of a sequence, by its first byte (RFC 3629). */
static bool utf8_lead(uint8_t b, size_t *len, uint32_t *bits, uint32_t *least) {
    if (b < 0x80u) {
        *len = 1, *bits = b, *least = 0;
    } else if ((b & 0xE0u) == 0xC0u) {
        *len = 2, *bits = b & 0x1Fu, *least = 0x80u;
    } else if ((b & 0xF0u) == 0xE0u) {
        *len = 3, *bits = b & 0x0Fu, *least = 0x800u;
    } else if ((b & 0xF8u) == 0xF0u) {
        *len = 4, *bits = b & 0x07u, *least = 0x10000u;
    } else {
        return false;
    }
    return true;
}

cm_err utf8_next(struct cm_slice *rest, uint32_t *code_point) {
    if (rest->len == 0) return CM_E_TRUNCATED;
    size_t len = 0;
    uint32_t value = 0, least = 0;
    if (!utf8_lead(rest->p[0], &len, &value, &least)) return CM_E_FORMAT;
    if (len > rest->len) return CM_E_TRUNCATED;
    for (size_t i = 1; i < len; i++) {
        if ((rest->p[i] & 0xC0u) != 0x80u) return CM_E_FORMAT;
        value = value << 6 | (rest->p[i] & 0x3Fu);
    }
    if (value < least || value > UNICODE_LAST) return CM_E_FORMAT;
    if (value >= SURROGATE_FIRST && value <= SURROGATE_LAST) return CM_E_FORMAT;
    rest->p += len;
    rest->len -= len;
    *code_point = value;
    return CM_OK;
}

bool utf8_valid(struct cm_slice text) {
    while (text.len > 0) {
        uint32_t cp = 0;
        if (utf8_next(&text, &cp) != CM_OK || cp == 0) return false;
    }
    return true;
}

cm_err text_u64(struct cm_slice text, uint64_t max, uint64_t *value) {
    if (text.len == 0) return CM_E_FORMAT;
    uint64_t v = 0;
    bool over = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') return CM_E_FORMAT;
        over = over || __builtin_mul_overflow(v, 10u, &v) ||
               __builtin_add_overflow(v, (uint64_t)(text.p[i] - '0'), &v);
    }
    if (over || v > max) return CM_E_RANGE;
    *value = v;
    return CM_OK;
}

void hex_format(const uint8_t *p, size_t len, char *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 0x0Fu];
    }
    out[2 * len] = '\0';
}

static int hex_value(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

cm_err hex_parse(struct cm_slice text, uint8_t *out, size_t len) {
    if (text.len != 2 * len) return CM_E_FORMAT;
    for (size_t i = 0; i < text.len; i++)
        if (hex_value(text.p[i]) < 0) return CM_E_FORMAT;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(hex_value(text.p[2 * i]) * 16 + hex_value(text.p[2 * i + 1]));
    return CM_OK;
}
