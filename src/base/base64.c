/* Base64 both ways: RFC 4648 section 4. It refuses what section 3.5 calls non-canonical. */
#include "base/base64.h"

#define GROUP_TEXT  4u /* characters for every ... */
#define GROUP_BYTES 3u /* ... bytes */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* n bytes, 1 to GROUP_BYTES. */
static void put_group(struct buffer *to, const uint8_t *p, size_t n, const char *letters,
                      bool padded) {
    uint32_t bits = 0;
    for (size_t b = 0; b < GROUP_BYTES; b++)
        bits = bits << 8 | (b < n ? p[b] : 0u);
    for (size_t c = 0; c < (padded ? GROUP_TEXT : n + 1); c++)
        buffer_u8(to, (uint8_t)(c <= n ? letters[bits >> (18 - 6 * c) & 63u] : '='));
}

static void put(struct buffer *to, struct cm_slice bytes, const char *letters, bool padded) {
    for (size_t i = 0; i < bytes.len; i += GROUP_BYTES) {
        const size_t n = bytes.len - i < GROUP_BYTES ? bytes.len - i : GROUP_BYTES;
        put_group(to, bytes.p + i, n, letters, padded);
    }
}

void base64_put(struct buffer *to, struct cm_slice bytes) { put(to, bytes, alphabet, true); }

void base64url_put(struct buffer *to, struct cm_slice bytes) {
    put(to, bytes, url_alphabet, false);
}

/* Place in the alphabet, by its five runs. */
static bool value_of(uint8_t c, uint32_t *value) {
    if (c >= 'A' && c <= 'Z')
        *value = c - 65u;
    else if (c >= 'a' && c <= 'z')
        *value = c - 71u;
    else if (c >= '0' && c <= '9')
        *value = c + 4u;
    else if (c == '+' || c == '/')
        *value = c == '+' ? 62u : 63u;
    else
        return false;
    return true;
}

/* One group of four characters that stands for n bytes. */
static cm_err read_group(const uint8_t *text, uint8_t *out, size_t n) {
    uint32_t bits = 0;
    for (size_t c = 0; c < GROUP_TEXT; c++) {
        uint32_t value = 0;
        const bool pad = c > n;
        if (pad ? text[c] != '=' : !value_of(text[c], &value)) return CM_E_FORMAT;
        bits = bits << 6 | value;
    }
    const uint32_t stray = n == GROUP_BYTES ? 0 : bits & ((1u << (8 * (GROUP_BYTES - n))) - 1);
    if (stray != 0) return CM_E_FORMAT;
    for (size_t b = 0; b < n; b++)
        out[b] = (uint8_t)(bits >> (16 - 8 * b));
    return CM_OK;
}

static size_t bytes_at(size_t len, size_t at) {
    return len - at < GROUP_BYTES ? len - at : GROUP_BYTES;
}

cm_err base64_read(struct cm_slice text, uint8_t *out, size_t len) {
    if (text.len != (len + GROUP_BYTES - 1) / GROUP_BYTES * GROUP_TEXT) return CM_E_FORMAT;
    /* Twice over the text: nothing is written before all of it is known to be right. */
    for (size_t i = 0; i < len; i += GROUP_BYTES) {
        uint8_t group[GROUP_BYTES];
        const cm_err err =
            read_group(text.p + i / GROUP_BYTES * GROUP_TEXT, group, bytes_at(len, i));
        if (err != CM_OK) return err;
    }
    for (size_t i = 0; i < len; i += GROUP_BYTES) {
        const uint8_t *from = text.p + i / GROUP_BYTES * GROUP_TEXT;
        const cm_err err = read_group(from, out + i, bytes_at(len, i));
        if (err != CM_OK) return err;
    }
    return CM_OK;
}

cm_err base64_get(struct cm_slice text, struct buffer *out) {
    size_t pad = 0;
    while (pad < 2 && pad < text.len && text.p[text.len - 1 - pad] == '=')
        pad++;
    if (text.len % GROUP_TEXT != 0) return CM_E_FORMAT;
    const size_t len = text.len == 0 ? 0 : text.len / GROUP_TEXT * GROUP_BYTES - pad;
    uint8_t *to = buffer_reserve(out, len + 1);
    if (to == NULL) return CM_E_NO_MEMORY;
    const cm_err err = base64_read(text, to, len);
    if (err == CM_OK) out->len += len;
    return err;
}
