/* Fuzz target for cards/pattern: a text that is taken reads again from its own record, matches a
 * number the same way twice, and never matches every number. */
#include "fuzz/fuzz.h"

#include "cards/pattern.h"

#define BODY_N   11u
#define NUMBER_N 16u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct pattern p = {0}, again = {0};
    struct cm_diag diag = DIAG_INIT;
    if (pattern_read(slice_of(data, len), BODY_N, NUMBER_N, &p, &diag) != CM_OK) {
        fuzz_require(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
        return 0;
    }
    fuzz_require(slice_equal(slice_text(p.text), slice_of(data, len)));
    fuzz_require(pattern_read(slice_text(p.text), BODY_N, NUMBER_N, &again, NULL) == CM_OK);
    /* Ten numbers of ten different digits in a row of sevens, ten of one digit each: whatever the
     * pattern asks for, some of them lack it. */
    unsigned matched = 0;
    for (unsigned k = 0; k < 20; k++) {
        char digits[NUMBER_N];
        for (unsigned i = 0; i < NUMBER_N; i++)
            digits[i] = (char)('0' + ((k < 10 ? i * 7u : 0u) + k) % 10u);
        const size_t n = p.whole ? NUMBER_N : BODY_N;
        const bool hit = pattern_matches(&p, digits, n);
        fuzz_require(hit == pattern_matches(&again, digits, n));
        matched += hit ? 1u : 0u;
    }
    fuzz_require(matched < 20);
    return 0;
}
