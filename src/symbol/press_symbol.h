/* A symbol as a machine prints it: in whole dots of its own or in drops, with its typical faults,
 * as a camera looks at it. Modules that the machine cannot print are refused with the least that it
 * can. The least modules are ours (docs/design/proofs-print.md, "Modules"): two dots of the
 * machine, and no drop may reach into the next module. A head of drops prints one line of them
 * above each other: symbols of more rows are refused. */
#ifndef CM_SYMBOL_PRESS_SYMBOL_H
#define CM_SYMBOL_PRESS_SYMBOL_H

#include "symbol/press.h"
#include "symbol/symbol.h"

struct press_module {
    double mm;       /* as it is printed */
    double least_mm; /* the machine's least */
    unsigned dots;   /* of the machine; 0: a drop */
};

/** The module nearest to a wish that the machine prints.
 * @param[in] wanted_mm  0: what suits the machine
 * @retval CM_E_RANGE  below the least: diag names it; or above 10 mm */
CM_MUST_CHECK cm_err press_module_of(const struct press *press, double wanted_mm,
                                     struct press_module *out, struct cm_diag *diag);

/** Shape a symbol to a head of drops: bars become as high as it prints. Other machines change
 * nothing. @retval CM_E_RANGE  more rows of modules than drops above each other: diag says what
 * fits; the symbol is untouched */
CM_MUST_CHECK cm_err press_symbol_fit(const struct press *press, struct symbol *s,
                                      struct cm_diag *diag);

struct press_symbol_wish {
    const struct press *press;
    struct press_module module;
    double strength; /* of the faults: 0 none, 1 typical */
    uint64_t seed;
};
#define PRESS_MODULE_MAX_MM 10.0 /* larger than can be judged */
#define PRESS_SYMBOL_EDGE   2.0  /* modules of paper around the quiet zone */
/* Dots of a module as it is looked at. */
size_t press_symbol_pitch(const struct press_symbol_wish *wish);
/** @param[out] out  dots_free it, with its quiet zone and the edge; untouched on error
 * @retval CM_E_RANGE  too large to look at        @retval CM_E_NO_MEMORY
 * Any thread. Example: tests/unit/symbol/test_press_symbol.c */
CM_MUST_CHECK cm_err press_symbol(const struct press_symbol_wish *wish, const struct symbol *s,
                                  struct dots *out);

#endif
