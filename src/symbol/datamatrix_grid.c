/* From data codewords to modules: Reed-Solomon over GF(256) with x^8+x^5+x^3+x^2+1 (5.7, annex E),
 * interleaved blocks, the placement of annex F, finder patterns around each region (5.2).
 * References as in datamatrix.h. */
#include "symbol/datamatrix.h"

#define FIELD_POLYNOMIAL 0x12Du
#define FIELD_ORDER      255u
#define ECC_MAX          68u   /* of one block: 48 x 48, table 7 */
#define ALL_MAX          2178u /* codewords of the largest symbol */

static const struct datamatrix_size sizes[DATAMATRIX_SIZE_N] = {
    {10, 3, 5, 1, 1},      {12, 5, 7, 1, 1},       {14, 8, 10, 1, 1},      {16, 12, 12, 1, 1},
    {18, 18, 14, 1, 1},    {20, 22, 18, 1, 1},     {22, 30, 20, 1, 1},     {24, 36, 24, 1, 1},
    {26, 44, 28, 1, 1},    {32, 62, 36, 1, 2},     {36, 86, 42, 1, 2},     {40, 114, 48, 1, 2},
    {44, 144, 56, 1, 2},   {48, 174, 68, 1, 2},    {52, 204, 84, 2, 2},    {64, 280, 112, 2, 4},
    {72, 368, 144, 4, 4},  {80, 456, 192, 4, 4},   {88, 576, 224, 4, 4},   {96, 696, 272, 4, 4},
    {104, 816, 336, 6, 4}, {120, 1050, 408, 6, 6}, {132, 1304, 496, 8, 6}, {144, 1558, 620, 10, 6},
};

const struct datamatrix_size *datamatrix_sizes(void) { return sizes; }

/* Powers of 2 and their exponents; sums of two exponents need no modulo. */
struct field {
    uint8_t power[2 * FIELD_ORDER], exponent[FIELD_ORDER + 1];
};

static void fill(struct field *f) {
    unsigned power = 1;
    for (unsigned i = 0; i < FIELD_ORDER; i++) {
        f->power[i] = f->power[i + FIELD_ORDER] = (uint8_t)power;
        f->exponent[power] = (uint8_t)i;
        power <<= 1;
        if (power > FIELD_ORDER) power ^= FIELD_POLYNOMIAL;
    }
    f->exponent[0] = 0; /* never asked for */
}

static uint8_t times(const struct field *f, uint8_t a, uint8_t b) {
    return a == 0 || b == 0 ? 0 : f->power[(unsigned)f->exponent[a] + f->exponent[b]];
}

/* Product of (x - 2^i), i = 1 .. n; coefficients from x^(n-1) down, that of x^n is 1. */
static void generator(const struct field *f, size_t n, uint8_t *g) {
    memset(g, 0, n);
    for (size_t i = 0; i < n; i++) {
        uint8_t before = 1;
        for (size_t k = 0; k <= i; k++) { /* times x, plus times the root */
            const uint8_t now = g[k];
            g[k] = now ^ times(f, before, f->power[i + 1]);
            before = now;
        }
    }
}

/* The remainder of one block's data after division. Blocks go on in turn where the data ended,
 * which is not at the first of them in the largest symbol. */
static void correct_block(const struct field *f, const struct datamatrix_size *size, size_t block,
                          const uint8_t *g, uint8_t *all) {
    const size_t blocks = size->blocks, n = size->ecc / blocks;
    const size_t turn = (block + blocks - size->data % blocks) % blocks;
    uint8_t rest[ECC_MAX] = {0};
    for (size_t i = block; i < size->data; i += blocks) {
        const uint8_t factor = all[i] ^ rest[0];
        memmove(rest, rest + 1, n - 1);
        rest[n - 1] = 0;
        for (size_t k = 0; k < n; k++)
            rest[k] ^= times(f, factor, g[k]);
    }
    for (size_t k = 0; k < n; k++)
        all[size->data + k * blocks + turn] = rest[k];
    wipe(rest, sizeof rest);
}

/* The grid without finder patterns, and the bits of codeword after codeword. */
struct grid {
    int side;
    const uint8_t *word; /* the next */
    uint8_t *dark;       /* side * side: 0 light, 1 dark, FREE */
};
#define FREE 2u

/* Beyond an edge it goes on at the opposite one, shifted (F.3.2). */
static void put_bit(struct grid *g, int row, int column, unsigned bit) {
    if (row < 0) {
        row += g->side;
        column += 4 - (g->side + 4) % 8;
    }
    if (column < 0) {
        column += g->side;
        row += 4 - (g->side + 4) % 8;
    }
    g->dark[row * g->side + column] = (unsigned)*g->word >> (8 - bit) & 1u;
}

