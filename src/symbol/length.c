/* Digits left and right of a point, and pairs. */
#include "symbol/length.h"

#include <string.h>

#define DIGITS_MAX 9u

/* Digits from *at on; how many there were, 0 or too many being none. */
static size_t digits(struct cm_slice text, size_t *at, double *value, double *scale) {
    size_t n = 0;
    *value = 0;
    *scale = 1;
    for (; *at < text.len && text.p[*at] >= '0' && text.p[*at] <= '9'; ++*at, n++) {
        *value = *value * 10 + (text.p[*at] - '0');
        *scale *= 10;
    }
    return n <= DIGITS_MAX ? n : 0;
}

bool length_parse(struct cm_slice text, double *out) {
    size_t at = 0;
    double whole = 0, part = 0, scale = 1;
    if (digits(text, &at, &whole, &scale) == 0) return false;
    if (at < text.len && text.p[at] == '.') {
        at++;
        if (digits(text, &at, &part, &scale) == 0) return false;
        whole += part / scale;
    }
    if (at != text.len) return false;
    *out = whole;
    return true;
}

bool length_pair(const char *text, double *width, double *height) {
    const char *x = strchr(text, 'x');
    double w = 0, h = 0;
    if (x == NULL || !length_parse(slice_of(text, (size_t)(x - text)), &w)) return false;
    if (!length_parse(slice_text(x + 1), &h) || w <= 0 || h <= 0) return false;
    *width = w;
    *height = h;
    return true;
}
