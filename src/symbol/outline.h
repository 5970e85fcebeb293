/* The edges of a matrix's dark areas as closed lines, with as few corners as there are: half of
 * what a rectangle for every run takes, and no two areas of one fill that only touch. It refuses
 * symbols whose rows differ in height: bars are runs. */
#ifndef CM_SYMBOL_OUTLINE_H
#define CM_SYMBOL_OUTLINE_H

#include "symbol/lettering.h"
#include "symbol/symbol.h"

/* All rows are a module high, and no bar reaches further down than another. */
bool outline_can(const struct symbol *s);
/** Draw the lines, in modules from x, y on: dark lies to the right of each, so that holes turn the
 * other way and a fill by either rule leaves them. Areas that meet at a corner alone stay apart.
 * @retval CM_E_NO_MEMORY  nothing was drawn */
CM_MUST_CHECK cm_err outline_trace(const struct symbol *s, double x, double y,
                                   const struct lettering_pen *pen);

#endif
