/* How much of a pool the rules skip, for the planner: measured on evenly scattered numbers, all of
 * them in the smallest pools. An estimate: the promise to people rests on counts, never on this. */
#include "cards/luhn.h"
#include "cards/rules.h"

#define SAMPLES     65536u              /* sigma below 0.2 % of all numbers */
#define ALL_BELOW   1000001u            /* a body of six digits is tried in full */
#define GOLDEN_STEP 0x9E3779B97F4A7C15u /* odd, 2^64 over the golden ratio: scatters evenly */

static void write_number(const struct cm_card_rules *rules, uint64_t body, char *number) {
    const size_t number_n = (size_t)rules->prefix_n + rules->body_n + 1u;
    for (size_t i = 0; i < rules->prefix_n; i++)
        number[i] = rules->prefix[i];
    for (size_t i = number_n - 1u; i > rules->prefix_n; i--) {
        number[i - 1u] = (char)('0' + body % 10u);
        body /= 10u;
    }
    number[number_n - 1u] = (char)('0' + luhn_digit(number, number_n - 1u));
}

/* How many of up to sixteen bodies show a pattern. */
static uint64_t count_shown(const struct cm_card_rules *rules, uint64_t first_index,
                            const uint64_t *body, size_t n) {
    const size_t number_n = (size_t)rules->prefix_n + rules->body_n + 1u;
    char numbers[DIGIT_LANES * CM_CARD_NUMBER_MAX];
    uint64_t index[DIGIT_LANES], shown = 0;
    uint8_t skip[DIGIT_LANES];
    struct digit_block block;
    const struct rules_rows rows = {.index = index, .body = body, .n = n};
    for (size_t i = 0; i < n; i++) {
        index[i] = first_index;
        write_number(rules, body[i], numbers + i * number_n);
    }
    digit_block_load(&block, numbers, number_n, number_n, n);
    rules_judge(rules, &block, &rows, skip);
    for (size_t i = 0; i < n; i++)
        shown += (skip[i] & CM_CARD_SKIP_PATTERN) != 0;
    return shown;
}

uint32_t rules_skipped_share(const struct cm_card_rules *rules, size_t version) {
    const struct rules_version *v = &rules->versions[version - 1u];
    uint64_t capacity = 1;
    for (size_t i = 0; i < rules->body_n; i++)
        capacity *= 10u;
    const uint64_t tried = capacity < ALL_BELOW ? capacity : SAMPLES;
    uint64_t shown = 0;
    for (uint64_t at = 0; at < tried; at += DIGIT_LANES) {
        uint64_t body[DIGIT_LANES];
        const size_t n = tried - at < DIGIT_LANES ? (size_t)(tried - at) : DIGIT_LANES;
        for (size_t i = 0; i < n; i++)
            body[i] = tried == capacity ? at + i : (at + i) * GOLDEN_STEP % capacity;
        shown += count_shown(rules, v->first_index, body, n);
    }
    /* Kept = (1 - held) * (1 - patterns) - listed, in billionths, rounded down. */
    const uint64_t unmarked = SHARE_ONE - shown * SHARE_ONE / tried;
    const uint64_t kept = unmarked * (SHARE_ONE - v->held_share) / SHARE_ONE;
    const uint64_t listed = v->listed_n * (uint64_t)SHARE_ONE / capacity + 1u;
    const uint64_t gone = SHARE_ONE - kept + (v->listed_n > 0 ? listed : 0u);
    return (uint32_t)(gone < SHARE_ONE ? gone : SHARE_ONE);
}
