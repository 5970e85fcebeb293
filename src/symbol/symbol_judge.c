/* What each kind takes, before a library sees it: so that an error names the character and its
 * place, and the right check digit, instead of a library's number. References as in symbol.h. */
#include <stdio.h>

#include "base/macros.h"
#include "base/text.h"
#include "symbol/gs1.h"
#include "symbol/symbol_inside.h"

#define SHOWN_CAP    24u
#define REMEDY_CAP   160u
#define UTF8_LEN_MAX 4u /* bytes of a character: RFC 3629, 3 */

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static bool takes(enum symbol_taker taker, uint8_t c) {
    switch (taker) {
    case TAKES_ASCII: return c < 0x80;
    case TAKES_CODE39:
        return is_digit(c) || (c >= 'A' && c <= 'Z') || (c != 0 && strchr(" -.$/+%", c) != NULL);
    case TAKES_CODABAR: return is_digit(c) || (c != 0 && strchr("-$:/.+", c) != NULL);
    case TAKES_DIGITS: return is_digit(c);
    case TAKES_ELEMENTS: return (c >= ' ' && c < 0x7F) || c == GS1_SEPARATOR;
    case TAKES_TEXT:
    default: return true;
    }
}

static const char *set_of(enum symbol_taker taker) {
    switch (taker) {
    case TAKES_ASCII: return "it takes ASCII; qr takes more";
    case TAKES_CODE39: return "it takes 0-9 A-Z space - . $ / + %; code128 takes more";
    case TAKES_CODABAR: return "it takes 0-9 - $ : / . +; code128 takes more";
    case TAKES_DIGITS: return "it takes digits; code128 takes more";
    case TAKES_ELEMENTS: return "GS1 elements are printable ASCII, GS between them";
    case TAKES_TEXT:
    default: return "write it as UTF-8";
    }
}

/* One character may be shown, the text not. */
static cm_err fail_at(const struct symbol_facts *facts, struct cm_slice text, size_t at,
                      struct cm_diag *diag) {
    char shown[SHOWN_CAP];
    const uint8_t c = text.p[at];
    if (c > ' ' && c < 0x7F)
        (void)snprintf(shown, sizeof shown, "'%c'", c);
    else
        (void)snprintf(shown, sizeof shown, "a byte of value %u", c);
    return diag_fail(diag, CM_E_FORMAT, "symbol", NULL, set_of(facts->takes),
                     "character %zu is %s: %s cannot say it", at + 1, shown, facts->called);
}

/* Texts of others are no UTF-8 from some byte on: which. */
static size_t utf8_breaks_at(struct cm_slice text) {
    size_t at = 0;
    while (at < text.len) {
        size_t len = 1;
        while (len <= UTF8_LEN_MAX && at + len <= text.len &&
               !utf8_valid(slice_of(text.p + at, len)))
            len++;
        if (len > UTF8_LEN_MAX || at + len > text.len) break;
        at += len;
    }
    return at;
}

/* Kinds of a fixed number of digits, for somebody who has another number of them. */
static void name_kind_of_length(size_t digits, char *remedy, size_t cap) {
    static const enum symbol_kind kinds[] = {SYMBOL_EAN8, SYMBOL_UPCA, SYMBOL_EAN13, SYMBOL_ITF14};
    for (size_t i = 0; i < CM_ARRAY_N(kinds); i++) {
        const size_t has = symbol_facts(kinds[i])->digits;
        if (digits != has && digits + 1u != has) continue;
        text_append(remedy, cap, "; %s has %zu%s", symbol_kind_name(kinds[i]), has,
                    digits == has ? "" : " with its check digit");
    }
    text_append(remedy, cap, "; code128 takes any number");
}

/* Weights 3 and 1 from the right (GS1 General Specifications, 7.9.1). */
static char check_digit(const uint8_t *digits, size_t n) {
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned)(digits[n - 1 - i] - '0') * (i % 2 == 0 ? 3 : 1);
    return (char)('0' + (10 - sum % 10) % 10);
}

