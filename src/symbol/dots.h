/* A sheet of grey dots that may be changed: what a line looks like when it is printed and looked
 * at. 0 is black, 255 is white; rows from the top. Faults are put on it, a reader reads it.
 * It refuses sheets without dots and larger ones than DOTS_MAX. */
#ifndef CM_SYMBOL_DOTS_H
#define CM_SYMBOL_DOTS_H

#include <stddef.h>
#include <stdint.h>

#include "countermark/error.h"

#define DOTS_MAX   (1u << 28) /* of one sheet: A4 at 1,200 dpi is half of it */
#define DOTS_WHITE 255u

struct dots {
    uint8_t *grey; /* rows of width bytes */
    size_t width, height;
};
#define DOTS_INIT                                                                                  \
    { NULL, 0, 0 }

/** A white sheet. @param[out] out  dots_free it; untouched on error
 * @retval CM_E_RANGE  a side of 0, or more than DOTS_MAX dots      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err dots_new(size_t width, size_t height, struct dots *out);
/** A copy of a sheet's bytes (of page_dots_of, or of another sheet). @retval as dots_new */
CM_MUST_CHECK cm_err dots_copy(const uint8_t *grey, size_t width, size_t height, struct dots *out);
void dots_free(struct dots *d);
static inline uint8_t *dots_at(const struct dots *d, size_t x, size_t y) {
    return &d->grey[y * d->width + x];
}

#endif
