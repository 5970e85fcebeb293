/* The arithmetic of codes in columns. Expected values: the compiler's own 128-bit multiplication
 * and division, for narrow and wide schemes, at the edges and at random. */
#include "support/cm.h"
#include "support/splitmix.h"

#include <string.h>

#include "base/bytes.h"
#include "codes/lanes.h"
#include "codes/pack.h"

#define LANES_N 67u /* no multiple of what a kernel takes at a time */
#define BLOCK   16u

struct sizes {
    uint64_t radix;
    unsigned length;
    cm_u128 space, payloads, t;
    uint64_t half;
};

static struct lanes lanes; /* too large for a stack frame */

static cm_u128 power(uint64_t radix, unsigned n) {
    cm_u128 x = 1;
    while (n-- > 0)
        x *= radix;
    return x;
}

static struct sizes sizes_of(uint64_t radix, unsigned length, cm_u128 payloads) {
    const cm_u128 space = power(radix, length);
    return (struct sizes){.radix = radix,
                          .length = length,
                          .space = space,
                          .payloads = payloads,
                          .t = pack_tag_modulus(space, payloads),
                          .half = (uint64_t)power(radix, length - length / 2)};
}

/* Lane 0 at the lower edge, lane 1 at the upper one, the others anywhere. */
static cm_u128 somewhere(size_t i, cm_u128 below, uint64_t *seed) {
    const cm_u128 any = (cm_u128)splitmix_next(seed) << 64 | splitmix_next(seed);
    return i == 0 ? 0 : i == 1 ? below - 1 : any % below;
}

static void hold_against_division(const struct lane_sizes *sizes, const struct sizes *s) {
    uint64_t seed = s->radix * 1000 + s->length;
    uint8_t blocks[LANES_N * BLOCK];
    cm_u128 p[LANES_N], x[LANES_N];
    memset(blocks, 0xFF, sizeof blocks);
    for (size_t i = 0; i < LANES_N; i++) {
        p[i] = somewhere(i, s->payloads, &seed);
        lanes_set_p(&lanes, i, p[i]);
        if (i <= 1) continue;
        put_u64be(blocks + i * BLOCK, splitmix_next(&seed));
        put_u64be(blocks + i * BLOCK + 8, splitmix_next(&seed));
    }
    lanes_tags(sizes, &lanes, blocks, LANES_N);
    for (size_t i = 0; i < LANES_N; i++) {
        const cm_u128 block =
            (cm_u128)get_u64be(blocks + i * BLOCK) << 64 | get_u64be(blocks + i * BLOCK + 8);
        assert_true(lanes.tag[i] == block % s->t);
        if (i == 1) lanes.tag[i] = (uint64_t)(s->t - 1);
        x[i] = p[i] * s->t + lanes.tag[i];
    }
    lanes_halves(sizes, &lanes, LANES_N);
    for (size_t i = 0; i < LANES_N; i++)
        assert_true(lanes.a[i] == x[i] / s->half && lanes.b[i] == x[i] % s->half);
    lanes_parts(sizes, &lanes, LANES_N);
    for (size_t i = 0; i < LANES_N; i++)
        assert_true(lanes_p(&lanes, i) == p[i] && lanes.left[i] == lanes.tag[i]);
    for (size_t i = 0; i < LANES_N; i++) { /* texts that are no code: any X below S */
        x[i] = somewhere(i, s->space, &seed);
        lanes.a[i] = (uint64_t)(x[i] / s->half);
        lanes.b[i] = (uint64_t)(x[i] % s->half);
    }
    lanes_parts(sizes, &lanes, LANES_N);
    for (size_t i = 0; i < LANES_N; i++)
        assert_true(lanes_p(&lanes, i) == x[i] / s->t && lanes.left[i] == x[i] % s->t);
}

