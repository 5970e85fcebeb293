/* One value against its parts. Each meaning is one small function that says where it fails.
 * References as in gs1_check.h. */
#include "symbol/gs1_check.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/macros.h"
#include "cards/gs1.h"
#include "symbol/gs1.h"

bool gs1_fault_set(struct gs1_fault *fault, size_t at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(fault->problem, sizeof fault->problem, format, args);
    va_end(args);
    fault->at = at;
    return false;
}

/* ---- Sets ------------------------------------------------------------------------------------ */

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
static bool is_upper(uint8_t c) { return c >= 'A' && c <= 'Z'; }
static bool is_letter(uint8_t c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
static bool is_one_of(uint8_t c, const char *set) { return c != 0 && strchr(set, c) != NULL; }

static bool in_set(uint8_t c, enum gs1_set set) {
    if (is_digit(c)) return true;
    switch (set) {
    case GS1_SET82: return is_letter(c) || is_one_of(c, "!\"%&'()*+,-./:;<=>?_");
    case GS1_SET39: return is_upper(c) || is_one_of(c, "#-/");
    case GS1_SET64: return is_letter(c) || is_one_of(c, "-_=");
    case GS1_NO_PART:
    case GS1_DIGITS:
    default: return false;
    }
}

static const char *const set_names[] = {[GS1_NO_PART] = "",
                                        [GS1_DIGITS] = "no digit",
                                        [GS1_SET82] = "not in GS1's character set 82",
                                        [GS1_SET39] = "not in GS1's character set 39",
                                        [GS1_SET64] = "not base64url"};

static bool check_set(struct cm_slice part, enum gs1_set set, struct gs1_fault *fault) {
    for (size_t i = 0; i < part.len; i++)
        if (!in_set(part.p[i], set))
            return gs1_fault_set(fault, i, "the character is %s", set_names[set]);
    if (set != GS1_SET64) return true;
    const uint8_t *pad = memchr(part.p, '=', part.len);
    if (pad == NULL) return true;
    const size_t from = (size_t)(pad - part.p), n = part.len - from;
    if (n > 2 || (n == 2 && pad[1] != '=') || (from + n) % 4u != 0)
        return gs1_fault_set(fault, from, "wrong padding");
    return true;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static unsigned number(struct cm_slice part, size_t from, size_t n) {
    unsigned value = 0;
    for (size_t i = from; i < from + n; i++)
        value = value * 10u + (unsigned)(part.p[i] - '0');
    return value;
}

static bool below(struct cm_slice part, size_t at, unsigned limit, const char *what,
                  struct gs1_fault *fault) {
    if (number(part, at, 2) < limit) return true;
    return gs1_fault_set(fault, at, "there is no such %s", what);
}

static bool check_digit(struct cm_slice part, struct gs1_fault *fault) {
    const unsigned want = gs1_digit((const char *)part.p, part.len - 1);
    const uint8_t is = part.p[part.len - 1];
    if (is == '0' + want) return true;
    return gs1_fault_set(fault, part.len - 1, "the check digit is %c, and should be %u", is, want);
}

/* Two characters over the others, each weighted with a prime, modulo 1021 (Global Model Number). */
static bool check_pair(struct cm_slice part, struct gs1_fault *fault) {
    static const uint8_t primes[] = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37,
                                     41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83};
    static const char values[] =
        "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    static const char pairs[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    if (part.len < 3)
        return gs1_fault_set(fault, 0, "it is too short for its two check characters");
    const size_t n = part.len - 2;
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned)(strchr(values, part.p[i]) - values) * primes[n - 1 - i];
    sum %= 1021u;
    if (part.p[n] == (uint8_t)pairs[sum / 32u] && part.p[n + 1] == (uint8_t)pairs[sum % 32u])
        return true;
    return gs1_fault_set(fault, n, "the check characters should be %c%c", pairs[sum / 32u],
                         pairs[sum % 32u]);
}

static bool check_prefixed(struct cm_slice part, struct gs1_fault *fault) {
    for (size_t i = 0; i < 2; i++)
        if (i >= part.len || !is_digit(part.p[i]))
            return gs1_fault_set(fault, i, "it must begin with the digits of a company prefix");
    return true;
}

static bool check_pair_with_letter(struct cm_slice part, struct gs1_fault *fault) {
    if (!check_pair(part, fault) || !check_prefixed(part, fault)) return false;
    for (size_t i = 0; i < part.len; i++)
        if (!is_digit(part.p[i])) return true;
    return gs1_fault_set(fault, 0, "it must have a character that is no digit");
}

