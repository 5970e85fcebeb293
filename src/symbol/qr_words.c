/* From the plan of modes to codewords: bits of the text (7.4), pads (7.4.10), Reed-Solomon over
 * GF(256) with x^8+x^4+x^3+x^2+1 (7.5, annex A), blocks interleaved (7.6). A polynomial is kept in
 * four machine words, a coefficient a byte, so that it is multiplied as a whole.
 * References as in qr_small.h. */
#include "base/macros.h"
#include "symbol/qr_small.h"

#define MODE_BITS  4u
#define PAD_ODD    0xECu
#define PAD_EVEN   0x11u
#define FIELD_REST 0x1Du /* the field's polynomial without x^8 */
#define POLY_WORDS 4u    /* 30 coefficients at most, table 9 */
#define LOW_BITS   UINT64_C(0x0101010101010101)

/* Tables 7 and 9: codewords of a version; of each level L, M, Q, H those for correction in a block,
 * and the blocks. */
static const struct {
    uint16_t all;
    struct {
        uint8_t ecc, blocks;
    } level[4];
} sizes[QR_SMALL_N] = {
    {26, {{7, 1}, {10, 1}, {13, 1}, {17, 1}}},    {44, {{10, 1}, {16, 1}, {22, 1}, {28, 1}}},
    {70, {{15, 1}, {26, 1}, {18, 2}, {22, 2}}},   {100, {{20, 1}, {18, 2}, {26, 2}, {16, 4}}},
    {134, {{26, 1}, {24, 2}, {18, 4}, {22, 4}}},  {172, {{18, 2}, {16, 4}, {24, 4}, {28, 4}}},
    {196, {{20, 2}, {18, 4}, {18, 6}, {26, 5}}},  {242, {{24, 2}, {22, 4}, {22, 6}, {26, 6}}},
    {292, {{30, 2}, {22, 5}, {20, 8}, {24, 8}}},  {346, {{18, 4}, {26, 5}, {24, 8}, {28, 8}}},
    {404, {{20, 4}, {30, 5}, {28, 8}, {24, 11}}},
};

size_t qr_small_room(unsigned version, enum qr_level level) {
    return sizes[version - 1].all -
           (size_t)sizes[version - 1].level[level].ecc * sizes[version - 1].level[level].blocks;
}

/* ---- Bits of the text -------------------------------------------------------------------------
 */

struct bit_writer {
    uint8_t *to;
    size_t cap, n; /* bytes; bits */
    uint32_t some; /* bits that are no whole byte yet */
};

static void put_bits(struct bit_writer *w, uint32_t value, unsigned n) {
    w->some = w->some << n | value;
    const size_t ends = w->n + n;
    for (size_t at = w->n / 8; at < ends / 8; at++)
        if (at < w->cap) w->to[at] = (uint8_t)(w->some >> (ends - 8 * at - 8));
    w->n = ends;
}

/* Table 5. */
static uint32_t capital_value(uint8_t c) {
    static const char others[] = " $%*+-./:";
    if (c >= '0' && c <= '9') return c - (uint32_t)'0';
    if (c >= 'A' && c <= 'Z') return c - (uint32_t)'A' + 10;
    return 36 + (uint32_t)(strchr(others, c) - others);
}

static void put_digits(struct bit_writer *w, struct cm_slice run) {
    static const uint8_t bits[] = {0, 4, 7, 10};
    for (size_t i = 0; i < run.len; i += 3) {
        const size_t n = run.len - i < 3 ? run.len - i : 3;
        uint32_t value = 0;
        for (size_t k = 0; k < n; k++)
            value = value * 10 + run.p[i + k] - '0';
        put_bits(w, value, bits[n]);
    }
}

static void put_capitals(struct bit_writer *w, struct cm_slice run) {
    for (size_t i = 0; i + 1 < run.len; i += 2)
        put_bits(w, capital_value(run.p[i]) * 45 + capital_value(run.p[i + 1]), 11);
    if (run.len % 2 == 1) put_bits(w, capital_value(run.p[run.len - 1]), 6);
}

static void put_run(struct bit_writer *w, enum qr_mode mode, struct cm_slice run,
                    const struct qr_header *header) {
    static const uint8_t names[QR_MODE_N] = {1, 2, 4}; /* table 2 */
    put_bits(w, names[mode], MODE_BITS);
    put_bits(w, (uint32_t)run.len, header->count_bits[mode]);
    if (mode == QR_DIGITS) put_digits(w, run);
    if (mode == QR_CAPITALS) put_capitals(w, run);
    for (size_t i = 0; mode == QR_BYTES && i < run.len; i++)
        put_bits(w, run.p[i], 8);
}

