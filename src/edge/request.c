/* Bodies into questions. References as in request.h; idempotency header: RFC 8941 section 3.3.3 and
 * the IETF draft on the Idempotency-Key header. */
#include "edge/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "doc/json.h"
#include "edge/request_card.h"
#include "edge/request_scan.h"

#define DEPTH_MAX  3u
#define HOLD_S_MAX (CM_HOLD_MS_MAX / 1000u)
#define ISSUE_MAX  10000u /* codes of one answer */
#define KEEP_MAX   1024u  /* items whose room is kept from one body to the next */

/* ---- Routes --------------------------------------------------------------------------------- */

struct route_row {
    const char *path, *name;
};
static const struct route_row routes[ROUTE_N] = {
    [ROUTE_CHECK] = {"/v1/check", "check"},
    [ROUTE_REDEEM] = {"/v1/redeem", "redeem"},
    [ROUTE_RESERVE] = {"/v1/reserve", "reserve"},
    [ROUTE_CONFIRM] = {"/v1/confirm", "confirm"},
    [ROUTE_RELEASE] = {"/v1/release", "release"},
    [ROUTE_REVERSE] = {"/v1/reverse", "reverse"},
    [ROUTE_ACTIVATE] = {"/v1/activate", "activate"},
    [ROUTE_DEACTIVATE] = {"/v1/deactivate", "deactivate"},
    [ROUTE_LOAD] = {"/v1/load", "load"},
    [ROUTE_BLOCK] = {"/v1/block", "block"},
    [ROUTE_UNBLOCK] = {"/v1/unblock", "unblock"},
    [ROUTE_LOSE] = {"/v1/lose", "lose"},
    [ROUTE_REPLACE] = {"/v1/replace", "replace"},
    [ROUTE_RENEW_PIN] = {"/v1/renew-pin", "renew_pin"},
    [ROUTE_ISSUE] = {"/v1/issue", "issue"},
    [ROUTE_RUN] = {"/v1/runs/", "runs"},
    [ROUTE_CARD] = {"/v1/cards/", "cards"},
    [ROUTE_LIVEZ] = {"/livez", "livez"},
    [ROUTE_READYZ] = {"/readyz", "readyz"},
    [ROUTE_METRICS] = {"/metrics", "metrics"},
    [ROUTE_NONE] = {"", "none"},
};

/* Path and act in one text. */
static const char *const run_acts[] = {"run.list", "run.show",   "run.start", "run.pause",
                                       "run.stop", "run.resume", "run.close", "run.verify",
                                       "run.void", "run.recall", "run.report"};

static const char *const card_acts[] = {"card.show", "card.history"};

/* The act of a table that is the path's last part, when the path begins as the route's. */
static const char *act_in(const char *path, enum route route, const char *const *acts, size_t n) {
    const size_t len = strlen(routes[route].path);
    if (strncmp(path, routes[route].path, len) != 0) return NULL;
    for (size_t i = 0; i < n; i++)
        if (strcmp(strchr(acts[i], '.') + 1, path + len) == 0) return acts[i];
    return NULL;
}

const char *route_act(const char *path) {
    const char *run = act_in(path, ROUTE_RUN, run_acts, CM_ARRAY_N(run_acts));
    return run != NULL ? run : act_in(path, ROUTE_CARD, card_acts, CM_ARRAY_N(card_acts));
}

enum route route_of(const char *path) {
    const char *act = route_act(path);
    if (act != NULL) return act[0] == card_acts[0][0] ? ROUTE_CARD : ROUTE_RUN;
    for (unsigned i = 0; i < (unsigned)ROUTE_NONE; i++)
        if (!route_is_act((enum route)i) && strcmp(path, routes[i].path) == 0) return (enum route)i;
    return ROUTE_NONE;
}

const char *route_name(enum route route) {
    return routes[(unsigned)route < ROUTE_N ? route : ROUTE_NONE].name;
}

