/* The rule book of a pool: built by appending, sealed, then asked for whole arrays.
 * It holds no key: hold tags are handed in. References: see cards/rules.h. */
#include "cards/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/macros.h"
#include "cards/luhn.h"

#define LIST_FIRST_CAP 64u
#define SIEVE_BITS     32u                 /* of a listed number, at least: 3 % come through it */
#define SCATTER        0x9E3779B97F4A7C15u /* odd, 2^64 over the golden ratio */
#define WORD_BITS      64u

cm_err rules_new(struct cm_card_rules **out, const struct cm_pool_numbers *pool) {
    struct cm_card_rules *rules = calloc(1, sizeof *rules);
    if (rules == NULL) return CM_E_NO_MEMORY;
    rules->prefix_n = pool->prefix_n;
    rules->body_n = pool->body_n;
    for (size_t i = 0; i < pool->prefix_n; i++)
        rules->prefix[i] = pool->prefix[i];
    *out = rules;
    return CM_OK;
}

void rules_free(struct cm_card_rules *rules) {
    if (rules == NULL) return;
    for (size_t i = 0; i < rules->version_n; i++) {
        free(rules->versions[i].patterns);
        free(rules->versions[i].listed);
        free(rules->versions[i].sieve);
    }
    free(rules->versions);
    free(rules);
}

void rules_freep(struct cm_card_rules **rules) { rules_free(*rules); }

cm_err rules_begin(struct cm_card_rules *rules, uint64_t first_index, uint32_t held_share,
                   struct cm_diag *diag) {
    if (rules->version_n >= RULES_VERSIONS_MAX)
        return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "make a new pool",
                         "a pool has at most %u rule versions", RULES_VERSIONS_MAX);
    if (held_share >= SHARE_ONE)
        return diag_fail(diag, CM_E_RANGE, NULL, NULL, "write a fraction such as 0.02",
                         "the held-out share must be below 1");
    const bool first = rules->version_n == 0;
    if (first ? first_index != 0 : first_index <= rules->versions[rules->version_n - 1].first_index)
        return diag_fail(diag, CM_E_RANGE, NULL, NULL,
                         "start version 1 at index 0 and each later one above the one before",
                         "rule version %zu starts at an index that is not its to take",
                         rules->version_n + 1);
    struct rules_version *grown =
        realloc(rules->versions, (rules->version_n + 1) * sizeof *rules->versions);
    if (grown == NULL) return CM_E_NO_MEMORY;
    rules->versions = grown;
    rules->sealed = false;
    const uint64_t held_below = ((uint64_t)held_share << 32) / SHARE_ONE;
    grown[rules->version_n++] = (struct rules_version){
        .first_index = first_index, .held_share = held_share, .held_below = (uint32_t)held_below};
    return CM_OK;
}

static struct rules_version *latest(struct cm_card_rules *rules) {
    if (rules->sealed || rules->version_n == 0) return NULL;
    return &rules->versions[rules->version_n - 1];
}

cm_err rules_add_pattern(struct cm_card_rules *rules, struct cm_slice text, struct cm_diag *diag) {
    struct rules_version *v = latest(rules);
    if (v == NULL) return CM_E_STATE;
    if (v->pattern_n >= RULES_PATTERNS_MAX)
        return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "join some with a glob",
                         "a rule version has at most %u patterns", RULES_PATTERNS_MAX);
    struct pattern pattern = {0};
    const size_t number_n = (size_t)rules->prefix_n + rules->body_n + 1u;
    TRY(pattern_read(text, rules->body_n, number_n, &pattern, diag));
    struct pattern *grown = realloc(v->patterns, (v->pattern_n + 1) * sizeof *v->patterns);
    if (grown == NULL) return CM_E_NO_MEMORY;
    v->patterns = grown;
    grown[v->pattern_n++] = pattern;
    return CM_OK;
}

static uint64_t body_value(const char *digits, size_t n) {
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10u + (uint64_t)(digits[i] - '0');
    return value;
}

