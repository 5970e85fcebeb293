/* Issuer documents: who signs the tickets of a brand, and with which public keys. An issuer keeps
 * its name and its keys for life; a later document may add keys, retire some, and end them earlier:
 * what devices in the field were told is never contradicted in the ticket's favour.
 * Format: docs/design/registry.md, "Issuers"; docs/design/tickets.md. */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "engine/registry_inside.h"

static const struct json_limits limits = {.text_max = 1u << 16, .depth_max = JSON_DEPTH_MAX};

struct issuer_entry *registry_issuer(const struct registry *r, uint32_t brand) {
    for (size_t i = 0; i < r->issuer_n; i++)
        if (r->issuers[i]->brand == brand) return r->issuers[i];
    return NULL;
}

struct issuer_entry *registry_issuer_named(const struct registry *r, struct cm_slice iss) {
    for (size_t i = 0; i < r->issuer_n; i++)
        if (slice_equal(slice_text(r->issuers[i]->iss), iss)) return r->issuers[i];
    return NULL;
}

/* ---- Parsing --------------------------------------------------------------------------------- */

static cm_err read_key(struct json_value v, struct ticket_key *k) {
    static const char *const keys[] = {"version", "public_key", "not_before", "not_after",
                                       "retired"};
    const size_t digits = 2 * (size_t)SIGN_PUBLIC_LEN;
    struct cm_slice hex;
    uint64_t version = 0;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_u64(json_get(v, "version"), 1, UINT8_MAX, &version));
    k->version = (uint8_t)version;
    TRY(json_text(json_get(v, "public_key"), digits, digits, &hex));
    if (hex_parse(hex, k->public_key.b, sizeof k->public_key.b) != CM_OK)
        return json_fail(json_get(v, "public_key"), CM_E_FORMAT, NULL, "not 64 hex digits");
    cose_kid(&k->public_key, k->kid);
    TRY(json_u64(json_get(v, "not_before"), 0, TICKET_TIME_MAX, &k->not_before_unix_s));
    TRY(json_u64(json_get(v, "not_after"), 1, TICKET_TIME_MAX, &k->not_after_unix_s));
    return json_bool(json_get(v, "retired"), &k->retired);
}

static cm_err read_keys(struct json_value list, struct issuer_entry *e) {
    TRY(json_items(list, 1, ISSUER_KEYS_MAX, &e->key_n));
    for (size_t i = 0; i < e->key_n; i++) {
        struct ticket_key *k = &e->keys[i];
        TRY(read_key(json_at(list, i), k));
        memcpy(k->iss, e->iss, sizeof k->iss);
        if (i > 0 && k->version <= e->keys[i - 1].version)
            return json_fail(json_at(list, i), CM_E_FORMAT, NULL, "versions do not rise");
    }
    return CM_OK;
}

static cm_err parse(struct json_value root, struct issuer_entry *e) {
    static const char *const keys[] = {"issuer", "brand", "keys"};
    uint64_t brand = 0;
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "issuer"), TICKET_ISS_MIN, e->iss, sizeof e->iss));
    if (strspn(e->iss, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(e->iss))
        return json_fail(json_get(root, "issuer"), CM_E_FORMAT, "use A-Z and 0-9, as ACME",
                         "not a fit name for an issuer");
    TRY(json_u64(json_get(root, "brand"), 0, ISSUER_OF_NO_BRAND - 1, &brand));
    e->brand = (uint32_t)brand;
    if (e->id != (brand != 0 ? brand : ISSUER_OF_NO_BRAND))
        return json_fail(json_get(root, "brand"), CM_E_FORMAT, NULL,
                         "an issuer's number is its brand's");
    return read_keys(json_get(root, "keys"), e);
}

static cm_err read(struct cm_slice text, struct issuer_entry *e, struct json_doc **doc,
                   struct cm_diag *diag) {
    TRY(json_doc_new(doc, text, "issuer", &limits, diag));
    return parse(json_root(*doc), e);
}

/* ---- Checking and applying ------------------------------------------------------------------- */

static bool key_stands(const struct ticket_key *old, const struct ticket_key *k) {
    return old->version == k->version && old->not_before_unix_s == k->not_before_unix_s &&
           memcmp(old->public_key.b, k->public_key.b, sizeof k->public_key.b) == 0 &&
           k->not_after_unix_s <= old->not_after_unix_s && (k->retired || !old->retired);
}

static cm_err check_later(const struct issuer_entry *old, const struct issuer_entry *e,
                          struct json_value root) {
    if (strcmp(old->iss, e->iss) != 0)
        return json_fail(json_get(root, "issuer"), CM_E_CONFLICT, NULL,
                         "tickets name issuer %s: it keeps its name", old->iss);
    bool stands = e->key_n >= old->key_n;
    for (size_t i = 0; i < old->key_n && stands; i++)
        stands = key_stands(&old->keys[i], &e->keys[i]);
    if (stands) return CM_OK;
    return json_fail(json_get(root, "keys"), CM_E_CONFLICT, NULL,
                     "keys stay; they may be retired, and end earlier");
}

cm_err issuer_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                             struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct issuer_entry e = {.id = id};
    TRY(read(text, &e, &doc, diag));
    const struct json_value root = json_root(doc);
    bool brand = e.brand == 0;
    for (size_t i = 0; i < r->brand_n && !brand; i++)
        brand = r->brands[i]->id == e.brand;
    if (!brand)
        return json_fail(json_get(root, "brand"), CM_E_NOT_FOUND, NULL, "no brand has number %u",
                         e.brand);
    const struct issuer_entry *same = registry_issuer_named(r, slice_text(e.iss));
    if (same != NULL && same->id != id)
        return json_fail(json_get(root, "issuer"), CM_E_EXISTS, "choose another name",
                         "another brand's tickets are issued by %s", e.iss);
    const struct issuer_entry *old = registry_issuer(r, e.brand);
    return old != NULL ? check_later(old, &e, root) : CM_OK;
}

cm_err issuer_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                             struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct issuer_entry e = {.id = id};
    TRY(read(text, &e, &doc, diag));
    struct issuer_entry *old = registry_issuer(r, e.brand);
    if (old != NULL) {
        *old = e;
        return CM_OK;
    }
    struct issuer_entry *added = malloc(sizeof *added);
    if (added == NULL) return CM_E_NO_MEMORY;
    *added = e;
    const cm_err err = registry_push((void ***)&r->issuers, &r->issuer_n, added);
    if (err != CM_OK) free(added);
    return err;
}
