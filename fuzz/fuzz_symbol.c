/* Fuzz target for symbol/symbol: any bytes as the payload of any kind at any level. A symbol that
 * is made has modules that are dark or light, rows that are told and texts that end; a refused
 * payload is told why, and nothing is given. */
#include "fuzz/fuzz.h"

#include "symbol/symbol.h"

#define UNTOUCHED 77u

static void require_whole(const struct symbol *s) {
    fuzz_require(s->width > 0 && s->rows > 0 && s->text_n <= SYMBOL_TEXTS_MAX);
    for (size_t i = 0; i < s->width * s->rows; i++)
        fuzz_require(s->modules[i] <= 1);
    for (size_t y = 0; y < s->rows; y++)
        fuzz_require(s->row_modules[y] > 0 || s->bar_modules > 0);
    for (size_t i = 0; i < s->text_n; i++)
        fuzz_require(memchr(s->texts[i].text, '\0', SYMBOL_TEXT_CAP) != NULL &&
                     s->texts[i].from < s->texts[i].to);
    for (size_t x = 0; s->guard != NULL && x < s->width; x++)
        fuzz_require(s->guard[x] <= s->modules[x]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static const char levels[] = {'\0', 'L', 'M', 'Q', 'H', 'x'};
    if (len < 2) return 0;
    const struct symbol_wish wish = {.kind = (enum symbol_kind)(data[0] % SYMBOL_KIND_N),
                                     .payload = slice_of(data + 2, len - 2),
                                     .level = levels[data[1] % sizeof levels]};
    struct symbol s = {.width = UNTOUCHED};
    struct cm_diag diag = DIAG_INIT;
    if (symbol_make(&wish, &s, &diag) != CM_OK) {
        fuzz_require(diag.problem[0] != '\0' && s.width == UNTOUCHED);
        return 0;
    }
    require_whole(&s);
    symbol_free(&s);
    return 0;
}