/* Where the eight bits of a codeword lie, from its corner, first bit first. */
static void put_word(struct grid *g, int row, int column) {
    static const int shape[8][2] = {{-2, -2}, {-2, -1}, {-1, -2}, {-1, -1},
                                    {-1, 0},  {0, -2},  {0, -1},  {0, 0}};
    for (unsigned i = 0; i < 8; i++)
        put_bit(g, row + shape[i][0], column + shape[i][1], i + 1);
    g->word++;
}

/* The four that are torn apart at corners: negative rows and columns count from the far edge. */
static void put_corner(struct grid *g, unsigned corner) {
    static const int shapes[4][8][2] = {
        {{-1, 0}, {-1, 1}, {-1, 2}, {0, -2}, {0, -1}, {1, -1}, {2, -1}, {3, -1}},
        {{-3, 0}, {-2, 0}, {-1, 0}, {0, -4}, {0, -3}, {0, -2}, {0, -1}, {1, -1}},
        {{-3, 0}, {-2, 0}, {-1, 0}, {0, -2}, {0, -1}, {1, -1}, {2, -1}, {3, -1}},
        {{-1, 0}, {-1, -1}, {0, -3}, {0, -2}, {0, -1}, {1, -3}, {1, -2}, {1, -1}},
    };
    for (unsigned i = 0; i < 8; i++) {
        const int row = shapes[corner][i][0], column = shapes[corner][i][1];
        put_bit(g, row < 0 ? row + g->side : row, column < 0 ? column + g->side : column, i + 1);
    }
    g->word++;
}

static void put_corners(struct grid *g, int row, int column) {
    const int side = g->side;
    if (row == side && column == 0) put_corner(g, 0);
    if (row == side - 2 && column == 0 && side % 4 != 0) put_corner(g, 1);
    if (row == side - 2 && column == 0 && side % 8 == 4) put_corner(g, 2);
    if (row == side + 4 && column == 2 && side % 8 == 0) put_corner(g, 3);
}

static void put_if_free(struct grid *g, int row, int column) {
    const bool inside = row >= 0 && row < g->side && column >= 0 && column < g->side;
    if (inside && g->dark[row * g->side + column] == FREE) put_word(g, row, column);
}

/* Diagonals up and down in turn, four rows apart. */
static void place(struct grid *g) {
    const int side = g->side;
    int row = 4, column = 0;
    while (row < side || column < side) {
        put_corners(g, row, column);
        do {
            put_if_free(g, row, column);
            row -= 2;
            column += 2;
        } while (row >= 0 && column < side);
        row += 1;
        column += 3;
        do {
            put_if_free(g, row, column);
            row += 2;
            column -= 2;
        } while (row < side && column >= 0);
        row += 3;
        column += 1;
    }
    /* What no codeword fills: a chequer of four in the last corner. */
    uint8_t *last = g->dark + (size_t)side * (size_t)side - 1;
    if (*last == FREE) {
        last[0] = last[-side - 1] = 1;
        last[-1] = last[-side] = 0;
    }
}

/* Regions apart, each with two solid and two alternating edges. From the end, because the grid lies
 * at the beginning of the modules: none is overwritten before it is read. */
static void frame(const struct datamatrix_size *size, const struct grid *g, uint8_t *modules) {
    const size_t side = size->side, period = side / size->regions, inner = period - 2;
    for (size_t i = side * side; i-- > 0;) {
        const size_t y = i / side, x = i % side, v = y % period, h = x % period;
        const size_t row = y / period * inner + v - 1, column = x / period * inner + h - 1;
        if (h == 0 || v == period - 1)
            modules[i] = 1;
        else if (v == 0)
            modules[i] = h % 2 == 0;
        else if (h == period - 1)
            modules[i] = v % 2 == 1;
        else
            modules[i] = g->dark[row * (size_t)g->side + column];
    }
}

void datamatrix_modules(const struct datamatrix_size *size, const uint8_t *words,
                        uint8_t *modules) {
    uint8_t all[ALL_MAX], g[ECC_MAX] = {0}; /* codewords as they are placed; coefficients */
    struct field f;
    fill(&f);
    memcpy(all, words, size->data);
    generator(&f, (size_t)size->ecc / size->blocks, g);
    for (size_t block = 0; block < size->blocks; block++)
        correct_block(&f, size, block, g, all);
    struct grid grid = {
        .side = (int)size->side - 2 * (int)size->regions, .word = all, .dark = modules};
    memset(modules, FREE, (size_t)grid.side * (size_t)grid.side);
    place(&grid);
    frame(size, &grid, modules);
    wipe(all, sizeof all);
}
