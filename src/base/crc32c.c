/* CRC-32C by a table of a byte each: the portable form, small and slow (0.4 GB/s).
 * The table is computed at compile time by its definition, so there is no data to trust. */
#include "base/crc32c.h"

#define POLYNOMIAL 0x82F63B78u /* 0x1EDC6F41 reflected; RFC 3720 section 12.1 */

#define STEP(c)   (((c) >> 1) ^ (((c)&1u) != 0 ? POLYNOMIAL : 0u))
#define STEP4(c)  STEP(STEP(STEP(STEP(c))))
#define ENTRY4(n) STEP4(n), STEP4((n) + 1u), STEP4((n) + 2u), STEP4((n) + 3u)

/* Four steps a table look-up: 16 entries, two look-ups a byte. */
static const uint32_t nibble[16] = {ENTRY4(0u), ENTRY4(4u), ENTRY4(8u), ENTRY4(12u)};

uint32_t crc32c_portable(uint32_t crc, struct cm_slice data) {
    uint32_t c = ~crc;
    for (size_t i = 0; i < data.len; i++) {
        c ^= data.p[i];
        c = (c >> 4) ^ nibble[c & 15u];
        c = (c >> 4) ^ nibble[c & 15u];
    }
    return ~c;
}
