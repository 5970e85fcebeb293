/* GS1 data in whatever form it arrives: "(01)...", a Digital Link, what a scanner hands over with
 * its symbology identifier ("]d2...", "]Q3...", "]C1...", "]e0...", "]J1...", "]E0..."), what a
 * symbol carries, or the bare digits of a GTIN with its check digit. It refuses the rest, and
 * judges no contents. Reference: ISO/IEC 15424; General Specifications 7.8.2. */
#ifndef CM_SYMBOL_GS1_ANY_H
#define CM_SYMBOL_GS1_ANY_H

#include "symbol/gs1.h"

enum gs1_form { GS1_FORM_BRACKETS, GS1_FORM_LINK, GS1_FORM_SCAN, GS1_FORM_CARRIED, GS1_FORM_GTIN };

/** @param[out] m     as gs1_read     @param[out] form  which it was, or was taken for; may be NULL
 * @retval CM_E_FORMAT  a symbology that carries no GS1 data; else as gs1_read, gs1_read_carried,
 *                      gs1_link_read */
CM_MUST_CHECK cm_err gs1_any_read(struct cm_slice text, struct gs1 *m, enum gs1_form *form,
                                  struct cm_diag *diag);
/* "element string in brackets" ...: for people. Static text. */
const char *gs1_any_form_name(enum gs1_form form);

#endif