static cm_err judge_digits(const struct symbol_facts *facts, struct cm_slice text,
                           struct cm_diag *diag) {
    const size_t n = facts->digits;
    if (text.len == n - 1u) {
        char remedy[SHOWN_CAP];
        (void)snprintf(remedy, sizeof remedy, "append %c", check_digit(text.p, text.len));
        return diag_fail(diag, CM_E_FORMAT, "symbol", NULL, remedy,
                         "%zu digits: %s has %zu, the last its check digit", text.len,
                         facts->called, n);
    }
    char others[REMEDY_CAP] = "give all digits and the check digit";
    name_kind_of_length(text.len, others, sizeof others);
    if (text.len != n)
        return diag_fail(diag, CM_E_FORMAT, "symbol", NULL, others,
                         "%zu digits: %s has %zu, the last its check digit", text.len,
                         facts->called, n);
    const char want = check_digit(text.p, n - 1), got = (char)text.p[n - 1];
    if (got == want) return CM_OK;
    return diag_fail(diag, CM_E_FORMAT, "symbol", NULL, "look for the mistyped digit",
                     "the check digit is %c, of these digits it is %c", got, want);
}

static bool is_stop(uint8_t c) { return (c >= 'A' && c <= 'D') || (c >= 'a' && c <= 'd'); }

/* Letters at both ends, or at none. */
static cm_err judge_codabar(struct cm_slice *text, struct cm_diag *diag) {
    const bool first = is_stop(text->p[0]), last = is_stop(text->p[text->len - 1]);
    if (!first && !last) return CM_OK;
    if (first != last || text->len == 1)
        return diag_fail(diag, CM_E_FORMAT, "symbol", NULL,
                         "give both letters, or none: then A stands at both ends",
                         "a Codabar begins and ends with a letter A to D, this one only %s",
                         first ? "begins" : "ends");
    *text = slice_of(text->p + 1, text->len - 2);
    if (text->len > 0) return CM_OK;
    return diag_fail(diag, CM_E_FORMAT, "symbol", NULL, "give it a text",
                     "there is nothing between its letters");
}

static cm_err judge_level(const struct symbol_wish *wish, struct cm_diag *diag) {
    if (wish->level == '\0') return CM_OK;
    if (strchr("LMQH", wish->level) == NULL)
        return diag_fail(diag, CM_E_FORMAT, "symbol", "level", "use L, M, Q or H",
                         "no such level of error correction");
    if (wish->kind == SYMBOL_MICRO_QR && wish->level == 'H')
        return diag_fail(diag, CM_E_FORMAT, "symbol", "level", "use Q, or qr",
                         "a Micro QR code has no level H");
    return CM_OK;
}

cm_err symbol_judge(const struct symbol_wish *wish, struct cm_diag *diag) {
    const struct symbol_facts *facts = symbol_facts(wish->kind);
    struct cm_slice text = wish->payload;
    if (text.len == 0)
        return diag_fail(diag, CM_E_FORMAT, "symbol", NULL, "give it a text", "its text is empty");
    TRY(judge_level(wish, diag));
    if (facts->takes == TAKES_TEXT && !utf8_valid(text))
        return diag_fail(diag, CM_E_FORMAT, "symbol", NULL, set_of(facts->takes),
                         "its text is not UTF-8 from byte %zu on", utf8_breaks_at(text) + 1);
    if (facts->takes == TAKES_CODABAR) TRY(judge_codabar(&text, diag));
    const size_t before = (size_t)(text.p - wish->payload.p);
    for (size_t i = 0; i < text.len; i++)
        if (!takes(facts->takes, text.p[i])) return fail_at(facts, wish->payload, before + i, diag);
    return facts->takes == TAKES_DIGITS ? judge_digits(facts, text, diag) : CM_OK;
}
