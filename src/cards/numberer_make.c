/* Making: indices to numbers and to the other faces of a card, in arrays.
 *
 * Works in the numberer's scratch of FF1_LANES items; never allocates per card. It refuses to
 * number beyond the pool's capacity.
 * References: docs/design/construction.md sections 2, 11 and 12; NIST SP 800-38G and 800-38B. */
#include "cards/numberer_inside.h"

#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "cards/gs1.h"
#include "cards/luhn.h"
#include "crypto/numerals.h"
#include "crypto/secret.h"

#define LABEL_HOLD 0x48u

_Static_assert(TWEAK_LEN + 8u + 2u == CMAC_LEN, "a hold message is one block");

/* Where rules hold a share out: hold messages of nb->index; the first 32 bits of each tag to
 * nb->hold. */
static cm_err compute_hold(struct cm_numberer *nb, size_t n) {
    if (!nb->holds) return CM_OK;
    uint8_t head[8] = {0};
    numberer_head(nb, LABEL_HOLD, head);
    const uint64_t high = get_u64be(head); /* the last two bytes are the index's first */
    for (size_t i = 0; i < n; i++) {
        put_u64be(nb->blocks + i * CARD_BLOCK, high | nb->index[i] >> 48);
        put_u64be(nb->blocks + i * CARD_BLOCK + 8, nb->index[i] << 16);
    }
    TRY(cmac_blocks(nb->hold_mac, nb->blocks, n));
    for (size_t i = 0; i < n; i++)
        nb->hold[i] = get_u32be(nb->blocks + i * CARD_BLOCK);
    return CM_OK;
}

/* Sixteen rows from `at` on get their check digits, in the block and in nb->rows. */
static void write_checks(struct cm_numberer *nb, const struct face_coder *face,
                         struct digit_block *block, size_t at, size_t n) {
    const size_t number_n = face->shape.number_n;
    if (face->gs1)
        gs1_append(block, number_n - 1u);
    else
        luhn_append(block, number_n - 1u);
    for (size_t i = 0; i < n; i++)
        nb->rows[(at + i + 1u) * number_n - 1u] = (char)block->digit[number_n - 1u][i];
}

cm_err numberer_finish(struct cm_numberer *nb, const struct face_coder *face, size_t n, bool make,
                       uint8_t *skip) {
    const size_t number_n = face->shape.number_n;
    const bool rules = nb->pool.rules != NULL && skip != NULL;
    struct digit_block block;
    if (rules) TRY(compute_hold(nb, n));
    if (!rules && skip != NULL) memset(skip, 0, n);
    if (!rules && !make) return CM_OK;
    for (size_t at = 0; at < n; at += DIGIT_LANES) {
        const struct rules_rows rows = {.index = nb->index + at,
                                        .body = nb->body + at,
                                        .hold = nb->holds ? nb->hold + at : NULL,
                                        .n = n - at < DIGIT_LANES ? n - at : DIGIT_LANES};
        digit_block_load(&block, nb->rows + at * number_n, number_n, number_n, rows.n);
        if (make) write_checks(nb, face, &block, at, rows.n);
        if (rules) rules_judge(nb->pool.rules, &block, &rows, skip + at);
    }
    return CM_OK;
}

/* Prefixes go first: what they spill over is overwritten. */
void numberer_rows(struct cm_numberer *nb, const struct face_coder *face, size_t n) {
    const size_t number_n = face->shape.number_n;
    uint8_t prefix[CM_CARD_PREFIX_MAX];
    for (size_t k = 0; k < sizeof prefix; k++)
        prefix[k] = k < face->shape.prefix_n ? (uint8_t)(face->shape.prefix[k] - '0') : 0u;
    for (size_t i = 0; i < n; i++)
        memcpy(nb->rows + i * number_n, prefix, sizeof prefix);
    numerals_split(ff1_numerals(face->ff1), nb->a, nb->b, n,
                   (uint8_t *)nb->rows + face->shape.prefix_n, number_n);
    for (size_t at = 0; at < n * number_n; at += DIGIT_LANES) {
        digit_lanes digits;
        memcpy(&digits, nb->rows + at, sizeof digits);
        digits += '0';
        memcpy(nb->rows + at, &digits, sizeof digits);
    }
}

