/* From bits to modules: words without long runs (7.3.1.2), Reed-Solomon over four fields (7.4),
 * layers round a bull's eye, from outside in (7.5), the mode message and the reference grid.
 * References as in aztec.h. */
#include "base/macros.h"
#include "symbol/aztec.h"

#define WORDS_MAX     1664u /* of 32 layers */
#define COMPACT_WORDS 64u   /* data words that a compact mode message can count */
#define SIZE_N        33u   /* four compact sizes, then full ones of 4 to 32 layers */
#define MODE_COMPACT  28u   /* bits of the mode message */
#define MODE_FULL     40u
#define GRID_STEP     15 /* modules of data between lines of the reference grid */

struct shape {
    bool compact;
    int layers, base, side; /* base: side without reference grid */
    size_t word_bits, bits; /* of all words, with some left over at the front */
};

static struct shape shape_of(size_t i) {
    struct shape s = {.compact = i < 4};
    s.layers = (int)(s.compact ? i + 1 : i);
    s.base = (s.compact ? 11 : 14) + 4 * s.layers;
    s.side = s.compact ? s.base : s.base + 1 + 2 * ((s.base / 2 - 1) / GRID_STEP);
    s.word_bits = s.layers <= 2 ? 6 : s.layers <= 8 ? 8 : s.layers <= 22 ? 10 : 12;
    const size_t layers = (size_t)s.layers;
    s.bits = ((s.compact ? 88u : 112u) + 16u * layers) * layers;
    return s;
}

/* Words of all ones or zeros but the last bit get another last bit, and the bit comes again. */
static size_t make_words(struct cm_slice bits, size_t word_bits, uint16_t *words) {
    const unsigned high = (1u << word_bits) - 2u;
    size_t n = 0;
    for (size_t at = 0; at < bits.len && n < WORDS_MAX;) {
        unsigned word = 0;
        for (size_t i = 0; i < word_bits; i++) /* ones beyond the end */
            word = word << 1 | (at + i < bits.len ? bits.p[at + i] : 1u);
        const bool ones = (word & high) == high, zeros = (word & high) == 0;
        words[n++] = (uint16_t)(ones ? high : zeros ? 1u : word);
        at += ones || zeros ? word_bits - 1 : word_bits;
    }
    return n;
}

static unsigned times(unsigned a, unsigned b, size_t bits, unsigned polynomial) {
    unsigned product = 0;
    for (; b != 0; b >>= 1) {
        if ((b & 1u) != 0) product ^= a;
        a <<= 1;
        if (a >> bits != 0) a ^= polynomial;
    }
    return product;
}

/* Check words behind n data words, to total: the remainder by the product of (x - 2^i), i from 1.
 */
static void correct(uint16_t *words, size_t n, size_t total, size_t bits) {
    static const unsigned polynomials[] = {
        [4] = 0x13, [6] = 0x43, [8] = 0x12D, [10] = 0x409, [12] = 0x1069};
    const unsigned polynomial = polynomials[bits];
    const size_t checks = total - n;
    uint16_t g[WORDS_MAX] = {0};
    unsigned root = 1;
    for (size_t i = 0; i < checks; i++) {
        root = times(root, 2, bits, polynomial);
        unsigned before = 1;
        for (size_t k = 0; k <= i; k++) {
            const unsigned now = g[k];
            g[k] = (uint16_t)(now ^ times(before, root, bits, polynomial));
            before = now;
        }
    }
    memset(words + n, 0, checks * sizeof *words);
    for (size_t i = 0; i < n; i++) {
        const unsigned factor = words[i] ^ words[n];
        memmove(words + n, words + n + 1, (checks - 1) * sizeof *words);
        words[total - 1] = 0;
        for (size_t k = 0; k < checks; k++)
            words[n + k] ^= (uint16_t)times(factor, g[k], bits, polynomial);
    }
}

struct grid {
    struct shape shape;
    int centre;
    const uint16_t *words;
    uint8_t *modules;
};

static void set(struct grid *g, int x, int y) { g->modules[y * g->shape.side + x] = 1; }

/* A place of the symbol without reference grid, in the one with it. */
static int place(const struct grid *g, int i) {
    const int middle = g->shape.base / 2;
    if (g->shape.compact) return i;
    const int away = i < middle ? middle - 1 - i : i - middle;
    const int shifted = away + away / GRID_STEP + 1;
    return i < middle ? g->centre - shifted : g->centre + shifted;
}

/* Bits of the words, behind as many light ones as are left over. */
static bool bit_at(const struct grid *g, size_t i) {
    const size_t w = g->shape.word_bits, spare = g->shape.bits % w;
    if (i < spare) return false;
    return ((unsigned)g->words[(i - spare) / w] >> (w - 1 - (i - spare) % w) & 1u) != 0;
}

