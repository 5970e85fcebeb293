/* Three made-up records (a card, its key tag, another card) in which no unit of anybody lives: what
 * `order lint` shows of a format, and what its golden files hold. Every check digit and LRC in them
 * is right, so that a bureau's own checks pass.
 */
#ifndef CM_ORDER_SAMPLE_H
#define CM_ORDER_SAMPLE_H

#include "base/buffer.h"
#include "order/template.h"

#define SAMPLE_RECORDS 3u
#define SAMPLE_UNITS   2u

struct sample {
    uint8_t len[RECORD_VALUE_N][SAMPLE_RECORDS];
    struct record_set set; /* points into this struct and into constant text: do not move it */
    struct record_constants constants;
};

void sample_fill(struct sample *sample);

/** A whole file of the three records.  @retval as render_begin, render_records */
CM_MUST_CHECK cm_err sample_render(const struct template *t, struct buffer *out,
                                   struct cm_diag *diag);

#endif
