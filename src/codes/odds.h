/* The odds of guessing, exactly: one guess without keys hits with live / S (docs/design/odds.md).
 * Pure integer arithmetic. It refuses spaces outside 10^6 .. 2^120. */
#ifndef CM_CODES_ODDS_H
#define CM_CODES_ODDS_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/macros.h"

#define ODDS_HOURS_A_MONTH  720u     /* 30 days */
#define ODDS_FLOOD_PER_HOUR 4000000u /* peak of GiftGhostBot 2017, the design-basis attack */
#define ODDS_TAG_LEAST      65536u   /* T >= 2^16: second lock, docs/design/odds.md */
#define ODDS_SPACE_LEAST    1000000u /* FF1's floor, SP 800-38G Rev. 1 draft */
#define ODDS_SPACE_LIMIT    ((cm_u128)1 << 120) /* S stays below */

/** Shortest L with radix^L >= need and >= 10^6.
 * @retval CM_E_RANGE  radix below 2, or radix^L would reach 2^120 */
CM_MUST_CHECK cm_err odds_length(uint8_t radix, cm_u128 need, uint8_t *length);
/* floor(S / live): a guess hits once in at least so many; live >= 1. */
static inline cm_u128 odds_one_in(cm_u128 space, cm_u128 live) { return space / live; }
/* Most units that may be live under a promise of one in `one_in`. */
static inline cm_u128 odds_most_live(cm_u128 space, cm_u128 one_in) { return space / one_in; }
/** Expected hits a month = per_hour * 720 * live / S as an exact fraction.
 * @retval CM_E_RANGE  the product passes 2^128 */
CM_MUST_CHECK cm_err odds_hits_a_month(uint64_t per_hour, uint64_t live, cm_u128 *hits_numerator);

#endif
