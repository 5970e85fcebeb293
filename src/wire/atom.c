/* Items over libcbor's streaming coder. It refuses indefinite lengths, long forms of short numbers,
 * floats, null and undefined: no format of ours has them. */
#include "wire/atom.h"

#include <cbor.h>

#include "base/text.h"

#define HEAD_MAX_LEN 9u    /* bytes: initial byte and a 64-bit argument */
#define TAG_SHORT    0xC0u /* initial byte of tag 0: RFC 8949 section 3.1, major type 6 */

void atom_put(struct buffer *out, enum atom_kind kind, uint64_t value) {
    uint8_t *to = buffer_reserve(out, HEAD_MAX_LEN);
    if (to == NULL) return;
    switch (kind) {
    case ATOM_UINT: out->len += cbor_encode_uint(value, to, HEAD_MAX_LEN); break;
    case ATOM_NEGATIVE: out->len += cbor_encode_negint(value, to, HEAD_MAX_LEN); break;
    case ATOM_BYTES: out->len += cbor_encode_bytestring_start(value, to, HEAD_MAX_LEN); break;
    case ATOM_TEXT: out->len += cbor_encode_string_start(value, to, HEAD_MAX_LEN); break;
    case ATOM_ARRAY: out->len += cbor_encode_array_start(value, to, HEAD_MAX_LEN); break;
    case ATOM_MAP: out->len += cbor_encode_map_start(value, to, HEAD_MAX_LEN); break;
    case ATOM_TAG: out->len += cbor_encode_tag(value, to, HEAD_MAX_LEN); break;
    case ATOM_BOOL: out->len += cbor_encode_bool(value != 0, to, HEAD_MAX_LEN); break;
    case ATOM_NONE:
    default: out->failed = true;
    }
}

void atom_put_bytes(struct buffer *out, struct cm_slice bytes) {
    atom_put(out, ATOM_BYTES, bytes.len);
    buffer_put(out, bytes.p, bytes.len);
}

void atom_put_text(struct buffer *out, struct cm_slice text) {
    atom_put(out, ATOM_TEXT, text.len);
    buffer_put(out, text.p, text.len);
}

struct atom {
    enum atom_kind kind;
    uint64_t value; /* number, or length */
    struct cm_slice bytes;
};

static void seen(void *ctx, enum atom_kind kind, uint64_t value) {
    *(struct atom *)ctx = (struct atom){.kind = kind, .value = value};
}
static void on_u8(void *ctx, uint8_t v) { seen(ctx, ATOM_UINT, v); }
static void on_u16(void *ctx, uint16_t v) { seen(ctx, ATOM_UINT, v); }
static void on_u32(void *ctx, uint32_t v) { seen(ctx, ATOM_UINT, v); }
static void on_u64(void *ctx, uint64_t v) { seen(ctx, ATOM_UINT, v); }
static void on_n8(void *ctx, uint8_t v) { seen(ctx, ATOM_NEGATIVE, v); }
static void on_n16(void *ctx, uint16_t v) { seen(ctx, ATOM_NEGATIVE, v); }
static void on_n32(void *ctx, uint32_t v) { seen(ctx, ATOM_NEGATIVE, v); }
static void on_n64(void *ctx, uint64_t v) { seen(ctx, ATOM_NEGATIVE, v); }
static void on_array(void *ctx, size_t n) { seen(ctx, ATOM_ARRAY, n); }
static void on_map(void *ctx, size_t n) { seen(ctx, ATOM_MAP, n); }
static void on_tag(void *ctx, uint64_t v) { seen(ctx, ATOM_TAG, v); }
static void on_bool(void *ctx, bool v) { seen(ctx, ATOM_BOOL, v); }
static void on_bytes(void *ctx, cbor_data p, size_t len) {
    *(struct atom *)ctx = (struct atom){ATOM_BYTES, len, slice_of(p, len)};
}
static void on_text(void *ctx, cbor_data p, size_t len) {
    *(struct atom *)ctx = (struct atom){ATOM_TEXT, len, slice_of(p, len)};
}

/* Bytes of the shortest head for an argument: RFC 8949 section 3. */
static size_t head_len(const struct atom *a) {
    if (a->kind == ATOM_BOOL || a->value < 24) return 1;
    if (a->value <= UINT8_MAX) return 2;
    if (a->value <= UINT16_MAX) return 3;
    return a->value <= UINT32_MAX ? 5 : HEAD_MAX_LEN;
}

/* Length of the next item's head, and of its string; 0 if it is none of ours. */
static size_t look(struct cm_slice rest, struct atom *out) {
    struct cbor_callbacks callbacks = cbor_empty_callbacks;
    callbacks.uint8 = on_u8;
    callbacks.uint16 = on_u16;
    callbacks.uint32 = on_u32;
    callbacks.uint64 = on_u64;
    callbacks.negint8 = on_n8;
    callbacks.negint16 = on_n16;
    callbacks.negint32 = on_n32;
    callbacks.negint64 = on_n64;
    callbacks.array_start = on_array;
    callbacks.map_start = on_map;
    callbacks.tag = on_tag;
    callbacks.boolean = on_bool;
    callbacks.byte_string = on_bytes;
    callbacks.string = on_text;
    *out = (struct atom){.kind = ATOM_NONE};
    if (rest.len == 0) return 0;
    /* libcbor 0.8 refuses tags 6 to 20, which it takes for unassigned; COSE_Sign1 is 18. */
    if (rest.p[0] >= TAG_SHORT && rest.p[0] < TAG_SHORT + 24u) {
        *out = (struct atom){.kind = ATOM_TAG, .value = rest.p[0] - TAG_SHORT};
        return 1;
    }
    const struct cbor_decoder_result result = cbor_stream_decode(rest.p, rest.len, &callbacks, out);
    if (result.status != CBOR_DECODER_FINISHED || out->kind == ATOM_NONE) return 0;
    return result.read == head_len(out) + out->bytes.len ? result.read : 0;
}

enum atom_kind atom_peek(const struct atom_reader *r) {
    struct atom atom;
    return !r->failed && look(r->rest, &atom) > 0 ? atom.kind : ATOM_NONE;
}

static struct atom next(struct atom_reader *r, enum atom_kind kind, uint64_t max) {
    struct atom atom = {.kind = ATOM_NONE};
    const size_t len = r->failed ? 0 : look(r->rest, &atom);
    if (len == 0 || atom.kind != kind || atom.value > max) {
        r->failed = true;
        return (struct atom){.kind = ATOM_NONE};
    }
    r->rest = slice_of(r->rest.p + len, r->rest.len - len);
    return atom;
}

uint64_t atom_read(struct atom_reader *r, enum atom_kind kind, uint64_t max) {
    return next(r, kind, max).value;
}

struct cm_slice atom_read_string(struct atom_reader *r, enum atom_kind kind, size_t max) {
    const struct atom atom = next(r, kind, max);
    if (kind == ATOM_BYTES || utf8_valid(atom.bytes)) return atom.bytes;
    r->failed = true;
    return slice_of(NULL, 0);
}

void atom_read_exact(struct atom_reader *r, void *out, size_t len) {
    const struct cm_slice bytes = atom_read_string(r, ATOM_BYTES, len);
    if (bytes.len != len) r->failed = true;
    if (!r->failed) memcpy(out, bytes.p, len);
}

cm_err atom_end(const struct atom_reader *r) {
    return r->failed || r->rest.len != 0 ? CM_E_FORMAT : CM_OK;
}
