/* Sealing and opening with the data key: the header seal and the stream of records.
 * The first message carries the header seal as associated data, the last one the final tag: header
 * and body cannot be exchanged, and a missing record cannot pass.
 * Source: libsodium 1.0.18 crypto_kdf, crypto_secretstream_xchacha20poly1305. */
#include <string.h>

#include <sodium.h>

#include "crypto/crypto_err.h"
#include "crypto/keystore_layout.h"
#include "crypto/secret.h"

_Static_assert(KEYSTORE_STREAM_LEN == crypto_secretstream_xchacha20poly1305_HEADERBYTES, "stream");
_Static_assert(KEYSTORE_MESSAGE_LEN ==
                   KEYSTORE_RECORD_LEN + crypto_secretstream_xchacha20poly1305_ABYTES,
               "stream");
_Static_assert(CM_KEY_LEN == crypto_kdf_KEYBYTES, "the data key feeds crypto_kdf");

#define TAG_FINAL   crypto_secretstream_xchacha20poly1305_TAG_FINAL
#define TAG_MESSAGE 0u /* crypto_secretstream_xchacha20poly1305_TAG_MESSAGE */

/* Sub-keys of the data key; the numbers are part of the format. */
enum { SUBKEY_SEAL = 1, SUBKEY_BODY = 2 };

/* Record: the offsets in its 64 bytes. */
enum {
    AT_TYPE = 0,
    AT_KIND = 1,
    AT_VERSION = 2,
    AT_STATE = 3,
    AT_ID = 4,
    AT_CREATED = 8,
    AT_CHANGED = 16,
    AT_RESERVED = 24,
    AT_KEY = 32,
};
_Static_assert(AT_KEY + CM_KEY_LEN == KEYSTORE_RECORD_LEN - 0u, "the key ends the record");
enum { TYPE_KEY = 1, TYPE_END = 2 };

/* Everything secret of one pass, in one guarded block. */
struct work {
    struct cm_key seal_key;
    struct cm_key body_key;
    crypto_secretstream_xchacha20poly1305_state stream;
    uint8_t record[KEYSTORE_RECORD_LEN];
};

static void work_freep(struct work **w) { secret_free(*w); }

static cm_err work_new(const struct cm_key *data_key, struct work **out, struct cm_diag *diag) {
    static const char context[crypto_kdf_CONTEXTBYTES + 1] = "CMKEYST1";
    void *p = NULL;
    /* A multiple of 16, so that the block's start is as aligned as its type wants. */
    TRY(secret_alloc((sizeof(struct work) + 15u) / 16u * 16u, &p, diag));
    struct work *w = p;
    (void)crypto_kdf_derive_from_key(w->seal_key.b, CM_KEY_LEN, SUBKEY_SEAL, context, data_key->b);
    (void)crypto_kdf_derive_from_key(w->body_key.b, CM_KEY_LEN, SUBKEY_BODY, context, data_key->b);
    *out = w;
    return CM_OK;
}

static void seal_of(const struct work *w, struct cm_slice sealed, uint8_t out[KEYSTORE_SEAL_LEN]) {
    (void)crypto_generichash(out, KEYSTORE_SEAL_LEN, sealed.p, sealed.len, w->seal_key.b,
                             CM_KEY_LEN);
}

static void record_encode(const struct key_info *info, const struct cm_key *key,
                          uint8_t out[KEYSTORE_RECORD_LEN]) {
    memset(out, 0, KEYSTORE_RECORD_LEN);
    out[AT_TYPE] = TYPE_KEY;
    out[AT_KIND] = (uint8_t)info->kind;
    out[AT_VERSION] = info->version;
    out[AT_STATE] = (uint8_t)info->state;
    put_u32be(out + AT_ID, info->id);
    put_u64be(out + AT_CREATED, info->created_unix_s);
    put_u64be(out + AT_CHANGED, info->changed_unix_s);
    memcpy(out + AT_KEY, key->b, CM_KEY_LEN);
}

static void record_encode_end(uint32_t keys_n, uint8_t out[KEYSTORE_RECORD_LEN]) {
    memset(out, 0, KEYSTORE_RECORD_LEN);
    out[AT_TYPE] = TYPE_END;
    put_u32be(out + AT_ID, keys_n);
}

