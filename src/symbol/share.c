/* Reference as in share.h, equation of the score interval. */
#include "symbol/share.h"

#include <math.h>

#define Z95 1.959963984540054 /* the normal distribution's 97.5 % point */

struct share share_of(size_t hits, size_t of) {
    struct share s = {.hits = hits, .of = of, .high = 1};
    if (of == 0) return s;
    const double n = (double)of, z2 = Z95 * Z95;
    s.rate = (double)hits / n;
    const double middle = (s.rate + z2 / (2 * n)) / (1 + z2 / n);
    const double half = Z95 / (1 + z2 / n) * sqrt(s.rate * (1 - s.rate) / n + z2 / (4 * n * n));
    s.low = hits == 0 ? 0 : fmax(0, middle - half);
    s.high = hits == of ? 1 : fmin(1, middle + half);
    return s;
}
