/* Fuzz target for symbol/bitfont: a font that is taken has a box that holds all its ink. */
#include "fuzz/fuzz.h"

#include "symbol/bitfont.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct bitfont f;
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = bitfont_parse(&f, slice_of(data, len), "fuzz", &diag);
    if (err != CM_OK) {
        fuzz_require(diag.problem[0] != '\0');
        return 0;
    }
    fuzz_require(f.width >= 1 && f.width <= BITFONT_SIDE_MAX && f.foot <= f.height &&
                 f.height >= 1 && f.height <= BITFONT_SIDE_MAX && f.advance >= f.width);
    for (size_t c = 0; c < BITFONT_N; c++)
        for (size_t y = 0; y < BITFONT_SIDE_MAX; y++) {
            const uint32_t beyond = f.width < 32u ? ~(uint32_t)0 << f.width : 0;
            fuzz_require((f.rows[c][y] & beyond) == 0);
            fuzz_require(f.rows[c][y] == 0 || (f.has[c] && y < f.height));
        }
    return 0;
}
