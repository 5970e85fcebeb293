/* The fence around zlib. One IDAT; the rows are filtered into a buffer that is kept, and deflated
 * in one call. References as in png_writer.h. */
#include "symbol/png_writer.h"

#include <math.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/checked.h"
#include "base/macros.h"

#define LEVEL           6
#define WINDOW_BITS     12 /* matches lie one dot or one row back: a small window resets fast */
#define MEMORY_LEVEL    5
#define SIDE_MAX        ((1u << 31) - 1) /* PNG 11.2.1 */
#define FILTER_NONE     0u
#define FILTER_UP       2u
#define METRES_PER_INCH 0.0254
#define HEADER_LEN      13u
#define PHYS_LEN        9u
#define CHUNK_OVERHEAD  12u /* length, type, CRC */
#define PER_METRE       1u  /* unit of pHYs */

static const uint8_t IDAT[4] = {'I', 'D', 'A', 'T'};

struct png_writer {
    z_stream deflate;
    struct buffer rows; /* filtered */
};

cm_err png_writer_new(struct png_writer **out) {
    CM_CLEANUP(png_writer_freep) struct png_writer *w = calloc(1, sizeof *w);
    if (w == NULL) return CM_E_NO_MEMORY;
    if (deflateInit2(&w->deflate, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_RLE) != Z_OK)
        return CM_E_NO_MEMORY;
    *out = take(&w);
    return CM_OK;
}

void png_writer_free(struct png_writer *w) {
    if (w == NULL) return;
    (void)deflateEnd(&w->deflate); /* of a stream that never began it frees nothing */
    buffer_wipe(&w->rows);
    free(w);
}

void png_writer_freep(struct png_writer **w) { png_writer_free(*w); }

/* A chunk's CRC goes over its type and data: from `from` on. */
static void put_crc(struct buffer *out, size_t from) {
    if (out->failed) return;
    buffer_u32be(out, (uint32_t)crc32(0, out->p + from, (uInt)(out->len - from)));
}

static void put_head(const struct png_dots *dots, struct buffer *out) {
    static const uint8_t MAGIC[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const uint32_t per_metre = (uint32_t)lround(dots->dpi / METRES_PER_INCH);
    buffer_put(out, MAGIC, sizeof MAGIC);
    buffer_u32be(out, HEADER_LEN);
    size_t from = out->len;
    buffer_put(out, "IHDR", 4);
    buffer_u32be(out, (uint32_t)dots->width);
    buffer_u32be(out, (uint32_t)dots->height);
    buffer_u8(out, dots->grey ? 8 : 1);
    buffer_put(out, "\0\0\0\0", 4); /* grey; deflate; adaptive filters; not interlaced */
    put_crc(out, from);
    buffer_u32be(out, PHYS_LEN);
    from = out->len;
    buffer_put(out, "pHYs", 4);
    buffer_u32be(out, per_metre);
    buffer_u32be(out, per_metre);
    buffer_u8(out, PER_METRE);
    put_crc(out, from);
}

/* A row as it stands, or as what it adds to the row above: nothing. */
static void filter_rows(const struct png_dots *dots, uint8_t *to, size_t row_len) {
    const uint8_t flip = dots->grey ? 0 : 0xff; /* in a 1-bit PNG 1 is white */
    const uint8_t *above = NULL;
    for (size_t y = 0; y < dots->height; y++, to += 1 + row_len) {
        const uint8_t *const row = dots->rows + y * dots->stride;
        if (above != NULL && memcmp(row, above, row_len) == 0) {
            to[0] = FILTER_UP;
            memset(to + 1, 0, row_len);
        } else {
            to[0] = FILTER_NONE;
            for (size_t i = 0; i < row_len; i++)
                to[1 + i] = row[i] ^ flip;
        }
        above = row;
    }
}

/* Deflate what was filtered behind what `out` holds. */
static cm_err put_data(struct png_writer *w, struct buffer *out) {
    if (deflateReset(&w->deflate) != Z_OK) return CM_E_NO_MEMORY;
    const size_t bound = deflateBound(&w->deflate, (uLong)w->rows.len);
    if (bound > UINT32_MAX || w->rows.len > UINT32_MAX) return CM_E_LIMIT;
    const size_t at = out->len;
    uint8_t *const room = buffer_reserve(out, 8 + bound);
    if (room == NULL) return CM_E_NO_MEMORY;
    w->deflate.next_in = w->rows.p;
    w->deflate.avail_in = (uInt)w->rows.len;
    w->deflate.next_out = room + 8;
    w->deflate.avail_out = (uInt)bound;
    if (deflate(&w->deflate, Z_FINISH) != Z_STREAM_END) return CM_E_NO_MEMORY;
    const size_t len = bound - w->deflate.avail_out;
    put_u32be(room, (uint32_t)len);
    memcpy(room + 4, IDAT, sizeof IDAT);
    out->len += 8 + len;
    put_crc(out, at + 4);
    return buffer_err(out);
}

cm_err png_write(struct png_writer *w, const struct png_dots *dots, struct buffer *out) {
    static const uint8_t END[CHUNK_OVERHEAD] = {0,   0,   0,    0,    'I',  'E',
                                                'N', 'D', 0xae, 0x42, 0x60, 0x82};
    const size_t row_len = dots->grey ? dots->width : (dots->width + 7) / 8;
    size_t n = 0;
    if (dots->width == 0 || dots->height == 0 || dots->width > SIDE_MAX || dots->height > SIDE_MAX)
        return CM_E_LIMIT;
    if (!checked_mul_size(dots->height, row_len + 1, &n)) return CM_E_LIMIT;
    buffer_clear(&w->rows);
    uint8_t *const rows = buffer_reserve(&w->rows, n);
    if (rows == NULL) return CM_E_NO_MEMORY;
    filter_rows(dots, rows, row_len);
    w->rows.len = n;
    put_head(dots, out);
    TRY(put_data(w, out));
    buffer_put(out, END, sizeof END);
    return buffer_err(out);
}
