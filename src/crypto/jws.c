/* Payloads may name cards: what held them is wiped. */
#include "crypto/jws.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "base/base64.h"
#include "base/macros.h"
#include "crypto/crypto_err.h"
#include "crypto/recipient_inside.h"

struct jws_signer {
    struct recipient_key *key;
};

void jws_signer_free(struct jws_signer *s) {
    if (s == NULL) return;
    recipient_key_free(s->key);
    free(s);
}

void jws_signer_freep(struct jws_signer **s) { jws_signer_free(take(s)); }

cm_err jws_signer_from(struct cm_slice key, const struct passphrase_source *passphrase,
                       struct jws_signer **out, struct cm_diag *diag) {
    CM_CLEANUP(jws_signer_freep) struct jws_signer *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    TRY(recipient_key_from(key, passphrase, &s->key, diag));
    if (EVP_PKEY_is_a(s->key->key, "RSA") != 1)
        return diag_fail(diag, CM_E_UNSUPPORTED, "signing key", NULL,
                         "give the RSA key of the service account", "it is not an RSA key");
    const int bits = EVP_PKEY_get_bits(s->key->key);
    if (bits < RECIPIENT_RSA_MIN_BITS)
        return diag_fail(diag, CM_E_WEAK, "signing key", NULL, "use an RSA key of 2048 bits",
                         "%d bits; at least %d needed", bits, RECIPIENT_RSA_MIN_BITS);
    *out = take(&s);
    return CM_OK;
}

static void context_freep(EVP_MD_CTX **ctx) { EVP_MD_CTX_free(*ctx); }

/* RFC 7515 section 5.1: the signature is over the text so far. */
static cm_err put_signature(struct jws_signer *s, struct cm_slice text, struct buffer *out) {
    CM_CLEANUP(context_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    CM_CLEANUP(buffer_wipe) struct buffer sum = BUFFER_INIT;
    size_t len = 0;
    if (ctx == NULL) return CM_E_NO_MEMORY;
    if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, s->key->key) != 1 ||
        EVP_DigestSign(ctx, NULL, &len, text.p, text.len) != 1)
        return crypto_err_openssl("EVP_DigestSign");
    uint8_t *to = buffer_reserve(&sum, len);
    if (to == NULL) return CM_E_NO_MEMORY;
    if (EVP_DigestSign(ctx, to, &len, text.p, text.len) != 1)
        return crypto_err_openssl("EVP_DigestSign");
    buffer_u8(out, '.');
    base64url_put(out, slice_of(to, len));
    return buffer_err(out);
}

cm_err jws_sign(struct jws_signer *s, const char *key_id, struct cm_slice payload,
                struct buffer *out) {
    CM_CLEANUP(buffer_free) struct buffer header = BUFFER_INIT;
    const size_t from = out->len;
    buffer_text(&header, "{\"alg\":\"RS256\",\"typ\":\"JWT\"");
    if (key_id != NULL) buffer_printf(&header, ",\"kid\":\"%s\"", key_id);
    buffer_text(&header, "}");
    TRY(buffer_err(&header));
    base64url_put(out, buffer_slice(&header));
    buffer_u8(out, '.');
    base64url_put(out, payload);
    TRY(buffer_err(out));
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    buffer_put(&text, out->p + from, out->len - from);
    TRY(buffer_err(&text));
    return put_signature(s, buffer_slice(&text), out);
}
