/* Devices that check tickets offline, each known by its public key alone, and tickets that were
 * taken back. A device keeps its name, brand and key for life; it may be revoked and taken back in.
 * A document of revoked tickets is never changed. Format: docs/design/registry.md, "Devices". */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/registry_inside.h"

static const struct json_limits limits = {.text_max = 1u << 19, .depth_max = 8};

struct device_entry *registry_device(const struct registry *r, uint32_t id) {
    for (size_t i = 0; i < r->device_n; i++)
        if (r->devices[i]->id == id) return r->devices[i];
    return NULL;
}

struct device_entry *registry_device_named(const struct registry *r, struct cm_slice name) {
    for (size_t i = 0; i < r->device_n; i++)
        if (slice_equal(slice_text(r->devices[i]->name), name)) return r->devices[i];
    return NULL;
}

struct device_entry *registry_device_of_kid(const struct registry *r,
                                            const uint8_t kid[COSE_KID_LEN]) {
    for (size_t i = 0; i < r->device_n; i++)
        if (r->devices[i] != NULL && memcmp(r->devices[i]->kid, kid, COSE_KID_LEN) == 0)
            return r->devices[i];
    return NULL;
}

/* ---- Devices ----------------------------------------------------------------------------------
 */

static cm_err parse(struct json_value root, struct device_entry *d) {
    static const char *const keys[] = {"name", "brand", "public_key", "revoked", "changed_ms"};
    struct cm_slice hex;
    uint64_t brand = 0;
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "name"), 1, d->name, sizeof d->name));
    TRY(json_u64(json_get(root, "brand"), 0, UINT32_MAX, &brand));
    d->brand = (uint32_t)brand;
    TRY(json_bool(json_get(root, "revoked"), &d->revoked));
    TRY(json_u64(json_get(root, "changed_ms"), 0, INT64_MAX, &d->changed_ms));
    TRY(json_text(json_get(root, "public_key"), 1, SIZE_MAX, &hex));
    if (hex_parse(hex, d->key.b, sizeof d->key.b) != CM_OK)
        return json_fail(json_get(root, "public_key"), CM_E_FORMAT, "give an Ed25519 public key",
                         "not 64 hex digits");
    cose_kid(&d->key, d->kid);
    return CM_OK;
}

static cm_err read(struct cm_slice text, struct device_entry *d, struct json_doc **doc,
                   struct cm_diag *diag) {
    TRY(json_doc_new(doc, text, "device", &limits, diag));
    return parse(json_root(*doc), d);
}

cm_err device_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                             struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct device_entry d = {.id = id};
    TRY(read(text, &d, &doc, diag));
    const struct json_value root = json_root(doc);
    if (!text_prints(slice_text(d.name)))
        return json_fail(json_get(root, "name"), CM_E_FORMAT, "write it in one line",
                         "control characters");
    const struct device_entry *named = registry_device_named(r, slice_text(d.name));
    if (named != NULL && named->id != id)
        return json_fail(json_get(root, "name"), CM_E_EXISTS, "give another name",
                         "a device has this name");
    const struct device_entry *keyed = registry_device_of_kid(r, d.kid);
    if (keyed != NULL && keyed->id != id)
        return json_fail(json_get(root, "public_key"), CM_E_EXISTS,
                         "each device has a key of its own", "the key is device '%s's",
                         keyed->name);
    const struct device_entry *old = registry_device(r, id);
    if (old == NULL || (strcmp(old->name, d.name) == 0 && old->brand == d.brand &&
                        memcmp(old->key.b, d.key.b, sizeof d.key.b) == 0))
        return CM_OK;
    return json_fail(root, CM_E_CONFLICT, "add another device",
                     "a device keeps its name, brand and key");
}

