/* Date arithmetic after the well-known era decomposition (400 years = 146,097 days);
 * checked in tests against the C library's timegm for every day of the range. */
#include "base/date.h"

#include <stdbool.h>
#include <string.h>

#include "base/macros.h"

#define DAYS_PER_ERA    146097  /* 400 Gregorian years */
#define DAYS_TO_EPOCH   719468  /* from 0000-03-01 to 1970-01-01 */
#define LAST_DAY        2932896 /* 9999-12-31 */
#define FIRST_YEAR      1970
#define MS_PER_MINUTE   60000u
#define MS_PER_HOUR     3600000u
#define MS_PER_DAY      86400000u
#define LAST_DAY_END_MS (((int64_t)LAST_DAY + 1) * (int64_t)MS_PER_DAY)

int32_t date_day(int32_t year, int32_t month, int32_t day) {
    const int32_t y = month <= 2 ? year - 1 : year;
    const int32_t era = y / 400;
    const int32_t year_of_era = y - era * 400;
    const int32_t shifted = month > 2 ? month - 3 : month + 9; /* March = 0 */
    const int32_t day_of_year = (153 * shifted + 2) / 5 + day - 1;
    const int32_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

static void civil_of(int32_t day, int32_t *year, int32_t *month, int32_t *mday) {
    const int32_t z = day + DAYS_TO_EPOCH;
    const int32_t era = z / DAYS_PER_ERA;
    const int32_t doe = z - era * DAYS_PER_ERA;
    const int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int32_t shifted = (5 * doy + 2) / 153;
    *mday = doy - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = yoe + era * 400 + (*month <= 2 ? 1 : 0);
}

int32_t date_year(int32_t day) {
    int32_t year = 0, month = 0, mday = 0;
    civil_of(day, &year, &month, &mday);
    return year;
}

static bool digits_at(struct cm_slice s, size_t at, size_t n, uint32_t *value) {
    if (at + n > s.len) return false;
    uint32_t v = 0;
    for (size_t i = at; i < at + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        v = v * 10u + (uint32_t)(s.p[i] - '0');
    }
    *value = v;
    return true;
}

static bool char_at(struct cm_slice s, size_t at, char c) {
    return at < s.len && s.p[at] == (uint8_t)c;
}

cm_err date_parse(struct cm_slice text, int32_t *day) {
    uint32_t year = 0, month = 0, mday = 0;
    if (text.len != DATE_TEXT_CAP - 1 || !digits_at(text, 0, 4, &year) || !char_at(text, 4, '-') ||
        !digits_at(text, 5, 2, &month) || !char_at(text, 7, '-') || !digits_at(text, 8, 2, &mday))
        return CM_E_FORMAT;
    if (year < FIRST_YEAR || month < 1 || month > 12 || mday < 1) return CM_E_FORMAT;
    const int32_t result = date_day((int32_t)year, (int32_t)month, (int32_t)mday);
    int32_t y, m, d;
    civil_of(result, &y, &m, &d);
    if (m != (int32_t)month || d != (int32_t)mday) return CM_E_FORMAT; /* no such day */
    *day = result;
    return CM_OK;
}

/* The last n digits of a value; where the text goes on. */
static char *put_digits(char *to, unsigned n, uint32_t value) {
    for (unsigned i = n; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + n;
}

static char *put_after(char *to, char separator, unsigned n, uint32_t value) {
    *to = separator;
    return put_digits(to + 1, n, value);
}

void date_format(int32_t day, char out[static DATE_TEXT_CAP]) {
    int32_t year, month, mday;
    const int32_t clamped = day < 0 ? 0 : (day > LAST_DAY ? LAST_DAY : day);
    civil_of(clamped, &year, &month, &mday);
    char *to = put_digits(out, 4, (uint32_t)year);
    to = put_after(to, '-', 2, (uint32_t)month);
    *put_after(to, '-', 2, (uint32_t)mday) = '\0';
}

void time_format(uint64_t unix_ms, char out[static TIME_TEXT_CAP]) {
    const uint64_t days = unix_ms / MS_PER_DAY;
    const uint32_t ms = (uint32_t)(unix_ms % MS_PER_DAY);
    date_format(days > LAST_DAY ? LAST_DAY : (int32_t)days, out);
    char *to = put_after(out + DATE_TEXT_CAP - 1, 'T', 2, ms / MS_PER_HOUR);
    to = put_after(to, ':', 2, ms / MS_PER_MINUTE % 60u);
    to = put_after(to, ':', 2, ms / 1000u % 60u);
    to = put_after(to, '.', 3, ms);
    *to++ = 'Z';
    *to = '\0';
}

/* "+hh:mm", "-hh:mm" or "Z" at `at`, which must end the text; offset in minutes east of UTC. */
static bool offset_at(struct cm_slice s, size_t at, int32_t *minutes) {
    if (char_at(s, at, 'Z') && s.len == at + 1) {
        *minutes = 0;
        return true;
    }
    uint32_t hh = 0, mm = 0;
    const bool east = char_at(s, at, '+');
    if ((!east && !char_at(s, at, '-')) || s.len != at + 6) return false;
    if (!digits_at(s, at + 1, 2, &hh) || !char_at(s, at + 3, ':') || !digits_at(s, at + 4, 2, &mm))
        return false;
    if (hh > 14 || mm > 59) return false;
    const int32_t total = (int32_t)(hh * 60u + mm);
    *minutes = east ? total : -total;
    return true;
}

cm_err time_parse(struct cm_slice text, uint64_t *unix_ms) {
    int32_t day = 0;
    if (text.len < DATE_TEXT_CAP - 1) return CM_E_FORMAT;
    TRY(date_parse(slice_of(text.p, DATE_TEXT_CAP - 1), &day));
    if (text.len == DATE_TEXT_CAP - 1) {
        *unix_ms = (uint64_t)day * MS_PER_DAY;
        return CM_OK;
    }
    uint32_t hh = 0, mm = 0, ss = 0, ms = 0;
    if (!char_at(text, 10, 'T') || !digits_at(text, 11, 2, &hh) || !char_at(text, 13, ':') ||
        !digits_at(text, 14, 2, &mm) || !char_at(text, 16, ':') || !digits_at(text, 17, 2, &ss))
        return CM_E_FORMAT;
    size_t at = 19;
    if (char_at(text, at, '.')) {
        if (!digits_at(text, at + 1, 3, &ms)) return CM_E_FORMAT;
        at += 4;
    }
    int32_t minutes = 0;
    if (hh > 23 || mm > 59 || ss > 59 || !offset_at(text, at, &minutes)) return CM_E_FORMAT;
    const int64_t local = (int64_t)day * (int64_t)MS_PER_DAY + (int64_t)hh * MS_PER_HOUR +
                          (int64_t)mm * MS_PER_MINUTE + (int64_t)ss * 1000 + (int64_t)ms;
    const int64_t utc = local - (int64_t)minutes * (int64_t)MS_PER_MINUTE;
    if (utc < 0 || utc >= LAST_DAY_END_MS)
        return CM_E_FORMAT; /* its offset leads out of the range */
    *unix_ms = (uint64_t)utc;
    return CM_OK;
}
