/* Matchers of card patterns, for sixteen numbers at a time: 0xFF in a lane says yes. No branch
 * depends on a digit. Grammar: docs/design/card-rules.md. */
#include <string.h>

#include "cards/pattern.h"

static inline digit_lanes all(uint8_t value) { return (digit_lanes){0} + value; }

static inline digit_lanes same(digit_lanes a, digit_lanes b) { return (digit_lanes)(a == b); }

/* A streak counts up to count - 1 steps; what passes through that number is long enough. */
static digit_lanes has_steps(const digit_lanes *digits, size_t n, size_t count, uint8_t step) {
    digit_lanes streak = all(0), shown = all(0);
    for (size_t i = 1; i < n; i++) {
        streak = (streak + all(1)) & same(digits[i], digits[i - 1] + all(step));
        shown |= same(streak, all((uint8_t)(count - 1u)));
    }
    return shown;
}

static digit_lanes same_digits(const digit_lanes *a, const digit_lanes *b, size_t n) {
    digit_lanes equal = all(UINT8_MAX);
    for (size_t i = 0; i < n; i++)
        equal &= same(a[i], b[i]);
    return equal;
}

static digit_lanes contains(const digit_lanes *digits, size_t n, const char *part, size_t part_n) {
    digit_lanes wanted[PATTERN_ARG_CAP], shown = all(0);
    for (size_t i = 0; i < part_n; i++)
        wanted[i] = all((uint8_t)part[i]);
    for (size_t i = 0; i + part_n <= n; i++)
        shown |= same_digits(digits + i, wanted, part_n);
    return shown;
}

static digit_lanes all_zeros(const digit_lanes *digits, size_t n) {
    digit_lanes zeros = all(UINT8_MAX);
    for (size_t i = 0; i < n; i++)
        zeros &= same(digits[i], all('0'));
    return zeros;
}

/* reached[j]: the first j characters of the glob can stand for the digits so far. A star stays
 * where it is for any digit, and is passed without one. */
static void glob_pass_stars(const struct pattern *p, digit_lanes *reached) {
    for (size_t j = 0; j < p->arg_n; j++)
        if (p->arg[j] == '*') reached[j + 1] |= reached[j];
}

static void glob_take(const struct pattern *p, digit_lanes digit, digit_lanes *reached) {
    for (size_t j = p->arg_n + 1u; j-- > 0;) {
        const char c = j > 0 ? p->arg[j - 1] : '*';
        const bool stays = j < p->arg_n && p->arg[j] == '*';
        digit_lanes next = stays ? reached[j] : all(0);
        if (c == '?')
            next |= reached[j - 1];
        else if (c != '*')
            next |= reached[j - 1] & same(digit, all((uint8_t)c));
        reached[j] = next;
    }
    glob_pass_stars(p, reached);
}

static digit_lanes glob_matches(const struct pattern *p, const digit_lanes *digits, size_t n) {
    digit_lanes reached[PATTERN_ARG_CAP + 1u] = {all(UINT8_MAX)};
    glob_pass_stars(p, reached);
    for (size_t i = 0; i < n; i++)
        glob_take(p, digits[i], reached);
    return reached[p->arg_n];
}

static digit_lanes marks_of(const struct pattern *p, const digit_lanes *digits, size_t n) {
    switch (p->kind) {
    case PATTERN_EQUAL: return has_steps(digits, n, p->count, 0);
    case PATTERN_RUN:
        return has_steps(digits, n, p->count, 1) | has_steps(digits, n, p->count, UINT8_MAX);
    case PATTERN_REPEAT_HALF: return same_digits(digits, digits + (n - n / 2), n / 2);
    case PATTERN_ZEROS: return all_zeros(digits, n);
    case PATTERN_CONTAINS: return contains(digits, n, p->arg, p->arg_n);
    case PATTERN_PREFIX: return contains(digits, p->arg_n, p->arg, p->arg_n);
    case PATTERN_SUFFIX: return contains(digits + (n - p->arg_n), p->arg_n, p->arg, p->arg_n);
    case PATTERN_GLOB: return glob_matches(p, digits, n);
    default: return all(0);
    }
}

void pattern_mark(const struct pattern *pattern, const struct digit_block *block, size_t first,
                  size_t n, uint8_t shown[static DIGIT_LANES]) {
    digit_lanes marks;
    memcpy(&marks, shown, sizeof marks);
    marks |= marks_of(pattern, block->digit + first, n);
    memcpy(shown, &marks, sizeof marks);
}

bool pattern_matches(const struct pattern *pattern, const char *digits, size_t n) {
    struct digit_block block;
    uint8_t shown[DIGIT_LANES] = {0};
    digit_block_load(&block, digits, n, n, 1);
    pattern_mark(pattern, &block, 0, n, shown);
    return shown[0] != 0;
}