cm_err device_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                             struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct device_entry d = {.id = id}, *place = registry_device(r, id);
    TRY(read(text, &d, &doc, diag));
    if (place != NULL) {
        *place = d;
        return CM_OK;
    }
    place = malloc(sizeof *place);
    if (place == NULL) return CM_E_NO_MEMORY;
    *place = d;
    const cm_err err = registry_push((void ***)&r->devices, &r->device_n, place);
    if (err != CM_OK) free(place);
    return err;
}

/* ---- Tickets that were taken back -------------------------------------------------------------
 */

#define CTI_DIGITS ((size_t)2 * SPEND_CTI_LEN)
#define END_LEN    8u /* bytes: Unix seconds, big-endian */
#define END_DIGITS ((size_t)2 * END_LEN)

struct revoking {
    struct revocation one;
    struct cm_slice ctis, ends; /* hex digits; ends may be empty: none is known */
    size_t n;
};

/* The i-th of them in v->one. */
static cm_err take_one(struct revoking *v, size_t i) {
    uint8_t end[END_LEN] = {0};
    const struct cm_slice cti = slice_of(v->ctis.p + i * CTI_DIGITS, CTI_DIGITS);
    if (hex_parse(cti, v->one.cti, SPEND_CTI_LEN) != CM_OK) return CM_E_FORMAT;
    if (v->ends.len > 0 &&
        hex_parse(slice_of(v->ends.p + i * END_DIGITS, END_DIGITS), end, END_LEN) != CM_OK)
        return CM_E_FORMAT;
    v->one.end_s = get_u64be(end);
    return CM_OK;
}

static cm_err parse_revoked(struct json_value root, struct revoking *v) {
    static const char *const keys[] = {"brand", "at_ms", "why", "ctis", "ends"};
    const struct json_value ends = json_get(root, "ends");
    struct cm_slice why;
    uint64_t brand = 0;
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_u64(json_get(root, "brand"), 0, UINT32_MAX, &brand));
    TRY(json_u64(json_get(root, "at_ms"), 0, INT64_MAX, &v->one.at_ms));
    TRY(json_text(json_get(root, "why"), 0, SIZE_MAX, &why));
    TRY(json_text(json_get(root, "ctis"), CTI_DIGITS, SIZE_MAX, &v->ctis));
    if (json_present(ends)) TRY(json_text(ends, END_DIGITS, SIZE_MAX, &v->ends));
    v->one.brand = (uint32_t)brand;
    v->n = v->ctis.len / CTI_DIGITS;
    if (v->ctis.len % CTI_DIGITS != 0 || v->n > REVOKED_MAX)
        return json_fail(json_get(root, "ctis"), CM_E_FORMAT, NULL, "not 16 hex digits each");
    if (json_present(ends) && v->ends.len != v->n * END_DIGITS)
        return json_fail(ends, CM_E_FORMAT, NULL, "not 16 hex digits for each of 'ctis'");
    for (size_t i = 0; i < v->n; i++)
        if (take_one(v, i) != CM_OK)
            return json_fail(json_get(root, "ctis"), CM_E_FORMAT, NULL, "not hex digits");
    return CM_OK;
}

cm_err revoked_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                              struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct revoking v = {.one = {.id = id}};
    TRY(json_doc_new(&doc, text, "revoked tickets", &limits, diag));
    TRY(parse_revoked(json_root(doc), &v));
    if (id > r->last_ids[DOCUMENT_REVOKED]) return CM_OK;
    return json_fail(json_root(doc), CM_E_CONFLICT, NULL, "a revocation is never changed");
}

cm_err revoked_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                              struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct revoking v = {.one = {.id = id}};
    TRY(json_doc_new(&doc, text, "revoked tickets", &limits, diag));
    TRY(parse_revoked(json_root(doc), &v));
    TRY(revocations_reserve(&r->revocations, v.n));
    for (size_t i = 0; i < v.n; i++) {
        cm_ignore(take_one(&v, i)); /* parsed before */
        revocations_add(&r->revocations, &v.one);
    }
    return CM_OK;
}
