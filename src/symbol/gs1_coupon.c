/* North American coupons: a row of digits in which each part tells its own length. The old form
 * (8110): funder, offer, saving, up to three purchases, dates, serial, retailer, flags; the new one
 * (8112), an offer that the shop looks up: format, funder, offer, serial.
 * Reference: GS1 US, North American Coupon Application Guideline; Positive Offer File guide. */
#include "symbol/gs1_check.h"

#define PREFIX_LEAST 6u /* digits of a company prefix when its length digit is 0 */
#define NO_PREFIX    9u /* this length digit: the funder's own */

/* What is left of a coupon, and whether all was well so far. */
struct walk {
    struct cm_slice all;
    size_t at;
    bool fine;
    struct gs1_fault *fault;
};

/* Take n digits; their offset. */
static size_t take_digits(struct walk *w, size_t n, const char *what) {
    const size_t from = w->at;
    if (!w->fine) return 0;
    if (w->all.len - from < n)
        w->fine = gs1_fault_set(w->fault, from, "it ends before its %s does", what);
    else
        w->at += n;
    return w->fine ? from : 0;
}

/* Take one digit of those allowed. */
static unsigned take_code(struct walk *w, const char *allowed, const char *what) {
    const size_t at = take_digits(w, 1, what);
    if (!w->fine) return 0;
    if (strchr(allowed, w->all.p[at]) == NULL)
        w->fine = gs1_fault_set(w->fault, at, "its %s is none of %s", what, allowed);
    return w->fine ? (unsigned)(w->all.p[at] - '0') : 0;
}

/* Take a length and as many digits, and `more`. */
static void take_counted(struct walk *w, const char *allowed, size_t more, const char *what) {
    const size_t n = take_code(w, allowed, what);
    take_digits(w, n + more, what);
}

static void take_purchase(struct walk *w, const char *what) {
    take_counted(w, "12345", 0, what);
    take_code(w, "012349", what);
    take_digits(w, 3, what);
}

/* The funder of a second or third purchase, who may be the first one's. */
static void take_other_funder(struct walk *w, const char *what) {
    const unsigned n = take_code(w, "01234569", what);
    if (n != NO_PREFIX) take_digits(w, n + PREFIX_LEAST, what);
}

static size_t take_date(struct walk *w, const char *what) {
    const size_t at = take_digits(w, 6, what);
    if (!w->fine) return 0;
    w->fine = gs1_check_date(slice_of(w->all.p + at, 6), false, w->fault);
    if (!w->fine) w->fault->at += at;
    return at;
}

/* Does this optional field follow? */
static bool follows(struct walk *w, char field) {
    if (!w->fine || w->at == w->all.len || w->all.p[w->at] != (uint8_t)field) return false;
    w->at++;
    return true;
}

static void take_dates(struct walk *w) {
    const bool ends = follows(w, '3');
    const size_t end = ends ? take_date(w, "last day") : 0;
    if (!follows(w, '4')) return;
    const size_t start = take_date(w, "first day");
    if (w->fine && ends && memcmp(w->all.p + end, w->all.p + start, 6) < 0)
        w->fine = gs1_fault_set(w->fault, end, "its last day is before its first");
}

static bool ended(struct walk *w, const char *problem) {
    if (w->fine && w->at < w->all.len) return gs1_fault_set(w->fault, w->at, "%s", problem);
    return w->fine;
}

static bool all_digits(struct cm_slice part, struct gs1_fault *fault) {
    for (size_t i = 0; i < part.len; i++)
        if (part.p[i] < '0' || part.p[i] > '9')
            return gs1_fault_set(fault, i, "the character is no digit");
    return true;
}

bool gs1_coupon_check(struct cm_slice part, struct gs1_fault *fault) {
    struct walk w = {.all = part, .fine = all_digits(part, fault), .fault = fault};
    take_counted(&w, "0123456", PREFIX_LEAST, "company prefix");
    take_digits(&w, 6, "offer code");
    take_counted(&w, "12345", 0, "saving");
    take_purchase(&w, "first purchase");
    if (follows(&w, '1')) {
        take_code(&w, "0123", "rule of further purchases");
        take_purchase(&w, "second purchase");
        take_other_funder(&w, "second purchase's prefix");
    }
    if (follows(&w, '2')) {
        take_purchase(&w, "third purchase");
        take_other_funder(&w, "third purchase's prefix");
    }
    take_dates(&w);
    if (follows(&w, '5')) take_counted(&w, "0123456789", PREFIX_LEAST, "serial number");
    if (follows(&w, '6')) take_counted(&w, "1234567", PREFIX_LEAST, "retailer");
    if (follows(&w, '9')) {
        take_code(&w, "01256", "kind of saving");
        take_code(&w, "012", "item that is saved on");
        take_digits(&w, 1, "store coupon flag");
        take_code(&w, "01", "flag against multiplying");
    }
    return ended(&w, "no optional field 1, 2, 3, 4, 5, 6 or 9, in this order");
}

bool gs1_coupon_check_offer(struct cm_slice part, struct gs1_fault *fault) {
    struct walk w = {.all = part, .fine = all_digits(part, fault), .fault = fault};
    take_code(&w, "01", "format");
    take_counted(&w, "0123456", PREFIX_LEAST, "funder");
    take_digits(&w, 6, "offer code");
    take_counted(&w, "0123456789", PREFIX_LEAST, "serial number");
    return ended(&w, "digits are left over after the serial number");
}
