/* One group's header: encode, decode, CRC, link. Pure bytes, no I/O.
 * It refuses headers that are damaged; whether an intact one fits the journal is the scanner's
 * question. Byte table: docs/design/journal.md section 3.
 */
#ifndef CM_LEDGER_GROUP_H
#define CM_LEDGER_GROUP_H

#include "crypto/hash.h"
#include "ledger/disk.h"

#define GROUP_HEADER_LEN   96u                     /* bytes */
#define GROUP_LEN_MAX      (4ul * 1024ul * 1024ul) /* bytes with header */
#define GROUP_PAYLOAD_MAX  (GROUP_LEN_MAX - GROUP_HEADER_LEN)
#define GROUP_SEAL_PAYLOAD 16u /* bytes: data groups (8), events (8) */
#define GROUP_FORMAT       1u

_Static_assert(GROUP_LEN_MAX % SECTOR_LEN == 0, "the longest group needs no padding");

enum group_kind { GROUP_DATA = 1, GROUP_SEAL = 2 };

/* The fields in the order of the table; magic, version and zero fields are implied. */
struct group_header {
    enum group_kind kind;
    uint32_t epoch, count;
    uint64_t segment, nonce, first_sequence, time_ms;
    uint32_t payload_len, payload_crc, offset;
    struct hash256 link;
};

/* Bytes a group with such a payload takes in the file, padding included. */
static inline size_t group_span(size_t payload_len) {
    return (GROUP_HEADER_LEN + payload_len + SECTOR_LEN - 1) / SECTOR_LEN * SECTOR_LEN;
}

/* Make a group of the payload that stands at whole + GROUP_HEADER_LEN: writes the header with its
 * CRCs (h->payload_crc is ignored) and zeroes the padding; `whole` holds group_span() bytes. */
void group_encode(const struct group_header *h, uint8_t *whole);

/** Read the header fields.
 * @retval CM_E_CORRUPT  magic, CRC, format, kind or a zero field is wrong; *out untouched */
CM_MUST_CHECK cm_err group_decode(const uint8_t header[static GROUP_HEADER_LEN],
                                  struct group_header *out);

/* Hash of the bytes, fast for long ones too.
 * @retval CM_E_CRYPTO  the hash could not be computed */
CM_MUST_CHECK cm_err group_hash(struct hasher *hasher, struct cm_slice bytes, struct hash256 *out);

#endif