static cm_err make_lanes(struct cm_numberer *nb, uint64_t first, size_t n, char *numbers,
                         uint8_t *skip) {
    const struct face_coder *face = &nb->face[CM_FACE_NUMBER];
    uint64_t a = first / face->modulus_b, b = first % face->modulus_b;
    for (size_t i = 0; i < n; i++) {
        nb->index[i] = first + i;
        nb->a[i] = a;
        nb->b[i] = b;
        if (++b < face->modulus_b) continue;
        a++;
        b = 0;
    }
    TRY(ff1_encrypt(face->ff1, nb->a, nb->b, n));
    for (size_t i = 0; i < n; i++)
        nb->body[i] = nb->a[i] * face->modulus_b + nb->b[i];
    numberer_rows(nb, face, n);
    TRY(numberer_finish(nb, face, n, true, skip));
    memcpy(numbers, nb->rows, n * face->shape.number_n);
    return CM_OK;
}

cm_err cm_numberer_make(struct cm_numberer *nb, uint64_t first, size_t n, char *numbers,
                        uint8_t *skip) {
    if (nb == NULL || (n > 0 && (numbers == NULL || skip == NULL))) return CM_E_ARGUMENT;
    if (first > nb->capacity || n > nb->capacity - first) return CM_E_RANGE;
    const size_t number_n = nb->face[CM_FACE_NUMBER].shape.number_n;
    for (size_t done = 0; done < n; done += FF1_LANES) {
        const size_t lanes = n - done < FF1_LANES ? n - done : FF1_LANES;
        const cm_err err =
            make_lanes(nb, first + done, lanes, numbers + done * number_n, skip + done);
        if (err == CM_OK) continue;
        wipe(numbers, n * number_n);
        wipe(skip, n);
        return err;
    }
    return CM_OK;
}

/* ---- Any face of any cards ------------------------------------------------------------------- */

/* Points of the body to FF1's halves. They mostly rise by little, so the quotient of the one before
 * is carried on; a division only where they jump. */
static void split_points(struct cm_numberer *nb, const struct face_coder *face, size_t n) {
    uint64_t a = 0, b = 0, before = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t point = nb->index[i], step = point - before;
        if (step < face->modulus_b) {
            b += step;
            const uint64_t carry = (uint64_t)(b >= face->modulus_b);
            a += carry;
            b -= face->modulus_b & (0 - carry);
        } else {
            a = point / face->modulus_b;
            b = point % face->modulus_b;
        }
        nb->a[i] = a;
        nb->b[i] = b;
        before = point;
    }
}

static cm_err face_lanes(struct cm_numberer *nb, enum cm_card_face which,
                         const struct cm_card_item *items, size_t n, char *rows) {
    const struct face_coder *face = &nb->face[which];
    for (size_t i = 0; i < n; i++)
        nb->index[i] = items[i].index;
    for (size_t i = 0; which == CM_FACE_TAG && i < n; i++)
        nb->index[i] = items[i].index * face->times + items[i].member - 1u;
    split_points(nb, face, n);
    TRY(ff1_encrypt(face->ff1, nb->a, nb->b, n));
    numberer_rows(nb, face, n);
    TRY(numberer_finish(nb, face, n, true, NULL));
    memcpy(rows, nb->rows, n * face->shape.number_n);
    return CM_OK;
}

static cm_err check_items(const struct cm_numberer *nb, enum cm_card_face which,
                          const struct cm_card_item *items, size_t n) {
    unsigned wrong = 0;
    for (size_t i = 0; i < n; i++)
        wrong |= (unsigned)(items[i].index >= nb->capacity);
    for (size_t i = 0; which == CM_FACE_TAG && i < n; i++)
        wrong |= (unsigned)(items[i].member < 1u || items[i].member > nb->face[which].times);
    return wrong == 0 ? CM_OK : CM_E_RANGE;
}

cm_err cm_numberer_face(struct cm_numberer *nb, enum cm_card_face which,
                        const struct cm_card_item *items, size_t n, char *rows) {
    if (nb == NULL || (n > 0 && (items == NULL || rows == NULL))) return CM_E_ARGUMENT;
    if ((unsigned)which >= CM_CARD_FACE_N || nb->face[which].ff1 == NULL) return CM_E_STATE;
    TRY(check_items(nb, which, items, n));
    const size_t number_n = nb->face[which].shape.number_n;
    for (size_t done = 0; done < n; done += FF1_LANES) {
        const size_t lanes = n - done < FF1_LANES ? n - done : FF1_LANES;
        const cm_err err = face_lanes(nb, which, items + done, lanes, rows + done * number_n);
        if (err == CM_OK) continue;
        wipe(rows, n * number_n);
        return err;
    }
    return CM_OK;
}
