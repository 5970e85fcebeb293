/* Members of bodies that are about cards. References as in request_card.h; currencies: ISO 4217. */
#include "edge/request_card.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

enum member { AMOUNT, TRANSACTION, NEW_CODE, CURRENCY, REASON, CHECKED, MEMBER_N };
#define LISTED_N (NEW_CODE + 1) /* the first ones have one value a card */
#define BIT(m)   (1u << (m))
#define MONEY    (BIT(AMOUNT) | BIT(CURRENCY))

_Static_assert(MEMBER_N == REQUEST_CARD_KEYS_MAX, "room for every key");

struct member_row {
    const char *single, *many;
};
static const struct member_row members[MEMBER_N] = {
    [AMOUNT] = {"amount", "amounts"},       [TRANSACTION] = {"transaction", "transactions"},
    [NEW_CODE] = {"new_code", "new_codes"}, [CURRENCY] = {"currency", "currency"},
    [REASON] = {"reason", "reason"},        [CHECKED] = {"checked", "checked"}};

struct route_row {
    unsigned takes, needs;
};

static struct route_row row_of(enum route route) {
    static const struct route_row rows[ROUTE_RENEW_PIN + 1] = {
        [ROUTE_CHECK] = {0, 0},
        [ROUTE_REDEEM] = {MONEY | BIT(CHECKED), 0},
        [ROUTE_RESERVE] = {MONEY | BIT(CHECKED), 0},
        [ROUTE_CONFIRM] = {MONEY | BIT(TRANSACTION) | BIT(CHECKED), 0},
        [ROUTE_RELEASE] = {BIT(TRANSACTION), 0},
        [ROUTE_REVERSE] = {MONEY | BIT(TRANSACTION), 0},
        [ROUTE_ACTIVATE] = {MONEY, 0},
        [ROUTE_DEACTIVATE] = {0, 0},
        [ROUTE_LOAD] = {MONEY, BIT(AMOUNT)},
        [ROUTE_BLOCK] = {BIT(REASON), BIT(REASON)},
        [ROUTE_UNBLOCK] = {0, 0},
        [ROUTE_LOSE] = {BIT(REASON), 0},
        [ROUTE_REPLACE] = {BIT(NEW_CODE) | BIT(REASON), BIT(NEW_CODE)},
        [ROUTE_RENEW_PIN] = {0, 0},
    };
    return route_is_call(route) ? rows[route] : (struct route_row){0, 0};
}

size_t request_card_keys(enum route route, bool single, const char **keys) {
    const unsigned takes = row_of(route).takes;
    size_t n = 0;
    for (unsigned m = 0; m < MEMBER_N; m++)
        if (takes & BIT(m)) keys[n++] = single ? members[m].single : members[m].many;
    return n;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static cm_err read_transaction(struct json_value v, uint64_t *out) {
    struct cm_slice text;
    TRY(json_text(v, 1, DECIMAL_CAP, &text));
    if (text_u64(text, UINT64_MAX, out) == CM_OK) return CM_OK;
    return json_fail(v, CM_E_FORMAT, "send what an answer gave as \"transaction\"",
                     "not a transaction's number");
}

static cm_err read_currency(struct json_value v, char out[static 4]) {
    struct cm_slice text;
    TRY(json_text(v, 3, 3, &text));
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < 'A' || text.p[i] > 'Z')
            return json_fail(v, CM_E_FORMAT, "write it as \"EUR\"",
                             "a currency is three capital letters");
    memcpy(out, text.p, text.len);
    return CM_OK;
}

static cm_err read_reason(struct json_value v, enum cm_card_reason *out) {
    const char *words[CM_REASON_N - 1u];
    size_t at = 0;
    for (unsigned i = 1; i < CM_REASON_N; i++)
        words[i - 1] = cm_card_reason_name((enum cm_card_reason)i);
    TRY(json_word(v, words, CM_ARRAY_N(words), &at));
    *out = (enum cm_card_reason)(at + 1);
    return CM_OK;
}

static cm_err read_value(enum member m, struct json_value v, struct cm_card_ask *ask) {
    switch (m) {
    case AMOUNT: return json_u64(v, 0, CM_AMOUNT_MAX, &ask->amount);
    case TRANSACTION: return read_transaction(v, &ask->reference);
    case NEW_CODE: return json_text(v, 1, REQUEST_SINGLE_MAX, &ask->other);
    case CURRENCY: return read_currency(v, ask->currency);
    case REASON: return read_reason(v, &ask->reason);
    case CHECKED: return json_bool(v, &ask->checked);
    case MEMBER_N:
    default: return CM_E_ARGUMENT;
    }
}

/* ---- Members --------------------------------------------------------------------------------- */

static cm_err blank_asks(struct request *r) {
    if (r->n > r->ask_cap) {
        struct cm_card_ask *asks = reallocarray(r->asks, r->n, sizeof *asks);
        if (asks == NULL) return CM_E_NO_MEMORY;
        r->asks = asks;
        r->ask_cap = r->n;
    }
    for (size_t i = 0; i < r->n; i++)
        r->asks[i] = (struct cm_card_ask){.amount = 0};
    r->asked = true;
    return CM_OK;
}

/* One value a card where there are several, the same for all of them otherwise. */
static cm_err read_member(enum member m, struct json_value v, struct request *r) {
    const bool list = m < LISTED_N && !r->single;
    size_t n = 0;
    if (list) TRY(json_items(v, r->n, r->n, &n));
    for (size_t i = 0; i < r->n; i++)
        TRY(read_value(m, list ? json_at(v, i) : v, &r->asks[i]));
    return CM_OK;
}

cm_err request_read_card(enum route route, struct json_value root, struct request *r) {
    const struct route_row row = row_of(route);
    for (unsigned m = 0; m < MEMBER_N; m++) {
        if (!(row.takes & BIT(m))) continue;
        const struct json_value v = json_get(root, r->single ? members[m].single : members[m].many);
        if (!json_present(v) && !(row.needs & BIT(m))) continue;
        if (!r->asked) TRY(blank_asks(r));
        TRY(read_member((enum member)m, v, r));
    }
    return CM_OK;
}
