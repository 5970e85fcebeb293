/* Issuers and their tickets. */
#include "support/world_ticket.h"

#include "base/text.h"
#include "crypto/ticket_keys.h"
#include "doc/json_write.h"
#include "support/cm.h"

#define KEY_DAYS 100u

static void put_key(struct world *w, struct json_writer *j, unsigned version, uint64_t end) {
    const struct cm_key *root = NULL;
    struct cm_key seed;
    struct sign_public key;
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    if (keystore_find(w->keystore, KEY_TICKET, 0, (uint8_t)version, &root) == CM_E_NOT_FOUND)
        assert_ok(keystore_generate(w->keystore, KEY_TICKET, 0, (uint8_t)version, 1));
    assert_ok(keystore_find(w->keystore, KEY_TICKET, 0, (uint8_t)version, &root));
    assert_ok(ticket_sign_seed(root, 0, (uint8_t)version, &seed));
    sign_public_of(&seed, &key);
    hex_format(key.b, sizeof key.b, hex);
    json_object_begin(j, NULL);
    json_put_u64(j, "version", version);
    json_put_cstr(j, "public_key", hex);
    json_put_u64(j, "not_before", WORLD_NOW_MS / 1000);
    json_put_u64(j, "not_after",
                 end != 0 ? end : WORLD_NOW_MS / 1000 + (uint64_t)KEY_DAYS * WORLD_DAY_S);
    json_put_bool(j, "retired", end != 0);
    json_object_end(j);
}

struct buffer world_issuer_text(struct world *w, unsigned n, unsigned version, uint64_t end) {
    struct buffer text = BUFFER_INIT;
    struct json_writer j = json_writer_into(&text, false);
    json_object_begin(&j, NULL);
    json_put_cstr(&j, "issuer", WORLD_ISSUER);
    json_put_u64(&j, "brand", 0);
    json_array_begin(&j, "keys");
    for (unsigned v = 1; v <= n; v++)
        put_key(w, &j, v, v == version ? end : 0);
    json_array_end(&j);
    json_object_end(&j);
    return text;
}

void world_issuer_end(struct world *w, unsigned n, unsigned version, uint64_t end) {
    struct buffer text = world_issuer_text(w, n, version, end);
    world_document(w, DOCUMENT_ISSUER, ISSUER_OF_NO_BRAND, buffer_slice(&text));
    buffer_free(&text);
}

void world_issuer(struct world *w, unsigned n) { world_issuer_end(w, n, 0, 0); }

struct ticket_claims world_claims(const struct world *w) {
    return (struct ticket_claims){.iss = WORLD_ISSUER,
                                  .iat_unix_s = w->now_ms / 1000,
                                  .exp_unix_s = w->now_ms / 1000 + (uint64_t)10 * WORLD_DAY_S,
                                  .flags = TICKET_TEST | TICKET_SINGLE};
}

void world_ticket_of(struct world *w, unsigned version, uint32_t set, uint64_t serial,
                     struct ticket_claims claims, char out[static WORLD_TICKET_CAP]) {
    const struct cm_key *root = NULL;
    struct cm_key seed;
    struct ticket_ids *ids = NULL;
    struct buffer text = BUFFER_INIT;
    assert_ok(keystore_find(w->keystore, KEY_TICKET, 0, (uint8_t)version, &root));
    assert_ok(ticket_sign_seed(root, 0, (uint8_t)version, &seed));
    assert_ok(ticket_ids_new(&ids, root, 0, (uint8_t)version));
    assert_ok(ticket_id_make(ids, set, serial, claims.cti));
    assert_ok(ticket_make(&seed, &claims, &text));
    memcpy(out, text.p, text.len);
    out[text.len] = '\0';
    buffer_free(&text);
    ticket_ids_free(ids);
}

void world_ticket(struct world *w, uint32_t set, uint64_t serial,
                  char out[static WORLD_TICKET_CAP]) {
    world_ticket_of(w, 1, set, serial, world_claims(w), out);
}
