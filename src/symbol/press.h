/* The machines that a proof is made for: dots an inch, own font, least height, and what typically
 * goes wrong with them. Figures that no maker publishes are our assumptions, each marked so in
 * docs/design/fonts.md; a proof prints which it used.
 * It refuses names that it does not know, naming the nearest. */
#ifndef CM_SYMBOL_PRESS_H
#define CM_SYMBOL_PRESS_H

#include "symbol/fault.h"
#include "symbol/glyphset.h"

struct press {
    const char *name;       /* "cij5x7" */
    const char *technology; /* of the planner (codes/technology.h): "inkjet" */
    const char *remark;     /* one line for people */
    const char *font;       /* own bitmap font, or a fontconfig pattern */
    double dpi;      /* of its own dots; 0: as many as the font has, spread over the height */
    double look_dpi; /* at which its print is looked at; at least dpi */
    double drop_um;  /* diameter of a drop on the product; 0: dots fill their place */
    unsigned drops;  /* above each other, of its head; 0: as many as one likes */
    double height_mm, height_least_mm; /* of capitals: usual, and the least it makes */
    struct fault fault;                /* typical, at strength 1 */
};

/* The i-th, NULL after the last; the first is the default. Static. */
const struct press *press_at(size_t i);
/** @retval CM_E_NOT_FOUND  diag names the nearest and lists all */
CM_MUST_CHECK cm_err press_by_name(const char *name, const struct press **out,
                                   struct cm_diag *diag);
/** The glyphs as this machine prints them, as they are looked at (look_dpi).
 * @param[in] font       bitmap font's name or fontconfig pattern; NULL: the machine's own
 * @param[in] height_mm  of capitals; 0: the usual
 * @retval CM_E_ARGUMENT  an outline font for a machine that has drops only, or a higher one than
 *                        its head
 * @retval CM_E_RANGE  lower than the machine makes (diag says how low), or too large to look at
 * @retval as glyphset_type */
CM_MUST_CHECK cm_err press_glyphs(const struct press *press, const char *font, double height_mm,
                                  struct cm_slice symbols, struct glyphset *out,
                                  struct cm_diag *diag);
/* Its typical faults, with the pitch of its dots at that height. */
struct fault press_fault(const struct press *press, const char *font, double height_mm);
/** The same as the machine's own dots: for glyphset_close_pairs. @retval as press_glyphs */
CM_MUST_CHECK cm_err press_dots(const struct press *press, const char *font, double height_mm,
                                struct cm_slice symbols, struct glyphset *out,
                                struct cm_diag *diag);

#endif
