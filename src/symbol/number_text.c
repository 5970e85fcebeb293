/* By whole thousandths, so that no rounding of the C library is asked. */
#include "symbol/number_text.h"

#include <math.h>

#define THOUSANDTHS 1000
#define NUMBER_MAX  1e12

uint8_t *number_text_put(uint8_t *p, double v) {
    const long long scaled = llround(fmin(fmax(v, -NUMBER_MAX), NUMBER_MAX) * THOUSANDTHS);
    unsigned long long left = (unsigned long long)(scaled < 0 ? -scaled : scaled);
    unsigned fraction = (unsigned)(left % THOUSANDTHS);
    char digits[NUMBER_TEXT_MAX];
    size_t n = 0;
    if (scaled < 0) *p++ = '-';
    left /= THOUSANDTHS;
    if (left == 0 && fraction == 0) digits[n++] = '0';
    for (; left > 0; left /= 10)
        digits[n++] = (char)('0' + left % 10);
    while (n > 0)
        *p++ = (uint8_t)digits[--n];
    if (fraction == 0) return p;
    *p++ = '.';
    for (unsigned unit = THOUSANDTHS / 10; fraction > 0; unit /= 10) {
        *p++ = (uint8_t)('0' + fraction / unit);
        fraction %= unit;
    }
    return p;
}

void number_text(struct buffer *out, double v) {
    uint8_t text[NUMBER_TEXT_MAX];
    buffer_put(out, text, (size_t)(number_text_put(text, v) - text));
}
