/* What the rooms above need of a coder beyond the public countermark/code.h: cleanup. */
#ifndef CM_CODES_CODER_H
#define CM_CODES_CODER_H

#include "countermark/code.h"

void coder_freep(struct cm_coder **coder);

#endif
