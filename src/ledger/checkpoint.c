/* Checkpoint texts: C2SP tlog-checkpoint over C2SP signed-note, Ed25519 only.
 * It reads what it writes, and signatures of others beside it; nothing else. */
#include "ledger/checkpoint.h"

#include <inttypes.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"

#define KEY_HASH_LEN 4u              /* bytes; signed-note */
#define ED25519_TYPE 0x01u           /* signed-note signature type */
#define DASH         "\xE2\x80\x94 " /* em dash and space: begins a signature line */
#define SIGNED_LEN   (KEY_HASH_LEN + SIGNATURE_LEN)

/* Signed-note's rule for key names, and one line of the text. */
static bool origin_valid(const char *origin) {
    const size_t len = strnlen(origin, CHECKPOINT_ORIGIN_MAX + 1);
    if (len == 0 || len > CHECKPOINT_ORIGIN_MAX) return false;
    for (size_t i = 0; i < len; i++)
        if (origin[i] <= ' ' || origin[i] > '~' || origin[i] == '+') return false;
    return true;
}

/* First bytes of SHA-256(name, newline, type, key). */
static void key_hash(const char *origin, const struct sign_public *key,
                     uint8_t out[static KEY_HASH_LEN]) {
    uint8_t bytes[CHECKPOINT_ORIGIN_MAX + 2 + SIGN_PUBLIC_LEN];
    const size_t len = strnlen(origin, CHECKPOINT_ORIGIN_MAX);
    memcpy(bytes, origin, len);
    bytes[len] = '\n';
    bytes[len + 1] = ED25519_TYPE;
    memcpy(bytes + len + 2, key->b, SIGN_PUBLIC_LEN);
    struct hash256 hash;
    hash_sha256(slice_of(bytes, len + 2 + SIGN_PUBLIC_LEN), &hash);
    memcpy(out, hash.b, KEY_HASH_LEN);
}

cm_err checkpoint_write(struct buffer *to, const char *origin, const struct checkpoint *c,
                        const struct cm_key *seed) {
    if (!origin_valid(origin)) return CM_E_ARGUMENT;
    CM_CLEANUP(buffer_free) struct buffer body = BUFFER_INIT;
    buffer_printf(&body, "%s\n%" PRIu64 "\n", origin, c->size);
    base64_put(&body, slice_of(c->root.b, HASH_LEN));
    buffer_text(&body, "\n");
    TRY(buffer_err(&body));
    struct sign_public key;
    struct signature signature;
    uint8_t line[SIGNED_LEN];
    sign_public_of(seed, &key);
    sign_make(seed, buffer_slice(&body), &signature);
    key_hash(origin, &key, line);
    memcpy(line + KEY_HASH_LEN, signature.b, SIGNATURE_LEN);
    buffer_put(to, body.p, body.len);
    buffer_printf(to, "\n" DASH "%s ", origin);
    base64_put(to, slice_of(line, sizeof line));
    buffer_text(to, "\n");
    return buffer_err(to);
}

cm_err checkpoint_key(struct buffer *to, const char *origin, const struct sign_public *key) {
    if (!origin_valid(origin)) return CM_E_ARGUMENT;
    uint8_t hash[KEY_HASH_LEN], typed[1 + SIGN_PUBLIC_LEN] = {ED25519_TYPE};
    char hex[2 * KEY_HASH_LEN + 1];
    key_hash(origin, key, hash);
    hex_format(hash, sizeof hash, hex);
    memcpy(typed + 1, key->b, SIGN_PUBLIC_LEN);
    buffer_printf(to, "%s+%s+", origin, hex);
    base64_put(to, slice_of(typed, sizeof typed));
    return buffer_err(to);
}

/* The next line without its newline, or false. */
static bool line_next(struct cm_slice *rest, struct cm_slice *line) {
    const uint8_t *end = rest->len > 0 ? memchr(rest->p, '\n', rest->len) : NULL;
    if (end == NULL) return false;
    *line = slice_of(rest->p, (size_t)(end - rest->p));
    *rest = slice_of(end + 1, rest->len - line->len - 1);
    return true;
}

static cm_err read_body(struct cm_slice *rest, const char *origin, struct checkpoint *out) {
    struct cm_slice name, size, root, empty;
    if (!line_next(rest, &name) || !line_next(rest, &size) || !line_next(rest, &root) ||
        !line_next(rest, &empty) || empty.len != 0)
        return CM_E_FORMAT;
    if (!slice_equal(name, slice_text(origin))) return CM_E_FORMAT;
    if (text_u64(size, INT64_MAX, &out->size) != CM_OK) return CM_E_FORMAT;
    if (size.len > 1 && size.p[0] == '0') return CM_E_FORMAT; /* one text for each number */
    return base64_read(root, out->root.b, HASH_LEN);
}

/* Whether the line is a signature by this name and key hash; *blob gets the signature. */
static cm_err read_signature(struct cm_slice line, const char *origin,
                             const uint8_t hash[static KEY_HASH_LEN], struct signature *out,
                             bool *ours) {
    const struct cm_slice dash = slice_text(DASH), name = slice_text(origin);
    *ours = false;
    if (line.len < dash.len || !slice_equal(slice_of(line.p, dash.len), dash)) return CM_E_FORMAT;
    line = slice_of(line.p + dash.len, line.len - dash.len);
    if (line.len < name.len + 1 || !slice_equal(slice_of(line.p, name.len), name) ||
        line.p[name.len] != ' ')
        return CM_OK;
    uint8_t blob[SIGNED_LEN];
    line = slice_of(line.p + name.len + 1, line.len - name.len - 1);
    if (base64_read(line, blob, sizeof blob) != CM_OK) return CM_OK; /* of another kind */
    if (memcmp(blob, hash, KEY_HASH_LEN) != 0) return CM_OK;
    memcpy(out->b, blob + KEY_HASH_LEN, SIGNATURE_LEN);
    *ours = true;
    return CM_OK;
}

cm_err checkpoint_read(struct cm_slice text, const char *origin, const struct sign_public *key,
                       struct checkpoint *out) {
    if (text.len > CHECKPOINT_TEXT_MAX || !origin_valid(origin)) return CM_E_FORMAT;
    struct cm_slice rest = text, line;
    struct checkpoint c;
    TRY(read_body(&rest, origin, &c));
    /* What is signed ends with the newline before the empty line. */
    const struct cm_slice body = slice_of(text.p, text.len - rest.len - 1);
    uint8_t hash[KEY_HASH_LEN];
    key_hash(origin, key, hash);
    bool signed_by_us = false;
    while (line_next(&rest, &line)) {
        struct signature signature;
        bool ours = false;
        TRY(read_signature(line, origin, hash, &signature, &ours));
        if (!ours) continue;
        TRY(sign_check(key, body, &signature));
        signed_by_us = true;
    }
    if (rest.len != 0) return CM_E_FORMAT;
    if (!signed_by_us) return CM_E_AUTH;
    *out = c;
    return CM_OK;
}
