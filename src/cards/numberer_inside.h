/* The numberer's own: one coder for each face of the pool, and the scratch of FF1_LANES items that
 * making, opening and PINs share. Wiped when it is freed; nothing is allocated per card.
 * References: docs/design/construction.md sections 2, 11 and 12. */
#ifndef CM_CARDS_NUMBERER_INSIDE_H
#define CM_CARDS_NUMBERER_INSIDE_H

#include "cards/digit_block.h"
#include "cards/rules.h"
#include "codes/normalise.h"
#include "countermark/card.h"
#include "crypto/cmac.h"
#include "crypto/divide.h"
#include "crypto/ff1.h"

#define CARD_RADIX    10u
#define TWEAK_LEN     6u /* label (1), pool id (4), key version (1) */
#define CARD_BLOCK    CMAC_LEN
#define NUMBERER_ROWS (FF1_LANES * CM_CARD_NUMBER_MAX + DIGIT_LANES)

/* One face: prefix | FF1 of the index | check digit. */
struct face_coder {
    struct cm_card_shape shape; /* number_n 0: the pool has no such face */
    uint8_t half_a_n, half_b_n; /* digits of FF1's halves */
    bool gs1;                   /* check digit of GS1, else Luhn */
    uint64_t modulus_b;
    uint8_t times; /* points of the body that one index owns: tag_n, else 1 */
    struct normaliser reader;
    struct ff1 *ff1;
};

struct cm_numberer {
    struct cm_pool_numbers pool;
    uint8_t head[TWEAK_LEN]; /* label left 0 */
    uint64_t capacity;
    struct barrett pin_modulus;
    uint64_t pin_power[3]; /* 2^32, 2^64, 2^96 modulo 10^d */
    bool holds, many;      /* rules hold a share out; there are faces beside the number */
    struct face_coder face[CM_CARD_FACE_N];
    struct cmac *pin_mac, *hold_mac;
    /* scratch */
    uint64_t a[FF1_LANES], b[FF1_LANES], index[FF1_LANES], body[FF1_LANES];
    uint32_t hold[FF1_LANES];
    uint8_t skip[FF1_LANES], shape_bad[FF1_LANES], check_bad[FF1_LANES];
    uint8_t blocks[FF1_LANES * CARD_BLOCK];
    char rows[NUMBERER_ROWS], typed[FF1_LANES * CM_CARD_NUMBER_MAX];
};

/* The tweak, or the head of a message, with its label. */
void numberer_head(const struct cm_numberer *nb, uint8_t label, uint8_t out[static TWEAK_LEN]);

/* Halves of the face, enciphered in nb->a and nb->b, as prefix and body in nb->rows. */
void numberer_rows(struct cm_numberer *nb, const struct face_coder *face, size_t n);

/** Finish the rows of nb->rows, sixteen at a time.
 * @param[in]  make  write the check digits
 * @param[out] skip  n times bits of enum cm_card_skip, by nb->index and nb->body; NULL: not judged
 * @retval CM_E_CRYPTO  the crypto library failed */
CM_MUST_CHECK cm_err numberer_finish(struct cm_numberer *nb, const struct face_coder *face,
                                     size_t n, bool make, uint8_t *skip);

#endif
