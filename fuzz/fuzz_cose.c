/* Fuzz target for COSE_Sign1 and the CBOR items below it: any bytes are taken or refused, what is
 * taken is laid out again byte by byte the same, and nobody signs with an unknown key. */
#include "fuzz/fuzz.h"

#include "crypto/secret.h"
#include "wire/atom.h"
#include "wire/cose.h"

static void walk(struct cm_slice bytes) {
    struct atom_reader r = atom_reader_over(bytes);
    struct buffer again = BUFFER_INIT;
    for (enum atom_kind kind = atom_peek(&r); kind != ATOM_NONE; kind = atom_peek(&r)) {
        if (kind == ATOM_BYTES || kind == ATOM_TEXT) {
            const struct cm_slice s = atom_read_string(&r, kind, bytes.len);
            if (r.failed) break; /* a text that is not UTF-8 */
            fuzz_require(s.len <= bytes.len);
            if (kind == ATOM_BYTES)
                atom_put_bytes(&again, s);
            else
                atom_put_text(&again, s);
        } else {
            atom_put(&again, kind, atom_read(&r, kind, UINT64_MAX));
        }
        fuzz_require(!r.failed);
    }
    if (atom_end(&r) == CM_OK) fuzz_require(slice_equal(buffer_slice(&again), bytes));
    buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static const struct cm_key seed = {{0x55, 0xAA}};
    struct sign_public key;
    struct cose_sign1 m;
    fuzz_require(crypto_init() == CM_OK);
    const struct cm_slice bytes = slice_of(data, len);
    walk(bytes);
    if (cose_sign1_read(bytes, &m) != CM_OK) return 0;
    fuzz_require(m.payload.p >= data && m.payload.p + m.payload.len <= data + len);
    sign_public_of(&seed, &key);
    /* The corpus has one message that this seed has signed; its bytes and no others pass. */
    if (cose_sign1_check(&m, &key) != CM_OK) return 0;
    struct buffer made = BUFFER_INIT;
    char type[256] = "";
    const char *named = m.content_type.len > 0 ? type : NULL;
    if (named != NULL) memcpy(type, m.content_type.p, m.content_type.len);
    fuzz_require(cose_sign1_make(&seed, named, m.payload, &made) == CM_OK);
    fuzz_require(slice_equal(buffer_slice(&made), bytes));
    buffer_free(&made);
    return 0;
}
