/* ticket.issuer.*: who signs tickets. The keystore is saved before the ledger says that a key is
 * there; a key that the ledger never heard of is taken up by the next attempt. What devices were
 * told stands: keys are retired, and ended earlier, never revived. Design: docs/design/tickets.md
 */
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/macros.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "pass/ticket_json.h"
#include "pass/trust.h"
#include "vault/ticket_signer.h"

#define KEY_DAYS_N 730u /* a key's validity when none is given: our choice */
#define DAY_S      86400u

/* ---- Documents ------------------------------------------------------------------------------- */

static void put_document(const struct issuer_entry *e, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "issuer", e->iss);
    json_put_u64(&w, "brand", e->brand);
    json_array_begin(&w, "keys");
    for (size_t i = 0; i < e->key_n; i++) {
        const struct ticket_key *k = &e->keys[i];
        hex_format(k->public_key.b, SIGN_PUBLIC_LEN, hex);
        json_object_begin(&w, NULL);
        json_put_u64(&w, "version", k->version);
        json_put_cstr(&w, "public_key", hex);
        json_put_u64(&w, "not_before", k->not_before_unix_s);
        json_put_u64(&w, "not_after", k->not_after_unix_s);
        json_put_bool(&w, "retired", k->retired);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
}

static cm_err journal(struct act *a, const struct issuer_entry *e) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    uint32_t id = e->brand != 0 ? e->brand : ISSUER_OF_NO_BRAND;
    put_document(e, &text);
    TRY(buffer_err(&text));
    return engine_document(a->ctx->engine, DOCUMENT_ISSUER, &id, a->ctx->actor, buffer_slice(&text),
                           a->diag);
}

static void put_issuer(struct json_writer *w, const struct issuer_entry *e) {
    json_put_cstr(w, "issuer", e->iss);
    json_array_begin(w, "keys");
    for (size_t i = 0; i < e->key_n; i++) {
        json_object_begin(w, NULL);
        ticket_json_key(w, &e->keys[i]);
        json_object_end(w);
    }
    json_array_end(w);
}

/* A further key of an issuer: made, or taken up where an attempt before stopped. */
static cm_err add_key(struct act *a, struct issuer_entry *e, uint64_t begin, uint64_t end) {
    struct keystore *ks = a->ctx->keystore;
    const struct cm_key *root = NULL;
    const unsigned version = e->key_n > 0 ? e->keys[e->key_n - 1].version + 1u : 1u;
    if (e->key_n == ISSUER_KEYS_MAX || version > UINT8_MAX)
        return diag_fail(a->diag, CM_E_LIMIT, e->iss, NULL, NULL, "an issuer has at most %u keys",
                         ISSUER_KEYS_MAX);
    if (begin >= end)
        return diag_fail(a->diag, CM_E_RANGE, "--not-after", NULL, "give a later day",
                         "the key would end before it begins");
    if (keystore_find(ks, KEY_TICKET, e->brand, (uint8_t)version, &root) == CM_E_NOT_FOUND) {
        TRY(keystore_generate(ks, KEY_TICKET, e->brand, (uint8_t)version, a->now_unix_s));
        TRY(keystore_save(ks, a->diag));
    }
    CM_KEY_SCOPED struct cm_key seed = {{0}};
    struct ticket_key k = {
        .version = (uint8_t)version, .not_before_unix_s = begin, .not_after_unix_s = end};
    TRY(keystore_find(ks, KEY_TICKET, e->brand, k.version, &root));
    TRY(ticket_sign_seed(root, e->brand, k.version, &seed));
    sign_public_of(&seed, &k.public_key);
    cose_kid(&k.public_key, k.kid);
    e->keys[e->key_n++] = k;
    return CM_OK;
}

/* ---- Acts ------------------------------------------------------------------------------------ */

static cm_err validity(struct act *a, uint64_t *begin, uint64_t *end) {
    *begin = a->now_unix_s;
    TRY(act_ticket_begin(json_get(a->args, "not_before"), NULL, begin));
    *end = *begin + (uint64_t)KEY_DAYS_N * DAY_S;
    return act_ticket_end(json_get(a->args, "not_after"), NULL, end);
}

