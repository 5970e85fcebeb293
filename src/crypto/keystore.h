/* The keystore: every key of a workspace in one sealed file, and in guarded memory while open.
 * A random data key seals the body; slots (passphrase, key file, recovery words) wrap it. Every
 * damage has its own error and remedy. It never echoes a secret, and never weakens its costs.
 * Byte tables, threats, limits: docs/design/keystore.md. Example: the first unit test.
 * Threads: reading from many is fine while nobody changes the store. */
#ifndef CM_CRYPTO_KEYSTORE_H
#define CM_CRYPTO_KEYSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"
#include "crypto/slot.h"
#include "crypto/words.h"

#define KEYSTORE_SLOTS_MAX 16u
#define KEYSTORE_KEYS_MAX  65536u

/* What a key is for; the numbers are in files and never change their meaning. */
enum key_kind {
    KEY_SCHEME = 1,      /* root of a scheme's code keys; id = scheme id */
    KEY_POOL = 2,        /* root of a pool's card keys; id = pool id */
    KEY_BRAND = 3,       /* root of a brand's own keys; id = brand id */
    KEY_AUDIT = 4,       /* Ed25519 seed that signs checkpoints and manifests */
    KEY_IDEM = 5,        /* keyed hash of idempotency scopes and requests */
    KEY_PSEUDONYM = 6,   /* keyed hash of redeemer references; id = campaign */
    KEY_ALIAS = 7,       /* keyed hash of card aliases; id = pool id */
    KEY_API = 8,         /* keyed hash of API keys */
    KEY_LEGACY = 9,      /* keyed hash of imported texts; id = set */
    KEY_ORDER_SIGN = 10, /* P-256 scalar that signs sealed files; id = brand */
    KEY_ORDER_HOLD = 11, /* P-256 scalar to which files are sealed until they are released */
    KEY_PRIZE = 12,      /* seed of the draw of prizes; id = set */
    KEY_TICKET = 13      /* root of the keys of tickets; id = brand, a version each period */
};
#define KEY_KIND_LAST KEY_TICKET

enum key_state {
    KEY_ISSUE = 1,     /* issue and verify */
    KEY_VERIFY = 2,    /* verify only */
    KEY_DESTROYED = 3, /* the bytes are erased, the record stays */
};

struct key_info {
    enum key_kind kind;
    uint32_t id;
    uint8_t version;
    enum key_state state;
    uint64_t created_unix_s;
    uint64_t changed_unix_s;
};

/* One way in. `secret` is the passphrase or the typed recovery words; `path` names the key file. */
struct keystore_unlock {
    enum slot_kind kind;
    struct cm_slice secret;
    const char *path;
    bool allow_weak_for_tests; /* accept (and make) slots with a token Argon2id cost */
};

struct keystore;

/** Make a new store with one slot for `unlock` and one for fresh recovery words; it is left open.
 * @param[in]  path   must not exist; mode 0600; its directory must be writable
 * @param[in]  unlock SLOT_PASSPHRASE or SLOT_KEY_FILE
 * @param[out] words  the recovery words, shown once; wiped by the caller
 * @param[out] out    keystore_close it; untouched on error
 * @retval CM_E_EXISTS  path, or path.new of an interrupted creation, is there already
 * @retval CM_E_WEAK    passphrase or key file too short
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY, CM_E_LIMIT (memory lock)  nothing was made */
CM_MUST_CHECK cm_err keystore_create(const char *path, const struct keystore_unlock *unlock,
                                     struct words_text *words, struct keystore **out,
                                     struct cm_diag *diag);

/** Open a store.
 * @param[out] out  keystore_close it; untouched on error
 * @retval CM_E_NOT_FOUND  no such file, or it has no slot of that kind
 * @retval CM_E_FORMAT     not a keystore, or malformed recovery words
 * @retval CM_E_VERSION    made by another version of the program
 * @retval CM_E_TRUNCATED  cut, or half-written (empty, ends in zeros)
 * @retval CM_E_CORRUPT    a checksum or seal contradicts the bytes
 * @retval CM_E_WEAK       the passphrase cost was lowered   @retval CM_E_LIMIT  raised absurdly
 * @retval CM_E_AUTH       wrong passphrase, key file or words */
