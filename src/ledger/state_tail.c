/* Tails as bytes, and reading them. Writing is state_units.c.
 * It refuses a chunk of any length that no writer of ours makes. */
#include "ledger/state_tail.h"

#include <string.h>

#define KEY_LEN     14u /* set 4, range 8, number 2 */
#define PREFIX_LEN  12u
#define PLACE_LEN   3u /* of an entry: what it holds, the bits, the offset in the range */
#define HAS_BITS    0x800000u
#define HAS_DETAIL  0x400000u
#define BITS_SHIFT  20u
#define BITS_MASK   3u
#define OFFSET_MASK 0xFFFFFu
#define UNIT_BITS   2u

_Static_assert(STATE_RANGE_UNITS <= OFFSET_MASK, "an offset in a range has 20 bits");

void page_bits_set(uint8_t page[static STATE_PAGE_LEN], uint64_t serial, unsigned bits) {
    const uint64_t at = serial % STATE_PAGE_UNITS;
    const unsigned shift = (unsigned)(at % 4u) * UNIT_BITS;
    uint8_t *byte = &page[at / 4u];
    *byte = (uint8_t)((*byte & ~(BITS_MASK << shift)) | ((bits & BITS_MASK) << shift));
}

/* ---- Entries ----------------------------------------------------------------------------- */

void tail_head_put(uint8_t to[static TAIL_HEAD_LEN], const struct tail_chunk *c) {
    put_u32be(to, c->before);
    put_u16be(to + 4, (uint16_t)(c->time >> 32));
    put_u32be(to + 6, (uint32_t)c->time);
    put_u16be(to + 10, (uint16_t)(c->sequence >> 32));
    put_u32be(to + 12, (uint32_t)c->sequence);
}

static void head_read(struct cm_slice content, struct tail_chunk *out) {
    out->before = get_u32be(content.p);
    out->time = (uint64_t)get_u16be(content.p + 4) << 32 | get_u32be(content.p + 6);
    out->sequence = (uint64_t)get_u16be(content.p + 10) << 32 | get_u32be(content.p + 12);
}

bool tail_fits(const struct tail_chunk *chunk, const struct unit_change *c) {
    const struct unit_detail *d = &c->detail; /* differences wrap where they are negative */
    return !c->has_detail ||
           (d->time_ms - chunk->time <= UINT32_MAX && d->sequence - chunk->sequence <= UINT32_MAX);
}

void tail_put(uint8_t to[static TAIL_ENTRY_LEN], const struct tail_chunk *chunk,
              const struct unit_change *c) {
    uint32_t place = (uint32_t)(c->serial % STATE_RANGE_UNITS);
    if (c->has_bits) place |= HAS_BITS | ((uint32_t)(c->bits & BITS_MASK) << BITS_SHIFT);
    if (c->has_detail) place |= HAS_DETAIL;
    to[0] = (uint8_t)(place >> 16);
    put_u16be(to + 1, (uint16_t)place);
    memset(to + PLACE_LEN, 0, TAIL_ENTRY_LEN - PLACE_LEN);
    if (!c->has_detail) return;
    put_u32be(to + 3, c->detail.use);
    put_u32be(to + 7, c->detail.actor);
    put_u32be(to + 11, (uint32_t)(c->detail.time_ms - chunk->time));
    put_u32be(to + 15, (uint32_t)(c->detail.sequence - chunk->sequence));
}

static const uint8_t *entry_of(const struct tail_chunk *chunk, size_t i) {
    return chunk->entries + i * TAIL_ENTRY_LEN;
}

static uint32_t place_of(const uint8_t *entry) {
    return (uint32_t)entry[0] << 16 | get_u16be(entry + 1);
}

static void detail_of(const struct tail_chunk *chunk, const uint8_t *entry,
                      struct unit_detail *out) {
    *out = (struct unit_detail){.use = get_u32be(entry + 3),
                                .actor = get_u32be(entry + 7),
                                .time_ms = chunk->time + get_u32be(entry + 11),
                                .sequence = chunk->sequence + get_u32be(entry + 15)};
}

struct unit_change tail_read(const struct tail_chunk *chunk, size_t i, uint64_t range) {
    const uint8_t *entry = entry_of(chunk, i);
    const uint32_t place = place_of(entry);
    struct unit_change c = {.serial = range * STATE_RANGE_UNITS + (place & OFFSET_MASK),
                            .has_bits = (place & HAS_BITS) != 0,
                            .has_detail = (place & HAS_DETAIL) != 0,
                            .bits = (uint8_t)(place >> BITS_SHIFT & BITS_MASK)};
    if (c.has_detail) detail_of(chunk, entry, &c.detail);
    return c;
}

/* ---- Chunks ------------------------------------------------------------------------------ */

struct table_key tail_key(uint32_t set, uint64_t range, uint16_t no) {
    struct table_key key = key_unit(set, range);
    key_u16(&key, no);
    return key;
}

