/* CBOR items over libcbor's streaming coder. No tree is ever built: a frame has a dozen items,
 * whatever it carries. It refuses indefinite lengths, long forms of short numbers, tags, floats. */
#include "wire/item.h"

#include <cbor.h>

#include "base/checked.h"
#include "base/text.h"

#define HEAD_MAX_LEN 9u    /* bytes: initial byte and a 64-bit argument */
#define MAP_HEAD     0xa0u /* initial byte of an empty map; RFC 8949 section 3.1 */

/* ---- Writing ---------------------------------------------------------------------------- */

typedef size_t put_head(size_t value, unsigned char *to, size_t cap);

static void put(struct buffer *out, put_head *head, size_t value) {
    uint8_t *to = buffer_reserve(out, HEAD_MAX_LEN);
    if (to != NULL) out->len += head(value, to, HEAD_MAX_LEN);
}

static void put_uint(struct buffer *out, uint64_t value) {
    uint8_t *to = buffer_reserve(out, HEAD_MAX_LEN);
    if (to != NULL) out->len += cbor_encode_uint(value, to, HEAD_MAX_LEN);
}

void item_map(struct buffer *out, uint32_t n) { put(out, cbor_encode_map_start, n); }

void item_uint(struct buffer *out, uint32_t key, uint64_t value) {
    put_uint(out, key);
    put_uint(out, value);
}

void item_bytes_head(struct buffer *out, uint32_t key, size_t len) {
    put_uint(out, key);
    put(out, cbor_encode_bytestring_start, len);
}

uint8_t *item_bytes_room(struct buffer *out, uint32_t key, size_t len) {
    item_bytes_head(out, key, len);
    uint8_t *to = buffer_reserve(out, len);
    if (to != NULL) out->len += len;
    return to;
}

void item_bytes(struct buffer *out, uint32_t key, struct cm_slice bytes) {
    item_bytes_head(out, key, bytes.len);
    buffer_put(out, bytes.p, bytes.len);
}

void item_text(struct buffer *out, uint32_t key, struct cm_slice text) {
    put_uint(out, key);
    put(out, cbor_encode_string_start, text.len);
    buffer_put(out, text.p, text.len);
}

/* ---- Reading ---------------------------------------------------------------------------- */

enum item_kind { ITEM_OTHER, ITEM_UINT, ITEM_BYTES, ITEM_TEXT, ITEM_MAP };

struct item {
    enum item_kind kind;
    uint64_t value; /* number, or length */
    struct cm_slice bytes;
};

static void seen(void *ctx, enum item_kind kind, uint64_t value) {
    *(struct item *)ctx = (struct item){.kind = kind, .value = value};
}
static void on_u8(void *ctx, uint8_t v) { seen(ctx, ITEM_UINT, v); }
static void on_u16(void *ctx, uint16_t v) { seen(ctx, ITEM_UINT, v); }
static void on_u32(void *ctx, uint32_t v) { seen(ctx, ITEM_UINT, v); }
static void on_u64(void *ctx, uint64_t v) { seen(ctx, ITEM_UINT, v); }
static void on_map(void *ctx, size_t n) { seen(ctx, ITEM_MAP, n); }
static void on_bytes(void *ctx, cbor_data p, size_t len) {
    *(struct item *)ctx = (struct item){ITEM_BYTES, len, slice_of(p, len)};
}
static void on_text(void *ctx, cbor_data p, size_t len) {
    *(struct item *)ctx = (struct item){ITEM_TEXT, len, slice_of(p, len)};
}

/* Bytes of the shortest head for an argument: RFC 8949 section 3. */
static size_t head_len(uint64_t value) {
    if (value < 24) return 1;
    if (value <= UINT8_MAX) return 2;
    if (value <= UINT16_MAX) return 3;
    return value <= UINT32_MAX ? 5 : HEAD_MAX_LEN;
}

/* The next item if it is of this kind and in its shortest form; else nothing, and r has failed. */
static void next(struct item_reader *r, enum item_kind wanted, struct item *out) {
    struct cbor_callbacks callbacks = cbor_empty_callbacks;
    callbacks.uint8 = on_u8;
    callbacks.uint16 = on_u16;
    callbacks.uint32 = on_u32;
    callbacks.uint64 = on_u64;
    callbacks.map_start = on_map;
    callbacks.byte_string = on_bytes;
    callbacks.string = on_text;
    struct item item = {.kind = ITEM_OTHER};
    *out = item;
    if (r->rest.len == 0) r->failed = true;
    if (r->failed) return;
    const struct cbor_decoder_result result =
        cbor_stream_decode(r->rest.p, r->rest.len, &callbacks, &item);
    const size_t shortest = head_len(item.value) + item.bytes.len;
    if (result.status != CBOR_DECODER_FINISHED || item.kind != wanted || result.read != shortest) {
        r->failed = true;
        return;
    }
    r->rest = slice_of(r->rest.p + result.read, r->rest.len - result.read);
    *out = item;
}

struct item_reader item_reader_over(struct cm_slice body, uint32_t n) {
    struct item_reader r = {.rest = body, .key = 1};
    struct item map;
    next(&r, ITEM_MAP, &map);
    if (map.value != n) r.failed = true;
    return r;
}

bool item_map_has(struct cm_slice body, uint32_t n) {
    return body.len > 0 && body.p[0] == (MAP_HEAD | n);
}

static void next_value(struct item_reader *r, enum item_kind wanted, struct item *out) {
    next(r, ITEM_UINT, out);
    if (out->value != r->key) r->failed = true;
    r->key++;
    next(r, wanted, out);
}

uint64_t item_read_uint(struct item_reader *r, uint64_t max) {
    struct item item;
    next_value(r, ITEM_UINT, &item);
    if (item.value <= max) return item.value;
    r->failed = true;
    return 0;
}

struct cm_slice item_read_bytes(struct item_reader *r) {
    struct item item;
    next_value(r, ITEM_BYTES, &item);
    return item.bytes;
}

struct cm_slice item_read_rows(struct item_reader *r, size_t n, size_t row_len) {
    const struct cm_slice rows = item_read_bytes(r);
    size_t len = 0;
    if (checked_mul_size(n, row_len, &len) && rows.len == len) return rows;
    r->failed = true;
    return slice_of(NULL, 0);
}

struct cm_slice item_read_text(struct item_reader *r) {
    struct item item;
    next_value(r, ITEM_TEXT, &item);
    if (utf8_valid(item.bytes)) return item.bytes;
    r->failed = true;
    return slice_of(NULL, 0);
}

cm_err item_read_end(const struct item_reader *r) {
    return r->failed || r->rest.len != 0 ? CM_E_FORMAT : CM_OK;
}