static bool check_pair_prefixed(struct cm_slice part, struct gs1_fault *fault) {
    return check_pair(part, fault) && check_prefixed(part, fault);
}

/* ---- Times ----------------------------------------------------------------------------------- */

static bool check_day(struct cm_slice part, size_t month_at, bool leap, bool whole_month,
                      struct gs1_fault *fault) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const unsigned month = number(part, month_at, 2), day = number(part, month_at + 2, 2);
    if (month == 0 || month > CM_ARRAY_N(days))
        return gs1_fault_set(fault, month_at, "there is no such month");
    const unsigned last = days[month - 1] + (month == 2 && leap ? 1u : 0u);
    if (day > last || (day == 0 && !whole_month))
        return gs1_fault_set(fault, month_at + 2, "there is no such day in that month");
    return true;
}

bool gs1_check_date(struct cm_slice part, bool whole_month, struct gs1_fault *fault) {
    return check_day(part, 2, number(part, 0, 2) % 4u == 0, whole_month, fault);
}

static bool check_date0(struct cm_slice part, struct gs1_fault *fault) {
    return gs1_check_date(part, true, fault);
}

static bool check_date(struct cm_slice part, struct gs1_fault *fault) {
    return gs1_check_date(part, false, fault);
}

static bool check_long_date(struct cm_slice part, struct gs1_fault *fault) {
    const unsigned year = number(part, 0, 4);
    return check_day(part, 4, year % 4u == 0 && (year % 100u != 0 || year % 400u == 0), false,
                     fault);
}

static bool check_hour(struct cm_slice part, struct gs1_fault *fault) {
    return below(part, 0, 24, "hour", fault);
}

static bool check_minute(struct cm_slice part, struct gs1_fault *fault) {
    return below(part, 0, 60, "minute", fault);
}

static bool check_second(struct cm_slice part, struct gs1_fault *fault) {
    return below(part, 0, 60, "second", fault);
}

static bool check_hour_minute(struct cm_slice part, struct gs1_fault *fault) {
    return check_hour(part, fault) && below(part, 2, 60, "minute", fault);
}

/* ---- Lists ----------------------------------------------------------------------------------- */

static bool check_country(struct cm_slice part, struct gs1_fault *fault) {
    if (gs1_list_country(number(part, 0, 3))) return true;
    return gs1_fault_set(fault, 0, "ISO 3166-1 has no country of that number");
}

static bool check_country_or_999(struct cm_slice part, struct gs1_fault *fault) {
    return number(part, 0, 3) == 999 || check_country(part, fault);
}

static bool check_country_letters(struct cm_slice part, struct gs1_fault *fault) {
    if (gs1_list_country_letters(part.p)) return true;
    return gs1_fault_set(fault, 0, "ISO 3166-1 has no country of these letters");
}

static bool check_currency(struct cm_slice part, struct gs1_fault *fault) {
    if (gs1_list_currency(number(part, 0, 3))) return true;
    return gs1_fault_set(fault, 0, "ISO 4217 has no currency of that number (978 is the euro)");
}

static bool check_media(struct cm_slice part, struct gs1_fault *fault) {
    const unsigned n = number(part, 0, 2);
    if ((n >= 1 && n <= 10) || n >= 80) return true;
    return gs1_fault_set(fault, 0, "there is no such kind of medium");
}

static bool check_chars(struct cm_slice part, const char *set, struct gs1_fault *fault) {
    for (size_t i = 0; i < part.len; i++)
        if (!is_one_of(part.p[i], set)) return gs1_fault_set(fault, i, "it must be one of %s", set);
    return true;
}

static bool check_yes_no(struct cm_slice part, struct gs1_fault *fault) {
    return check_chars(part, "01", fault);
}

static bool check_zero(struct cm_slice part, struct gs1_fault *fault) {
    return check_chars(part, "0", fault);
}

static bool check_winding(struct cm_slice part, struct gs1_fault *fault) {
    return check_chars(part, "019", fault);
}

static bool check_sex(struct cm_slice part, struct gs1_fault *fault) {
    return check_chars(part, "0129", fault);
}

static bool check_minus(struct cm_slice part, struct gs1_fault *fault) {
    return check_chars(part, "-", fault);
}

