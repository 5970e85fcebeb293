/* What the rooms above need of a coder beyond the public countermark/code.h. */
#ifndef CM_CODES_CODER_H
#define CM_CODES_CODER_H

#include "codes/filter.h"
#include "countermark/code.h"

void coder_freep(struct cm_coder **coder);

/* Replace the filter that the scheme's versions name: for block lists of a scheme's own. The
 * filter's rows must have cm_scheme_code_len symbols; it is freed with the coder; NULL = none. */
void coder_set_filter(struct cm_coder *coder, struct filter *give_filter);

#endif
