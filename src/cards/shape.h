/* Shapes of a pool's texts: which digits each face of a card may have, and whether two shapes could
 * share a text. An EAN-13 that begins with 0 is read as a UPC-A of twelve digits too.
 * Reference: docs/design/construction.md section 12. */
#ifndef CM_CARDS_SHAPE_H
#define CM_CARDS_SHAPE_H

#include "countermark/card.h"

#define CARD_SHAPES_MAX (CM_CARD_FACE_N + 1u) /* the faces, and UPC-A */

/* All shapes that the pool's texts have; returns how many. */
size_t shapes_of(const struct cm_pool_numbers *pool, struct cm_card_shape out[CARD_SHAPES_MAX]);
/* Same length, one prefix the start of the other: one text could be both. */
bool shapes_overlap(const struct cm_card_shape *a, const struct cm_card_shape *b);
/* Digits of the body. */
static inline uint8_t shape_body_n(const struct cm_card_shape *shape) {
    return (uint8_t)((unsigned)shape->number_n - shape->prefix_n - 1u);
}

/** Check the faces of a pool whose number has been checked.
 * @retval CM_E_RANGE  prefix or body too long or too short, too many tags
 * @retval CM_E_FORMAT prefix not digits, or outside restricted circulation
 * @retval CM_E_CONFLICT two faces could be confused */
CM_MUST_CHECK cm_err shapes_check(const struct cm_pool_numbers *pool, struct cm_diag *diag);

#endif
