/* Fuzz target for the keystore file: any bytes, as they are and with their checksum mended (so that
 * the fuzzer gets past it). What parses encodes back to the same bytes, and what opens under the
 * seeds' data key of zeros holds as many keys as its header says. */
#include "fuzz/fuzz.h"

#include "crypto/keystore_format.h"
#include "crypto/keystore_layout.h"
#include "crypto/secret.h"

static void try_file(struct cm_slice file) {
    struct keystore_parts parts;
    if (keystore_parse(file, true, &parts, NULL) != CM_OK) return;
    CM_CLEANUP(buffer_free) struct buffer again = BUFFER_INIT;
    keystore_header_encode(&parts.header, &again);
    fuzz_require(slice_equal(buffer_slice(&again), parts.sealed));
    const struct cm_key zeros = {{0}};
    CM_CLEANUP(keyring_wipe) struct keyring ring = KEYRING_INIT;
    if (keystore_unseal(&parts, &zeros, &ring, NULL) == CM_OK)
        fuzz_require(ring.n == parts.header.keys_n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    fuzz_require(crypto_init() == CM_OK);
    try_file(slice_of(data, len));
    if (len <= KEYSTORE_SUM_LEN) return 0;
    CM_CLEANUP(buffer_free) struct buffer mended = BUFFER_INIT;
    buffer_put(&mended, data, len);
    fuzz_require(buffer_err(&mended) == CM_OK);
    keystore_checksum(slice_of(mended.p, len - KEYSTORE_SUM_LEN),
                      mended.p + len - KEYSTORE_SUM_LEN);
    try_file(buffer_slice(&mended));
    return 0;
}