/* What LMDB found, if it is a chunk of that range. */
static cm_err chunk_of(int rc, const MDB_val *key, const MDB_val *value, uint32_t set,
                       uint64_t range, struct cm_diag *diag, struct tail_chunk *out, bool *found) {
    *found = false;
    if (rc == MDB_NOTFOUND) return CM_OK;
    TRY(state_err(rc, "tails"));
    if (key->mv_size != KEY_LEN) return table_misshapen(TABLE_TAILS, key, diag);
    const struct table_key prefix = key_unit(set, range);
    if (memcmp(key->mv_data, prefix.b, PREFIX_LEN) != 0) return CM_OK;
    struct cm_slice content;
    TRY(table_content(TABLE_TAILS, key, value, diag, &content));
    if (content.len <= TAIL_HEAD_LEN || (content.len - TAIL_HEAD_LEN) % TAIL_ENTRY_LEN != 0 ||
        content.len > TAIL_HEAD_LEN + TAIL_CHUNK_MAX * TAIL_ENTRY_LEN)
        return table_misshapen(TABLE_TAILS, key, diag);
    const uint8_t *number = (const uint8_t *)key->mv_data + PREFIX_LEN;
    struct tail_chunk c = {.no = get_u16be(number),
                           .n = (content.len - TAIL_HEAD_LEN) / TAIL_ENTRY_LEN,
                           .entries = content.p + TAIL_HEAD_LEN};
    head_read(content, &c);
    for (size_t i = 0; i < c.n; i++)
        if ((place_of(entry_of(&c, i)) & OFFSET_MASK) >= STATE_RANGE_UNITS)
            return table_misshapen(TABLE_TAILS, key, diag);
    *out = c;
    *found = true;
    return CM_OK;
}

cm_err tail_first(MDB_cursor *cursor, uint32_t set, uint64_t range, struct cm_diag *diag,
                  struct tail_chunk *out, bool *found) {
    struct table_key place = tail_key(set, range, 0);
    MDB_val key = {.mv_size = place.len, .mv_data = place.b}, value;
    const int rc = table_seek(cursor, &key, &value, MDB_SET_RANGE);
    return chunk_of(rc, &key, &value, set, range, diag, out, found);
}

cm_err tail_next(MDB_cursor *cursor, uint32_t set, uint64_t range, struct cm_diag *diag,
                 struct tail_chunk *out, bool *found) {
    MDB_val key, value;
    const int rc = table_seek(cursor, &key, &value, MDB_NEXT);
    return chunk_of(rc, &key, &value, set, range, diag, out, found);
}

cm_err tail_last(MDB_cursor *cursor, uint32_t set, uint64_t range, struct cm_diag *diag,
                 struct tail_chunk *out, bool *found) {
    struct table_key place = tail_key(set, range, UINT16_MAX); /* no tail has so many */
    MDB_val key = {.mv_size = place.len, .mv_data = place.b}, value;
    int rc = table_seek(cursor, &key, &value, MDB_SET_RANGE);
    if (rc == MDB_SUCCESS || rc == MDB_NOTFOUND)
        rc = table_seek(cursor, &key, &value, rc == MDB_SUCCESS ? MDB_PREV : MDB_LAST);
    return chunk_of(rc, &key, &value, set, range, diag, out, found);
}

cm_err tail_before(MDB_cursor *cursor, uint32_t set, uint64_t range, struct cm_diag *diag,
                   struct tail_chunk *out, bool *found) {
    MDB_val key, value;
    const int rc = table_seek(cursor, &key, &value, MDB_PREV);
    return chunk_of(rc, &key, &value, set, range, diag, out, found);
}

/* ---- Reading through --------------------------------------------------------------------- */

cm_err tail_over_page(MDB_cursor *cursor, uint32_t set, uint64_t page, struct cm_diag *diag,
                      uint8_t bits[static STATE_PAGE_LEN], bool *found) {
    const uint64_t range = page / STATE_RANGE_PAGES;
    const uint32_t first = (uint32_t)(page % STATE_RANGE_PAGES * STATE_PAGE_UNITS);
    struct tail_chunk c;
    bool more = false;
    TRY(tail_first(cursor, set, range, diag, &c, &more));
    while (more) {
        for (size_t i = 0; i < c.n; i++) {
            const uint32_t place = place_of(entry_of(&c, i));
            const uint32_t offset = (place & OFFSET_MASK) - first; /* wraps where it is before */
            if (offset >= STATE_PAGE_UNITS || (place & HAS_BITS) == 0) continue;
            page_bits_set(bits, offset, place >> BITS_SHIFT);
            *found = true;
        }
        TRY(tail_next(cursor, set, range, diag, &c, &more));
    }
    return CM_OK;
}

cm_err tail_detail(MDB_cursor *cursor, uint32_t set, uint64_t serial, struct cm_diag *diag,
                   struct unit_detail *out, bool *found) {
    const uint64_t range = serial / STATE_RANGE_UNITS;
    const uint32_t offset = (uint32_t)(serial % STATE_RANGE_UNITS);
    struct tail_chunk c;
    bool more = false;
    *found = false;
    TRY(tail_last(cursor, set, range, diag, &c, &more));
    while (more) {
        for (size_t i = c.n; i-- > 0;) {
            const uint8_t *entry = entry_of(&c, i);
            const uint32_t place = place_of(entry);
            if ((place & OFFSET_MASK) != offset || (place & HAS_DETAIL) == 0) continue;
            detail_of(&c, entry, out);
            *found = true;
            return CM_OK;
        }
        TRY(tail_before(cursor, set, range, diag, &c, &more));
    }
    return CM_OK;
}
