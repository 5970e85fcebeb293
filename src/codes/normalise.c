/* Reading a typed code: all steps of construction.md section 8 folded into one table for ASCII, and
 * a short list of code points that become ASCII first. It refuses to guess: what is no symbol, twin
 * or look-alike makes the whole text a typing error. */
#include "codes/normalise.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "codes/kernels.h"
#include "countermark/scheme.h"

#define ASCII_N 128u

/* Full-width forms repeat ASCII '!'..'~' at a fixed distance. */
#define FULL_WIDTH_FIRST 0xFF01u
#define FULL_WIDTH_LAST  0xFF5Eu
#define FULL_WIDTH_SHIFT (FULL_WIDTH_FIRST - '!')
_Static_assert(FULL_WIDTH_LAST - FULL_WIDTH_SHIFT == '~', "full-width forms end at '~'");

/* Code points that become ASCII before anything else, table version 1: ranges to one character.
 * Separators become the one ASCII character of their family, which is deleted later. */
static const struct {
    uint16_t first, last;
    char to;
} ranges[] = {
    {0x00A0, 0x00A0, ' '}, /* no-break space */
    {0x00AD, 0x00AD, '-'}, /* soft hyphen */
    {0x00B7, 0x00B7, '.'}, /* middle dot */
    {0x2000, 0x200A, ' '}, /* en quad .. hair space */
    {0x2010, 0x2015, '-'}, /* hyphen .. horizontal bar */
    {0x202F, 0x202F, ' '}, /* narrow no-break space */
    {0x2212, 0x2212, '-'}, /* minus */
    {0x3000, 0x3000, ' '}, /* ideographic space */
};

/* Cyrillic letters of Latin shape in their two cases, table version 1. */
static const struct {
    uint16_t upper, lower;
    char to; /* upper case */
} twins[] = {
    {0x0410, 0x0430, 'A'}, {0x0412, 0x0432, 'B'}, {0x0415, 0x0435, 'E'}, {0x041A, 0x043A, 'K'},
    {0x041C, 0x043C, 'M'}, {0x041D, 0x043D, 'H'}, {0x041E, 0x043E, 'O'}, {0x0420, 0x0440, 'P'},
    {0x0421, 0x0441, 'C'}, {0x0422, 0x0442, 'T'}, {0x0423, 0x0443, 'Y'}, {0x0425, 0x0445, 'X'},
    {0x0406, 0x0456, 'I'}, {0x0408, 0x0458, 'J'}, {0x0405, 0x0455, 'S'},
};

/* Standard look-alikes, table version 1: the first target that the alphabet has is taken. */
static const struct {
    char from;
    const char *to;
} lookalikes[] = {
    {'0', "Oo"}, {'O', "0o"}, {'o', "0O"}, {'1', "IlL"}, {'I', "1lL"}, {'l', "1IL"},
    {'L', "1I"}, {'i', "1I"}, {'2', "Z"},  {'Z', "2"},   {'5', "S"},   {'S', "5"},
    {'8', "B"},  {'B', "8"},  {'U', "V"},  {'V', "U"},
};

static char to_lower(char upper) { return (char)(upper - 'A' + 'a'); }

static char to_upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

char normalise_ascii(uint32_t cp) {
    if (cp >= FULL_WIDTH_FIRST && cp <= FULL_WIDTH_LAST) return (char)(cp - FULL_WIDTH_SHIFT);
    for (size_t i = 0; i < CM_ARRAY_N(ranges); i++)
        if (cp >= ranges[i].first && cp <= ranges[i].last) return ranges[i].to;
    for (size_t i = 0; i < CM_ARRAY_N(twins); i++) {
        if (cp == twins[i].upper) return twins[i].to;
        if (cp == twins[i].lower) return to_lower(twins[i].to);
    }
    return '\0';
}

static bool is_deleted(char c) { return c == ' ' || c == '-' || c == '.'; }

/* What the reader looks up for an ASCII character of the text. */
static char folded(const struct cm_alphabet *alphabet, char c) {
    return alphabet->folds_case ? to_upper(c) : c;
}

static uint8_t standard_lookalike(const struct cm_alphabet *alphabet, char from) {
    for (size_t i = 0; i < CM_ARRAY_N(lookalikes); i++) {
        if (lookalikes[i].from != from) continue;
        for (const char *to = lookalikes[i].to; *to != '\0'; to++)
            if (alphabet->index[(uint8_t)*to] != CM_NO_SYMBOL) return alphabet->index[(uint8_t)*to];
    }
    return CM_NO_SYMBOL;
}

cm_err normaliser_init(struct normaliser *out, const struct cm_alphabet *alphabet, uint8_t code_n,
                       uint8_t table_version, struct cm_diag *diag) {
    if (code_n == 0)
        return diag_fail(diag, CM_E_RANGE, "code", NULL, NULL, "a code has at least one symbol");
    if (table_version == 0 || table_version > NORMALISE_TABLE_VERSION)
        return diag_fail(diag, CM_E_VERSION, "table_version", NULL,
                         "use a newer countermark, or the version that the scheme was made with",
                         "reading tables of version %u are unknown; the newest is %u",
                         table_version, NORMALISE_TABLE_VERSION);
    struct normaliser n = {.code_n = code_n};
    memset(n.ascii, (int)CM_NO_SYMBOL, sizeof n.ascii);
    for (unsigned i = 0; i < ASCII_N; i++) {
        const char c = folded(alphabet, (char)i);
        const uint8_t symbol = alphabet->index[(uint8_t)c];
        n.ascii[i] = symbol != CM_NO_SYMBOL ? symbol : standard_lookalike(alphabet, c);
        if (is_deleted(c)) n.ascii[i] = NORMALISE_DELETE;
    }
    *out = n;
    return CM_OK;
}

