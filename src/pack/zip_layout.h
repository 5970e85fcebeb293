/* The records of a ZIP as bytes, little-endian, and nothing else: local file header
 * (APPNOTE 4.3.7), central directory header (4.3.12), the end records (4.3.14 to 4.3.16), the Zip64
 * extra field (4.5.3) where a number does not fit. */
#ifndef CM_PACK_ZIP_LAYOUT_H
#define CM_PACK_ZIP_LAYOUT_H

#include "base/buffer.h"

#define ZIP_CENTRAL_LEN         46u /* bytes before the name */
#define ZIP_CENTRAL_NAME_LEN_AT 28u
#define ZIP_YEAR_FIRST          1980u
#define ZIP_YEAR_LAST           2107u
#define ZIP_DATE_FIRST          (1u << 5 | 1u) /* 1980-01-01 */

struct zip_entry {
    struct cm_slice name;
    uint32_t crc;
    uint64_t len, packed_len, offset;
    bool deflated;
    uint16_t dos_time, dos_date;
};
struct zip_end {
    uint64_t n, offset, len; /* entries; where the directory begins, its bytes */
};

void zip_put_local(struct buffer *out, const struct zip_entry *e);
void zip_put_central(struct buffer *out, const struct zip_entry *e);
void zip_put_end(struct buffer *out, const struct zip_end *e);
uint16_t zip_get_u16(const uint8_t *p);

#endif
