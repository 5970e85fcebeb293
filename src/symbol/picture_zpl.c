/* ZPL: a label of one graphic field, its dots in hexadecimal with Zebra's run lengths: G to Y are 1
 * to 19 times the next digit, g to z 20 to 400 times; a comma fills the row with 0, an exclamation
 * mark with F, a colon repeats the row above.
 * Reference: ZPL II Programming Guide, ^GF and "alternative data compression scheme". */
#include "base/macros.h"
#include "symbol/picture_inside.h"

#define GRAPHIC_MAX 99999u /* bytes of a ^GF */
#define TWENTY      20u
#define LONGEST     400u

static void put_count(struct buffer *out, size_t n) {
    for (; n > LONGEST; n -= LONGEST)
        buffer_u8(out, 'z');
    if (n >= TWENTY) buffer_u8(out, (uint8_t)('g' + n / TWENTY - 1));
    n %= TWENTY;
    if (n > 0) buffer_u8(out, (uint8_t)('G' + n - 1));
}

static unsigned digit_at(const uint8_t *row, size_t i) {
    return i % 2 == 0 ? row[i / 2] >> 4 : row[i / 2] & 0xfu;
}

static void put_row(struct buffer *out, const uint8_t *row, size_t stride) {
    const size_t digits = 2 * stride;
    for (size_t i = 0, n; i < digits; i += n) {
        const unsigned digit = digit_at(row, i);
        for (n = 1; i + n < digits && digit_at(row, i + n) == digit; n++) {
        }
        if (i + n == digits && (digit == 0 || digit == 0xf)) {
            buffer_u8(out, digit == 0 ? ',' : '!');
            return;
        }
        if (n > 1) put_count(out, n);
        buffer_u8(out, (uint8_t) "0123456789ABCDEF"[digit]);
    }
}

cm_err picture_zpl(const struct picture_job *job, struct buffer *out) {
    const struct bitmap *const b = &job->maker->bitmap;
    TRY(picture_rasterise(job));
    const size_t bytes = b->stride * b->height;
    if (bytes > GRAPHIC_MAX)
        return diag_fail(job->diag, CM_E_LIMIT, "picture", NULL, "choose smaller modules",
                         "%zu x %zu dots are %zu bytes; a graphic field holds %u", b->width,
                         b->height, bytes, GRAPHIC_MAX);
    buffer_printf(out, "^XA^FO0,0^GFA,%zu,%zu,%zu,", bytes, bytes, b->stride);
    for (size_t y = 0; y < b->height; y++) {
        const uint8_t *const row = b->bits + y * b->stride;
        if (y > 0 && memcmp(row, row - b->stride, b->stride) == 0)
            buffer_u8(out, ':');
        else
            put_row(out, row, b->stride);
    }
    buffer_text(out, "^FS^XZ\n");
    return buffer_err(out);
}