cm_err keystore_seal(struct keystore_header *header, const struct cm_key *data_key,
                     const struct keyring *ring, struct buffer *file, struct cm_diag *diag) {
    CM_CLEANUP(work_freep) struct work *w = NULL;
    TRY(work_new(data_key, &w, diag));
    if (crypto_secretstream_xchacha20poly1305_init_push(&w->stream, header->stream,
                                                        w->body_key.b) != 0)
        return crypto_err_sodium("secretstream_init_push");
    header->keys_n = (uint32_t)ring->n;
    keystore_header_encode(header, file);
    TRY(buffer_err(file));
    uint8_t seal[KEYSTORE_SEAL_LEN];
    seal_of(w, buffer_slice(file), seal);
    buffer_put(file, seal, sizeof seal);
    for (size_t i = 0; i <= ring->n; i++) {
        const bool end = i == ring->n;
        if (end) {
            record_encode_end(header->keys_n, w->record);
        } else {
            record_encode(&ring->infos[i], keyring_key(ring, i), w->record);
        }
        uint8_t message[KEYSTORE_MESSAGE_LEN];
        if (crypto_secretstream_xchacha20poly1305_push(
                &w->stream, message, NULL, w->record, sizeof w->record, i == 0 ? seal : NULL,
                i == 0 ? sizeof seal : 0, end ? TAG_FINAL : TAG_MESSAGE) != 0)
            return crypto_err_sodium("secretstream_push");
        buffer_put(file, message, sizeof message);
    }
    uint8_t sum[KEYSTORE_SUM_LEN];
    keystore_checksum(buffer_slice(file), sum);
    buffer_put(file, sum, sizeof sum);
    return buffer_err(file);
}

static cm_err edited(struct cm_diag *diag, const char *what) {
    return diag_fail(diag, CM_E_CORRUPT, NULL, what,
                     "restore the keystore from a backup, and find out who can write to it",
                     "edited: its seal contradicts the bytes although the checksum was made anew");
}

static cm_err record_take(const uint8_t r[KEYSTORE_RECORD_LEN], struct keyring *ring,
                          struct cm_diag *diag) {
    const struct key_info info = {
        .kind = (enum key_kind)r[AT_KIND],
        .id = get_u32be(r + AT_ID),
        .version = r[AT_VERSION],
        .state = (enum key_state)r[AT_STATE],
        .created_unix_s = get_u64be(r + AT_CREATED),
        .changed_unix_s = get_u64be(r + AT_CHANGED),
    };
    if (r[AT_TYPE] != TYPE_KEY || info.kind < KEY_SCHEME || info.kind > KEY_KIND_LAST)
        return diag_fail(diag, CM_E_VERSION, NULL, "body", "update countermark to open it",
                         "a record of a kind that this program does not know");
    CM_KEY_SCOPED struct cm_key key;
    memcpy(key.b, r + AT_KEY, CM_KEY_LEN);
    const cm_err err = keyring_add(ring, &info, &key, diag);
    return err == CM_E_EXISTS || err == CM_E_RANGE ? CM_E_CORRUPT : err;
}

/* Message i of n + 1: its record into the ring; the last must say n and carry the final tag. */
static cm_err message_open(struct work *w, const struct keystore_parts *parts, size_t i,
                           struct keyring *ring, struct cm_diag *diag) {
    const bool end = i == parts->header.keys_n;
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(
            &w->stream, w->record, NULL, &tag, parts->body.p + i * KEYSTORE_MESSAGE_LEN,
            KEYSTORE_MESSAGE_LEN, i == 0 ? parts->seal.p : NULL, i == 0 ? parts->seal.len : 0) != 0)
        return edited(diag, "body");
    if ((tag == TAG_FINAL) != end) return edited(diag, "body");
    if (!end) return record_take(w->record, ring, diag);
    const bool fits = w->record[AT_TYPE] == TYPE_END && get_u32be(w->record + AT_ID) == ring->n;
    return fits ? CM_OK : edited(diag, "body");
}

cm_err keystore_unseal(const struct keystore_parts *parts, const struct cm_key *data_key,
                       struct keyring *ring, struct cm_diag *diag) {
    CM_CLEANUP(work_freep) struct work *w = NULL;
    TRY(work_new(data_key, &w, diag));
    uint8_t seal[KEYSTORE_SEAL_LEN];
    seal_of(w, parts->sealed, seal);
    if (!secret_equal(seal, parts->seal.p, sizeof seal)) return edited(diag, "header");
    if (crypto_secretstream_xchacha20poly1305_init_pull(&w->stream, parts->header.stream,
                                                        w->body_key.b) != 0)
        return edited(diag, "body");
    CM_CLEANUP(keyring_wipe) struct keyring opened = KEYRING_INIT;
    for (size_t i = 0; i <= parts->header.keys_n; i++)
        TRY(message_open(w, parts, i, &opened, diag));
    *ring = opened;
    opened = (struct keyring)KEYRING_INIT;
    return CM_OK;
}