/* Two modules deep, along the left side downwards, then the other three in turn. */
static void put_layer(struct grid *g, int layer, int length, size_t first) {
    const int last = g->shape.base - 1, out = 2 * layer;
    const size_t side = 2 * (size_t)length;
    for (int j = 0; j < length; j++)
        for (int k = 0; k < 2; k++) {
            const size_t bit = first + 2 * (size_t)j + (size_t)k;
            const int near = place(g, out + k), far = place(g, last - out - k);
            const int along = place(g, out + j), back = place(g, last - out - j);
            if (bit_at(g, bit)) set(g, near, along);
            if (bit_at(g, bit + side)) set(g, along, far);
            if (bit_at(g, bit + 2 * side)) set(g, far, back);
            if (bit_at(g, bit + 3 * side)) set(g, back, near);
        }
}

static void put_layers(struct grid *g) {
    size_t first = 0;
    for (int layer = 0; layer < g->shape.layers; layer++) {
        const int length = (g->shape.layers - layer) * 4 + (g->shape.compact ? 9 : 12);
        put_layer(g, layer, length, first);
        first += 8 * (size_t)length;
    }
}

/* Layers and data words, corrected over GF(16). */
static void mode_words(const struct grid *g, size_t data_n, uint16_t *words) {
    const size_t layers = (size_t)(g->shape.layers - 1), data = data_n - 1;
    const bool compact = g->shape.compact;
    const size_t n = compact ? 2 : 4, total = (compact ? MODE_COMPACT : MODE_FULL) / 4;
    const size_t message = compact ? layers << 6 | data : layers << 11 | data;
    for (size_t i = 0; i < n; i++)
        words[i] = message >> 4 * (n - 1 - i) & 15u;
    correct(words, n, total, 4);
}

/* Where bit i of a side of the mode message stands, from the centre: full symbols leave the line of
 * the reference grid out. */
static int mode_place(const struct grid *g, int i) {
    return g->shape.compact ? i - 3 : i + i / 5 - 5;
}

/* Round the bull's eye, from its top left. */
static void put_mode(struct grid *g, size_t data_n) {
    const int side = g->shape.compact ? 7 : 10, reach = g->shape.compact ? 5 : 7, c = g->centre;
    uint16_t words[MODE_FULL / 4] = {0};
    mode_words(g, data_n, words);
    for (int i = 0; i < 4 * side; i++) {
        if (((unsigned)words[i / 4] >> (3 - i % 4) & 1u) == 0) continue;
        const int to = mode_place(g, i % side), back = mode_place(g, side - 1 - i % side);
        const int places[4][2] = {{to, -reach}, {reach, to}, {back, reach}, {-reach, back}};
        set(g, c + places[i / side][0], c + places[i / side][1]);
    }
}

/* Rings, and the marks that tell which way is up. */
static void put_eye(struct grid *g) {
    const int reach = g->shape.compact ? 5 : 7, c = g->centre;
    for (int ring = 0; ring < reach; ring += 2)
        for (int i = -ring; i <= ring; i++) {
            set(g, c + i, c - ring);
            set(g, c + i, c + ring);
            set(g, c - ring, c + i);
            set(g, c + ring, c + i);
        }
    set(g, c - reach, c - reach);
    set(g, c - reach + 1, c - reach);
    set(g, c - reach, c - reach + 1);
    set(g, c + reach, c - reach);
    set(g, c + reach, c - reach + 1);
    set(g, c + reach, c + reach - 1);
}

static void put_reference_grid(struct grid *g) {
    const int c = g->centre, side = g->shape.side;
    if (g->shape.compact) return;
    for (int away = 0; away < side / 2; away += GRID_STEP + 1)
        for (int i = c % 2; i < side; i += 2) {
            set(g, c - away, i);
            set(g, c + away, i);
            set(g, i, c - away);
            set(g, i, c + away);
        }
}

static cm_err draw(const struct shape *shape, uint16_t *words, size_t n, struct buffer *modules) {
    const size_t all = (size_t)shape->side * (size_t)shape->side;
    struct grid g = {.shape = *shape, .centre = shape->side / 2, .words = words};
    g.modules = buffer_reserve(modules, all);
    if (g.modules == NULL) return CM_E_NO_MEMORY;
    memset(g.modules, 0, all);
    correct(words, n, shape->bits / shape->word_bits, shape->word_bits);
    put_reference_grid(&g);
    put_layers(&g);
    put_mode(&g, n);
    put_eye(&g);
    modules->len += all;
    return CM_OK;
}

cm_err aztec_modules(struct cm_slice bits, struct buffer *modules, size_t *side) {
    uint16_t words[WORDS_MAX];
    for (size_t i = 0; i < SIZE_N; i++) {
        const struct shape shape = shape_of(i);
        const size_t total = shape.bits / shape.word_bits, checks = total * 23 / 100 + 3;
        if (bits.len > shape.bits) continue;
        const size_t n = make_words(bits, shape.word_bits, words);
        if (n + checks > total || (shape.compact && n > COMPACT_WORDS)) continue;
        *side = (size_t)shape.side;
        const cm_err err = draw(&shape, words, n, modules);
        wipe(words, sizeof words);
        return err;
    }
    return CM_E_LIMIT;
}
