/* crc32c on x86-64: the SSE 4.2 instruction (8 bytes in 3 cycles) where the processor has it.
 * Source: Intel 64 and IA-32 Software Developer's Manual, volume 2, CRC32. */
#include "ledger/crc32c.h"

#include <nmmintrin.h>
#include <string.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, struct cm_slice data) {
    uint64_t c = (uint32_t)~crc;
    const uint8_t *p = data.p;
    size_t len = data.len;
    for (; len >= sizeof(uint64_t); p += sizeof(uint64_t), len -= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        c = _mm_crc32_u64(c, word);
    }
    uint32_t rest = (uint32_t)c;
    for (; len > 0; p++, len--)
        rest = _mm_crc32_u8(rest, *p);
    return ~rest;
}

uint32_t crc32c(uint32_t crc, struct cm_slice data) {
    if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42(crc, data);
    return crc32c_portable(crc, data);
}
