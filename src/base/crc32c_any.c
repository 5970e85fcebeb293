/* crc32c on hosts without a CRC instruction that we know: the portable form. */
#include "base/crc32c.h"

uint32_t crc32c(uint32_t crc, struct cm_slice data) { return crc32c_portable(crc, data); }