enum cm_operation route_operation(enum route route) {
    static const enum cm_operation operations[] = {
        [ROUTE_CHECK] = CM_OP_CHECK,       [ROUTE_REDEEM] = CM_OP_REDEEM,
        [ROUTE_RESERVE] = CM_OP_RESERVE,   [ROUTE_CONFIRM] = CM_OP_CONFIRM,
        [ROUTE_RELEASE] = CM_OP_RELEASE,   [ROUTE_REVERSE] = CM_OP_REVERSE,
        [ROUTE_ACTIVATE] = CM_OP_ACTIVATE, [ROUTE_DEACTIVATE] = CM_OP_DEACTIVATE,
        [ROUTE_LOAD] = CM_OP_LOAD,         [ROUTE_BLOCK] = CM_OP_BLOCK,
        [ROUTE_UNBLOCK] = CM_OP_UNBLOCK,   [ROUTE_LOSE] = CM_OP_LOSE,
        [ROUTE_REPLACE] = CM_OP_REPLACE,   [ROUTE_RENEW_PIN] = CM_OP_RENEW_PIN};
    return (unsigned)route < CM_ARRAY_N(operations) ? operations[route] : CM_OP_CHECK;
}

/* ---- Bodies --------------------------------------------------------------------------------- */

void request_clear(struct request *r) {
    struct request kept = {
        .items = r->items, .cap = r->cap, .asks = r->asks, .ask_cap = r->ask_cap};
    json_doc_free(r->doc);
    if (kept.cap > KEEP_MAX) {
        free(kept.items);
        kept.items = NULL;
        kept.cap = 0;
    }
    if (kept.ask_cap > KEEP_MAX) {
        free(kept.asks);
        kept.asks = NULL;
        kept.ask_cap = 0;
    }
    *r = kept;
}

void request_wipe(struct request *r) {
    request_clear(r);
    free(r->items);
    free(r->asks);
    *r = REQUEST_INIT;
}

cm_err request_room(struct request *r, size_t n) {
    if (n <= r->cap) return CM_OK;
    struct cm_request *items = reallocarray(r->items, n, sizeof *items);
    if (items == NULL) return CM_E_NO_MEMORY;
    r->items = items;
    r->cap = n;
    return CM_OK;
}

/* n items without texts. */
static cm_err blank_items(struct request *r, size_t n) {
    TRY(request_room(r, n));
    for (size_t i = 0; i < n; i++)
        r->items[i] = (struct cm_request){.operation = CM_OP_CHECK};
    r->n = n;
    return CM_OK;
}

bool request_names_redeemers(enum route r) {
    return r == ROUTE_REDEEM || r == ROUTE_RESERVE || r == ROUTE_CONFIRM || r == ROUTE_REVERSE;
}

static cm_err check_members(enum route route, struct json_value root, bool single) {
    const char *keys[5 + REQUEST_CARD_KEYS_MAX];
    size_t n = 0;
    keys[n++] = single ? "code" : "codes";
    keys[n++] = "door";
    keys[n++] = single ? "pin" : "pins";
    if (request_names_redeemers(route)) keys[n++] = single ? "redeemer" : "redeemers";
    if (route == ROUTE_RESERVE) keys[n++] = "hold_seconds";
    n += request_card_keys(route, single, keys + n);
    return json_only(root, keys, n);
}

/* Codes may be any text: an empty or endless one is a typing error, which is an answer. */
static cm_err read_item(struct json_value code, struct json_value redeemer, struct json_value pin,
                        struct cm_request *q) {
    TRY(json_text(code, 0, REQUEST_BODY_MAX, &q->code));
    if (json_present(redeemer)) TRY(json_text(redeemer, 1, CM_REDEEMER_MAX, &q->redeemer));
    return json_present(pin) ? json_text(pin, 0, REQUEST_SINGLE_MAX, &q->pin) : CM_OK;
}

static cm_err read_array(struct json_value root, struct request *r) {
    const struct json_value codes = json_get(root, "codes");
    const struct json_value redeemers = json_get(root, "redeemers");
    const struct json_value pins = json_get(root, "pins");
    size_t n = 0, redeemer_n = 0, pin_n = 0;
    TRY(json_items(codes, 1, REQUEST_BODY_MAX, &n));
    if (n > CM_REQUESTS_MAX)
        return json_fail(codes, CM_E_LIMIT, "send several requests", "more than %u codes",
                         CM_REQUESTS_MAX);
    if (json_present(redeemers)) TRY(json_items(redeemers, n, n, &redeemer_n));
    if (json_present(pins)) TRY(json_items(pins, n, n, &pin_n));
    TRY(blank_items(r, n));
    for (size_t i = 0; i < n; i++)
        TRY(read_item(json_at(codes, i), json_at(redeemers, i), json_at(pins, i), &r->items[i]));
    return CM_OK;
}

