/* Fuzz target for manifests of orders: the input is a payload, signed here, so that the reader
 * behind the signature is reached; and a whole message, read without a key. What is taken is made
 * again the same, and its copies for people can be written. */
#include "fuzz/fuzz.h"

#include "crypto/secret.h"
#include "order/manifest.h"
#include "wire/cose.h"

static const struct cm_key seed = {{0x55, 0xAA}};

static void check(const struct manifest_doc *d, struct cm_slice signed_message) {
    struct buffer made = BUFFER_INIT, text = BUFFER_INIT;
    fuzz_require(manifest_make(&d->m, &seed, &made, NULL) == CM_OK);
    if (signed_message.len > 0) fuzz_require(slice_equal(buffer_slice(&made), signed_message));
    manifest_json(&d->m, &text);
    manifest_text(&d->m, &text);
    fuzz_require(!text.failed);
    buffer_free(&made);
    buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct sign_public key;
    struct buffer message = BUFFER_INIT;
    struct manifest_doc *d = NULL;
    const struct cm_slice bytes = slice_of(data, len);
    fuzz_require(crypto_init() == CM_OK);
    sign_public_of(&seed, &key);
    if (manifest_read(bytes, NULL, &d, NULL) == CM_OK) check(d, slice_of(NULL, 0));
    manifest_doc_free(take(&d));
    if (cose_sign1_make(&seed, MANIFEST_TYPE, bytes, &message) != CM_OK) return 0;
    if (manifest_read(buffer_slice(&message), &key, &d, NULL) == CM_OK)
        check(d, buffer_slice(&message));
    manifest_doc_free(take(&d));
    buffer_free(&message);
    return 0;
}
