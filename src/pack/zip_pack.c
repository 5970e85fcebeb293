/* One file packed: raw deflate (RFC 1951) and CRC-32 through zlib, with the state kept from file to
 * file. Small files are what this is for: a hundred thousand pictures of a kilobyte. */
#define ZLIB_CONST /* what it reads it leaves alone, and says so */
#include <stdlib.h>
#include <zlib.h>

#include "base/macros.h"
#include "pack/zip.h"

#define WINDOW_BITS  (-15) /* raw: no zlib header; the largest window */
#define LEVEL        3     /* small files gain 5 % from the usual 6, which costs twice the time */
#define MEMORY_LEVEL 8     /* zlib's own, too */
#define PIECE_LEN    ((size_t)1 << 30) /* zlib counts in unsigned int */
#define ROOM_LEN     4096u             /* bytes of output asked for at a time, at least */

struct zip_packer {
    z_stream stream;
};

cm_err zip_packer_new(struct zip_packer **out) {
    struct zip_packer *p = calloc(1, sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    if (deflateInit2(&p->stream, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        free(p);
        return CM_E_NO_MEMORY;
    }
    *out = p;
    return CM_OK;
}

void zip_packer_free(struct zip_packer *p) {
    if (p == NULL) return;
    (void)deflateEnd(&p->stream);
    free(p);
}

void zip_packer_freep(struct zip_packer **p) { zip_packer_free(*p); }

/* Run the stream over what it was given, its output into the part. */
static cm_err run(struct zip_packer *p, struct zip_part *out, int flush) {
    int status = Z_OK;
    do {
        uint8_t *to = buffer_reserve(&out->bytes, ROOM_LEN);
        if (to == NULL) return CM_E_NO_MEMORY;
        const size_t room = out->bytes.cap - out->bytes.len;
        p->stream.next_out = to;
        p->stream.avail_out = (uInt)(room < PIECE_LEN ? room : PIECE_LEN);
        status = deflate(&p->stream, flush);
        out->bytes.len += (size_t)(p->stream.next_out - to);
    } while (status == Z_OK && (p->stream.avail_out == 0 || flush == Z_FINISH));
    /* Z_BUF_ERROR: there was nothing to do, which is no error */
    return status == Z_STREAM_ERROR ? CM_E_CRYPTO : CM_OK;
}

cm_err zip_pack_begin(struct zip_packer *p, struct zip_part *out) {
    buffer_clear(&out->bytes);
    out->len = 0;
    out->crc = 0;
    out->deflated = true;
    return deflateReset(&p->stream) == Z_OK ? CM_OK : CM_E_NO_MEMORY;
}

cm_err zip_pack_more(struct zip_packer *p, struct cm_slice bytes, struct zip_part *out) {
    out->len += bytes.len;
    while (bytes.len > 0) {
        const size_t n = bytes.len < PIECE_LEN ? bytes.len : PIECE_LEN;
        out->crc = (uint32_t)crc32(out->crc, bytes.p, (uInt)n);
        p->stream.next_in = bytes.p;
        p->stream.avail_in = (uInt)n;
        TRY(run(p, out, Z_NO_FLUSH));
        bytes = slice_of(bytes.p + n, bytes.len - n);
    }
    return CM_OK;
}

cm_err zip_pack_end(struct zip_packer *p, struct zip_part *out) {
    p->stream.next_in = NULL;
    p->stream.avail_in = 0;
    return run(p, out, Z_FINISH);
}

static cm_err store(struct cm_slice bytes, struct zip_part *out) {
    buffer_clear(&out->bytes);
    buffer_put(&out->bytes, bytes.p, bytes.len);
    out->deflated = false;
    return buffer_err(&out->bytes);
}

cm_err zip_pack(struct zip_packer *p, struct cm_slice bytes, bool deflate, struct zip_part *out) {
    if (deflate) {
        TRY(zip_pack_begin(p, out));
        TRY(zip_pack_more(p, bytes, out));
        TRY(zip_pack_end(p, out));
        return out->bytes.len < bytes.len ? CM_OK : store(bytes, out);
    }
    out->len = bytes.len;
    out->crc = 0;
    for (size_t at = 0; at < bytes.len; at += PIECE_LEN) {
        const size_t left = bytes.len - at, n = left < PIECE_LEN ? left : PIECE_LEN;
        out->crc = (uint32_t)crc32(out->crc, bytes.p + at, (uInt)n);
    }
    return store(bytes, out);
}