CM_MUST_CHECK cm_err keystore_open(const char *path, const struct keystore_unlock *unlock,
                                   struct keystore **out, struct cm_diag *diag);
/* Wipe and release; unsaved changes are dropped. NULL is fine. */
void keystore_close(struct keystore *ks);
void keystore_closep(struct keystore **ks);

/** Borrow a key until its version is destroyed or the store closed.
 * @retval CM_E_NOT_FOUND  no such key      @retval CM_E_STATE  that version was destroyed */
CM_MUST_CHECK cm_err keystore_find(const struct keystore *ks, enum key_kind kind, uint32_t id,
                                   uint8_t version, const struct cm_key **key);
/* The records in the order of their making: 0 .. keystore_n - 1. */
size_t keystore_n(const struct keystore *ks);
struct key_info keystore_at(const struct keystore *ks, size_t i);
/** Collect the records of one (kind, id), in order of making.
 * @param[in]  cap  room in infos, in records; 256 always suffices
 * @param[out] n    how many there are, also when more than cap */
void keystore_versions(const struct keystore *ks, enum key_kind kind, uint32_t id,
                       struct key_info *infos, size_t cap, size_t *n);

/** Put a key in; state KEY_ISSUE. Lasting after keystore_save.
 * @retval CM_E_EXISTS  (kind, id, version) is there, or was and is destroyed
 * @retval CM_E_LIMIT   KEYSTORE_KEYS_MAX, or memory lock      @retval CM_E_RANGE  kind unknown */
CM_MUST_CHECK cm_err keystore_add(struct keystore *ks, enum key_kind kind, uint32_t id,
                                  uint8_t version, uint64_t now_unix_s, const struct cm_key *key);
/* As keystore_add, with a fresh random key. */
CM_MUST_CHECK cm_err keystore_generate(struct keystore *ks, enum key_kind kind, uint32_t id,
                                       uint8_t version, uint64_t now_unix_s);
/** Move a key forward: issue -> verify -> destroyed. Destroying erases the bytes at once in memory
 * and, with keystore_save, in the file; copies of older files still hold it.
 * @retval CM_E_NOT_FOUND  no such key      @retval CM_E_STATE  backwards or already destroyed */
CM_MUST_CHECK cm_err keystore_set_state(struct keystore *ks, enum key_kind kind, uint32_t id,
                                        uint8_t version, enum key_state state, uint64_t now_unix_s);

/** Replace the file atomically and durably with what is in memory.
 * @retval CM_E_BUSY      another process is saving it now
 * @retval CM_E_CONFLICT  another process saved it since it was opened here; nothing was changed
 * @retval CM_E_IO, CM_E_NO_SPACE  the file is as it was; only if the sync of its directory failed
 *                        it is the new one, whole, and the next save says CM_E_CONFLICT */
CM_MUST_CHECK cm_err keystore_save(struct keystore *ks, struct cm_diag *diag);
/* Counts the saves of this store, from 1; a smaller one than before means an old copy came back. */
uint64_t keystore_generation(const struct keystore *ks);

struct slot_info {
    enum slot_kind kind;
    uint16_t id;
    uint32_t passes;
    uint64_t memory_bytes;
    char label[SLOT_LABEL_LEN + 1];
};
size_t keystore_slots(const struct keystore *ks, struct slot_info infos[KEYSTORE_SLOTS_MAX]);
/** Add a way in (passphrase or key file); lasting after keystore_save.
 * @param[in] label  shown to people, at most SLOT_LABEL_LEN bytes; may be NULL
 * @retval CM_E_LIMIT  no slot is free      @retval as keystore_create */
CM_MUST_CHECK cm_err keystore_add_slot(struct keystore *ks, const struct keystore_unlock *unlock,
                                       const char *label, uint16_t *id, struct cm_diag *diag);
/* As keystore_add_slot, for fresh recovery words. */
CM_MUST_CHECK cm_err keystore_add_recovery(struct keystore *ks, struct words_text *words,
                                           uint16_t *id, struct cm_diag *diag);
/** Remove a way in. Whoever has its secret and an older copy of the file can still open that copy.
 * @retval CM_E_NOT_FOUND  no such slot      @retval CM_E_STATE  it is the last one */
CM_MUST_CHECK cm_err keystore_remove_slot(struct keystore *ks, uint16_t id, struct cm_diag *diag);

#endif
