/* The rows of an imported list's files, 16 bytes each: of the index, keyed hash (10) and serial
 * (6); of the base, balance (8), Unix seconds of the expiry (5), state, reason and zero. It refuses
 * a base row that says what no import writes. Byte table: docs/design/imports.md. */
#ifndef CM_ENGINE_LEGACY_ROW_H
#define CM_ENGINE_LEGACY_ROW_H

#include "engine/legacy.h"
#include "engine/legacy_file.h"

#define LEGACY_SERIAL_LEN   6u
#define LEGACY_EXPIRY_S_MAX (((uint64_t)1 << 40) - 1) /* five bytes */
_Static_assert(LEGACY_HASH_LEN + LEGACY_SERIAL_LEN == LEGACY_ROW_LEN, "an index row");

static inline uint64_t legacy_row_serial(const uint8_t *row) {
    return (uint64_t)get_u16be(row + LEGACY_HASH_LEN) << 32 | get_u32be(row + LEGACY_HASH_LEN + 2);
}
static inline void legacy_row_put(uint8_t *row, const uint8_t *hash, uint64_t serial) {
    memcpy(row, hash, LEGACY_HASH_LEN);
    put_u16be(row + LEGACY_HASH_LEN, (uint16_t)(serial >> 32));
    put_u32be(row + LEGACY_HASH_LEN + 2, (uint32_t)serial);
}

#define LEGACY_MS_PER_S 1000u
/* Expiry is kept to the second, rounded up. */
static inline void legacy_base_put(uint8_t *row, const struct legacy_base *b) {
    const uint64_t expires_s = (b->expires_ms + LEGACY_MS_PER_S - 1) / LEGACY_MS_PER_S;
    put_u64be(row, b->balance);
    row[8] = (uint8_t)(expires_s >> 32);
    put_u32be(row + 9, (uint32_t)expires_s);
    row[13] = (uint8_t)b->state;
    row[14] = (uint8_t)b->reason;
    row[15] = 0;
}
/** @retval CM_E_CORRUPT  a state, reason or balance that cannot be */
CM_MUST_CHECK static inline cm_err legacy_base_read(const uint8_t *row, struct legacy_base *out) {
    const uint64_t expires_s = (uint64_t)row[8] << 32 | get_u32be(row + 9);
    if (row[13] >= CM_CARD_STATE_N || row[14] >= CM_REASON_N || row[15] != 0) return CM_E_CORRUPT;
    if (get_u64be(row) > CM_AMOUNT_MAX) return CM_E_CORRUPT;
    *out = (struct legacy_base){.state = (enum cm_card_state)row[13],
                                .reason = (enum cm_card_reason)row[14],
                                .balance = get_u64be(row),
                                .expires_ms = expires_s * LEGACY_MS_PER_S};
    return CM_OK;
}

/** Where a file of a set lies. @retval CM_E_RANGE  the folder's name is too long */
CM_MUST_CHECK cm_err legacy_path(const char *folder, uint32_t set, enum legacy_file_kind kind,
                                 char out[static LEGACY_PATH_CAP]);

#endif
