/* Strict readers of UTF-8, decimal and hexadecimal. They refuse rather than repair. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

#define SURROGATE_FIRST 0xD800u
#define SURROGATE_LAST  0xDFFFu
#define UNICODE_LAST    0x10FFFFu

/* The four shapes of a first byte (RFC 3629 section 3). */
static const struct lead {
    uint8_t mask, mark;
    uint8_t len;    /* bytes of the sequence */
    uint32_t least; /* smallest code point that needs so many */
} leads[] = {
    {0x80u, 0x00u, 1, 0},
    {0xE0u, 0xC0u, 2, 0x80u},
    {0xF0u, 0xE0u, 3, 0x800u},
    {0xF8u, 0xF0u, 4, 0x10000u},
};

static const struct lead *utf8_lead(uint8_t first) {
    for (size_t i = 0; i < CM_ARRAY_N(leads); i++)
        if ((first & leads[i].mask) == leads[i].mark) return &leads[i];
    return NULL;
}

cm_err utf8_next(struct cm_slice *rest, uint32_t *code_point) {
    if (rest->len == 0) return CM_E_TRUNCATED;
    const struct lead *lead = utf8_lead(rest->p[0]);
    if (lead == NULL) return CM_E_FORMAT;
    const size_t len = lead->len;
    uint32_t value = rest->p[0] & (uint8_t)~lead->mask;
    if (len > rest->len) return CM_E_TRUNCATED;
    for (size_t i = 1; i < len; i++) {
        if ((rest->p[i] & 0xC0u) != 0x80u) return CM_E_FORMAT;
        value = value << 6 | (rest->p[i] & 0x3Fu);
    }
    if (value < lead->least || value > UNICODE_LAST) return CM_E_FORMAT;
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

bool text_prints(struct cm_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < ' ' || text.p[i] == 0x7F) return false;
    return utf8_valid(text);
}

size_t text_mark_len(struct cm_slice text) {
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF}; /* U+FEFF; RFC 3629 section 6 */
    const bool marked = text.len >= sizeof mark && memcmp(text.p, mark, sizeof mark) == 0;
    return marked ? sizeof mark : 0;
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

size_t decimal_format(uint64_t value, char out[static DECIMAL_CAP]) {
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    char digits[DECIMAL_CAP];
    size_t at = DECIMAL_CAP;
    for (; value >= 10; value /= 100) { /* two digits a division: files hold millions of these */
        at -= 2;
        memcpy(digits + at, pairs + 2 * (value % 100), 2);
    }
    if (value > 0 || at == DECIMAL_CAP) digits[--at] = (char)('0' + value);
    memcpy(out, digits + at, DECIMAL_CAP - at);
    return DECIMAL_CAP - at;
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

void text_append(char *out, size_t cap, const char *format, ...) {
    const size_t len = strnlen(out, cap);
    if (len >= cap) return;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(out + len, cap - len, format, args);
    va_end(args);
}

bool text_whole(char *out, size_t cap, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(out, cap, format, args);
    va_end(args);
    return n >= 0 && (size_t)n < cap;
}
