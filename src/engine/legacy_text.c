/* Reading texts of imported lists. */
#include "engine/legacy_text.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "codes/normalise.h"

#define DECIMAL   10u
#define EAN_HEAVY 3u /* weight of every second digit (GS1 General Specifications, section 7.9) */

static const char *const check_names[LEGACY_CHECK_N] = {"none", "luhn", "ean"};

static bool separator(char c) { return c == ' ' || c == '-' || c == '.'; }
static bool graphic(char c) { return c > ' ' && c <= '~'; }

void legacy_rule_init(struct legacy_rule *rule) {
    *rule = (struct legacy_rule){.min_n = LEGACY_TEXT_MIN, .max_n = LEGACY_TEXT_MAX};
    for (unsigned c = 0; c < LEGACY_ASCII_N; c++)
        rule->symbol[c] = graphic((char)c);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static char to_upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

/* The next character as ASCII; NUL is none. */
static char next_char(struct cm_slice *rest) {
    uint32_t cp = 0;
    if (rest->p[0] < LEGACY_ASCII_N) {
        const char c = (char)rest->p[0];
        rest->p++;
        rest->len--;
        return c;
    }
    if (utf8_next(rest, &cp) != CM_OK) return '\0';
    return normalise_ascii(cp);
}

/* Digits weighted from the last one on: Luhn doubles every second and casts out nines; GS1 takes
 * every second three times. Both sums end in 0. */
static bool check_holds(enum legacy_check check, const struct legacy_text *t) {
    unsigned sum = 0;
    for (unsigned i = 0; i < t->n; i++) {
        const char c = t->text[t->n - 1u - i];
        if (c < '0' || c > '9') return false;
        const unsigned digit = (unsigned)(c - '0');
        const bool second = i % 2 == 1;
        if (check == LEGACY_CHECK_EAN)
            sum += second ? EAN_HEAVY * digit : digit;
        else
            sum += second ? 2 * digit / DECIMAL + 2 * digit % DECIMAL : digit;
    }
    return sum % DECIMAL == 0;
}

static enum legacy_reading read_symbols(const struct legacy_rule *rule, struct cm_slice typed,
                                        struct legacy_text *out) {
    while (typed.len > 0) {
        char c = next_char(&typed);
        if (c == ' ' || (!rule->keep_separators && separator(c))) continue;
        if (rule->fold_case) c = to_upper(c);
        if (!rule->symbol[(uint8_t)c]) return LEGACY_SYMBOL;
        if (out->n == rule->max_n) return LEGACY_LONG;
        out->text[out->n++] = c;
    }
    return out->n >= rule->min_n ? LEGACY_READ : LEGACY_SHORT;
}

enum legacy_reading legacy_text_read(const struct legacy_rule *rule, struct cm_slice typed,
                                     struct legacy_text *out) {
    out->n = 0;
    enum legacy_reading reading =
        typed.len > NORMALISE_TEXT_MAX ? LEGACY_LONG : read_symbols(rule, typed, out);
    if (reading == LEGACY_READ && rule->check != LEGACY_CHECK_NONE &&
        !check_holds(rule->check, out))
        reading = LEGACY_CHECK;
    if (reading != LEGACY_READ) out->n = 0;
    return reading;
}

const char *legacy_reading_name(enum legacy_reading reading) {
    switch (reading) {
    case LEGACY_READ: return "readable";
    case LEGACY_SHORT: return "too short";
    case LEGACY_LONG: return "too long";
    case LEGACY_SYMBOL: return "a character that is no symbol";
    case LEGACY_CHECK: return "the check digit is wrong";
    default: return "unknown reading";
    }
}

void legacy_seen_add(struct legacy_seen *seen, const struct legacy_text *text) {
    if (seen->max_n == 0 || text->n < seen->min_n) seen->min_n = text->n;
    if (text->n > seen->max_n) seen->max_n = text->n;
    for (unsigned i = 0; i < text->n; i++)
        seen->symbol[(uint8_t)text->text[i] % LEGACY_ASCII_N] = true;
}

/* ---- As JSON --------------------------------------------------------------------------------- */

cm_err legacy_check_json(struct json_value v, enum legacy_check *out) {
    size_t at = 0;
    TRY(json_word(v, check_names, LEGACY_CHECK_N, &at));
    *out = (enum legacy_check)at;
    return CM_OK;
}

static cm_err read_symbol_set(struct json_value v, struct legacy_rule *rule) {
    struct cm_slice symbols;
    TRY(json_text(v, 1, LEGACY_ASCII_N, &symbols));
    memset(rule->symbol, 0, sizeof rule->symbol);
    for (size_t i = 0; i < symbols.len; i++) {
        if (!graphic((char)symbols.p[i]))
            return json_fail(v, CM_E_FORMAT, NULL, "symbols are graphic ASCII");
        rule->symbol[symbols.p[i]] = true;
    }
    return CM_OK;
}

cm_err legacy_rule_json(struct json_value v, struct legacy_rule *out) {
    static const char *const keys[] = {"fold_case", "keep_separators", "check",
                                       "symbols",   "shortest",        "longest"};
    struct legacy_rule rule;
    uint64_t shortest = 0, longest = 0;
    legacy_rule_init(&rule);
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_bool(json_get(v, "fold_case"), &rule.fold_case));
    TRY(json_bool(json_get(v, "keep_separators"), &rule.keep_separators));
    TRY(legacy_check_json(json_get(v, "check"), &rule.check));
    TRY(read_symbol_set(json_get(v, "symbols"), &rule));
    TRY(json_u64(json_get(v, "longest"), LEGACY_TEXT_MIN, LEGACY_TEXT_MAX, &longest));
    TRY(json_u64(json_get(v, "shortest"), LEGACY_TEXT_MIN, longest, &shortest));
    rule.min_n = (uint8_t)shortest;
    rule.max_n = (uint8_t)longest;
    *out = rule;
    return CM_OK;
}

void legacy_rule_write(struct json_writer *w, const struct legacy_rule *rule) {
    char symbols[LEGACY_ASCII_N];
    size_t n = 0;
    for (unsigned c = 0; c < LEGACY_ASCII_N; c++)
        if (rule->symbol[c]) symbols[n++] = (char)c;
    json_object_begin(w, "normalise");
    json_put_bool(w, "fold_case", rule->fold_case);
    json_put_bool(w, "keep_separators", rule->keep_separators);
    json_put_cstr(w, "check", check_names[rule->check]);
    json_put_text(w, "symbols", slice_of(symbols, n));
    json_put_u64(w, "shortest", rule->min_n);
    json_put_u64(w, "longest", rule->max_n);
    json_object_end(w);
}
