/* The short form of a code for logs and messages: its first and last two characters. A full code
 * never reaches a log; texts shorter than 8 bytes are hidden wholly. */
#ifndef CM_CODES_MASK_H
#define CM_CODES_MASK_H

#include "countermark/bytes.h"

#define MASK_CAP 8u /* bytes with NUL: "HW..W6" */

/* Any bytes may come in; anything but graphic ASCII is shown as '?'. */
void code_mask(struct cm_slice text, char out[MASK_CAP]);

#endif
