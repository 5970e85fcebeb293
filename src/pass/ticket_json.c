/* Members of a ticket; times in milliseconds, as the house writes them. */
#include "pass/ticket_json.h"

#include <stdio.h>

#include "base/text.h"
#include "cards/amount.h"

#define MS_PER_S 1000u

static void put_hex(struct json_writer *w, const char *key, const uint8_t *p, size_t len) {
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    hex_format(p, len, hex);
    json_put_cstr(w, key, hex);
}

static void put_some(struct json_writer *w, const char *key, const char *text) {
    if (text[0] != '\0') json_put_cstr(w, key, text);
}

static void put_value(struct json_writer *w, const struct ticket_claims *c) {
    char amount[AMOUNT_TEXT_CAP];
    if (c->currency[0] == '\0') return;
    amount_format(c->value, c->currency, amount);
    json_put_cstr(w, "value", amount);
    json_put_cstr(w, "currency", c->currency);
}

void ticket_json_claims(struct json_writer *w, const struct ticket_claims *c) {
    char gtin[24];
    json_put_cstr(w, "issuer", c->iss);
    put_hex(w, "id", c->cti, sizeof c->cti);
    json_put_bool(w, "test", (c->flags & TICKET_TEST) != 0);
    put_some(w, "event", c->event);
    put_some(w, "seat", c->seat);
    put_some(w, "title", c->title);
    put_value(w, c);
    (void)snprintf(gtin, sizeof gtin, "%014llu", (unsigned long long)c->gtin);
    if (c->gtin != 0) json_put_cstr(w, "gtin", gtin);
    json_put_bool(w, "single_admission", (c->flags & TICKET_SINGLE) != 0);
    json_put_u64(w, "issued_ms", c->iat_unix_s * MS_PER_S);
    if (c->nbf_unix_s != 0) json_put_u64(w, "not_before_ms", c->nbf_unix_s * MS_PER_S);
    json_put_u64(w, "expires_ms", c->exp_unix_s * MS_PER_S);
}

void ticket_json_judged(struct json_writer *w, const struct ticket_judged *t) {
    json_put_cstr(w, "verdict", ticket_verdict_name(t->verdict));
    json_put_cstr(w, "why", ticket_verdict_text(t->verdict));
    if (t->has_claims) ticket_json_claims(w, &t->claims);
}

void ticket_json_key(struct json_writer *w, const struct ticket_key *k) {
    json_put_u64(w, "version", k->version);
    put_hex(w, "kid", k->kid, sizeof k->kid);
    put_hex(w, "public_key", k->public_key.b, sizeof k->public_key.b);
    json_put_u64(w, "not_before_ms", k->not_before_unix_s * MS_PER_S);
    json_put_u64(w, "not_after_ms", k->not_after_unix_s * MS_PER_S);
    json_put_bool(w, "retired", k->retired);
}