static cm_err read_single(struct json_value root, struct cm_slice body, struct request *r) {
    if (body.len > REQUEST_SINGLE_MAX)
        return json_fail(root, CM_E_LIMIT, NULL, "a body with one code has at most %u bytes",
                         REQUEST_SINGLE_MAX);
    TRY(blank_items(r, 1));
    return read_item(json_get(root, "code"), json_get(root, "redeemer"), json_get(root, "pin"),
                     &r->items[0]);
}

static cm_err read_codes(enum route route, struct cm_slice body, struct request *r) {
    const struct json_value root = json_root(r->doc);
    r->single = !json_present(json_get(root, "codes"));
    TRY(check_members(route, root, r->single));
    TRY(r->single ? read_single(root, body, r) : read_array(root, r));
    if (json_present(json_get(root, "door")))
        TRY(json_text(json_get(root, "door"), 1, REQUEST_NAME_MAX, &r->door));
    uint64_t hold_s = 0;
    if (route == ROUTE_RESERVE)
        TRY(json_u64(json_get(root, "hold_seconds"), 1, HOLD_S_MAX, &hold_s));
    for (size_t i = 0; i < r->n; i++) {
        r->items[i].operation = route_operation(route);
        r->items[i].hold_ms = hold_s * 1000;
    }
    return request_read_card(route, root, r);
}

static cm_err read_issue(struct request *r) {
    static const char *const keys[] = {"batch", "count"};
    const struct json_value root = json_root(r->doc);
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_text(json_get(root, "batch"), 1, REQUEST_NAME_MAX, &r->batch));
    uint64_t count = 1;
    if (json_present(json_get(root, "count")))
        TRY(json_u64(json_get(root, "count"), 1, ISSUE_MAX, &count));
    r->count = (uint32_t)count;
    return CM_OK;
}

static cm_err parse(enum route route, struct cm_slice body, struct request *r,
                    struct cm_diag *diag) {
    const struct json_limits limits = {.text_max = REQUEST_BODY_MAX, .depth_max = DEPTH_MAX};
    const cm_err err = json_doc_new(&r->doc, body, "body", &limits, diag);
    /* Of its limits only depth can be met here: the length was bounded as the body came in. */
    if (err != CM_OK) return err == CM_E_LIMIT ? CM_E_FORMAT : err;
    return route == ROUTE_ISSUE ? read_issue(r) : read_codes(route, body, r);
}

cm_err request_parse(enum route route, struct cm_slice body, struct request *r,
                     struct cm_diag *diag) {
    const cm_err err = parse(route, body, r, diag);
    if (err != CM_OK) request_clear(r);
    return err;
}

cm_err request_read(enum route route, struct cm_slice body, struct request *r,
                    struct cm_diag *diag) {
    request_clear(r);
    return request_scan(route, body, r) ? CM_OK : request_parse(route, body, r, diag);
}

/* ---- The idempotency key ----------------------------------------------------------------------
 */

static bool is_graphic(char c) { return c > ' ' && c <= '~'; }

/* The character at *text, its escape undone; *text behind it. A quoted text may hold spaces. */
static bool key_char(const char **text, bool quoted, char *out) {
    const bool escaped = quoted && **text == '\\';
    if (escaped) (*text)++;
    const char c = **text;
    if (escaped && c != '"' && c != '\\') return false;
    if (!quoted && c == '"') return false;
    if (!is_graphic(c) && (c != ' ' || !quoted)) return false;
    (*text)++;
    *out = c;
    return true;
}

cm_err idempotency_key_read(const char *header, char out[static CM_KEY_TEXT_MAX], size_t *len) {
    const bool quoted = header[0] == '"';
    const char end = quoted ? '"' : '\0';
    const char *at = quoted ? header + 1 : header;
    size_t n = 0;
    *len = 0;
    while (*at != end)
        if (n == CM_KEY_TEXT_MAX || !key_char(&at, quoted, &out[n++])) return CM_E_FORMAT;
    if (n == 0 || (quoted && at[1] != '\0')) return CM_E_FORMAT;
    *len = n;
    return CM_OK;
}
