/* Elements of predefined length need no separator: their first two digits tell. References as in
 * gs1.h. */
#include "symbol/gs1.h"

#include "base/macros.h"

/* Length of an element with its identifier, by the identifier's first two digits; 0: it varies. */
static const uint8_t fixed_len[100] = {
    [0] = 20,  [1] = 16,  [2] = 16,  [3] = 16,  [4] = 18,  [11] = 8,  [12] = 8, [13] = 8,
    [14] = 8,  [15] = 8,  [16] = 8,  [17] = 8,  [18] = 8,  [19] = 8,  [20] = 4, [31] = 10,
    [32] = 10, [33] = 10, [34] = 10, [35] = 10, [36] = 10, [41] = 16,
};

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* Length of the element that the text begins with, or 0. */
static size_t element_len(struct cm_slice text) {
    if (text.len < 3 || !is_digit(text.p[0]) || !is_digit(text.p[1])) return 0;
    const uint8_t *end = memchr(text.p, GS1_SEPARATOR, text.len);
    const size_t len = end == NULL ? text.len : (size_t)(end - text.p);
    const size_t fixed = fixed_len[(text.p[0] - '0') * 10 + (text.p[1] - '0')];
    if (fixed == 0) return len;
    return len < fixed ? 0 : fixed;
}

cm_err gs1_bracket(struct cm_slice text, struct buffer *out) {
    if (text.len == 0) return CM_E_FORMAT;
    while (text.len > 0) {
        const size_t len = element_len(text);
        if (len == 0) return CM_E_FORMAT;
        if (memchr(text.p, '[', len) != NULL || memchr(text.p, ']', len) != NULL)
            return CM_E_FORMAT;
        buffer_u8(out, '[');
        buffer_put(out, text.p, 2);
        buffer_u8(out, ']');
        buffer_put(out, text.p + 2, len - 2);
        text = slice_of(text.p + len, text.len - len);
        if (text.len > 0 && text.p[0] == GS1_SEPARATOR) text = slice_of(text.p + 1, text.len - 1);
    }
    return buffer_err(out);
}