/* All ways where they serve. Returns whether the scheme is narrow. */
static bool hold(const struct sizes *s) {
    struct lane_sizes sizes;
    lane_sizes_init_wide(&sizes, s->payloads, s->t, s->half);
    assert_false(sizes.narrow);
    hold_against_division(&sizes, s);
    lane_sizes_init(&sizes, s->space, s->payloads, s->t, s->half);
    hold_against_division(&sizes, s);
    sizes.tags = NULL; /* the portable loop, on a processor that has a faster one */
    hold_against_division(&sizes, s);
    return sizes.narrow;
}

static void the_advised_scheme_is_narrow(void **state) {
    (void)state;
    const struct sizes s = sizes_of(23, 12, (cm_u128)1024 * 30000000);
    assert_true(hold(&s));
}

static void narrow_ends_where_a_word_or_a_reciprocal_does(void **state) {
    (void)state;
    const struct {
        uint64_t radix;
        unsigned length;
        cm_u128 payloads;
        bool narrow;
    } edges[] = {
        {2, 64, (cm_u128)1 << 32, true},                            /* S = 2^64, T = r^v = 2^32 */
        {2, 64, (cm_u128)1 << 63, true},                            /* T = 2 */
        {2, 64, ((cm_u128)1 << 32) - 1, false},                     /* T = 2^32 + 1 */
        {2, 64, (cm_u128)1 << 64, false},                           /* T = 1 */
        {2, 65, (cm_u128)1 << 34, false},                           /* S = 2^65 */
        {64, 9, (cm_u128)1 << 30, true},                            /* r^v = 2^30 */
        {60, 11, (cm_u128)1 << 40, false},                          /* r^v = 60^6 > 2^32 */
        {32, 16, (cm_u128)1 << 60, false},      {2, 119, 1, false}, /* T = 2^64 */
        {23, 26, (cm_u128)1 << 88, false},
    };
    for (size_t i = 0; i < CM_ARRAY_N(edges); i++) {
        const struct sizes s = sizes_of(edges[i].radix, edges[i].length, edges[i].payloads);
        assert_int_equal(hold(&s), edges[i].narrow);
    }
}

static void both_ways_agree_with_division_everywhere(void **state) {
    (void)state;
    uint64_t seed = 1;
    unsigned narrow = 0, all = 0;
    for (uint64_t radix = 2; radix <= 64; radix++) {
        for (unsigned length = 4; power(radix, length) >> PACK_SPACE_BITS == 0; length++) {
            const cm_u128 space = power(radix, length);
            const cm_u128 any = (cm_u128)splitmix_next(&seed) << 64 | splitmix_next(&seed);
            const cm_u128 most = (cm_u128)1 << PACK_PAYLOAD_BITS;
            const cm_u128 payloads = any % (space < most ? space : most) + 1;
            const struct sizes s = sizes_of(radix, length, payloads);
            narrow += hold(&s);
            all++;
        }
    }
    assert_in_range(narrow, all / 10, all / 2);
}

static void serials_count_up_past_the_low_word(void **state) {
    (void)state;
    const cm_u128 first = ((cm_u128)7 << 64) - 2;
    lanes_count(&lanes, first, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(lanes_p(&lanes, i) == first + i);
}

static void a_message_holds_the_low_eleven_bytes_of_p(void **state) {
    (void)state;
    uint8_t block[BLOCK];
    lanes_set_p(&lanes, 0, ((cm_u128)0x11223344556677u << 64) | 0x8899AABBCCDDEEFFu);
    lanes_messages(&lanes, 0x0102030405000000u, block, 1);
    static const uint8_t want[BLOCK] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x55, 0x66, 0x77,
                                        0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};
    assert_memory_equal(block, want, sizeof want);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_advised_scheme_is_narrow),
        cmocka_unit_test(narrow_ends_where_a_word_or_a_reciprocal_does),
        cmocka_unit_test(both_ways_agree_with_division_everywhere),
        cmocka_unit_test(serials_count_up_past_the_low_word),
        cmocka_unit_test(a_message_holds_the_low_eleven_bytes_of_p),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
