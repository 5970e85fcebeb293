/* How much a symbol holds, found by trial: the longest beginning of this very text that fits, and
 * the nearest level or kind that holds all of it. Only errors come here: it may take a while.
 * References as in symbol.h. */
#include <stdio.h>

#include "base/macros.h"
#include "symbol/symbol_inside.h"

#define REMEDY_CAP 96u
#define BEYOND     4u /* characters that are tried further, one by one */

static cm_err fits(struct symbol_wish wish, bool *out) {
    struct symbol s = {.kind = wish.kind};
    const cm_err err = symbol_judge(&wish, NULL) == CM_OK ? symbol_encode(&wish, &s) : CM_E_FORMAT;
    if (err == CM_OK) symbol_free(&s);
    *out = err == CM_OK;
    return err == CM_E_NO_MEMORY ? err : CM_OK;
}

/* The nearest end of a character at or below: half a character is no text. */
static size_t whole_characters(struct cm_slice text, size_t len) {
    while (len > 0 && len < text.len && (text.p[len] & 0xC0u) == 0x80u)
        len--;
    return len;
}

static cm_err begins_fitting(const struct symbol_wish *wish, size_t len, bool *out) {
    struct symbol_wish tried = *wish;
    tried.payload.len = len;
    return fits(tried, out);
}

/* By halves, then a little beyond: digits go in pairs, so that an even number of them may fit where
 * the odd one below does not. */
static cm_err longest(const struct symbol_wish *wish, size_t *out) {
    const struct cm_slice text = wish->payload;
    size_t best = 0, low = 0;
    size_t high = text.len < SYMBOL_PAYLOAD_MAX ? text.len : SYMBOL_PAYLOAD_MAX + 1;
    const size_t end = high;
    while (high - low > 1) { /* low fits, high does not */
        const size_t middle = low + (high - low) / 2, len = whole_characters(text, middle);
        bool good = len <= best;
        if (!good) TRY(begins_fitting(wish, len, &good));
        if (good && len > best) best = len;
        *(good ? &low : &high) = middle;
    }
    for (size_t len = best + 1; len < end && len <= best + BEYOND; len++) {
        bool good = false;
        if (len == whole_characters(text, len)) TRY(begins_fitting(wish, len, &good));
        if (good) best = len;
    }
    *out = best;
    return CM_OK;
}

static bool has_levels(enum symbol_kind kind) {
    return kind == SYMBOL_QR || kind == SYMBOL_MICRO_QR || kind == SYMBOL_GS1_QR;
}

static cm_err find_remedy(const struct symbol_wish *wish, char *out) {
    static const char lower[] = "QML";
    struct symbol_wish tried = *wish;
    bool good = false;
    for (size_t i = 0; lower[i] != '\0' && has_levels(wish->kind); i++) {
        tried.level = lower[i];
        if (wish->level == '\0' ? lower[i] != 'L'
                                : strchr("LMQH", lower[i]) >= strchr("LMQH", wish->level))
            continue;
        TRY(fits(tried, &good));
        if (good) {
            (void)snprintf(out, REMEDY_CAP, "level %c holds it", lower[i]);
            return CM_OK;
        }
    }
    tried = *wish;
    while (!good && symbol_facts(tried.kind)->larger != tried.kind) {
        tried.kind = symbol_facts(tried.kind)->larger;
        TRY(fits(tried, &good));
    }
    if (good)
        (void)snprintf(out, REMEDY_CAP, "%s holds it", symbol_kind_name(tried.kind));
    else
        (void)snprintf(out, REMEDY_CAP, "shorten the text");
    return CM_OK;
}

/* A beginning of elements is none: what the standards say of all of them. GS1 General
 * Specifications 5.4 (GS1-128); ISO/IEC 24724, 7.2.3; ISO/IEC 16022 table 7; ISO/IEC 18004 table 7.
 */
static const char *elements_held(enum symbol_kind kind) {
    if (kind == SYMBOL_GS1_128) return "48 at most";
    if (kind == SYMBOL_GS1_DATAMATRIX) return "3116 digits or 2335 letters at most";
    if (kind == SYMBOL_GS1_QR) return "at level L 7089 digits or 4296 capitals at most";
    return "74 digits or 41 capitals at most";
}

cm_err symbol_explain_room(const struct symbol_wish *wish, struct cm_diag *diag) {
    const struct symbol_facts *facts = symbol_facts(wish->kind);
    char remedy[REMEDY_CAP] = "shorten the text", level[16] = "";
    size_t most = 0;
    if (diag == NULL) return CM_E_LIMIT;
    TRY(find_remedy(wish, remedy));
    if (wish->level != '\0' && has_levels(wish->kind))
        (void)snprintf(level, sizeof level, " at level %c", wish->level);
    if (facts->takes == TAKES_ELEMENTS)
        return diag_fail(diag, CM_E_LIMIT, "symbol", NULL, remedy,
                         "elements of %zu characters are longer than %s holds%s (%s)",
                         wish->payload.len, facts->called, level, elements_held(wish->kind));
    struct symbol_wish bare = *wish;
    const bool letters = wish->kind == SYMBOL_CODABAR && wish->payload.p[0] >= 'A';
    if (letters) bare.payload = slice_of(wish->payload.p + 1, wish->payload.len - 2);
    TRY(longest(&bare, &most));
    most += letters ? 2 : 0; /* those at its ends, without which no beginning of it is one */
    return diag_fail(diag, CM_E_LIMIT, "symbol", NULL, remedy,
                     "a text of %zu %s is longer than %s holds%s (%zu of them)", wish->payload.len,
                     symbol_beyond_ascii(wish->payload) ? "bytes" : "characters", facts->called,
                     level, most);
}
