/* What glyphset.c and glyphset_type.c share: an empty set of judged symbols. */
#ifndef CM_SYMBOL_GLYPHSET_INSIDE_H
#define CM_SYMBOL_GLYPHSET_INSIDE_H

#include "symbol/glyphset.h"

/** Symbols in, no bitmaps yet. @retval CM_E_RANGE, CM_E_FORMAT  as glyphset_dots */
CM_MUST_CHECK cm_err glyphset_begin(struct glyphset *set, struct cm_slice symbols,
                                    struct cm_diag *diag);
/** Bitmaps without ink, set->width by set->height. @retval CM_E_RANGE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err glyphset_room(struct glyphset *set);
static inline uint8_t *glyphset_row(struct glyphset *set, size_t i, size_t y) {
    return set->ink + (i * set->height + y) * set->width;
}

#endif
