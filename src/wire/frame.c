/* The header of frames: layout in frame.h. It refuses to look into bodies. */
#include "wire/frame.h"

cm_err frame_take(struct cm_slice bytes, struct frame *out, size_t *used) {
    if (bytes.len < FRAME_HEADER_LEN) return CM_E_TRUNCATED;
    struct cursor c = cursor_over(slice_of(bytes.p, FRAME_HEADER_LEN));
    const uint32_t len = cursor_u32be(&c);
    const uint8_t version = cursor_u8(&c), kind = cursor_u8(&c);
    const uint16_t filler = cursor_u16be(&c);
    const uint32_t number = cursor_u32be(&c);
    TRY(cursor_end(&c));
    if (version != FRAME_VERSION) return CM_E_VERSION;
    if (kind == 0 || kind > FRAME_KIND_LAST || filler != 0) return CM_E_FORMAT;
    if (len > FRAME_BODY_MAX) return CM_E_LIMIT;
    if (bytes.len - FRAME_HEADER_LEN < len) return CM_E_TRUNCATED;
    *out = (struct frame){.kind = (enum frame_kind)kind,
                          .number = number,
                          .body = slice_of(bytes.p + FRAME_HEADER_LEN, len)};
    *used = FRAME_HEADER_LEN + (size_t)len;
    return CM_OK;
}

size_t frame_begin(struct buffer *out, enum frame_kind kind, uint32_t number) {
    const size_t start = out->len;
    buffer_u32be(out, 0);
    buffer_u8(out, FRAME_VERSION);
    buffer_u8(out, (uint8_t)kind);
    buffer_u16be(out, 0);
    buffer_u32be(out, number);
    return start;
}

cm_err frame_end(struct buffer *out, size_t start) {
    TRY(buffer_err(out));
    const size_t len = out->len - start - FRAME_HEADER_LEN;
    if (len > FRAME_BODY_MAX) {
        out->len = start;
        return CM_E_LIMIT;
    }
    put_u32be(out->p + start, (uint32_t)len);
    return CM_OK;
}
