/* Wrapping of the data key. Every byte of a slot but the wrapped key itself is associated data, so
 * a slot cannot be moved to another store or given other parameters.
 * Sources: RFC 9106 (Argon2id), RFC 8439 and draft-irtf-cfrg-xchacha, RFC 7693 (BLAKE2b). */
#include "crypto/slot.h"

#include <string.h>

#include <sodium.h>

#include "crypto/random.h"
#include "crypto/secret.h"

_Static_assert(SLOT_SALT_LEN == crypto_pwhash_SALTBYTES, "Argon2id salt");
_Static_assert(SLOT_SALT_LEN == crypto_generichash_blake2b_SALTBYTES, "BLAKE2b salt");
_Static_assert(SLOT_NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "XChaCha20");
_Static_assert(SLOT_WRAPPED_LEN == CM_KEY_LEN + crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
_Static_assert(SLOT_PASSES_DEFAULT == crypto_pwhash_OPSLIMIT_MODERATE, "MODERATE");
_Static_assert(SLOT_MEMORY_DEFAULT == crypto_pwhash_MEMLIMIT_MODERATE, "MODERATE");

/* Offsets in the 128 bytes; the table in docs/design/keystore.md. */
enum {
    AT_KIND = 0,
    AT_ID = 2,
    AT_PASSES = 4,
    AT_MEMORY = 8,
    AT_SALT = 16,
    AT_NONCE = AT_SALT + (int)SLOT_SALT_LEN,
    AT_WRAPPED = AT_NONCE + (int)SLOT_NONCE_LEN,
    AT_LABEL = AT_WRAPPED + (int)SLOT_WRAPPED_LEN,
};
_Static_assert(AT_LABEL + SLOT_LABEL_LEN == SLOT_LEN - 0u, "the parts fill the slot");

const char *slot_kind_name(enum slot_kind kind) {
    switch (kind) {
    case SLOT_PASSPHRASE: return "passphrase";
    case SLOT_KEY_FILE: return "key file";
    case SLOT_RECOVERY: return "recovery words";
    default: return "unknown";
    }
}

void slot_encode(const struct slot *slot, uint8_t out[SLOT_LEN]) {
    memset(out, 0, SLOT_LEN);
    out[AT_KIND] = (uint8_t)slot->kind;
    put_u16be(out + AT_ID, slot->id);
    put_u32be(out + AT_PASSES, slot->passes);
    put_u64be(out + AT_MEMORY, slot->memory_bytes);
    memcpy(out + AT_SALT, slot->salt, SLOT_SALT_LEN);
    memcpy(out + AT_NONCE, slot->nonce, SLOT_NONCE_LEN);
    memcpy(out + AT_WRAPPED, slot->wrapped, SLOT_WRAPPED_LEN);
    memcpy(out + AT_LABEL, slot->label, SLOT_LABEL_LEN);
}

cm_err slot_decode(struct cursor *c, struct slot *out, struct cm_diag *diag) {
    struct slot s;
    const uint8_t kind = cursor_u8(c);
    const uint8_t zero = cursor_u8(c);
    s.id = cursor_u16be(c);
    s.passes = cursor_u32be(c);
    s.memory_bytes = cursor_u64be(c);
    cursor_copy(c, s.salt, sizeof s.salt);
    cursor_copy(c, s.nonce, sizeof s.nonce);
    cursor_copy(c, s.wrapped, sizeof s.wrapped);
    cursor_copy(c, s.label, sizeof s.label);
    TRY(cursor_err(c));
    if (kind < SLOT_PASSPHRASE || kind > SLOT_RECOVERY)
        return diag_fail(diag, CM_E_VERSION, NULL, "slot table",
                         "update countermark; if it is up to date, restore the keystore from a "
                         "backup",
                         "slot %u is of kind %u, which this program does not know", s.id, kind);
    s.kind = (enum slot_kind)kind;
    if (zero != 0)
        return diag_fail(diag, CM_E_CORRUPT, NULL, "slot table",
                         "restore the keystore from a backup",
                         "slot %u: a byte that must be zero is not", s.id);
    *out = s;
    return CM_OK;
}

cm_err slot_check_cost(const struct slot *slot, bool allow_weak_for_tests, struct cm_diag *diag) {
    if (slot->kind != SLOT_PASSPHRASE) return CM_OK; /* no cost to choose */
    const uint32_t passes_min = allow_weak_for_tests ? SLOT_PASSES_TEST : SLOT_PASSES_DEFAULT;
    const uint64_t memory_min = allow_weak_for_tests ? SLOT_MEMORY_TEST : SLOT_MEMORY_DEFAULT;
    if (slot->passes < passes_min || slot->memory_bytes < memory_min)
        return diag_fail(diag, CM_E_WEAK, NULL, "slot table",
                         "do not type the passphrase: somebody lowered its protection; restore "
                         "the keystore from a backup",
                         "slot %u asks for Argon2id with %u passes over %llu KiB; the floor is %u "
                         "passes over %llu KiB",
                         slot->id, slot->passes, (unsigned long long)(slot->memory_bytes >> 10),
                         passes_min, (unsigned long long)(memory_min >> 10));
    if (slot->passes > SLOT_PASSES_MAX || slot->memory_bytes > SLOT_MEMORY_MAX)
        return diag_fail(diag, CM_E_LIMIT, NULL, "slot table", "restore the keystore from a backup",
                         "slot %u asks for Argon2id with %u passes over %llu KiB; the ceiling is "
                         "%u passes over %llu KiB",
                         slot->id, slot->passes, (unsigned long long)(slot->memory_bytes >> 10),
                         SLOT_PASSES_MAX, SLOT_MEMORY_MAX >> 10);
    return CM_OK;
}

static cm_err check_secret(enum slot_kind kind, struct cm_slice secret, struct cm_diag *diag) {
    const bool typed = kind == SLOT_PASSPHRASE;
    const size_t min = typed ? SLOT_PASSPHRASE_MIN : SLOT_KEY_FILE_MIN;
    const size_t max = typed ? SLOT_PASSPHRASE_MAX : SLOT_KEY_FILE_MAX;
    if (secret.len < min)
        return diag_fail(diag, CM_E_WEAK, NULL, slot_kind_name(kind),
                         typed ? "choose a longer one; several words are easiest"
                               : "make one with: head -c 32 /dev/urandom > FILE",
                         "%zu bytes given, at least %zu needed", secret.len, min);
    if (secret.len > max)
        return diag_fail(diag, CM_E_RANGE, NULL, slot_kind_name(kind), "give a shorter one",
                         "%zu bytes given, at most %zu taken", secret.len, max);
    return CM_OK;
}

/* The personalisation keeps a key file and recovery words of equal bytes apart. */
static const uint8_t *personal_of(enum slot_kind kind) {
    static const uint8_t file[crypto_generichash_blake2b_PERSONALBYTES] = "cm-key-file-1";
    static const uint8_t words[crypto_generichash_blake2b_PERSONALBYTES] = "cm-recovery-1";
    return kind == SLOT_KEY_FILE ? file : words;
}

/* The wrapping key of a slot, into guarded memory. */
static cm_err wrapping_key(const struct slot *slot, struct cm_slice secret, struct cm_key *out,
                           struct cm_diag *diag) {
    if (slot->kind != SLOT_PASSPHRASE) {
        /* Lengths are constants within the function's bounds: it cannot fail. */
        (void)crypto_generichash_blake2b_salt_personal(out->b, sizeof out->b, secret.p, secret.len,
                                                       NULL, 0, slot->salt,
                                                       personal_of(slot->kind));
        return CM_OK;
    }
    if (crypto_pwhash(out->b, sizeof out->b, (const char *)secret.p, secret.len, slot->salt,
                      slot->passes, (size_t)slot->memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return diag_fail(diag, CM_E_NO_MEMORY, NULL, "Argon2id",
                         "free memory on this machine, then try again",
                         "%llu MiB for the passphrase could not be had",
                         (unsigned long long)(slot->memory_bytes >> 20));
    return CM_OK;
}

#define AAD_LEN (STORE_ID_LEN + SLOT_LEN)

static void aad_of(const struct slot *slot, const struct store_id *store, uint8_t aad[AAD_LEN]) {
    struct slot bare = *slot;
    memset(bare.wrapped, 0, sizeof bare.wrapped);
    memcpy(aad, store->b, STORE_ID_LEN);
    slot_encode(&bare, aad + STORE_ID_LEN);
}

cm_err slot_seal(struct slot *slot, const struct store_id *store, struct cm_slice secret,
                 const struct cm_key *data_key, struct cm_diag *diag) {
    TRY(check_secret(slot->kind, secret, diag));
    random_fill(slot->salt, sizeof slot->salt);
    random_fill(slot->nonce, sizeof slot->nonce);
    SECRET_SCOPED struct secret kek = SECRET_INIT;
    TRY(secret_init(&kek, sizeof(struct cm_key), diag));
    TRY(wrapping_key(slot, secret, (struct cm_key *)(void *)kek.p, diag));
    uint8_t aad[AAD_LEN];
    aad_of(slot, store, aad);
    /* Always 0: it has no failure of its own. */
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(slot->wrapped, NULL, data_key->b, CM_KEY_LEN,
                                                     aad, sizeof aad, NULL, slot->nonce, kek.p);
    return CM_OK;
}

cm_err slot_open(const struct slot *slot, const struct store_id *store, struct cm_slice secret,
                 struct cm_key *data_key, struct cm_diag *diag) {
    SECRET_SCOPED struct secret kek = SECRET_INIT;
    TRY(secret_init(&kek, sizeof(struct cm_key), diag));
    TRY(wrapping_key(slot, secret, (struct cm_key *)(void *)kek.p, diag));
    uint8_t aad[AAD_LEN];
    aad_of(slot, store, aad);
    CM_KEY_SCOPED struct cm_key opened;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(opened.b, NULL, NULL, slot->wrapped,
                                                   SLOT_WRAPPED_LEN, aad, sizeof aad, slot->nonce,
                                                   kek.p) != 0)
        return CM_E_AUTH; /* the caller knows how many slots are left to try, and says it */
    *data_key = opened;
    return CM_OK;
}
