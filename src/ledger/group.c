/* Encoding and decoding of group headers, from the table in docs/design/journal.md section 3. */
#include "ledger/group.h"

#include <string.h>

#include "base/crc32c.h"

#define MAGIC_LEN          4u
#define OFFSET_PAYLOAD_CRC 52u /* bytes from the start of the group */
#define OFFSET_HEADER_CRC  60u
#define SHORT_HASH_LEN     512u /* bytes; below, one call beats setting up a stream (crypto/hash.h) */

static const uint8_t magic[MAGIC_LEN] = {'C', 'M', 'G', 'R'};

/* The field of the CRC itself counts as zero, so the CRC is taken in three pieces. */
static uint32_t header_crc(const uint8_t *header) {
    static const uint8_t no_crc[sizeof(uint32_t)];
    const size_t behind = OFFSET_HEADER_CRC + sizeof no_crc;
    uint32_t crc = crc32c(0, slice_of(header, OFFSET_HEADER_CRC));
    crc = crc32c(crc, slice_of(no_crc, sizeof no_crc));
    return crc32c(crc, slice_of(header + behind, GROUP_HEADER_LEN - behind));
}

void group_encode(const struct group_header *h, uint8_t *whole) {
    memset(whole, 0, GROUP_HEADER_LEN);
    memcpy(whole, magic, sizeof magic);
    whole[4] = GROUP_FORMAT;
    whole[5] = (uint8_t)h->kind;
    put_u32be(whole + 8, h->epoch);
    put_u32be(whole + 12, h->count);
    put_u64be(whole + 16, h->segment);
    put_u64be(whole + 24, h->nonce);
    put_u64be(whole + 32, h->first_sequence);
    put_u64be(whole + 40, h->time_ms);
    put_u32be(whole + 48, h->payload_len);
    put_u32be(whole + 56, h->offset);
    memcpy(whole + 64, h->link.b, sizeof h->link.b);
    const size_t len = GROUP_HEADER_LEN + (size_t)h->payload_len;
    memset(whole + len, 0, group_span(h->payload_len) - len);
    put_u32be(whole + OFFSET_PAYLOAD_CRC,
              crc32c(0, slice_of(whole + GROUP_HEADER_LEN, h->payload_len)));
    put_u32be(whole + OFFSET_HEADER_CRC, header_crc(whole));
}

cm_err group_decode(const uint8_t header[static GROUP_HEADER_LEN], struct group_header *out) {
    struct cursor c = cursor_over(slice_of(header, GROUP_HEADER_LEN));
    const bool ours = slice_equal(cursor_bytes(&c, MAGIC_LEN), slice_of(magic, sizeof magic));
    const uint8_t format = cursor_u8(&c);
    const uint8_t kind = cursor_u8(&c);
    const uint16_t zero = cursor_u16be(&c);
    struct group_header h;
    h.kind = (enum group_kind)kind;
    h.epoch = cursor_u32be(&c);
    h.count = cursor_u32be(&c);
    h.segment = cursor_u64be(&c);
    h.nonce = cursor_u64be(&c);
    h.first_sequence = cursor_u64be(&c);
    h.time_ms = cursor_u64be(&c);
    h.payload_len = cursor_u32be(&c);
    h.payload_crc = cursor_u32be(&c);
    h.offset = cursor_u32be(&c);
    const uint32_t crc = cursor_u32be(&c);
    cursor_copy(&c, h.link.b, sizeof h.link.b);
    if (!ours || crc != header_crc(header)) return CM_E_CORRUPT;
    if (format != GROUP_FORMAT || zero != 0) return CM_E_CORRUPT;
    if (kind != GROUP_DATA && kind != GROUP_SEAL) return CM_E_CORRUPT;
    if (h.payload_len > GROUP_PAYLOAD_MAX) return CM_E_CORRUPT;
    *out = h;
    return CM_OK;
}

cm_err group_hash(struct hasher *hasher, struct cm_slice bytes, struct hash256 *out) {
    if (bytes.len <= SHORT_HASH_LEN) {
        hash_sha256(bytes, out);
        return CM_OK;
    }
    TRY(hasher_begin(hasher));
    TRY(hasher_update(hasher, bytes));
    return hasher_end(hasher, out);
}