static bool check_importer(struct cm_slice part, struct gs1_fault *fault) {
    if (is_digit(part.p[0]) || is_letter(part.p[0]) || is_one_of(part.p[0], "-_")) return true;
    return gs1_fault_set(fault, 0, "it must be a letter, a digit, - or _");
}

static bool check_not_zero(struct cm_slice part, struct gs1_fault *fault) {
    for (size_t i = 0; i < part.len; i++)
        if (part.p[i] != '0') return true;
    return gs1_fault_set(fault, 0, "it must not be zero");
}

static bool check_no_leading_zero(struct cm_slice part, struct gs1_fault *fault) {
    if (part.len == 1 || part.p[0] != '0') return true;
    return gs1_fault_set(fault, 0, "it must not begin with a zero");
}

/* ---- Pairs of numbers ------------------------------------------------------------------------ */

static bool check_piece_of(struct cm_slice part, struct gs1_fault *fault) {
    const unsigned piece = number(part, 0, 2), total = number(part, 2, 2);
    if (piece > 0 && piece <= total) return true;
    return gs1_fault_set(fault, 0, "there is no such piece of so many");
}

static bool check_place_of(struct cm_slice part, struct gs1_fault *fault) {
    if (part.p[1] != '/' || !is_digit(part.p[0]) || !is_digit(part.p[2]))
        return gs1_fault_set(fault, 0, "write it as 2/3");
    if (part.p[0] != '0' && part.p[0] <= part.p[2]) return true;
    return gs1_fault_set(fault, 0, "there is no such place among so many");
}

static bool check_degrees(struct cm_slice part, const char *most, struct gs1_fault *fault) {
    for (size_t i = 0; i < part.len; i++) {
        if (part.p[i] < (uint8_t)most[i]) return true;
        if (part.p[i] > (uint8_t)most[i]) return gs1_fault_set(fault, 0, "it is above %s", most);
    }
    return true;
}

/* In ten-millionths of a degree, from the south pole and from the meridian of Greenwich. */
static bool check_latitude(struct cm_slice part, struct gs1_fault *fault) {
    return check_degrees(part, "1800000000", fault);
}

static bool check_longitude(struct cm_slice part, struct gs1_fault *fault) {
    return check_degrees(part, "3600000000", fault);
}

/* ---- Texts ----------------------------------------------------------------------------------- */

static bool is_hex(uint8_t c) { return is_digit(c) || is_one_of(c, "ABCDEFabcdef"); }

static bool check_percent_text(struct cm_slice part, struct gs1_fault *fault) {
    for (size_t i = 0; i < part.len; i++)
        if (part.p[i] == '%' &&
            (part.len - i < 3 || !is_hex(part.p[i + 1]) || !is_hex(part.p[i + 2])))
            return gs1_fault_set(fault, i, "two hexadecimal digits must follow a per cent sign");
    return true;
}

static bool check_iban(struct cm_slice part, struct gs1_fault *fault) {
    if (part.len < 5) return gs1_fault_set(fault, 0, "it is too short");
    unsigned rest = 0;
    for (size_t i = 0; i < part.len; i++) {
        const uint8_t c = part.p[(i + 4) % part.len];
        if (!is_digit(c) && !is_upper(c))
            return gs1_fault_set(fault, (i + 4) % part.len, "it is no digit and no capital");
        rest = is_digit(c) ? (rest * 10u + (unsigned)(c - '0')) % 97u
                           : (rest * 100u + (unsigned)(c - 'A') + 10u) % 97u;
    }
    if (rest != 1) return gs1_fault_set(fault, 2, "the account number's check digits are wrong");
    return check_country_letters(part, fault);
}

/* ---- The whole ------------------------------------------------------------------------------- */

typedef bool (*check_fn)(struct cm_slice part, struct gs1_fault *fault);

