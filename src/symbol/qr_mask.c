/* Which of the eight masks (7.8.2, table 10) leaves a symbol that readers find most easily: 7.8.3
 * weighs runs of one colour, blocks of four, patterns that look like a finder, and the share of
 * dark modules. Where the standard leaves room, the weights are libqrencode's, so that modules are
 * the same as its: a finder's pattern may be any whole multiple, what lies outside is light, equal
 * weights leave the mask with the smaller number. References as in qr_small.h. */
#include <stdlib.h>

#include "base/macros.h"
#include "symbol/qr_small.h"

#define MASK_N      8u
#define PERIOD      12u /* modules after which every mask repeats, both ways */
#define RUN_LEAST   5u
#define WEIGHT_RUN  3u /* of a run of five; each further module is 1 */
#define WEIGHT_FOUR 3u
#define WEIGHT_LIKE 40u
#define WEIGHT_DARK 10u /* each five percent beside the half */
#define FORMAT_POLY 0x537u
#define FORMAT_TAIL 10u
#define FORMAT_MASK 0x5412u
#define CORNER      8u /* row and column of the format */

/* Table 10, i is the row, j the column. A line of the mask as bits, twelve of them. */
#define MASK_0(i, j) (((i) + (j)) % 2 == 0)
#define MASK_1(i, j) ((i) % 2 == 0)
#define MASK_2(i, j) ((j) % 3 == 0)
#define MASK_3(i, j) (((i) + (j)) % 3 == 0)
#define MASK_4(i, j) (((i) / 2 + (j) / 3) % 2 == 0)
#define MASK_5(i, j) ((i) * (j) % 2 + (i) * (j) % 3 == 0)
#define MASK_6(i, j) (((i) * (j) % 2 + (i) * (j) % 3) % 2 == 0)
#define MASK_7(i, j) ((((i) + (j)) % 2 + (i) * (j) % 3) % 2 == 0)
#define ROW(m, i)                                                                                  \
    (m(i, 0) | m(i, 1) << 1 | m(i, 2) << 2 | m(i, 3) << 3 | m(i, 4) << 4 | m(i, 5) << 5 |          \
     m(i, 6) << 6 | m(i, 7) << 7 | m(i, 8) << 8 | m(i, 9) << 9 | m(i, 10) << 10 | m(i, 11) << 11)
#define COLUMN(m, j)                                                                               \
    (m(0, j) | m(1, j) << 1 | m(2, j) << 2 | m(3, j) << 3 | m(4, j) << 4 | m(5, j) << 5 |          \
     m(6, j) << 6 | m(7, j) << 7 | m(8, j) << 8 | m(9, j) << 9 | m(10, j) << 10 | m(11, j) << 11)
#define LINES(line, m)                                                                             \
    {                                                                                              \
        line(m, 0), line(m, 1), line(m, 2), line(m, 3), line(m, 4), line(m, 5), line(m, 6),        \
            line(m, 7), line(m, 8), line(m, 9), line(m, 10), line(m, 11)                           \
    }
#define ALL(line)                                                                                  \
    {                                                                                              \
        LINES(line, MASK_0), LINES(line, MASK_1), LINES(line, MASK_2), LINES(line, MASK_3),        \
            LINES(line, MASK_4), LINES(line, MASK_5), LINES(line, MASK_6), LINES(line, MASK_7)     \
    }
static const uint16_t row_masks[MASK_N][PERIOD] = ALL(ROW);
static const uint16_t column_masks[MASK_N][PERIOD] = ALL(COLUMN);
#define REPEATED UINT64_C(0x1001001001001001) /* every twelfth bit */

/* ---- Weighing ---------------------------------------------------------------------------------
 */

/* Bits that are set (Warren, Hacker's Delight, 5-1): the instruction for it is not on every machine
 * that we are built for. */
