/* Parts, words and numbers of answers. */
#include "line/reply.h"

#include "base/text.h"

#define HEX_DIGITS_MAX 16u

struct cm_slice reply_part(struct cm_slice text, uint8_t separator, size_t i) {
    size_t from = 0;
    for (size_t at = 0; at < text.len; at++) {
        if (text.p[at] != separator) continue;
        if (i-- == 0) return slice_of(text.p + from, at - from);
        from = at + 1;
    }
    return i == 0 && text.len > 0 ? slice_of(text.p + from, text.len - from) : slice_of(NULL, 0);
}

size_t reply_count(struct cm_slice text, uint8_t byte) {
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.p[i] == byte;
    return n;
}

struct cm_slice reply_word(struct cm_slice *rest) {
    while (rest->len > 0 && rest->p[0] <= ' ')
        *rest = slice_of(rest->p + 1, rest->len - 1);
    size_t len = 0;
    while (len < rest->len && rest->p[len] > ' ')
        len++;
    const struct cm_slice word = slice_of(rest->p, len);
    if (len > 0) *rest = slice_of(rest->p + len, rest->len - len);
    return word;
}

bool reply_is_u64(struct cm_slice text, uint64_t *value) {
    const struct cm_slice digits = reply_word(&text);
    return reply_word(&text).len == 0 && text_u64(digits, UINT64_MAX, value) == CM_OK;
}

uint64_t reply_u64(struct cm_slice text, uint64_t otherwise) {
    uint64_t value = otherwise;
    return reply_is_u64(text, &value) ? value : otherwise;
}

static int hex_value(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

uint64_t reply_hex(struct cm_slice text) {
    uint64_t value = 0;
    if (text.len > HEX_DIGITS_MAX) return 0;
    for (size_t i = 0; i < text.len; i++) {
        const int digit = hex_value(text.p[i]);
        if (digit < 0) return 0;
        value = value << 4 | (uint64_t)digit;
    }
    return value;
}

bool reply_begins(struct cm_slice text, const char *key) {
    const struct cm_slice k = slice_text(key);
    return text.len >= k.len && slice_equal(slice_of(text.p, k.len), k);
}

struct cm_slice reply_behind(struct cm_slice text, const char *key) {
    const size_t len = slice_text(key).len;
    for (size_t at = 0; at + len <= text.len; at++)
        if (reply_begins(slice_of(text.p + at, text.len - at), key))
            return slice_of(text.p + at + len, text.len - at - len);
    return slice_of(NULL, 0);
}
