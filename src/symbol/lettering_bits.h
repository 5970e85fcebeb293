/* Our own bitmap fonts as letters: dots as squares. Only lettering.c includes it. */
#ifndef CM_SYMBOL_LETTERING_BITS_H
#define CM_SYMBOL_LETTERING_BITS_H

#include "symbol/bitfont.h"
#include "symbol/lettering.h"

/* As lettering_*; the text is covered by the font. */
double lettering_bits_width(const struct bitfont *f, struct cm_slice text);
void lettering_bits_trace(const struct bitfont *f, struct cm_slice text,
                          const struct lettering_place *at, const struct lettering_pen *pen);
CM_MUST_CHECK cm_err lettering_bits_stamp(const struct bitfont *f, struct cm_slice text,
                                          const struct lettering_place *at, struct bitmap *b,
                                          struct cm_diag *diag);

#endif
