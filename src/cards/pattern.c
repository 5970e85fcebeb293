/* Reader of card patterns: it takes nothing for granted, where the matchers (pattern_match.c) take
 * digits for granted. It refuses what could never match and what says nothing.
 * Grammar: docs/design/card-rules.md. */
#include "cards/pattern.h"

#include "base/macros.h"
#include "base/text.h"

#define PATTERN_EQUAL_MIN 2u /* one digit equals itself: that would match every number */
#define PATTERN_RUN_MIN   3u /* two neighbours in order are in nearly every number */

enum argument { ARG_NONE, ARG_COUNT, ARG_DIGITS, ARG_GLOB };

struct pattern_word {
    const char *name;
    enum pattern_kind kind;
    enum argument argument;
    uint8_t least; /* of a count */
};

static const struct pattern_word pattern_words[] = {
    {"equal", PATTERN_EQUAL, ARG_COUNT, PATTERN_EQUAL_MIN},
    {"run", PATTERN_RUN, ARG_COUNT, PATTERN_RUN_MIN},
    {"repeat-half", PATTERN_REPEAT_HALF, ARG_NONE, 0},
    {"zeros", PATTERN_ZEROS, ARG_NONE, 0},
    {"contains", PATTERN_CONTAINS, ARG_DIGITS, 0},
    {"prefix", PATTERN_PREFIX, ARG_DIGITS, 0},
    {"suffix", PATTERN_SUFFIX, ARG_DIGITS, 0},
    {"glob", PATTERN_GLOB, ARG_GLOB, 0},
};

#define REMEDY_WORD                                                                                \
    "write equal:4, run:4, repeat-half, zeros, contains:666, prefix:00, suffix:00 or "             \
    "glob:??00*, with number. in front to look at the whole number"

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* Split "name:argument" at the first colon, so that a second one is part of the argument. */
static struct cm_slice split_name(struct cm_slice *rest, bool *colon) {
    size_t n = 0;
    while (n < rest->len && rest->p[n] != ':')
        n++;
    const struct cm_slice name = slice_of(rest->p, n);
    *colon = n < rest->len;
    const size_t used = n + (*colon ? 1u : 0u);
    *rest = slice_of(rest->p + used, rest->len - used);
    return name;
}

static cm_err read_count(const struct pattern_word *word, struct cm_slice arg, size_t seen_n,
                         struct pattern *p, struct cm_diag *diag) {
    uint64_t count = 0;
    if (text_u64(arg, UINT8_MAX, &count) != CM_OK)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "write a count, such as equal:4",
                         "pattern '%s' wants a count of digits", word->name);
    if (count < word->least)
        return diag_fail(diag, CM_E_RANGE, NULL, NULL, "write a larger count",
                         "pattern '%s:%u' would match nearly every number; the least is %u",
                         word->name, (unsigned)count, (unsigned)word->least);
    if (count > seen_n)
        return diag_fail(diag, CM_E_RANGE, NULL, NULL,
                         "write a smaller count, or put number. in front",
                         "pattern '%s:%u' can never match: it looks at %u digits", word->name,
                         (unsigned)count, (unsigned)seen_n);
    p->count = (uint8_t)count;
    return CM_OK;
}

/* What an argument is made of. */
struct spelling {
    size_t digits, singles, stars; /* 0..9, ?, * */
};

/* Copy the argument and count its kinds; false if a character belongs to none. */
static bool spell(struct cm_slice arg, struct pattern *p, struct spelling *out) {
    struct spelling s = {0, 0, 0};
    for (size_t i = 0; i < arg.len; i++) {
        const uint8_t c = arg.p[i];
        s.digits += is_digit(c) ? 1u : 0u;
        s.singles += c == '?' ? 1u : 0u;
        s.stars += c == '*' ? 1u : 0u;
        p->arg[i] = (char)c;
    }
    p->arg_n = (uint8_t)arg.len;
    *out = s;
    return s.digits + s.singles + s.stars == arg.len;
}

static cm_err read_digits(const struct pattern_word *word, struct cm_slice arg, size_t seen_n,
                          struct pattern *p, struct cm_diag *diag) {
    const bool glob = word->argument == ARG_GLOB;
    if (arg.len == 0 || arg.len > PATTERN_ARG_CAP)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, REMEDY_WORD,
                         "pattern '%s' wants 1 to %u digits after the colon", word->name,
                         PATTERN_ARG_CAP);
    struct spelling s;
    if (!spell(arg, p, &s) || (!glob && s.digits != arg.len))
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, REMEDY_WORD,
                         "pattern '%s' holds a character that is no digit", word->name);
    const size_t need = s.digits + s.singles;
    if (need > seen_n || (glob && s.stars == 0 && need != seen_n))
        return diag_fail(diag, CM_E_RANGE, NULL, NULL,
                         "fit its length, or put number. in front to look at the whole number",
                         "pattern '%s' needs %u digits and can never match: it looks at %u",
                         word->name, (unsigned)need, (unsigned)seen_n);
    if (s.digits == 0)
        return diag_fail(diag, CM_E_RANGE, NULL, NULL, "name at least one digit",
                         "pattern '%s' without a digit would match every number", word->name);
    return CM_OK;
}

static const struct pattern_word *find_word(struct cm_slice name) {
    for (size_t i = 0; i < CM_ARRAY_N(pattern_words); i++)
        if (slice_equal(name, slice_text(pattern_words[i].name))) return &pattern_words[i];
    return NULL;
}

static bool take_scope(struct cm_slice *rest, const char *scope) {
    const struct cm_slice want = slice_text(scope);
    if (rest->len < want.len || !slice_equal(slice_of(rest->p, want.len), want)) return false;
    *rest = slice_of(rest->p + want.len, rest->len - want.len);
    return true;
}

cm_err pattern_read(struct cm_slice text, size_t body_n, size_t number_n, struct pattern *out,
                    struct cm_diag *diag) {
    if (text.len == 0 || text.len >= PATTERN_TEXT_CAP)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, REMEDY_WORD,
                         "a pattern has 1 to %u characters, this one %zu", PATTERN_TEXT_CAP - 1u,
                         text.len);
    struct pattern p = {0};
    for (size_t i = 0; i < text.len; i++)
        p.text[i] = (char)text.p[i];
    p.whole = take_scope(&text, "number.");
    if (!p.whole) (void)take_scope(&text, "body.");
    bool colon = false;
    const struct pattern_word *word = find_word(split_name(&text, &colon));
    if (word == NULL)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, REMEDY_WORD, "unknown card pattern");
    p.kind = word->kind;
    const size_t seen_n = p.whole ? number_n : body_n;
    if (word->argument == ARG_NONE) {
        if (colon)
            return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "leave out the colon and what follows",
                             "pattern '%s' takes no argument", word->name);
    } else if (word->argument == ARG_COUNT) {
        TRY(read_count(word, text, seen_n, &p, diag));
    } else {
        TRY(read_digits(word, text, seen_n, &p, diag));
    }
    *out = p;
    return CM_OK;
}
