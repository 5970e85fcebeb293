/* What each field of a record does for all records of a chunk: most copy a column whose every byte
 * was looked at beforehand, sixteen at a time, and whose length is judged once; some write a
 * counter; some write nothing. What is none of these goes the careful way, text by text.
 * Example: render_records in render.c. */
#ifndef CM_ORDER_RENDER_STEPS_H
#define CM_ORDER_RENDER_STEPS_H

#include <string.h>

#include "order/template_inside.h"

#define STEPS_MAX 64u /* fields; those behind go the careful way */

enum step_kind { STEP_CAREFUL, STEP_COLUMN, STEP_COUNTER, STEP_NOTHING };

struct render_step {
    enum step_kind kind;
    const char *rows; /* STEP_COLUMN */
    size_t stride, width;
};

/* Steps of the record's fields, at most STEPS_MAX, for this chunk.
 * @param[in] counted  bits of values that the writer counts where the set has no column of them */
void render_steps(const struct template *t, const struct record_set *set, uint32_t counted,
                  struct render_step *steps);

/* Exactly n bytes, in few wide pieces that overlap. @return behind them */
static inline uint8_t *step_copy(uint8_t *restrict to, const void *restrict from, size_t n) {
    const uint8_t *p = from;
    if (n < 4) {
        for (size_t i = 0; i < n; i++)
            to[i] = p[i];
    } else if (n < 8) {
        memcpy(to, p, 4);
        memcpy(to + n - 4, p + n - 4, 4);
    } else if (n < 16) {
        memcpy(to, p, 8);
        memcpy(to + n - 8, p + n - 8, 8);
    } else {
        for (size_t i = 0; i + 16 < n; i += 16)
            memcpy(to + i, p + i, 16);
        memcpy(to + n - 16, p + n - 16, 16);
    }
    return to + n;
}

#endif
