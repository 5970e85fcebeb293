/* Records of a ZIP; a record is laid out in the order of its fields in the APPNOTE. */
#include "pack/zip_layout.h"

#define LOCAL_SIGN   0x04034b50u
#define CENTRAL_SIGN 0x02014b50u
#define END_SIGN     0x06054b50u
#define END64_SIGN   0x06064b50u
#define LOCATOR_SIGN 0x07064b50u

#define VERSION_PLAIN  20u /* 2.0: deflate, folders */
#define VERSION_64     45u /* 4.5: Zip64 */
#define MADE_BY_UNIX   (3u << 8)
#define MODE_FILE      0100600u /* a file, for its owner alone */
#define FLAG_UTF8      (1u << 11)
#define METHOD_DEFLATE 8u
#define EXTRA_64       1u
#define FULL_16        UINT16_MAX /* "see the Zip64 field" */
#define FULL_32        UINT32_MAX
#define END64_LEN      56u /* bytes of the Zip64 end record */
#define END64_LEAD     12u /* of them not counted in its own length */

static void put_le(struct buffer *out, uint64_t v, unsigned len) {
    uint8_t le[8];
    for (unsigned i = 0; i < len; i++)
        le[i] = (uint8_t)(v >> 8 * i);
    buffer_put(out, le, len);
}
static void put16(struct buffer *out, uint64_t v) { put_le(out, v, 2); }
static void put32(struct buffer *out, uint64_t v) { put_le(out, v, 4); }
static void put64(struct buffer *out, uint64_t v) { put_le(out, v, 8); }

uint16_t zip_get_u16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

static uint64_t fit32(uint64_t v) { return v < FULL_32 ? v : FULL_32; }
static uint64_t fit16(uint64_t v) { return v < FULL_16 ? v : FULL_16; }
static bool is_long(const struct zip_entry *e) {
    return e->len >= FULL_32 || e->packed_len >= FULL_32;
}

static bool is_ascii(struct cm_slice name) {
    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] > 0x7F) return false;
    return true;
}

/* From the version to the lengths: the same in both headers. */
static void put_common(struct buffer *out, const struct zip_entry *e, bool zip64) {
    put16(out, zip64 ? VERSION_64 : VERSION_PLAIN);
    put16(out, is_ascii(e->name) ? 0 : FLAG_UTF8);
    put16(out, e->deflated ? METHOD_DEFLATE : 0);
    put16(out, e->dos_time);
    put16(out, e->dos_date);
    put32(out, e->crc);
    put32(out, is_long(e) ? FULL_32 : e->packed_len);
    put32(out, is_long(e) ? FULL_32 : e->len);
    put16(out, e->name.len);
}

void zip_put_local(struct buffer *out, const struct zip_entry *e) {
    const bool zip64 = is_long(e);
    put32(out, LOCAL_SIGN);
    put_common(out, e, zip64);
    put16(out, zip64 ? 4 + 16 : 0);
    buffer_put(out, e->name.p, e->name.len);
    if (!zip64) return;
    put16(out, EXTRA_64);
    put16(out, 16);
    put64(out, e->len);
    put64(out, e->packed_len);
}

void zip_put_central(struct buffer *out, const struct zip_entry *e) {
    const bool sizes = is_long(e), far = e->offset >= FULL_32;
    const unsigned extra = (sizes ? 16u : 0u) + (far ? 8u : 0u);
    put32(out, CENTRAL_SIGN);
    put16(out, MADE_BY_UNIX | VERSION_64);
    put_common(out, e, extra > 0);
    put16(out, extra > 0 ? 4 + extra : 0);
    put16(out, 0); /* no comment */
    put16(out, 0); /* first disk */
    put16(out, 0); /* internal attributes */
    put32(out, (uint64_t)MODE_FILE << 16);
    put32(out, fit32(e->offset));
    buffer_put(out, e->name.p, e->name.len);
    if (extra == 0) return;
    put16(out, EXTRA_64);
    put16(out, extra);
    if (sizes) put64(out, e->len);
    if (sizes) put64(out, e->packed_len);
    if (far) put64(out, e->offset);
}

static void put_end64(struct buffer *out, const struct zip_end *e) {
    put32(out, END64_SIGN);
    put64(out, END64_LEN - END64_LEAD);
    put16(out, MADE_BY_UNIX | VERSION_64);
    put16(out, VERSION_64);
    put32(out, 0); /* this disk, and that of the directory */
    put32(out, 0);
    put64(out, e->n);
    put64(out, e->n);
    put64(out, e->len);
    put64(out, e->offset);
    put32(out, LOCATOR_SIGN);
    put32(out, 0);
    put64(out, e->offset + e->len); /* where the Zip64 end record stands */
    put32(out, 1);                  /* disks */
}

void zip_put_end(struct buffer *out, const struct zip_end *e) {
    if (e->n >= FULL_16 || e->len >= FULL_32 || e->offset >= FULL_32) put_end64(out, e);
    put32(out, END_SIGN);
    put16(out, 0);
    put16(out, 0);
    put16(out, fit16(e->n));
    put16(out, fit16(e->n));
    put32(out, fit32(e->len));
    put32(out, fit32(e->offset));
    put16(out, 0); /* no comment */
}
