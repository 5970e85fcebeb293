/* The shortest way through the text, a character a step, by dynamic programming: the cost of ending
 * in each mode, in sixths of a bit, because three digits are 10 bits and two capitals 11.
 * References as in qr_plan.h. */
#include "symbol/qr_plan.h"

#define SIXTHS    6u
#define DIGIT     (SIXTHS * 10 / 3)
#define CAPITAL   (SIXTHS * 11 / 2)
#define BYTE      (SIXTHS * 8)
#define NEVER     UINT32_MAX
#define FROM_BITS 2u /* of the mode before, in a byte for all three modes */

static bool is_capital(uint8_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c != 0 && strchr(" $%*+-./:", c) != NULL);
}

static uint32_t cost_of(uint8_t c, enum qr_mode mode) {
    if (mode == QR_DIGITS) return c >= '0' && c <= '9' ? DIGIT : NEVER;
    if (mode == QR_BYTES) return BYTE;
    return is_capital(c) ? CAPITAL : NEVER;
}

static uint32_t whole_bits(uint32_t sixths) { return (sixths + SIXTHS - 1) / SIXTHS * SIXTHS; }

/* The cheapest way to be in `mode` before the next character; *from tells the mode before. */
static uint32_t enter(const uint32_t *cost, const struct qr_header *h, enum qr_mode mode,
                      uint8_t *from) {
    const uint32_t header = (h->mode_bits + (uint32_t)h->count_bits[mode]) * SIXTHS;
    uint32_t best = cost[mode];
    *from = (uint8_t)mode;
    for (unsigned m = 0; m < QR_MODE_N; m++) {
        if (m == (unsigned)mode || cost[m] == NEVER) continue;
        const uint32_t other = whole_bits(cost[m]) + header;
        if (other >= best) continue;
        best = other;
        *from = (uint8_t)m;
    }
    return best;
}

static void begin(const struct qr_header *h, uint32_t *cost) {
    for (unsigned m = 0; m < QR_MODE_N; m++)
        cost[m] =
            h->count_bits[m] == 0 ? NEVER : (h->mode_bits + (uint32_t)h->count_bits[m]) * SIXTHS;
}

static enum qr_mode cheapest(const uint32_t *cost) {
    enum qr_mode best = QR_BYTES;
    for (unsigned m = 0; m < QR_MODE_N; m++)
        if (cost[m] < cost[best]) best = (enum qr_mode)m;
    return best;
}

size_t qr_plan(struct cm_slice text, const struct qr_header *h, uint8_t *modes) {
    uint8_t ways[SYMBOL_PAYLOAD_MAX]; /* from which mode each mode of a character was entered */
    uint32_t cost[QR_MODE_N];
    begin(h, cost);
    for (size_t i = 0; i < text.len; i++) {
        uint32_t next[QR_MODE_N];
        ways[i] = 0;
        for (unsigned m = 0; m < QR_MODE_N; m++) {
            uint8_t from = (uint8_t)m;
            const uint32_t say = cost_of(text.p[i], (enum qr_mode)m);
            const uint32_t before = say == NEVER || h->count_bits[m] == 0
                                        ? NEVER
                                        : enter(cost, h, (enum qr_mode)m, &from);
            next[m] = before == NEVER ? NEVER : before + say;
            ways[i] |= (uint8_t)((unsigned)from << (FROM_BITS * m));
        }
        memcpy(cost, next, sizeof cost);
    }
    enum qr_mode mode = cheapest(cost);
    const uint32_t least = cost[mode];
    if (least == NEVER) return 0;
    for (size_t i = text.len; i > 0; i--) {
        modes[i - 1] = (uint8_t)mode;
        mode = (enum qr_mode)((unsigned)ways[i - 1] >> (FROM_BITS * mode) & 3u);
    }
    return whole_bits(least) / SIXTHS;
}
