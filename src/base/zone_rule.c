/* Reading a POSIX TZ text and asking it. References as in zone_rule.h. */
#include "base/zone_rule.h"

#include "base/date.h"

#define DAY_S       86400
#define HOUR_S      3600
#define MINUTE_S    60
#define HOURS_MAX   167u /* RFC 8536 */
#define CHANGE_HOUR 2    /* of the day, unless said */
#define NAME_MIN    3u
#define WEEK_DAYS   7
#define EPOCH_DAY   4 /* 1970-01-01 was a Thursday; Sunday is 0 */
#define LAST_WEEK   5

/* ---- Reading --------------------------------------------------------------------------------- */

struct reader {
    struct cm_slice s;
    size_t at;
    bool failed;
};

static bool eat(struct reader *r, char c) {
    if (r->at >= r->s.len || r->s.p[r->at] != (uint8_t)c) return false;
    r->at++;
    return true;
}

static void need(struct reader *r, char c) {
    if (!eat(r, c)) r->failed = true;
}

static int32_t number(struct reader *r, uint32_t min, uint32_t max) {
    uint32_t v = 0;
    const size_t from = r->at;
    while (r->at < r->s.len && r->s.p[r->at] >= '0' && r->s.p[r->at] <= '9' && v <= max)
        v = v * 10u + (uint32_t)(r->s.p[r->at++] - '0');
    if (r->at == from || v < min || v > max) r->failed = true;
    return r->failed ? 0 : (int32_t)v;
}

static bool is_letter(uint8_t c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/* An abbreviation is for people: it is passed over. */
static void name(struct reader *r) {
    const bool quoted = eat(r, '<');
    const size_t from = r->at;
    while (r->at < r->s.len && (quoted ? r->s.p[r->at] != '>' : is_letter(r->s.p[r->at])))
        r->at++;
    if (r->at - from < NAME_MIN) r->failed = true;
    if (quoted) need(r, '>');
}

/* [+-]hh[:mm[:ss]] in seconds. */
static int32_t duration(struct reader *r) {
    const bool minus = eat(r, '-');
    if (!minus) (void)eat(r, '+');
    int32_t s = number(r, 0, HOURS_MAX) * HOUR_S;
    if (eat(r, ':')) s += number(r, 0, 59) * MINUTE_S;
    if (eat(r, ':')) s += number(r, 0, 59);
    return minus ? -s : s;
}

static struct zone_change change(struct reader *r) {
    struct zone_change c = {.kind = ZONE_DAY_ZERO, .second = CHANGE_HOUR * HOUR_S};
    need(r, ',');
    if (eat(r, 'M')) {
        c.kind = ZONE_DAY_MONTH;
        c.month = number(r, 1, 12);
        need(r, '.');
        c.week = number(r, 1, LAST_WEEK);
        need(r, '.');
        c.weekday = number(r, 0, WEEK_DAYS - 1);
    } else if (eat(r, 'J')) {
        c.kind = ZONE_DAY_JULIAN;
        c.day = number(r, 1, 365);
    } else {
        c.day = number(r, 0, 365);
    }
    if (eat(r, '/')) c.second = duration(r);
    return c;
}

cm_err zone_rule_parse(struct cm_slice text, struct zone_rule *out) {
    struct reader r = {.s = text};
    struct zone_rule rule = {.has_summer = false};
    name(&r);
    rule.standard_s = -duration(&r); /* POSIX counts west */
    if (!r.failed && r.at < text.len) {
        rule.has_summer = true;
        name(&r);
        const bool said = r.at < text.len && text.p[r.at] != ',';
        rule.summer_s = said ? -duration(&r) : rule.standard_s + HOUR_S;
        rule.begin = change(&r);
        rule.end = change(&r);
    }
    if (r.failed || r.at != text.len) return CM_E_FORMAT;
    *out = rule;
    return CM_OK;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

/* The day of a change in a year, as days since 1970. */
static int64_t change_day(const struct zone_change *c, int32_t year) {
    const int32_t new_year = date_day(year, 1, 1);
    if (c->kind == ZONE_DAY_ZERO) return new_year + c->day;
    const bool leap = date_day(year, 3, 1) - new_year == 60;
    if (c->kind == ZONE_DAY_JULIAN) /* the 29th of February is never counted */
        return new_year + c->day - 1 + (leap && c->day >= 60 ? 1 : 0);
    const int32_t first = date_day(year, c->month, 1);
    const int32_t next =
        c->month == 12 ? date_day(year + 1, 1, 1) : date_day(year, c->month + 1, 1);
    const int32_t weekday = (int32_t)(((int64_t)first + EPOCH_DAY) % WEEK_DAYS);
    int32_t day = first + (c->weekday - weekday + WEEK_DAYS) % WEEK_DAYS;
    for (int32_t week = 1; week < c->week && day + WEEK_DAYS < next; week++)
        day += WEEK_DAYS;
    return day;
}

int32_t zone_rule_offset(const struct zone_rule *rule, int64_t unix_s) {
    if (!rule->has_summer || unix_s < 0) return rule->standard_s;
    const int32_t year = date_year((int32_t)((unix_s + rule->standard_s) / DAY_S));
    const int64_t begin =
        change_day(&rule->begin, year) * DAY_S + rule->begin.second - rule->standard_s;
    const int64_t end = change_day(&rule->end, year) * DAY_S + rule->end.second - rule->summer_s;
    const bool summer = begin < end ? unix_s >= begin && unix_s < end  /* north */
                                    : unix_s >= begin || unix_s < end; /* south */
    return summer ? rule->summer_s : rule->standard_s;
}
