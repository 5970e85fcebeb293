/* Lengths as people write them, with a decimal point whatever the locale says: "12", "12.5", and
 * two of them: "70x37". No sign, no exponent, at most nine digits on each side of the point. */
#ifndef CM_SYMBOL_LENGTH_H
#define CM_SYMBOL_LENGTH_H

#include <stdbool.h>

#include "base/bytes.h"

/* False, and nothing written, when it is no such number. */
bool length_parse(struct cm_slice text, double *out);
/* "WIDTHxHEIGHT", both above 0. */
bool length_pair(const char *text, double *width, double *height);

#endif
