/* ticket.device.*: devices that check tickets offline, known by their public keys. A device that
 * was revoked may be taken back in by adding it again: whether its file is to be trusted, the
 * operator knows. Design: docs/design/tickets.md, "Devices" */
#include <stdio.h>

#include "base/macros.h"
#include "base/text.h"
#include "order/signer.h"
#include "vault/ticket_devices.h"

/* ---- Look-ups ---------------------------------------------------------------------------------
 */

struct device_look {
    struct cm_slice name;
    const uint8_t *kid;
    struct device_entry found;
    bool is;
};

static cm_err look(void *ctx, const struct registry *r) {
    struct device_look *l = ctx;
    const struct device_entry *d =
        l->kid != NULL ? registry_device_of_kid(r, l->kid) : registry_device_named(r, l->name);
    l->is = d != NULL;
    if (d != NULL) l->found = *d;
    return CM_OK;
}

cm_err ticket_device_of(struct act *a, const uint8_t kid[COSE_KID_LEN], struct device_entry *out) {
    struct device_look l = {.kid = kid};
    char hex[2 * COSE_KID_LEN + 1];
    TRY(engine_read(a->ctx->engine, look, &l));
    hex_format(kid, COSE_KID_LEN, hex);
    if (!l.is)
        return diag_fail(a->diag, CM_E_NOT_FOUND, "spends", NULL,
                         "'countermark ticket device add NAME --public-key FILE' registers it; "
                         "nothing was taken",
                         "no device has key %s, which signed this file", hex);
    if (l.found.revoked)
        return diag_fail(a->diag, CM_E_DENIED, l.found.name, NULL,
                         "if its file is to be trusted all the same, 'countermark ticket device "
                         "add' takes it back in; nothing was taken",
                         "this device was revoked");
    *out = l.found;
    return CM_OK;
}

static void put_device(struct json_writer *w, const struct device_entry *d) {
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    json_put_cstr(w, "device", d->name);
    hex_format(d->kid, COSE_KID_LEN, hex);
    json_put_cstr(w, "kid", hex);
    hex_format(d->key.b, SIGN_PUBLIC_LEN, hex);
    json_put_cstr(w, "public_key", hex);
    json_put_bool(w, "revoked", d->revoked);
    json_put_u64(w, "changed_ms", d->changed_ms);
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

static cm_err journal(struct act *a, struct device_entry *d) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct json_writer w = json_writer_into(&text, false);
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    hex_format(d->key.b, SIGN_PUBLIC_LEN, hex);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", d->name);
    json_put_u64(&w, "brand", d->brand);
    json_put_cstr(&w, "public_key", hex);
    json_put_bool(&w, "revoked", d->revoked);
    json_put_u64(&w, "changed_ms", a->now_unix_ms);
    json_object_end(&w);
    TRY(buffer_err(&text));
    TRY(engine_document(a->ctx->engine, DOCUMENT_DEVICE, &d->id, a->ctx->actor, buffer_slice(&text),
                        a->diag));
    d->changed_ms = a->now_unix_ms;
    put_device(a->out, d);
    return CM_OK;
}

/* A key as PEM or as 64 hex digits. */
static cm_err read_key(struct act *a, struct sign_public *key) {
    struct cm_slice text;
    TRY(json_text(json_get(a->args, "public_key"), 1, ACT_ARGS_MAX, &text));
    if (hex_parse(text, key->b, sizeof key->b) == CM_OK) return CM_OK;
    if (signer_public_read(text, key, NULL) == CM_OK) return CM_OK;
    return diag_fail(a->diag, CM_E_FORMAT, "--public-key", NULL,
                     "'countermark ticket device key' makes one", "not an Ed25519 public key");
}

/* Whose tickets are taken from a device is said once. */
static cm_err check_brand(struct act *a, const struct device_entry *old, uint32_t brand,
                          const char *name) {
    if (!json_present(json_get(a->args, "brand")) || brand == old->brand) return CM_OK;
    return diag_fail(a->diag, CM_E_CONFLICT, "--brand", NULL,
                     "add another device, with a key of its own, for that brand",
                     "device '%s' is not of brand '%s': a device keeps its brand", old->name, name);
}

static cm_err device_add(struct act *a) {
    struct device_entry d = {.id = 0};
    struct device_look l = {.kid = NULL};
    char brand[REGISTRY_NAME_CAP];
    TRY(json_copy_text(json_get(a->args, "name"), 1, d.name, sizeof d.name));
    TRY(read_key(a, &d.key));
    TRY(act_brand(a, &d.brand, brand));
    cose_kid(&d.key, d.kid);
    l.name = slice_text(d.name);
    TRY(engine_read(a->ctx->engine, look, &l));
    const bool same = l.is && slice_equal(slice_of(l.found.key.b, sizeof d.key.b),
                                          slice_of(d.key.b, sizeof d.key.b));
    if (same) TRY(check_brand(a, &l.found, d.brand, brand));
    if (same) d = l.found;
    if (same && !d.revoked) {
        put_device(a->out, &d);
        return CM_OK;
    }
    d.revoked = false;
    return journal(a, &d);
}

static cm_err device_revoke(struct act *a) {
    struct device_look l = {.kid = NULL};
    TRY(json_text(json_get(a->args, "device"), 1, REGISTRY_NAME_CAP, &l.name));
    TRY(engine_read(a->ctx->engine, look, &l));
    if (!l.is)
        return diag_fail(a->diag, CM_E_NOT_FOUND, NULL, NULL,
                         "'countermark ticket device list' shows them", "no device is named '%.*s'",
                         (int)l.name.len, (const char *)l.name.p);
    l.found.revoked = true;
    return journal(a, &l.found);
}

static cm_err list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "devices");
    for (size_t i = 0; i < r->device_n; i++) {
        json_object_begin(w, NULL);
        put_device(w, r->devices[i]);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err device_list(struct act *a) { return engine_read(a->ctx->engine, list_read, a); }

/* Whose file is this? Asked before the first entry is sent. */
static cm_err device_find(struct act *a) {
    struct device_entry d;
    struct cm_slice hex;
    uint8_t kid[COSE_KID_LEN];
    TRY(json_text(json_get(a->args, "kid"), 2 * sizeof kid, 2 * sizeof kid, &hex));
    if (hex_parse(hex, kid, sizeof kid) != CM_OK)
        return json_fail(json_get(a->args, "kid"), CM_E_FORMAT, NULL, "not 16 hex digits");
    TRY(ticket_device_of(a, kid, &d));
    put_device(a->out, &d);
    return CM_OK;
}

const struct act_entry acts_ticket_device[] = {
    {"ticket.device.add", device_add, {"name", "public_key", "brand"}},
    {"ticket.device.list", device_list, {NULL}},
    {"ticket.device.revoke", device_revoke, {"device"}},
    {"ticket.device.find", device_find, {"kid"}},
    {NULL, NULL, {NULL}},
};
