/* CRC-32C (Castagnoli), as iSCSI uses it: RFC 3720 section 12.1 and appendix B.4.
 * Finds accidents, not forgery. The hash chain is what an attacker meets.
 */
#ifndef CM_BASE_CRC32C_H
#define CM_BASE_CRC32C_H

#include "base/bytes.h"

/* CRC of `data` continued from `crc`; 0 to begin. crc32c(crc32c(0, a), b) == crc32c(0, a | b). */
uint32_t crc32c(uint32_t crc, struct cm_slice data);

/* The portable form, for hosts without the instruction and for tests to compare with. */
uint32_t crc32c_portable(uint32_t crc, struct cm_slice data);

#endif
