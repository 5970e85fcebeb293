/* Two rows of due times. References as in throttle.h; the shape is that of a count-min sketch
 * (G. Cormode, S. Muthukrishnan, 2005). */
#include "edge/throttle.h"

#include <stdlib.h>

#include "crypto/random.h"

_Static_assert((THROTTLE_PLACES & (THROTTLE_PLACES - 1)) == 0, "a power of two, so % has no bias");

cm_err throttle_init(struct throttle *t) {
    t->due_us = calloc(THROTTLE_ROWS, sizeof *t->due_us);
    if (t->due_us == NULL) return CM_E_NO_MEMORY;
    random_fill(t->key, sizeof t->key);
    return CM_OK;
}

void throttle_wipe(struct throttle *t) {
    free(t->due_us);
    t->due_us = NULL;
}

static uint64_t *place(const struct throttle *t, unsigned row, struct cm_slice who) {
    return &t->due_us[row][siphash(t->key[row], who) % THROTTLE_PLACES];
}

uint64_t throttle_wait_us(const struct throttle *t, struct gcra rate, struct cm_slice who,
                          uint64_t now_us) {
    uint64_t least = UINT64_MAX;
    for (unsigned row = 0; row < THROTTLE_ROWS; row++) {
        const uint64_t wait = gcra_wait_us(rate, *place(t, row, who), now_us);
        if (wait < least) least = wait;
    }
    return least;
}

void throttle_charge(struct throttle *t, struct gcra rate, struct cm_slice who, uint64_t now_us,
                     uint64_t units) {
    for (unsigned row = 0; row < THROTTLE_ROWS; row++) {
        uint64_t *due = place(t, row, who);
        *due = gcra_charged(rate, *due, now_us, units);
    }
}
