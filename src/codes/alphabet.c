/* Alphabets and their presets. It refuses what could not be read back: repeats, control bytes, and
 * the separators that the reader deletes. Sizes are prime or 32 by preference, because these have
 * check characters that find every transposition (docs/design/construction.md). */
#include "countermark/alphabet.h"

#include <string.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"

#define GRAPHIC_FIRST 0x21u /* '!' */
#define GRAPHIC_LAST  0x7Eu /* '~' */

static const struct cm_alphabet_preset presets[] = {
    {"digits", "0123456789",
     "10, for keypads and numeric printers; check digit by Damm's quasigroup; long codes"},
    {"hex", "0123456789ABCDEF", "16, for machines; holds 8/B, 0/D, 6/G-like pairs and vowels"},
    {"19", "23479CDFGHJKMPRTVXY",
     "19 (prime), for round caps and laser on metal: no 6, W, so upside down is no other text"},
    {"20", "23479CDFGHJKMPRTVWXY", "20, for coarse inkjet without a check character"},
    {"default", "234679BCDFGHJKMPQRTVWXY",
     "23 (prime), for labels and inkjet of 7 dots and more: no vowels, no 0/O, 1/I/L, 2/Z, 5/S, "
     "8/B"},
    {"27", "23456789BCDFGHJKLMNPQRTVWXY", "27, for labels; no check character"},
    {"29", "23456789BCDFGHJKLMNPQRSTVWXYZ",
     "29 (prime), for labels of 200 dpi and more: consonants and 2-9; holds 2/Z, 5/S, 8/B"},
    {"31", "0123456789BCDFGHJKLMNPQRSTVWXYZ",
     "31 (prime), for 300 dpi and more: consonants and digits; holds 1/L, 2/Z, 5/S, 8/B, 0/D"},
    {"crockford", "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
     "32, for 300 dpi and more: Crockford's order, no I, L, O, U; check character in GF(32)"},
    {"alnum", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
     "36, for machine reading only: every look-alike, vowels, no check character"},
};

const struct cm_alphabet_preset *cm_alphabet_presets(size_t *n) {
    *n = CM_ARRAY_N(presets);
    return presets;
}

static cm_err symbol_check(const struct cm_alphabet *a, struct cm_slice symbols, size_t at,
                           struct cm_diag *diag) {
    const uint8_t c = symbols.p[at];
    if (c < GRAPHIC_FIRST || c > GRAPHIC_LAST)
        return diag_fail(diag, CM_E_FORMAT, "alphabet", NULL, "use graphic ASCII without space",
                         "byte 0x%02X at place %zu is not a graphic ASCII character", c, at + 1);
    if (c == '-' || c == '.')
        return diag_fail(diag, CM_E_FORMAT, "alphabet", NULL, "take it out",
                         "'%c' at place %zu is deleted when a code is read", c, at + 1);
    if (a->index[c] != CM_NO_SYMBOL)
        return diag_fail(diag, CM_E_FORMAT, "alphabet", NULL, "take one of the two out",
                         "symbol '%c' stands at places %u and %zu", c, a->index[c] + 1u, at + 1);
    return CM_OK;
}

cm_err cm_alphabet_init(struct cm_alphabet *out, struct cm_slice symbols, struct cm_diag *diag) {
    if (symbols.len < CM_ALPHABET_MIN || symbols.len > CM_ALPHABET_MAX)
        return diag_fail(diag, CM_E_RANGE, "alphabet", NULL, "give 2 to 64 symbols",
                         "it has %zu symbols", symbols.len);
    struct cm_alphabet a = {.n = (uint8_t)symbols.len, .folds_case = true};
    memset(a.index, (int)CM_NO_SYMBOL, sizeof a.index);
    for (size_t i = 0; i < symbols.len; i++) {
        TRY(symbol_check(&a, symbols, i, diag));
        const uint8_t c = symbols.p[i];
        a.symbols[i] = (char)c;
        a.index[c] = (uint8_t)i;
        if (c >= 'a' && c <= 'z') a.folds_case = false;
    }
    *out = a;
    return CM_OK;
}

cm_err cm_alphabet_by_name(struct cm_alphabet *out, struct cm_slice name, struct cm_diag *diag) {
    for (size_t i = 0; i < CM_ARRAY_N(presets); i++)
        if (slice_equal(name, slice_text(presets[i].name)))
            return cm_alphabet_init(out, slice_text(presets[i].symbols), diag);
    return diag_fail(diag, CM_E_NOT_FOUND, "alphabet", NULL,
                     "name one of digits, hex, 19, 20, default, 27, 29, 31, crockford, alnum, or "
                     "give the symbols themselves",
                     "there is no preset of that name");
}
