/* Sheets of grey dots: allocation, and nothing else. */
#include "symbol/dots.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/macros.h"

cm_err dots_new(size_t width, size_t height, struct dots *out) {
    size_t n = 0;
    if (!checked_mul_size(width, height, &n) || n == 0 || n > DOTS_MAX) return CM_E_RANGE;
    struct dots d = {.grey = malloc(n), .width = width, .height = height};
    if (d.grey == NULL) return CM_E_NO_MEMORY;
    memset(d.grey, (int)DOTS_WHITE, n);
    *out = d;
    return CM_OK;
}

cm_err dots_copy(const uint8_t *grey, size_t width, size_t height, struct dots *out) {
    struct dots d = DOTS_INIT;
    TRY(dots_new(width, height, &d));
    memcpy(d.grey, grey, width * height);
    *out = d;
    return CM_OK;
}

void dots_free(struct dots *d) {
    free(d->grey);
    *d = (struct dots)DOTS_INIT;
}