/* Four bits end the text, fewer where the symbol does. */
static void put_end(struct bit_writer *w) {
    const size_t left = 8 * w->cap - w->n;
    put_bits(w, 0, left < MODE_BITS ? (unsigned)left : MODE_BITS);
    put_bits(w, 0, (unsigned)(8 - w->n % 8) % 8);
    for (unsigned pad = PAD_ODD; w->n < 8 * w->cap; pad ^= PAD_ODD ^ PAD_EVEN)
        put_bits(w, pad, 8);
}

/* ---- Correction -------------------------------------------------------------------------------
 */

/* Coefficients below the leading one, that of the highest power in the lowest byte. */
struct poly {
    uint64_t w[POLY_WORDS];
};

static void poly_double(struct poly *p) {
    for (size_t i = 0; i < POLY_WORDS; i++) {
        const uint64_t over = p->w[i] >> 7 & LOW_BITS;
        p->w[i] = (p->w[i] & ~(LOW_BITS << 7)) << 1 ^ over * FIELD_REST;
    }
}

/* A polynomial times 2^0 .. 2^7: any factor is a sum of those. */
static void poly_powers(struct poly p, struct poly out[static 8]) {
    for (size_t bit = 0; bit < 8; bit++) {
        out[bit] = p;
        poly_double(&p);
    }
}

static void poly_add_times(struct poly *to, const struct poly powers[static 8], uint8_t factor) {
    for (size_t bit = 0; bit < 8; bit++) {
        const uint64_t take = 0 - ((uint64_t)factor >> bit & 1u);
        for (size_t i = 0; i < POLY_WORDS; i++)
            to->w[i] ^= powers[bit].w[i] & take;
    }
}

/* Product of (x - 2^i), i = 0 .. n - 1: times x keeps every coefficient at its place below the
 * leading one, times the root moves it one further. */
static void generator(size_t n, struct poly *g) {
    struct poly powers[8];
    uint8_t root = 1;
    *g = (struct poly){{0}};
    for (size_t i = 0; i < n; i++) {
        struct poly times = {{0}};
        poly_powers(*g, powers);
        poly_add_times(&times, powers, root);
        for (size_t k = POLY_WORDS - 1; k > 0; k--)
            g->w[k] ^= times.w[k] << 8 | times.w[k - 1] >> 56;
        g->w[0] ^= times.w[0] << 8 | root;
        root = (uint8_t)((unsigned)root << 1 ^ ((unsigned)root >> 7) * FIELD_REST);
    }
}

/* The remainder of a block's data after division. */
static void correct(const struct poly powers[static 8], struct cm_slice data, struct poly *rest) {
    *rest = (struct poly){{0}};
    for (size_t i = 0; i < data.len; i++) {
        const uint8_t factor = (uint8_t)(data.p[i] ^ (rest->w[0] & UINT8_MAX));
        for (size_t k = 0; k + 1 < POLY_WORDS; k++)
            rest->w[k] = rest->w[k] >> 8 | rest->w[k + 1] << 56;
        rest->w[POLY_WORDS - 1] >>= 8;
        poly_add_times(rest, powers, factor);
    }
}

/* A codeword of each block in turn; the last blocks may have one of data more. */
static void interleave(const uint8_t *data, size_t data_n, size_t ecc_n, size_t blocks,
                       uint8_t *all) {
    const size_t least = data_n / blocks, longer = data_n % blocks;
    struct poly powers[8], g, rest;
    generator(ecc_n, &g);
    poly_powers(g, powers);
    for (size_t b = 0, from = 0; b < blocks; b++) {
        const size_t n = least + (b >= blocks - longer ? 1 : 0);
        correct(powers, slice_of(data + from, n), &rest);
        for (size_t i = 0; i < least; i++)
            all[i * blocks + b] = data[from + i];
        if (n > least) all[least * blocks + b - (blocks - longer)] = data[from + least];
        for (size_t i = 0; i < ecc_n; i++)
            all[data_n + i * blocks + b] = (uint8_t)(rest.w[i / 8] >> 8 * (i % 8));
        from += n;
    }
}

size_t qr_small_words(unsigned version, enum qr_level level, struct cm_slice text,
                      const uint8_t *modes, const struct qr_header *header,
                      uint8_t codewords[static QR_SMALL_ALL_MAX]) {
    uint8_t data[QR_SMALL_ALL_MAX] = {0};
    const size_t cap = qr_small_room(version, level);
    struct bit_writer w = {.to = data, .cap = cap};
    for (size_t from = 0, to = 0; from < text.len; from = to) {
        for (to = from + 1; to < text.len && modes[to] == modes[from];)
            to++;
        put_run(&w, (enum qr_mode)modes[from], slice_of(text.p + from, to - from), header);
    }
    put_end(&w);
    interleave(data, cap, sizes[version - 1].level[level].ecc,
               sizes[version - 1].level[level].blocks, codewords);
    wipe(data, sizeof data);
    return sizes[version - 1].all;
}
