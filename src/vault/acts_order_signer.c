/* Who signs orders, as others need it: the certificate of sealed files and the public key of
 * manifests. Both are public; a bureau is given them once and pins them. */
#include "base/macros.h"
#include "base/text.h"
#include "engine/workspace.h"
#include "order/signer.h"
#include "vault/acts_inside.h"
#include "vault/order_keys.h"

static cm_err put_text(struct json_writer *out, const char *key, const struct buffer *text) {
    TRY(buffer_err(text));
    json_put_text(out, key, buffer_slice(text));
    return CM_OK;
}

static void put_sum(struct json_writer *out, const char *key, const struct hash256 *sum) {
    char hex[2 * HASH_LEN + 1];
    hex_format(sum->b, HASH_LEN, hex);
    json_put_cstr(out, key, hex);
}

static cm_err order_signer(struct act *a) {
    struct order_keys keys;
    struct workspace w;
    CM_CLEANUP(buffer_free) struct buffer cert = BUFFER_INIT, key = BUFFER_INIT;
    TRY(workspace_read(a->ctx->workspace, &w, a->diag));
    TRY(order_keys(a->ctx->keystore, a->now_unix_s, &keys, a->diag));
    TRY(signer_open(a->ctx->workspace, keys.sign, w.name, a->now_unix_s, NULL, &cert, a->diag));
    struct sign_public public_key;
    struct hash256 sum;
    sign_public_of(keys.manifest, &public_key);
    signer_public_pem(&public_key, &key);
    TRY(put_text(a->out, "certificate", &cert));
    TRY(cms_signer_fingerprint(buffer_slice(&cert), &sum));
    put_sum(a->out, "certificate_sha256", &sum);
    TRY(put_text(a->out, "manifest_key", &key));
    hash_sha256(slice_of(public_key.b, sizeof public_key.b), &sum);
    put_sum(a->out, "manifest_key_sha256", &sum);
    return CM_OK;
}

const struct act_entry acts_order_signer[] = {{"order.signer", order_signer, {NULL}},
                                              {NULL, NULL, {NULL}}};
