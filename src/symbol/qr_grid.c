/* Modules of a small QR code: finder patterns (6.3.3), timing (6.3.5), alignment (6.3.6, annex E),
 * version (7.10), and codewords two columns at a time from the lower right corner on (7.7.3).
 * References as in qr_small.h. */
#include "base/macros.h"
#include "symbol/qr_small.h"

#define FINDER        8u /* modules with the separator */
#define TIMING        6u /* its row and column */
#define VERSION_LEAST 7u /* that is written into the symbol */
#define VERSION_POLY  0x1F25u
#define VERSION_TAIL  12u /* bits of its correction */

static uint64_t bit(unsigned x) { return UINT64_C(1) << x; }

/* n modules of a row from x on, that no mask changes. All of them are alike in the mirror image. */
static void fix(struct qr_grid *g, unsigned x, unsigned y, unsigned n, uint64_t dark) {
    g->fixed[y] |= (bit(n) - 1) << x;
    g->rows[y] |= dark << x;
    g->columns[y] |= dark << x;
}

static void put_finders(struct qr_grid *g) {
    static const uint8_t rows[FINDER] = {0x7F, 0x41, 0x5D, 0x5D, 0x5D, 0x41, 0x7F, 0};
    const unsigned far = g->side - FINDER;
    for (unsigned i = 0; i < FINDER; i++) {
        fix(g, 0, i, FINDER, rows[i]);
        fix(g, far, i, FINDER, (uint64_t)rows[i] << 1);
        fix(g, 0, far + i, FINDER, rows[FINDER - 1 - i]);
    }
}

static void put_timing(struct qr_grid *g) {
    for (unsigned i = FINDER; i < g->side - FINDER; i++) {
        fix(g, i, TIMING, 1, i % 2 == 0);
        fix(g, TIMING, i, 1, i % 2 == 0);
    }
}

/* Beside the finders: the bits that say level and mask, written when the mask is known. */
static void keep_format(struct qr_grid *g) {
    const unsigned far = g->side - FINDER;
    fix(g, 0, FINDER, FINDER + 1, 0);
    fix(g, far, FINDER, FINDER, 0);
    for (unsigned i = 0; i < FINDER; i++) {
        fix(g, FINDER, i, 1, 0);
        fix(g, FINDER, far + i, 1, 0);
    }
    g->rows[far] |= bit(FINDER); /* 7.9.1: always dark */
    g->columns[FINDER] |= bit(far);
}

static void put_alignment(struct qr_grid *g, unsigned x, unsigned y) {
    static const uint8_t rows[] = {0x1F, 0x11, 0x15, 0x11, 0x1F};
    for (unsigned i = 0; i < CM_ARRAY_N(rows); i++)
        fix(g, x - 2, y - 2 + i, 5, rows[i]);
}

/* Annex E, up to version 11: in the middle from version 7 on, and near the far corner. */
static void put_alignments(struct qr_grid *g, unsigned version) {
    const unsigned far = g->side - 7, middle = (TIMING + far) / 2;
    if (version == 1) return;
    put_alignment(g, far, far);
    if (version < VERSION_LEAST) return;
    put_alignment(g, middle, middle);
    put_alignment(g, middle, TIMING);
    put_alignment(g, TIMING, middle);
    put_alignment(g, far, middle);
    put_alignment(g, middle, far);
}

/* Annex D: six bits of the number, twelve of a BCH code. */
static void put_version(struct qr_grid *g, unsigned version) {
    uint32_t rest = version << VERSION_TAIL;
    if (version < VERSION_LEAST) return;
    for (unsigned i = 17; i >= VERSION_TAIL; i--)
        if ((rest >> i & 1u) != 0) rest ^= VERSION_POLY << (i - VERSION_TAIL);
    const uint32_t bits = version << VERSION_TAIL | rest;
    for (unsigned i = 0; i < 18; i++) {
        const unsigned at = g->side - 11 + i % 3;
        fix(g, at, i / 3, 1, bits >> i & 1u);
        fix(g, i / 3, at, 1, bits >> i & 1u);
    }
}

/* Two columns up, two columns down; the timing column belongs to none of them. Bits that no
 * codeword fills stay light. */
static void put_codewords(struct qr_grid *g, const uint8_t *codewords, size_t n) {
    size_t at = 0;
    bool up = true;
    for (unsigned right = g->side - 1; right > 0 && at < 8 * n; right -= 2, up = !up) {
        if (right == TIMING) right--;
        for (unsigned i = 0; i < 2 * g->side && at < 8 * n; i++) {
            const unsigned x = right - i % 2, y = up ? g->side - 1 - i / 2 : i / 2;
            if ((g->fixed[y] >> x & 1u) != 0) continue;
            const uint64_t dark = (uint64_t)codewords[at / 8] >> (7 - at % 8) & 1u;
            g->rows[y] |= dark << x;
            g->columns[x] |= dark << y;
            at++;
        }
    }
}

void qr_grid_make(unsigned version, const uint8_t *codewords, size_t n, struct qr_grid *g) {
    memset(g, 0, sizeof *g);
    g->side = qr_small_side(version);
    put_finders(g);
    put_timing(g);
    keep_format(g);
    put_alignments(g, version);
    put_version(g, version);
    put_codewords(g, codewords, n);
}

void qr_small_draw(struct qr_small *qr, const uint8_t *codewords, size_t n) {
    struct qr_grid g;
    qr_grid_make(qr->version, codewords, n, &g);
    qr_mask_best(&g, qr->level, qr->rows);
    wipe(&g, sizeof g);
}