static cm_err issuer_add(struct act *a) {
    struct issuer_entry e = {.key_n = 0}, old;
    char brand[REGISTRY_NAME_CAP];
    uint64_t begin = 0, end = 0;
    TRY(json_copy_text(json_get(a->args, "issuer"), TICKET_ISS_MIN, e.iss, sizeof e.iss));
    if (strspn(e.iss, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(e.iss))
        return json_fail(json_get(a->args, "issuer"), CM_E_FORMAT, "use A-Z and 0-9, as ACME",
                         "not a fit name for an issuer");
    TRY(act_brand(a, &e.brand, brand));
    struct cm_diag quiet = DIAG_INIT, *const diag = a->diag;
    a->diag = &quiet;
    const bool there = act_issuer_of(a, e.brand, &old) == CM_OK;
    a->diag = diag;
    if (there)
        return diag_fail(a->diag, CM_E_EXISTS, e.iss, NULL,
                         "countermark ticket issuer rotate gives it a new key",
                         "this brand's tickets are issued by %s already", old.iss);
    TRY(validity(a, &begin, &end));
    TRY(add_key(a, &e, begin, end));
    TRY(journal(a, &e));
    put_issuer(a->out, &e);
    return CM_OK;
}

/* From now on the new key signs; older ones sign nothing more, and stay valid to their ends. */
static cm_err issuer_rotate(struct act *a) {
    struct issuer_entry e;
    uint64_t begin = 0, end = 0;
    TRY(act_issuer(a, "issuer", &e));
    TRY(validity(a, &begin, &end));
    for (size_t i = 0; i < e.key_n; i++)
        e.keys[i].retired = true;
    TRY(add_key(a, &e, begin, end));
    TRY(journal(a, &e));
    TRY(act_note(a, "issuer %s: ticket key version %u made", e.iss, e.keys[e.key_n - 1].version));
    put_issuer(a->out, &e);
    json_array_begin(a->out, "notes");
    json_put_cstr(a->out, NULL,
                  "Send the new trust file to every device: countermark ticket issuer export. "
                  "Tickets that are out stay valid to the end of their key.");
    json_array_end(a->out);
    return CM_OK;
}

static cm_err issuer_retire(struct act *a) {
    struct issuer_entry e;
    uint64_t version = 0;
    struct ticket_key *k = NULL;
    TRY(act_issuer(a, "issuer", &e));
    TRY(json_u64(json_get(a->args, "version"), 1, UINT8_MAX, &version));
    for (size_t i = 0; i < e.key_n; i++)
        if (e.keys[i].version == version) k = &e.keys[i];
    if (k == NULL)
        return diag_fail(a->diag, CM_E_NOT_FOUND, e.iss, NULL,
                         "'countermark ticket issuer list' shows them",
                         "it has no key of version %u", (unsigned)version);
    uint64_t end = k->not_after_unix_s;
    TRY(act_ticket_end(json_get(a->args, "not_after"), NULL, &end));
    if (end > k->not_after_unix_s)
        return diag_fail(a->diag, CM_E_RANGE, "--not-after", NULL,
                         "devices were told the earlier end: rotate instead",
                         "a key's end may only be brought forward");
    if (end <= k->not_before_unix_s) end = k->not_before_unix_s + 1; /* nothing of it is valid */
    k->retired = true;
    k->not_after_unix_s = end;
    TRY(journal(a, &e));
    TRY(act_note(a, "issuer %s: ticket key version %u retired", e.iss, (unsigned)version));
    put_issuer(a->out, &e);
    return CM_OK;
}

static cm_err list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "issuers");
    for (size_t i = 0; i < r->issuer_n; i++) {
        json_object_begin(w, NULL);
        put_issuer(w, r->issuers[i]);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err issuer_list(struct act *a) { return engine_read(a->ctx->engine, list_read, a); }

/* ---- Export ---------------------------------------------------------------------------------- */

static void put_base64url(struct json_writer *w, const char *key, struct cm_slice bytes,
                          struct buffer *scratch) {
    buffer_clear(scratch);
    base64url_put(scratch, bytes);
    json_put_text(w, key, buffer_slice(scratch));
}

/* RFC 8037 section 2; times are no members of a JWK, so they stand under names of our own. */
static void put_jwk(struct json_writer *w, const struct ticket_key *k, struct buffer *scratch) {
    json_object_begin(w, NULL);
    json_put_cstr(w, "kty", "OKP");
    json_put_cstr(w, "crv", "Ed25519");
    json_put_cstr(w, "alg", "EdDSA");
    json_put_cstr(w, "use", "sig");
    put_base64url(w, "kid", slice_of(k->kid, sizeof k->kid), scratch);
    put_base64url(w, "x", slice_of(k->public_key.b, sizeof k->public_key.b), scratch);
    json_put_u64(w, "nbf", k->not_before_unix_s);
    json_put_u64(w, "exp", k->not_after_unix_s);
    json_object_end(w);
}

static void put_fingerprint(struct act *a, const struct ticket_key *k) {
    struct hash256 sum;
    char hex[2 * HASH_LEN + 1];
    hash_sha256(slice_of(k->public_key.b, sizeof k->public_key.b), &sum);
    hex_format(sum.b, HASH_LEN, hex);
    json_put_cstr(a->out, "fingerprint", hex);
}

static cm_err issuer_export(struct act *a) {
    struct issuer_entry e;
    struct trust t = {.made_unix_s = a->now_unix_s};
    CM_CLEANUP(ticket_signer_close) struct ticket_signer s = {.ids = NULL};
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT, scratch = BUFFER_INIT;
    TRY(act_issuer(a, "issuer", &e));
    TRY(ticket_signer_oldest(a, &e, &s));
    memcpy(t.iss, e.iss, sizeof t.iss);
    memcpy(t.keys, e.keys, e.key_n * sizeof e.keys[0]);
    t.n = e.key_n;
    TRY(trust_write(&t, &s.seed, &file));
    put_issuer(a->out, &e);
    put_fingerprint(a, &s.key);
    base64_put(&scratch, buffer_slice(&file));
    json_put_text(a->out, "trust", buffer_slice(&scratch));
    json_object_begin(a->out, "jwks");
    json_array_begin(a->out, "keys");
    for (size_t i = 0; i < e.key_n; i++)
        put_jwk(a->out, &e.keys[i], &scratch);
    json_array_end(a->out);
    json_object_end(a->out);
    return buffer_err(&scratch);
}

const struct act_entry acts_ticket_issuer[] = {
    {"ticket.issuer.add", issuer_add, {"issuer", "brand", "not_before", "not_after"}},
    {"ticket.issuer.rotate", issuer_rotate, {"issuer", "not_after"}},
    {"ticket.issuer.retire", issuer_retire, {"issuer", "version", "not_after"}},
    {"ticket.issuer.list", issuer_list, {NULL}},
    {"ticket.issuer.export", issuer_export, {"issuer"}},
    {NULL, NULL, {NULL}},
};
