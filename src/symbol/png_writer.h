/* PNG files of 1-bit and of grey dots, one after another through one compressor that is kept: no
 * allocation a picture. Rows that repeat the row above cost next to nothing (filter "up").
 * References: W3C PNG (third edition) 7, 9, 10, 11.2, 11.3.4.3 (pHYs); RFC 1950, through zlib. */
#ifndef CM_SYMBOL_PNG_WRITER_H
#define CM_SYMBOL_PNG_WRITER_H

#include "base/buffer.h"

struct png_writer;

/** @param[out] out  png_writer_free it; untouched on error    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err png_writer_new(struct png_writer **out);
void png_writer_free(struct png_writer *w);
void png_writer_freep(struct png_writer **w);

struct png_dots {
    const uint8_t *rows; /* of `stride` bytes */
    size_t width, height, stride;
    bool grey;  /* a byte a dot, 255 white; else a bit a dot from the highest on, 1 black */
    double dpi; /* > 0: told in pHYs */
};
/** Append a whole file. @retval CM_E_LIMIT  a side of 0 or beyond PNG's    @retval CM_E_NO_MEMORY
 */
CM_MUST_CHECK cm_err png_write(struct png_writer *w, const struct png_dots *dots,
                               struct buffer *out);

#endif
