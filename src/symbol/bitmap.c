/* Runs of bits, a byte at a time. */
#include "symbol/bitmap.h"

#include <assert.h>
#include <stdlib.h>

#include "base/checked.h"

void bitmap_free(struct bitmap *b) {
    if (b->bits != NULL) wipe(b->bits, b->cap); /* dots show codes */
    free(b->bits);
    *b = (struct bitmap)BITMAP_INIT;
}

cm_err bitmap_begin(struct bitmap *b, size_t width, size_t height) {
    const size_t stride = (width + 7) / 8;
    size_t bytes = 0;
    if (width == 0 || height == 0 || width > BITMAP_SIDE_MAX || height > BITMAP_SIDE_MAX)
        return CM_E_LIMIT;
    if (!checked_mul_size(stride, height, &bytes) || bytes > BITMAP_BYTES_MAX) return CM_E_LIMIT;
    if (bytes > b->cap) {
        uint8_t *const more = malloc(bytes);
        if (more == NULL) return CM_E_NO_MEMORY;
        bitmap_free(b);
        b->bits = more;
        b->cap = bytes;
    }
    memset(b->bits, 0, bytes);
    b->width = width;
    b->height = height;
    b->stride = stride;
    return CM_OK;
}

void bitmap_run(struct bitmap *b, size_t x, size_t y, size_t n) {
    assert(x + n <= b->width && y < b->height);
    if (n == 0) return;
    uint8_t *const row = b->bits + y * b->stride;
    const size_t first = x / 8, last = (x + n - 1) / 8;
    const unsigned from = 0xffu >> x % 8, to = 0xffu << (7 - (x + n - 1) % 8) & 0xffu;
    if (first == last) {
        row[first] = (uint8_t)(row[first] | (from & to));
        return;
    }
    row[first] = (uint8_t)(row[first] | from);
    memset(row + first + 1, 0xff, last - first - 1);
    row[last] = (uint8_t)(row[last] | to);
}

void bitmap_repeat(struct bitmap *b, size_t y, size_t n) {
    assert(y + n < b->height);
    const uint8_t *const row = b->bits + y * b->stride;
    for (size_t i = 1; i <= n; i++)
        memcpy(b->bits + (y + i) * b->stride, row, b->stride);
}

void bitmap_box(struct bitmap *b, size_t x, size_t y, size_t width, size_t height) {
    for (size_t i = 0; i < height; i++)
        bitmap_run(b, x, y + i, width);
}
