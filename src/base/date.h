/* Civil dates as days since 1970-01-01 (proleptic Gregorian) and RFC 3339 times. */
#ifndef CM_BASE_DATE_H
#define CM_BASE_DATE_H

#include <stdint.h>

#include "base/bytes.h"

#define DATE_TEXT_CAP 11u /* "2026-11-21" and NUL */
#define TIME_TEXT_CAP 25u /* "2026-11-21T20:59:07.123Z" and NUL */

/** Days since 1970-01-01 of "YYYY-MM-DD", years 1970..9999.
 * @retval CM_E_FORMAT  not that shape, or no such day (2025-02-29) */
CM_MUST_CHECK cm_err date_parse(struct cm_slice text, int32_t *day);
/** "YYYY-MM-DD" of a day 0..2932896 (9999-12-31); later days print as that last day. */
void date_format(int32_t day, char out[static DATE_TEXT_CAP]);
/* Days since 1970-01-01 of a day that exists, and the year that a day from then on lies in. */
int32_t date_day(int32_t year, int32_t month, int32_t day);
int32_t date_year(int32_t day);
/** RFC 3339 in UTC with milliseconds. */
void time_format(uint64_t unix_ms, char out[static TIME_TEXT_CAP]);
/** RFC 3339 with 'Z' or a numeric offset, seconds or milliseconds; also a bare date (00:00 UTC).
 * @retval CM_E_FORMAT  anything else, and what is in UTC before 1970 or after 9999 */
CM_MUST_CHECK cm_err time_parse(struct cm_slice text, uint64_t *unix_ms);

#endif
