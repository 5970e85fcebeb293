/* crc32c on x86-64: the SSE 4.2 instruction where the processor has it. It takes 8 bytes in 3
 * cycles, yet a new one may start in each: long data is cut into three lanes, whose sums are then
 * moved over what follows them by one carry-less product each.
 * Source: Intel 64 and IA-32 Software Developer's Manual, volume 2, CRC32 and PCLMULQDQ. */
#include "base/crc32c.h"

#include <nmmintrin.h>
#include <string.h>
#include <wmmintrin.h>

#define WORD     sizeof(uint64_t)
#define LANE_LEN 256u /* bytes */
#define LANES    3u

/* x^(8 n - 33) modulo the polynomial, reflected, for n bytes: a product of two reflected words
 * stands one place too low, and CRC32 of it multiplies by x^32. */
#define OVER_ONE_LANE  0xB9E02B86u
#define OVER_TWO_LANES 0xDD7E3B0Cu

static inline uint64_t word_at(const uint8_t *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

__attribute__((target("sse4.2"))) static uint32_t one_lane(uint32_t crc, struct cm_slice data) {
    uint64_t c = crc;
    const uint8_t *p = data.p;
    size_t len = data.len;
    for (; len >= WORD; p += WORD, len -= WORD)
        c = _mm_crc32_u64(c, word_at(p));
    uint32_t rest = (uint32_t)c;
    for (; len > 0; p++, len--)
        rest = _mm_crc32_u8(rest, *p);
    return rest;
}

/* What a sum becomes once as many zeros have followed as `over` stands for. */
__attribute__((target("sse4.2,pclmul"))) static inline uint32_t moved(uint64_t crc, uint32_t over) {
    const __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)crc), _mm_cvtsi32_si128((int)over), 0);
    return (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t three_lanes(uint32_t crc,
                                                                     const uint8_t *p) {
    uint64_t a = crc, b = 0, c = 0;
    for (size_t i = 0; i < LANE_LEN; i += WORD) {
        a = _mm_crc32_u64(a, word_at(p + i));
        b = _mm_crc32_u64(b, word_at(p + LANE_LEN + i));
        c = _mm_crc32_u64(c, word_at(p + (size_t)2 * LANE_LEN + i));
    }
    return moved(a, OVER_TWO_LANES) ^ moved(b, OVER_ONE_LANE) ^ (uint32_t)c;
}

uint32_t crc32c(uint32_t crc, struct cm_slice data) {
    if (!__builtin_cpu_supports("sse4.2")) return crc32c_portable(crc, data);
    uint32_t c = ~crc;
    const size_t step = (size_t)LANES * LANE_LEN;
    for (; data.len >= step && __builtin_cpu_supports("pclmul"); data.len -= step, data.p += step)
        c = three_lanes(c, data.p);
    return ~one_lane(c, data);
}
