/* Tickets of random units with random claims for tests/oracle/ticket.mjs: one JSON object a line,
 * the root key included. A test tool; its numbers are reproducible and no secrets.
 * Usage: ticket_tool CASES */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/secret.h"
#include "crypto/ticket_keys.h"
#include "doc/json_write.h"
#include "support/splitmix.h"
#include "wire/ticket.h"

struct one {
    struct cm_key root;
    uint32_t brand, set;
    uint8_t version;
    uint64_t serial;
    struct ticket_claims c;
};

static void must(cm_err err) {
    if (err == CM_OK) return;
    (void)fprintf(stderr, "%s\n", cm_err_name(err));
    exit(1);
}

static const char *const texts[] = {
    "", "Gala", "Row 12, seat 4", "\xC3\x96nologie \xE2\x82\xAC",
    "a text that takes a head of two bytes, sixty-four at the most"};

static const char *some_text(uint64_t *state) { return texts[splitmix_next(state) % 5]; }

static struct one make(uint64_t *state) {
    struct one o = {.brand = (uint32_t)splitmix_next(state),
                    .set = (uint32_t)(splitmix_next(state) >> 40),
                    .version = (uint8_t)(splitmix_next(state) % 255 + 1),
                    .serial = splitmix_next(state) >> (24 + splitmix_next(state) % 40)};
    struct ticket_claims *c = &o.c;
    for (size_t i = 0; i < sizeof o.root.b; i++)
        o.root.b[i] = (uint8_t)splitmix_next(state);
    const size_t iss_len = 2 + splitmix_next(state) % 7;
    for (size_t i = 0; i < iss_len; i++)
        c->iss[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[splitmix_next(state) % 36];
    c->iat_unix_s = splitmix_next(state) % 5000000000u;
    c->nbf_unix_s = splitmix_next(state) % 2 == 0 ? 0 : c->iat_unix_s + 1;
    c->exp_unix_s = c->iat_unix_s + 2 + splitmix_next(state) % 100000000u;
    c->flags = (uint32_t)(splitmix_next(state) % 4);
    (void)snprintf(c->event, sizeof c->event, "%s", some_text(state));
    (void)snprintf(c->seat, sizeof c->seat, "%s", some_text(state));
    (void)snprintf(c->title, sizeof c->title, "%s", some_text(state));
    if (splitmix_next(state) % 2 == 0) {
        memcpy(c->currency, "EUR", 4);
        c->value = splitmix_next(state) >> (11 + splitmix_next(state) % 50);
    }
    c->gtin = splitmix_next(state) % 3 == 0 ? splitmix_next(state) % 100000000000000u : 0;
    return o;
}

static void put_hex(struct json_writer *w, const char *key, const uint8_t *p, size_t len) {
    char hex[2 * CM_KEY_LEN + 1];
    hex_format(p, len, hex);
    json_put_cstr(w, key, hex);
}

static void put_claims(struct json_writer *w, const struct ticket_claims *c) {
    json_object_begin(w, "claims");
    json_put_cstr(w, "iss", c->iss);
    json_put_u64(w, "exp", c->exp_unix_s);
    json_put_u64(w, "nbf", c->nbf_unix_s);
    json_put_u64(w, "iat", c->iat_unix_s);
    put_hex(w, "cti", c->cti, sizeof c->cti);
    json_put_cstr(w, "event", c->event);
    json_put_cstr(w, "seat", c->seat);
    json_put_u64(w, "value", c->value);
    json_put_cstr(w, "currency", c->currency);
    json_put_u64(w, "flags", c->flags);
    json_put_u64(w, "gtin", c->gtin);
    json_put_cstr(w, "title", c->title);
    json_object_end(w);
}

static void tell(struct one *o) {
    struct ticket_ids *ids = NULL;
    struct cm_key seed;
    struct buffer text = BUFFER_INIT, line = BUFFER_INIT;
    char serial[24];
    must(ticket_ids_new(&ids, &o->root, o->brand, o->version));
    must(ticket_id_make(ids, o->set, o->serial, o->c.cti));
    must(ticket_sign_seed(&o->root, o->brand, o->version, &seed));
    must(ticket_make(&seed, &o->c, &text));
    struct json_writer w = json_writer_into(&line, false);
    (void)snprintf(serial, sizeof serial, "%llu", (unsigned long long)o->serial);
    json_object_begin(&w, NULL);
    put_hex(&w, "root", o->root.b, sizeof o->root.b);
    json_put_u64(&w, "brand", o->brand);
    json_put_u64(&w, "version", o->version);
    json_put_u64(&w, "set", o->set);
    json_put_cstr(&w, "serial", serial);
    put_hex(&w, "cti", o->c.cti, sizeof o->c.cti);
    put_claims(&w, &o->c);
    json_put_text(&w, "ticket", buffer_slice(&text));
    json_object_end(&w);
    must(buffer_err(&line));
    (void)printf("%.*s\n", (int)line.len, (const char *)line.p);
    buffer_free(&line);
    buffer_free(&text);
    ticket_ids_free(ids);
}

int main(int argc, char **argv) {
    uint64_t state = 6, n = 0;
    if (argc != 2 || text_u64(slice_text(argv[1]), 1000000, &n) != CM_OK) return 2;
    must(crypto_init());
    for (uint64_t i = 0; i < n; i++) {
        struct one o = make(&state);
        tell(&o);
    }
    return 0;
}