static unsigned ones(uint64_t v) {
    v -= v >> 1 & UINT64_C(0x5555555555555555);
    v = (v & UINT64_C(0x3333333333333333)) + (v >> 2 & UINT64_C(0x3333333333333333));
    v = (v + (v >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)(v * UINT64_C(0x0101010101010101) >> 56);
}

/* Modules that equal the next one; none for the last. */
static uint64_t alike(uint64_t line, unsigned side) {
    return ~(line ^ line >> 1) & ((UINT64_C(1) << (side - 1)) - 1);
}

/* A run of n >= 5 has n - 4 places where five alike begin: one more each, and two at its start. */
static unsigned weigh_runs(uint64_t same) {
    const uint64_t pairs = same & same >> 1, fives = pairs & pairs >> 2;
    return ones(fives) + (WEIGHT_RUN - 1) * ones(fives & ~(fives << 1));
}

static unsigned weigh_like_a_finder(uint64_t d) {
    const uint64_t at =
        ~(d << 1) & d & ~(d >> 1) & d >> 2 & d >> 3 & d >> 4 & ~(d >> 5) & d >> 6 & ~(d >> 7);
    if (at == 0) return 0;
    const uint64_t before = d << 2 | d << 3 | d << 4, behind = d >> 8 | d >> 9 | d >> 10;
    return WEIGHT_LIKE * ones(at & (~before | ~behind));
}

/* Dark runs of 6, 9 ... modules between two of a third of that. */
static bool may_be_larger(uint64_t d) {
    const uint64_t three = d & d >> 1 & d >> 2, six = three & three >> 3;
    return (six & ~(d << 1) & ~(d >> 6)) != 0 || (six & three >> 6) != 0;
}

static size_t runs_of(uint64_t line, unsigned side, uint8_t *runs) {
    size_t n = 0;
    runs[0] = 0; /* the first is light, if only in name */
    for (unsigned x = 0; x < side; x++) {
        if ((line >> x & 1u) != n % 2) runs[++n] = 0;
        runs[n]++;
    }
    return n + 1;
}

static unsigned weigh_larger(uint64_t line, unsigned side) {
    uint8_t runs[QR_SMALL_SIDE_MAX + 1];
    const size_t n = runs_of(line, side, runs);
    unsigned weight = 0;
    for (size_t i = 3; i + 2 < n; i += 2) {
        const unsigned unit = runs[i] / 3u;
        if (runs[i] % 3 != 0 || unit < 2) continue;
        if (runs[i - 2] != unit || runs[i - 1] != unit || runs[i + 1] != unit ||
            runs[i + 2] != unit)
            continue;
        const bool before = i == 3 || runs[i - 3] >= 4 * unit;
        const bool behind = i + 4 >= n || runs[i + 3] >= 4 * unit;
        if (before || behind) weight += WEIGHT_LIKE;
    }
    return weight;
}

static unsigned weigh_line(uint64_t line, uint64_t same, unsigned side) {
    unsigned weight = weigh_runs(same) + weigh_like_a_finder(line);
    if (may_be_larger(line)) weight += weigh_larger(line, side);
    return weight;
}

static unsigned weigh(const uint64_t *rows, const uint64_t *columns, unsigned side) {
    unsigned weight = 0, dark = 0;
    uint64_t above = 0, above_same = 0;
    for (unsigned i = 0; i < side; i++) {
        const uint64_t same = alike(rows[i], side);
        weight += weigh_line(rows[i], same, side);
        weight += WEIGHT_FOUR * ones(same & above_same & ~(rows[i] ^ above));
        weight += weigh_line(columns[i], alike(columns[i], side), side);
        dark += ones(rows[i]);
        above = rows[i];
        above_same = same;
    }
    const unsigned all = side * side;
    // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a side is 21 modules at least
    const int percent = (int)((200 * dark + all) / all / 2);
    return weight + (unsigned)(abs(percent - 50) / 5) * WEIGHT_DARK;
}

/* ---- The format -------------------------------------------------------------------------------
 */

/* Annex C: two bits of the level, three of the mask, ten of a BCH code. */
static uint32_t format_bits(enum qr_level level, unsigned mask) {
    static const uint8_t levels[] = {1, 0, 3, 2}; /* table 12: L, M, Q, H */
    const uint32_t data = (uint32_t)levels[level] << 3 | mask;
    uint32_t rest = data << FORMAT_TAIL;
    for (unsigned i = 14; i >= FORMAT_TAIL; i--)
        if ((rest >> i & 1u) != 0) rest ^= FORMAT_POLY << (i - FORMAT_TAIL);
    return (data << FORMAT_TAIL | rest) ^ FORMAT_MASK;
}

/* NOLINTBEGIN(clang-analyzer-core.uninitialized.Assign): all rows of a side are laid before */
static void set(uint64_t *rows, uint64_t *columns, unsigned x, unsigned y, uint64_t dark) {
    rows[y] |= dark << x;
    columns[x] |= dark << y;
}
/* NOLINTEND(clang-analyzer-core.uninitialized.Assign) */

/* Figure 25: twice, once around the upper left finder, once beside the two others. */
static void put_format(uint64_t *rows, uint64_t *columns, unsigned side, uint32_t bits) {
    for (unsigned i = 0; i < 15; i++) {
        const uint64_t dark = bits >> i & 1u;
        const unsigned before = 14 - i; /* along the row, the timing column left out */
        if (i < 8) {
            set(rows, columns, CORNER, i < 6 ? i : i + 1, dark);
            set(rows, columns, side - 1 - i, CORNER, dark);
        } else {
            set(rows, columns, before == 6 ? 7 : before, CORNER, dark);
            set(rows, columns, CORNER, side - 15 + i, dark);
        }
    }
}

static void apply(const struct qr_grid *g, unsigned mask, uint64_t *rows, uint64_t *columns) {
    for (unsigned i = 0, k = 0; i < g->side; i++, k = k + 1 == PERIOD ? 0 : k + 1) {
        const uint64_t free = ~g->fixed[i] & ((UINT64_C(1) << g->side) - 1);
        rows[i] = g->rows[i] ^ (row_masks[mask][k] * REPEATED & free);
        columns[i] = g->columns[i] ^ (column_masks[mask][k] * REPEATED & free);
    }
}

void qr_mask_best(const struct qr_grid *g, enum qr_level level, uint64_t *rows) {
    uint64_t tried[QR_SMALL_SIDE_MAX], columns[QR_SMALL_SIDE_MAX];
    unsigned least = UINT32_MAX;
    for (unsigned mask = 0; mask < MASK_N; mask++) {
        apply(g, mask, tried, columns);
        put_format(tried, columns, g->side, format_bits(level, mask));
        const unsigned weight = weigh(tried, columns, g->side);
        if (weight >= least) continue;
        least = weight;
        memcpy(rows, tried, g->side * sizeof *rows);
    }
    wipe(tried, sizeof tried);
    wipe(columns, sizeof columns);
}
