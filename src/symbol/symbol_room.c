/* How much a symbol holds, found by trial: the longest beginning of this very text that fits, and
 * the nearest level or kind that holds all of it. Only errors come here: it may take a while.
 * References as in symbol.h. */
#include <stdio.h>

#include "base/macros.h"
#include "symbol/symbol_inside.h"

#define REMEDY_CAP 96u

static cm_err fits(struct symbol_wish wish, bool *out) {
    struct symbol s = {.kind = wish.kind};
    const cm_err err = symbol_judge(&wish, NULL) == CM_OK ? symbol_encode(&wish, &s) : CM_E_FORMAT;
    if (err == CM_OK) symbol_free(&s);
    *out = err == CM_OK;
    return err == CM_E_NO_MEMORY ? err : CM_OK;
}

static cm_err longest(const struct symbol_wish *wish, size_t *out) {
    size_t least = 0, most = wish->payload.len < SYMBOL_PAYLOAD_MAX ? wish->payload.len
                                                                    : SYMBOL_PAYLOAD_MAX + 1;
    while (most - least > 1) { /* least fits, most does not */
        struct symbol_wish tried = *wish;
        bool good = false;
        tried.payload.len = least + (most - least) / 2;
        const struct symbol s0 = {.kind = wish->kind};
        struct symbol s = s0;
        const cm_err err = symbol_encode(&tried, &s);
        if (err == CM_E_NO_MEMORY) return err;
        good = err == CM_OK;
        if (good) symbol_free(&s);
        if (good)
            least = tried.payload.len;
        else
            most = tried.payload.len;
    }
    *out = least;
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
                         "elements of %zu characters are longer than %s holds%s", wish->payload.len,
                         facts->called, level);
    TRY(longest(wish, &most));
    return diag_fail(diag, CM_E_LIMIT, "symbol", NULL, remedy,
                     "a text of %zu %s is longer than %s holds%s (%zu of them)", wish->payload.len,
                     symbol_beyond_ascii(wish->payload) ? "bytes" : "characters", facts->called,
                     level, most);
}