/* A listed number must be one that the pool could make: otherwise the list says nothing. */
static const char *number_fault(const struct cm_card_rules *rules, struct cm_slice number) {
    const size_t prefix_n = rules->prefix_n, body_n = rules->body_n;
    if (number.len != prefix_n + body_n + 1u) return "its length is not that of the pool";
    for (size_t i = 0; i < number.len; i++)
        if (number.p[i] < '0' || number.p[i] > '9') return "it holds something else than digits";
    const char *digits = (const char *)number.p;
    for (size_t i = 0; i < prefix_n; i++)
        if (digits[i] != rules->prefix[i]) return "its prefix is not that of the pool";
    if (luhn_digit(digits, number.len - 1) != (unsigned)(digits[number.len - 1] - '0'))
        return "its Luhn digit is wrong";
    return NULL;
}

cm_err rules_add_number(struct cm_card_rules *rules, struct cm_slice number, struct cm_diag *diag) {
    struct rules_version *v = latest(rules);
    if (v == NULL) return CM_E_STATE;
    const char *fault = number_fault(rules, number);
    if (fault != NULL)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL,
                         "list whole numbers as printed: prefix, body, Luhn digit, no spaces",
                         "listed number %zu: %s", v->listed_n + 1, fault);
    if (v->listed_n >= RULES_LISTED_MAX)
        return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "say the regular part of it as patterns",
                         "a rule version lists at most %u numbers", RULES_LISTED_MAX);
    if (v->listed_n == v->listed_cap) {
        const size_t cap = v->listed_cap == 0 ? LIST_FIRST_CAP : v->listed_cap * 2u;
        uint64_t *grown = realloc(v->listed, cap * sizeof *v->listed);
        if (grown == NULL) return CM_E_NO_MEMORY;
        v->listed = grown;
        v->listed_cap = cap;
    }
    v->listed[v->listed_n++] = body_value((const char *)number.p + rules->prefix_n, rules->body_n);
    return CM_OK;
}

static int by_value(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (int)(x > y) - (int)(x < y);
}

/* Nearly no number is on the list, and one bit says so: the search is for the few others. */
static cm_err make_sieve(struct rules_version *v) {
    unsigned log2 = 6; /* one word */
    while ((uint64_t)1 << log2 < (uint64_t)v->listed_n * SIEVE_BITS)
        log2++;
    if (v->listed_n == 0 || v->sieve != NULL) return CM_OK;
    v->sieve = calloc(((size_t)1 << log2) / WORD_BITS, sizeof *v->sieve);
    if (v->sieve == NULL) return CM_E_NO_MEMORY;
    v->sieve_shift = (uint8_t)(WORD_BITS - log2);
    for (size_t i = 0; i < v->listed_n; i++) {
        const uint64_t bit = (v->listed[i] * SCATTER) >> v->sieve_shift;
        v->sieve[bit / WORD_BITS] |= (uint64_t)1 << bit % WORD_BITS;
    }
    return CM_OK;
}

cm_err rules_seal(struct cm_card_rules *rules, struct cm_diag *diag) {
    for (size_t i = 0; i < rules->version_n; i++) {
        struct rules_version *v = &rules->versions[i];
        if (v->listed_n > 1) qsort(v->listed, v->listed_n, sizeof *v->listed, by_value);
        for (size_t k = 1; k < v->listed_n; k++)
            if (v->listed[k] == v->listed[k - 1])
                return diag_fail(diag, CM_E_EXISTS, NULL, NULL, "list each number once",
                                 "rule version %zu lists a number twice", i + 1);
        TRY(make_sieve(v));
    }
    rules->sealed = true;
    return CM_OK;
}

bool rules_hold(const struct cm_card_rules *rules) {
    if (rules == NULL) return false;
    for (size_t i = 0; i < rules->version_n; i++)
        if (rules->versions[i].held_below > 0) return true;
    return false;
}