static const check_fn checks[] = {
    [GS1_CHECK_DIGIT] = check_digit,
    [GS1_CHECK_PAIR] = check_pair_prefixed,
    [GS1_CHECK_PAIR_ID] = check_pair_with_letter,
    [GS1_PREFIXED] = check_prefixed,
    [GS1_DATE0] = check_date0,
    [GS1_DATE] = check_date,
    [GS1_LONG_DATE] = check_long_date,
    [GS1_HOUR] = check_hour,
    [GS1_HOUR_MINUTE] = check_hour_minute,
    [GS1_MINUTE] = check_minute,
    [GS1_SECOND] = check_second,
    [GS1_COUNTRY] = check_country,
    [GS1_COUNTRY_OR_999] = check_country_or_999,
    [GS1_COUNTRY_LETTERS] = check_country_letters,
    [GS1_CURRENCY] = check_currency,
    [GS1_PERCENT_TEXT] = check_percent_text,
    [GS1_IBAN] = check_iban,
    [GS1_YES_NO] = check_yes_no,
    [GS1_ZERO] = check_zero,
    [GS1_NOT_ZERO] = check_not_zero,
    [GS1_NO_LEADING_ZERO] = check_no_leading_zero,
    [GS1_WINDING] = check_winding,
    [GS1_PIECE_OF] = check_piece_of,
    [GS1_PLACE_OF] = check_place_of,
    [GS1_MINUS] = check_minus,
    [GS1_LATITUDE] = check_latitude,
    [GS1_LONGITUDE] = check_longitude,
    [GS1_MEDIA] = check_media,
    [GS1_SEX] = check_sex,
    [GS1_IMPORTER] = check_importer,
    [GS1_COUPON] = gs1_coupon_check,
    [GS1_COUPON_OFFER] = gs1_coupon_check_offer,
};

/* Cut the value's parts off and judge them: the first that is wrong, or NULL. */
static const struct gs1_part *check_parts(const struct gs1_id *id, struct cm_slice value,
                                          struct gs1_fault *fault) {
    size_t at = 0;
    for (size_t i = 0; i < GS1_PARTS && id->part[i].set != GS1_NO_PART; i++) {
        const struct gs1_part *p = &id->part[i];
        const size_t left = value.len - at, len = left < p->max ? left : p->max;
        if (len == 0 && p->optional) break;
        const struct cm_slice part = slice_of(value.p + at, len);
        bool fine = len >= p->min || gs1_fault_set(fault, len, "it ends in the middle of a part");
        fine = fine && check_set(part, (enum gs1_set)p->set, fault);
        const check_fn check = checks[p->meaning];
        fine = fine && (check == NULL || check(part, fault));
        if (!fine) {
            fault->at += at;
            return p;
        }
        at += len;
    }
    return NULL;
}

static const char *remedy_of(const struct gs1_part *part) {
    switch (part->meaning) {
    case GS1_CHECK_DIGIT:
    case GS1_CHECK_PAIR:
    case GS1_CHECK_PAIR_ID: return "look for a typing error in the number";
    case GS1_DATE0: return "write YYMMDD, with DD 00 for a whole month";
    case GS1_DATE: return "write YYMMDD";
    case GS1_LONG_DATE: return "write YYYYMMDD";
    case GS1_COUNTRY:
    case GS1_COUNTRY_OR_999: return "write three digits of ISO 3166-1, such as 528";
    case GS1_CURRENCY: return "write three digits of ISO 4217, such as 978 for the euro";
    default: break;
    }
    if (part->set == GS1_SET82) return "letters without accents, digits and !\"%&'()*+,-./:;<=>?_";
    if (part->set == GS1_SET39) return "capitals, digits, #, - and /";
    return part->set == GS1_DIGITS ? "write digits alone" : "write base64url";
}

static cm_err wrong_length(const struct gs1_id *id, const char *ai, size_t is,
                           struct cm_diag *diag) {
    const size_t least = gs1_id_least(id), most = gs1_id_most(id);
    char place[GS1_PLACE_CAP], remedy[DIAG_PART_CAP];
    gs1_place(ai, 0, place);
    if (least == most)
        (void)snprintf(remedy, sizeof remedy, "it has exactly %zu characters", least);
    else
        (void)snprintf(remedy, sizeof remedy, "it has %zu to %zu characters", least, most);
    return diag_fail(diag, CM_E_FORMAT, NULL, place, remedy, "%s is %s: %zu characters", id->title,
                     is < least ? "too short" : "too long", is);
}

cm_err gs1_check_value(const struct gs1_id *id, const char *ai, struct cm_slice value,
                       struct cm_diag *diag) {
    if (value.len < gs1_id_least(id) || value.len > gs1_id_most(id))
        return wrong_length(id, ai, value.len, diag);
    struct gs1_fault fault = {.at = 0};
    const struct gs1_part *wrong = check_parts(id, value, &fault);
    if (wrong == NULL) return CM_OK;
    char place[GS1_PLACE_CAP];
    gs1_place(ai, fault.at + 1, place);
    return diag_fail(diag, CM_E_FORMAT, NULL, place, remedy_of(wrong), "%s: %s", id->title,
                     fault.problem);
}