cm_err normaliser_lookalike(struct normaliser *normaliser, const struct cm_alphabet *alphabet,
                            char from, char to, struct cm_diag *diag) {
    const uint8_t source = (uint8_t)from, target = alphabet->index[(uint8_t)to];
    if (source <= (uint8_t)' ' || source >= 0x7Fu || is_deleted(from))
        return diag_fail(diag, CM_E_FORMAT, "look-alikes", NULL,
                         "replace graphic ASCII other than '-' and '.' only",
                         "byte 0x%02X cannot be replaced", source);
    if (alphabet->index[source] != CM_NO_SYMBOL)
        return diag_fail(diag, CM_E_FORMAT, "look-alikes", NULL, "take it out",
                         "'%c' is a symbol of the alphabet and stands for itself", from);
    if (folded(alphabet, from) != from)
        return diag_fail(diag, CM_E_FORMAT, "look-alikes", NULL, "give the upper-case letter",
                         "'%c' is never seen: this alphabet is read in upper case", from);
    if (target == CM_NO_SYMBOL)
        return diag_fail(diag, CM_E_FORMAT, "look-alikes", NULL, "give a symbol of the alphabet",
                         "'%c' would become byte 0x%02X, which is no symbol", from, (uint8_t)to);
    for (unsigned i = 0; i < ASCII_N; i++)
        if (folded(alphabet, (char)i) == from) normaliser->ascii[i] = target;
    return CM_OK;
}

/* Take one character off the text and yield its ASCII stand-in; NUL is no symbol anywhere. */
static enum normalised next_ascii(struct cm_slice *rest, uint8_t *c) {
    if (rest->p[0] < ASCII_N) {
        *c = rest->p[0];
        rest->p++;
        rest->len--;
        return NORMALISED_OK;
    }
    uint32_t cp = 0;
    if (utf8_next(rest, &cp) != CM_OK) return NORMALISED_UTF8;
    *c = (uint8_t)normalise_ascii(cp);
    return NORMALISED_OK;
}

/* Stops at the first reason to refuse; `numerals` may be half filled then. */
static enum normalised read_symbols(const struct normaliser *normaliser, struct cm_slice text,
                                    uint8_t *numerals) {
    size_t seen = 0;
    while (text.len > 0) {
        uint8_t c = 0;
        if (next_ascii(&text, &c) != NORMALISED_OK) return NORMALISED_UTF8;
        const uint8_t symbol = normaliser->ascii[c];
        if (symbol == NORMALISE_DELETE) continue;
        if (symbol == CM_NO_SYMBOL) return NORMALISED_SYMBOL;
        if (seen == normaliser->code_n) return NORMALISED_LENGTH;
        numerals[seen++] = symbol;
    }
    return seen == normaliser->code_n ? NORMALISED_OK : NORMALISED_LENGTH;
}

/* The quick way for what nearly every text is: plain symbols, and separators that the print may
 * have. False: something else is in it, and what that is the careful way finds. `numerals` may be
 * half filled then. */
static bool read_plain(const struct normaliser *normaliser, struct cm_slice text,
                       uint8_t *numerals) {
    const size_t code_n = normaliser->code_n;
    uint8_t row[UINT8_MAX + CM_GROUPS_MAX];
    if (text.len < code_n || text.len > code_n + CM_GROUPS_MAX) return false;
    unsigned special = 0;
    if (text.len == code_n) {
        for (size_t i = 0; i < code_n; i++) {
            numerals[i] = normaliser->ascii[text.p[i]];
            special |= numerals[i];
        }
        return special < CM_ALPHABET_MAX;
    }
    size_t seen = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t symbol = normaliser->ascii[text.p[i]];
        const bool kept = symbol != NORMALISE_DELETE;
        row[seen] = symbol;
        special |= kept ? symbol : 0u;
        seen += kept;
    }
    if (special >= CM_ALPHABET_MAX || seen != code_n) return false;
    memcpy(numerals, row, code_n);
    return true;
}

enum normalised normalise(const struct normaliser *normaliser, struct cm_slice text,
                          uint8_t *numerals) {
    if (read_plain(normaliser, text, numerals)) return NORMALISED_OK;
    const enum normalised verdict = text.len > NORMALISE_TEXT_MAX
                                        ? NORMALISED_LENGTH
                                        : read_symbols(normaliser, text, numerals);
    if (verdict != NORMALISED_OK) memset(numerals, 0, normaliser->code_n);
    return verdict;
}

void normalise_rows(const struct normaliser *normaliser, const struct cm_slice *texts, size_t n,
                    uint8_t *rows, size_t stride, uint8_t *verdicts) {
    read_fn *const kernel = kernels_read(normaliser);
    if (kernel != NULL)
        kernel(normaliser, texts, n, rows, stride, verdicts);
    else
        memset(verdicts, (int)READ_CAREFULLY, n);
    for (size_t i = 0; i < n; i++)
        if (verdicts[i] == READ_CAREFULLY)
            verdicts[i] = (uint8_t)normalise(normaliser, texts[i], rows + i * stride);
}
