/* What goes wrong with print, put on grey dots: ink that spreads, lines that a dead nozzle or
 * heating element leaves out, drops beside their place, a skewed product, weak ink, blur, noise.
 * Seeded: the same sheet, faults and seed give the same dots. It refuses values
 * that mean nothing (negative ones, but dot gain may be negative: thin strokes).
 * Its random numbers are for pictures only; no secret is made of them. Design:
 * docs/design/fonts.md.
 */
#ifndef CM_SYMBOL_FAULT_H
#define CM_SYMBOL_FAULT_H

#include "symbol/dots.h"

/* Lengths in micrometres on the product: the same faults at every resolution. */
struct fault {
    double gain_um;     /* every edge moves out by this (negative: in) */
    double lost_row;    /* probability that one row of dots is missing through the whole print */
    double lost_column; /* the same of a column */
    double pitch_um;    /* width of a lost row or column, and of the cells of jitter */
    double jitter_um;   /* standard deviation of a dot's misplacement, each way */
    double skew_deg;    /* turned by up to this, either way */
    double slant_deg;   /* sheared by up to this, either way: speed that does not fit */
    double blur_um;     /* standard deviation of what the eye or camera adds */
    double contrast;    /* 1: black ink on white; 0.3: pale grey on white */
    double noise;       /* standard deviation of the grey of a dot, 0..1 of full range */
};
#define FAULT_NONE                                                                                 \
    { .contrast = 1.0, .pitch_um = 100.0 }

/* The same faults, `strength` times as strong: 0 none, 1 as given. Probabilities stay below 1,
 * contrast above 0.05. */
struct fault fault_scaled(const struct fault *f, double strength);

/** Put faults on a sheet, in the order in which they arise: head, ink, product, eye.
 * @param[in] dpi  of the sheet        @retval CM_E_RANGE  a value out of range, dpi
 * @retval CM_E_NO_MEMORY   The sheet is untouched on error. */
CM_MUST_CHECK cm_err fault_apply(struct dots *sheet, double dpi, const struct fault *f,
                                 uint64_t seed);

#endif
