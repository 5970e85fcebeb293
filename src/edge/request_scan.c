/* Bodies of the usual shape in one pass: RFC 8259 without escapes, numbers but digits, and anything
 * beyond printable ASCII. It refuses nothing and reports nothing: what it does not take goes to the
 * parser. References as in request_scan.h. */
#include "edge/request_scan.h"

#include "base/macros.h"
#include "base/text.h"

enum member { MEMBER_CODE, MEMBER_PIN, MEMBER_REDEEMER, MEMBER_DOOR, MEMBER_HOLD, MEMBER_NONE };
#define MEMBER_N    ((unsigned)MEMBER_NONE)
#define HOLD_DIGITS 7u /* of HOLD_S_MAX */

struct scan {
    const uint8_t *at, *end;
    enum route route;
    struct request *r;
    bool seen[MEMBER_N], list[MEMBER_N];
    size_t count[MEMBER_N]; /* items of a list */
    uint64_t hold_s;
};

/* ---- Tokens ---------------------------------------------------------------------------------- */

static void pass_space(struct scan *s) {
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
        s->at++;
}

static bool take_char(struct scan *s, uint8_t wanted) {
    pass_space(s);
    if (s->at == s->end || *s->at != wanted) return false;
    s->at++;
    return true;
}

static bool is_plain(uint8_t c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

static bool take_text(struct scan *s, struct cm_slice *out) {
    if (!take_char(s, '"')) return false;
    const uint8_t *from = s->at, *at = from;
    while (at < s->end && is_plain(*at))
        at++;
    if (at == s->end || *at != '"') return false;
    *out = slice_of(from, (size_t)(at - from));
    s->at = at + 1;
    return true;
}

/* Digits alone, as JSON writes a number: no zero in front. */
static bool take_number(struct scan *s, uint64_t max, uint64_t *out) {
    pass_space(s);
    const uint8_t *from = s->at;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    const struct cm_slice digits = slice_of(from, (size_t)(s->at - from));
    if (digits.len == 0 || digits.len > HOLD_DIGITS || from[0] == '0') return false;
    return text_u64(digits, max, out) == CM_OK;
}

/* ---- Members --------------------------------------------------------------------------------- */

struct member_row {
    const char *name;
    enum member member;
    bool list;
};

static struct member_row member_of(struct cm_slice name) {
    static const struct member_row rows[] = {
        {"code", MEMBER_CODE, false},         {"codes", MEMBER_CODE, true},
        {"redeemer", MEMBER_REDEEMER, false}, {"redeemers", MEMBER_REDEEMER, true},
        {"pin", MEMBER_PIN, false},           {"pins", MEMBER_PIN, true},
        {"door", MEMBER_DOOR, false},         {"hold_seconds", MEMBER_HOLD, false},
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++)
        if (slice_equal(slice_text(rows[i].name), name)) return rows[i];
    return (struct member_row){"", MEMBER_NONE, false};
}

static bool belongs(enum route route, enum member m) {
    if (m == MEMBER_REDEEMER) return request_names_redeemers(route);
    if (m == MEMBER_HOLD) return route == ROUTE_RESERVE;
    return m != MEMBER_NONE;
}

/* A text where it belongs, if it has a length that is allowed there. */
static bool take_item(struct scan *s, enum member m, struct cm_request *q) {
    struct cm_slice text;
    if (!take_text(s, &text)) return false;
    if (m == MEMBER_CODE) {
        q->code = text;
        return true;
    }
    if (m == MEMBER_PIN) {
        q->pin = text;
        return text.len <= REQUEST_SINGLE_MAX;
    }
    q->redeemer = text;
    return text.len >= 1 && text.len <= CM_REDEEMER_MAX;
}

/* Item i, which may be new. The room is guessed from how long the items were so far. */
static struct cm_request *item_at(struct scan *s, size_t i, const uint8_t *first) {
    struct request *r = s->r;
    if (i < r->n) return &r->items[i];
    if (i == CM_REQUESTS_MAX) return NULL;
    if (i == r->cap) {
        const size_t len = i > 0 ? (size_t)(s->at - first) / i : REQUEST_BODY_MAX;
        const size_t guess = i + 1 + (size_t)(s->end - s->at) / len;
        if (request_room(r, guess < CM_REQUESTS_MAX ? guess : CM_REQUESTS_MAX) != CM_OK)
            return NULL;
    }
    r->items[r->n++] = (struct cm_request){.operation = route_operation(s->route)};
    return &r->items[i];
}

static bool take_list(struct scan *s, enum member m) {
    if (!take_char(s, '[')) return false;
    const uint8_t *first = s->at;
    size_t n = 0;
    do {
        struct cm_request *q = item_at(s, n, first);
        if (q == NULL || !take_item(s, m, q)) return false;
        n++;
    } while (take_char(s, ','));
    s->count[m] = n;
    return take_char(s, ']');
}

static bool take_value(struct scan *s, const struct member_row *row) {
    if (row->member == MEMBER_DOOR)
        return take_text(s, &s->r->door) && s->r->door.len >= 1 &&
               s->r->door.len <= REQUEST_NAME_MAX;
    if (row->member == MEMBER_HOLD) return take_number(s, CM_HOLD_MS_MAX / 1000u, &s->hold_s);
    if (row->list) return take_list(s, row->member);
    struct cm_request *q = item_at(s, 0, s->at);
    s->count[row->member] = 1;
    return q != NULL && take_item(s, row->member, q);
}

static bool take_member(struct scan *s) {
    struct cm_slice name;
    if (!take_text(s, &name) || !take_char(s, ':')) return false;
    const struct member_row row = member_of(name);
    if (!belongs(s->route, row.member) || s->seen[row.member]) return false;
    s->seen[row.member] = true;
    s->list[row.member] = row.list;
    return take_value(s, &row);
}

/* Whether the members make a request together: one code or an array, everything of the same kind
 * and number. */
static bool fits(const struct scan *s, size_t body_len) {
    const bool list = s->list[MEMBER_CODE];
    if (!s->seen[MEMBER_CODE] || s->seen[MEMBER_HOLD] != (s->route == ROUTE_RESERVE)) return false;
    for (unsigned m = MEMBER_CODE; m <= MEMBER_REDEEMER; m++)
        if (s->seen[m] && (s->list[m] != list || s->count[m] != s->r->n)) return false;
    return list || body_len <= REQUEST_SINGLE_MAX;
}

static bool scan_body(struct scan *s, size_t body_len) {
    if (!take_char(s, '{')) return false;
    do
        if (!take_member(s)) return false;
    while (take_char(s, ','));
    if (!take_char(s, '}')) return false;
    pass_space(s);
    return s->at == s->end && fits(s, body_len);
}

bool request_scan(enum route route, struct cm_slice body, struct request *r) {
    struct scan s = {.route = route, .r = r};
    bool taken = false;
    if (route <= ROUTE_REVERSE && body.len > 0) { /* an empty body may be NULL */
        s.at = body.p;
        s.end = body.p + body.len;
        taken = scan_body(&s, body.len);
    }
    if (!taken) {
        request_clear(r);
        return false;
    }
    r->single = !s.list[MEMBER_CODE];
    for (size_t i = 0; s.hold_s > 0 && i < r->n; i++)
        r->items[i].hold_ms = s.hold_s * 1000;
    return true;
}