static bool listed(const struct rules_version *v, uint64_t body) {
    const uint64_t bit = (body * SCATTER) >> v->sieve_shift;
    if ((v->sieve[bit / WORD_BITS] >> bit % WORD_BITS & 1u) == 0) return false;
    size_t low = 0, high = v->listed_n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (v->listed[middle] < body)
            low = middle + 1;
        else
            high = middle;
    }
    return low < v->listed_n && v->listed[low] == body;
}

/* 0xFF for the rows that a version governs; true if there are any. */
static bool find_governed(const struct cm_card_rules *rules, size_t version,
                          const struct rules_rows *rows, uint8_t governed[static DIGIT_LANES]) {
    const struct rules_version *v = &rules->versions[version];
    const uint64_t end = version + 1u < rules->version_n ? v[1].first_index : UINT64_MAX;
    const uint64_t span = end - v->first_index;
    uint8_t any = rules->version_n == 1 ? UINT8_MAX : 0;
    memset(governed, any, DIGIT_LANES); /* the only version governs all */
    for (size_t i = 0; i < rows->n && rules->version_n > 1; i++) {
        governed[i] = (uint8_t) - (int)(rows->index[i] - v->first_index < span);
        any |= governed[i];
    }
    return any != 0;
}

static void mark_patterns(const struct cm_card_rules *rules, const struct rules_version *v,
                          const struct digit_block *block, uint8_t shown[static DIGIT_LANES]) {
    const size_t number_n = (size_t)rules->prefix_n + rules->body_n + 1u;
    for (size_t i = 0; i < v->pattern_n; i++) {
        const struct pattern *p = &v->patterns[i];
        if (p->whole)
            pattern_mark(p, block, 0, number_n, shown);
        else
            pattern_mark(p, block, rules->prefix_n, rules->body_n, shown);
    }
}

/* Rows of other versions are left alone. */
static digit_lanes judge_as(const struct rules_version *v, const struct rules_rows *rows,
                            const uint8_t shown[static DIGIT_LANES],
                            const uint8_t governed[static DIGIT_LANES]) {
    uint8_t skip[DIGIT_LANES] = {0};
    digit_lanes marks, patterns, ours;
    for (size_t i = 0; i < rows->n && rows->hold != NULL; i++)
        skip[i] = (uint8_t)((unsigned)(rows->hold[i] < v->held_below) * CM_CARD_SKIP_HELD);
    for (size_t i = 0; i < rows->n && v->sieve != NULL; i++)
        if (listed(v, rows->body[i])) skip[i] |= CM_CARD_SKIP_LISTED;
    memcpy(&marks, skip, sizeof marks);
    memcpy(&patterns, shown, sizeof patterns);
    memcpy(&ours, governed, sizeof ours);
    return (marks | (patterns & CM_CARD_SKIP_PATTERN)) & ours;
}

/* Indices are mostly of one version, but need not be. */
void rules_judge(const struct cm_card_rules *rules, const struct digit_block *block,
                 const struct rules_rows *rows, uint8_t *skip) {
    digit_lanes marks = {0};
    for (size_t v = rules->version_n; v-- > 0;) {
        uint8_t shown[DIGIT_LANES] = {0}, governed[DIGIT_LANES];
        if (!find_governed(rules, v, rows, governed)) continue;
        mark_patterns(rules, &rules->versions[v], block, shown);
        marks |= judge_as(&rules->versions[v], rows, shown, governed);
    }
    memcpy(skip, &marks, rows->n);
}

cm_err share_read(struct cm_slice text, uint32_t *share) {
    if (text.len == 0 || text.p[0] != '0' || text.len == 2) return CM_E_FORMAT;
    if (text.len > 1 && text.p[1] != '.') return CM_E_FORMAT;
    if (text.len > 2u + 9u) return CM_E_FORMAT;
    uint32_t billionths = 0;
    for (size_t i = 0; i < 9; i++) {
        const uint8_t c = i + 2 < text.len ? text.p[i + 2] : '0';
        if (c < '0' || c > '9') return CM_E_FORMAT;
        billionths = billionths * 10u + (uint32_t)(c - '0');
    }
    *share = billionths;
    return CM_OK;
}
