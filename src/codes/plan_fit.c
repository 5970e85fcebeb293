/* What would make a plan fit: each remedy is tried by planning again, so that only those are named
 * which really work or save something. */
#include "codes/plan.h"

#include "base/text.h"
#include "codes/odds.h"
#include "codes/wide.h"

static uint8_t printed_of(const struct plan_request *r, uint8_t length) {
    return (uint8_t)(length + (plan_check_kind(r) == CM_CHECK_NONE ? 0u : 1u));
}

/* Characters printed, or UINT8_MAX when no code can do it. */
static uint8_t try_length(const struct plan_request *r) {
    uint8_t length = 0;
    return plan_length(r, &length) == CM_OK ? printed_of(r, length) : UINT8_MAX;
}

static void say(char *out, size_t cap, const char *what, const char *name, const char *effect) {
    text_append(out, cap, "%s%s%s%s", out[0] != '\0' ? "; or " : "", what, name, effect);
}

static void effect_of(const struct plan_request *r, uint8_t before, uint8_t after,
                      char out[static SCHEME_WORD_CAP]) {
    out[0] = '\0';
    if (after <= r->length_max)
        text_append(out, SCHEME_WORD_CAP, " (then L=%u fits)", after);
    else if (before != UINT8_MAX)
        text_append(out, SCHEME_WORD_CAP, " (saves %d)", before - after);
    else
        text_append(out, SCHEME_WORD_CAP, " (then L=%u)", after);
}

static void try_register(const struct plan_request *r, struct plan_request *trial,
                         struct cm_radix_field *radix, const char *name, char *out, size_t cap) {
    if (!radix->present_inline) return;
    radix->present_inline = false;
    const uint8_t before = try_length(r), after = try_length(trial);
    radix->present_inline = true;
    if (after >= before) return;
    char effect[SCHEME_WORD_CAP];
    effect_of(r, before, after, effect);
    say(out, cap, "register ", name, effect);
}

static void try_fields(const struct plan_request *r, char *out, size_t cap) {
    struct plan_request trial = *r;
    for (size_t i = 0; i < trial.attribute_n; i++)
        try_register(r, &trial, &trial.attribute[i].radix, trial.attribute[i].name, out, cap);
    if (trial.has_date) try_register(r, &trial, &trial.date, "the date", out, cap);
    for (size_t i = 0; i < trial.attribute_n; i++)
        trial.attribute[i].radix.present_inline = false;
    trial.date.present_inline = false;
    if (out[0] == '\0' || try_length(&trial) > r->length_max) return;
    char effect[SCHEME_WORD_CAP];
    effect_of(r, try_length(r), try_length(&trial), effect);
    say(out, cap, "register every field", "", effect);
}

/* The smallest larger alphabet that makes it fit; a larger one reads worse. */
static void try_alphabets(const struct plan_request *r, char *out, size_t cap) {
    size_t n = 0;
    const struct cm_alphabet_preset *presets = cm_alphabet_presets(&n);
    for (size_t i = 0; i < n; i++) {
        struct plan_request trial = *r;
        if (cm_alphabet_by_name(&trial.alphabet, slice_text(presets[i].name), NULL) != CM_OK ||
            trial.alphabet.n <= r->alphabet.n || try_length(&trial) > r->length_max)
            continue;
        char symbols[SCHEME_WORD_CAP] = "", effect[SCHEME_WORD_CAP];
        text_append(symbols, sizeof symbols, "%u symbols", trial.alphabet.n);
        effect_of(r, try_length(r), try_length(&trial), effect);
        say(out, cap, "use ", symbols, effect);
        return;
    }
}

/* The strongest odds that still fit. */
static void try_odds(const struct plan_request *r, char *out, size_t cap) {
    const unsigned check = plan_check_kind(r) == CM_CHECK_NONE ? 0u : 1u;
    cm_u128 space = 0;
    if (r->length_max <= check || !wide_pow(r->alphabet.n, r->length_max - check, &space)) return;
    const cm_u128 one_in = odds_one_in(space, r->volume);
    struct plan_request trial = *r;
    trial.one_in = one_in < SCHEME_COUNT_MAX ? (uint64_t)one_in : SCHEME_COUNT_MAX;
    if (one_in < 1 || trial.one_in >= r->one_in || try_length(&trial) > r->length_max) return;
    char text[WIDE_GROUP_CAP];
    wide_group(trial.one_in, text);
    say(out, cap, "accept odds of one in ", text, "");
}

void plan_remedy(const struct plan_request *request, char *out, size_t cap) {
    out[0] = '\0';
    try_fields(request, out, cap);
    try_alphabets(request, out, cap);
    try_odds(request, out, cap);
}
