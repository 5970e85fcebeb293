/* COSE_Sign1 with one shape: [ protected bstr, {}, payload bstr, signature bstr ] under tag 18, the
 * protected header {1: -8, 3: content type, 4: key id}, of which 3 may be absent. */
#include "wire/cose.h"

#include "base/macros.h"
#include "crypto/hash.h"
#include "wire/atom.h"

#define TAG_SIGN1        18u /* RFC 9052 section 4.2 */
#define HEADER_ALGORITHM 1u  /* RFC 9052 section 3.1 */
#define HEADER_TYPE      3u
#define HEADER_KID       4u
#define EDDSA            7u   /* -8, as -1 - 7: RFC 9053 section 2.2 */
#define TYPE_MAX         255u /* bytes */

void cose_kid(const struct sign_public *key, uint8_t kid[COSE_KID_LEN]) {
    struct hash256 sum;
    hash_sha256(slice_of(key->b, sizeof key->b), &sum);
    memcpy(kid, sum.b, COSE_KID_LEN);
}

/* What is signed: RFC 9052 section 4.4, without external data. */
static cm_err to_be_signed(struct cm_slice header, struct cm_slice payload, struct buffer *out) {
    atom_put(out, ATOM_ARRAY, 4);
    atom_put_text(out, slice_text("Signature1"));
    atom_put_bytes(out, header);
    atom_put_bytes(out, slice_of(NULL, 0));
    atom_put_bytes(out, payload);
    return buffer_err(out);
}

cm_err cose_sign1_make(const struct cm_key *seed, const char *content_type, struct cm_slice payload,
                       struct buffer *out) {
    const struct cm_slice type = slice_text(content_type != NULL ? content_type : "");
    if ((content_type != NULL && type.len == 0) || type.len > TYPE_MAX ||
        payload.len > COSE_MESSAGE_MAX / 2)
        return CM_E_RANGE;
    uint8_t kid[COSE_KID_LEN];
    CM_CLEANUP(sign_pair_wipe) struct sign_pair pair;
    sign_pair_of(seed, &pair);
    cose_kid(&pair.public_key, kid);
    CM_CLEANUP(buffer_free) struct buffer header = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer signed_bytes = BUFFER_INIT;
    atom_put(&header, ATOM_MAP, type.len > 0 ? 3 : 2);
    atom_put_uint(&header, HEADER_ALGORITHM);
    atom_put(&header, ATOM_NEGATIVE, EDDSA);
    if (type.len > 0) {
        atom_put_uint(&header, HEADER_TYPE);
        atom_put_text(&header, type);
    }
    atom_put_uint(&header, HEADER_KID);
    atom_put_bytes(&header, slice_of(kid, sizeof kid));
    TRY(buffer_err(&header));
    TRY(to_be_signed(buffer_slice(&header), payload, &signed_bytes));
    struct signature signature;
    sign_pair_make(&pair, buffer_slice(&signed_bytes), &signature);
    atom_put(out, ATOM_TAG, TAG_SIGN1);
    atom_put(out, ATOM_ARRAY, 4);
    atom_put_bytes(out, buffer_slice(&header));
    atom_put(out, ATOM_MAP, 0);
    atom_put_bytes(out, payload);
    atom_put_bytes(out, slice_of(signature.b, sizeof signature.b));
    return buffer_err(out);
}

static cm_err read_header(struct cm_slice header, struct cose_sign1 *out) {
    struct atom_reader r = atom_reader_over(header);
    const uint64_t n = atom_read(&r, ATOM_MAP, 3);
    if (n != 2 && n != 3) r.failed = true;
    if (atom_read(&r, ATOM_UINT, HEADER_ALGORITHM) != HEADER_ALGORITHM) r.failed = true;
    if (!r.failed && atom_peek(&r) != ATOM_NEGATIVE) return CM_E_UNSUPPORTED;
    const uint64_t algorithm = atom_read(&r, ATOM_NEGATIVE, UINT64_MAX);
    if (!r.failed && algorithm != EDDSA) return CM_E_UNSUPPORTED;
    if (n == 3) {
        if (atom_read(&r, ATOM_UINT, HEADER_TYPE) != HEADER_TYPE) r.failed = true;
        out->content_type = atom_read_string(&r, ATOM_TEXT, TYPE_MAX);
        if (out->content_type.len == 0) r.failed = true;
    }
    if (atom_read(&r, ATOM_UINT, HEADER_KID) != HEADER_KID) r.failed = true;
    atom_read_exact(&r, out->kid, COSE_KID_LEN);
    return atom_end(&r);
}

cm_err cose_sign1_read(struct cm_slice message, struct cose_sign1 *out) {
    if (message.len > COSE_MESSAGE_MAX) return CM_E_FORMAT;
    struct cose_sign1 m = {.kid = {0}};
    struct atom_reader r = atom_reader_over(message);
    if (atom_read(&r, ATOM_TAG, TAG_SIGN1) != TAG_SIGN1) r.failed = true;
    if (atom_read(&r, ATOM_ARRAY, 4) != 4) r.failed = true;
    m.protected_header = atom_read_string(&r, ATOM_BYTES, message.len);
    (void)atom_read(&r, ATOM_MAP, 0); /* unprotected: none */
    m.payload = atom_read_string(&r, ATOM_BYTES, message.len);
    atom_read_exact(&r, m.signature.b, SIGNATURE_LEN);
    TRY(atom_end(&r));
    TRY(read_header(m.protected_header, &m));
    *out = m;
    return CM_OK;
}

cm_err cose_sign1_check(const struct cose_sign1 *m, const struct sign_public *key) {
    CM_CLEANUP(buffer_free) struct buffer signed_bytes = BUFFER_INIT;
    uint8_t kid[COSE_KID_LEN];
    cose_kid(key, kid);
    if (!slice_equal(slice_of(kid, sizeof kid), slice_of(m->kid, sizeof m->kid))) return CM_E_AUTH;
    TRY(to_be_signed(m->protected_header, m->payload, &signed_bytes));
    return sign_check(key, buffer_slice(&signed_bytes), &m->signature);
}
