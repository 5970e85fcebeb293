/* Fuzz target for base/text: whatever utf8_next accepts must encode back to the same bytes.
 * The encoder here is written from RFC 3629 section 3 and shares nothing with the decoder. */
#include "fuzz/fuzz.h"

#include "base/text.h"

static size_t encode(uint32_t cp, uint8_t out[static 4]) {
    if (cp < 0x80u) {
        out[0] = (uint8_t)cp;
        return 1;
    }
    const size_t len = cp < 0x800u ? 2 : cp < 0x10000u ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, cp >>= 6)
        out[i] = (uint8_t)(0x80u | (cp & 0x3Fu));
    out[0] = (uint8_t)(((0xF00u >> len) & 0xFFu) | cp);
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct cm_slice rest = slice_of(data, len);
    while (rest.len > 0) {
        const struct cm_slice before = rest;
        uint32_t cp = 0;
        if (utf8_next(&rest, &cp) != CM_OK) {
            fuzz_require(rest.p == before.p && rest.len == before.len);
            fuzz_require(!utf8_valid(slice_of(data, len)));
            break;
        }
        uint8_t back[4];
        const size_t n = encode(cp, back);
        fuzz_require(slice_equal(slice_of(back, n), slice_of(before.p, before.len - rest.len)));
    }
    return 0;
}
