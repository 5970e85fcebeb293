/* Lengths and expectations from integers alone. */
#include "codes/odds.h"

#include "codes/wide.h"

cm_err odds_length(uint8_t radix, cm_u128 need, uint8_t *length) {
    if (radix < 2) return CM_E_RANGE;
    const cm_u128 least = need > ODDS_SPACE_LEAST ? need : ODDS_SPACE_LEAST;
    cm_u128 space = 1;
    uint8_t n = 0;
    while (space < least) {
        if (!wide_mul(space, radix, &space) || space >= ODDS_SPACE_LIMIT) return CM_E_RANGE;
        n++;
    }
    *length = n;
    return CM_OK;
}

cm_err odds_hits_a_month(uint64_t per_hour, uint64_t live, cm_u128 *hits_numerator) {
    cm_u128 guesses = (cm_u128)per_hour * ODDS_HOURS_A_MONTH;
    cm_u128 hits;
    if (!wide_mul(guesses, live, &hits)) return CM_E_RANGE;
    *hits_numerator = hits;
    return CM_OK;
}
