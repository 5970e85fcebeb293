/* The keystore in memory and its life: create, open, find, change, save, close.
 * The data key and all keys live in guarded, frozen memory; what leaves is borrowed. */
#include "crypto/keystore.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/keystore_file.h"
#include "crypto/keystore_inside.h"
#include "crypto/random.h"

void keystore_close(struct keystore *ks) {
    if (ks == NULL) return;
    keyring_wipe(&ks->ring);
    secret_free(ks->data_key);
    free(ks->path);
    wipe(ks, sizeof *ks);
    free(ks);
}

void keystore_closep(struct keystore **ks) { keystore_close(take(ks)); }

/* An empty store of this path with room for its data key, thawed. */
static cm_err keystore_new(const char *path, bool allow_weak, struct keystore **out,
                           struct cm_diag *diag) {
    CM_CLEANUP(keystore_closep) struct keystore *ks = calloc(1, sizeof *ks);
    if (ks == NULL) return CM_E_NO_MEMORY;
    ks->allow_weak_for_tests = allow_weak;
    ks->path = strdup(path);
    if (ks->path == NULL) return CM_E_NO_MEMORY;
    void *key = NULL;
    TRY(secret_alloc(sizeof *ks->data_key, &key, diag));
    ks->data_key = key;
    *out = take(&ks);
    return CM_OK;
}

/* The whole file that this store would be saved as. */
static cm_err whole_file(struct keystore *ks, struct keystore_header *next, struct buffer *file,
                         struct cm_diag *diag) {
    *next = ks->header;
    next->generation++;
    return keystore_seal(next, ks->data_key, &ks->ring, file, diag);
}

/* The file is on disk: remember what it is. */
static void saved(struct keystore *ks, const struct keystore_header *next,
                  const struct buffer *file) {
    ks->header = *next;
    memcpy(ks->sum, file->p + file->len - sizeof ks->sum, sizeof ks->sum);
}

static cm_err create_located(const char *path, const struct keystore_unlock *unlock,
                             struct words_text *words, struct keystore **out,
                             struct cm_diag *diag) {
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    TRY(keystore_new(path, unlock->allow_weak_for_tests, &ks, diag));
    random_key(ks->data_key);
    secret_freeze(ks->data_key);
    random_fill(ks->header.store.b, sizeof ks->header.store.b);
    uint16_t id = 0;
    WORDS_SCOPED struct words_text fresh = {{0}};
    TRY(keystore_add_slot(ks, unlock, NULL, &id, diag));
    TRY(keystore_add_recovery(ks, &fresh, &id, diag));
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT;
    struct keystore_header next;
    TRY(whole_file(ks, &next, &file, diag));
    TRY(keystore_file_create(path, buffer_slice(&file), diag));
    saved(ks, &next, &file);
    *words = fresh;
    *out = take(&ks);
    return CM_OK;
}

cm_err keystore_create(const char *path, const struct keystore_unlock *unlock,
                       struct words_text *words, struct keystore **out, struct cm_diag *diag) {
    if (unlock->kind == SLOT_RECOVERY) return CM_E_ARGUMENT;
    TRY(crypto_init());
    const cm_err err = create_located(path, unlock, words, out, diag);
    if (err != CM_OK) diag_locate(diag, path, NULL);
    return err;
}

static cm_err open_located(const char *path, const struct keystore_unlock *unlock,
                           struct keystore **out, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT;
    TRY(keystore_file_read(path, KEYSTORE_FILE_MAX, &file, diag));
    struct keystore_parts parts;
    TRY(keystore_parse(buffer_slice(&file), unlock->allow_weak_for_tests, &parts, diag));
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    TRY(keystore_new(path, unlock->allow_weak_for_tests, &ks, diag));
    TRY(keystore_unlock(&parts.header, unlock, ks->data_key, diag));
    secret_freeze(ks->data_key);
    TRY(keystore_unseal(&parts, ks->data_key, &ks->ring, diag));
    ks->header = parts.header;
    memcpy(ks->sum, parts.sum.p, sizeof ks->sum);
    *out = take(&ks);
    return CM_OK;
}

cm_err keystore_open(const char *path, const struct keystore_unlock *unlock, struct keystore **out,
                     struct cm_diag *diag) {
    TRY(crypto_init());
    const cm_err err = open_located(path, unlock, out, diag);
    if (err != CM_OK) diag_locate(diag, path, NULL);
    return err;
}

cm_err keystore_save(struct keystore *ks, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT;
    struct keystore_header next;
    TRY(whole_file(ks, &next, &file, diag));
    TRY(keystore_file_replace(ks->path, slice_of(ks->sum, sizeof ks->sum), buffer_slice(&file),
                              diag));
    saved(ks, &next, &file);
    return CM_OK;
}

uint64_t keystore_generation(const struct keystore *ks) { return ks->header.generation; }

cm_err keystore_find(const struct keystore *ks, enum key_kind kind, uint32_t id, uint8_t version,
                     const struct cm_key **key) {
    const size_t i = keyring_index(&ks->ring, kind, id, version);
    if (i == ks->ring.n) return CM_E_NOT_FOUND;
    if (ks->ring.infos[i].state == KEY_DESTROYED) return CM_E_STATE;
    *key = keyring_key(&ks->ring, i);
    return CM_OK;
}

size_t keystore_n(const struct keystore *ks) { return ks->ring.n; }

struct key_info keystore_at(const struct keystore *ks, size_t i) {
    return ks->ring.infos[i];
}

void keystore_versions(const struct keystore *ks, enum key_kind kind, uint32_t id,
                       struct key_info *infos, size_t cap, size_t *n) {
    size_t found = 0;
    for (size_t i = 0; i < ks->ring.n; i++) {
        const struct key_info *info = &ks->ring.infos[i];
        if (info->kind != kind || info->id != id) continue;
        if (found < cap) infos[found] = *info;
        found++;
    }
    *n = found;
}

cm_err keystore_add(struct keystore *ks, enum key_kind kind, uint32_t id, uint8_t version,
                    uint64_t now_unix_s, const struct cm_key *key) {
    const struct key_info info = {.kind = kind,
                                  .id = id,
                                  .version = version,
                                  .state = KEY_ISSUE,
                                  .created_unix_s = now_unix_s,
                                  .changed_unix_s = now_unix_s};
    return keyring_add(&ks->ring, &info, key, NULL);
}

cm_err keystore_generate(struct keystore *ks, enum key_kind kind, uint32_t id, uint8_t version,
                         uint64_t now_unix_s) {
    CM_KEY_SCOPED struct cm_key key;
    random_key(&key);
    return keystore_add(ks, kind, id, version, now_unix_s, &key);
}

cm_err keystore_set_state(struct keystore *ks, enum key_kind kind, uint32_t id, uint8_t version,
                          enum key_state state, uint64_t now_unix_s) {
    const size_t i = keyring_index(&ks->ring, kind, id, version);
    if (i == ks->ring.n) return CM_E_NOT_FOUND;
    struct key_info *info = &ks->ring.infos[i];
    if (state <= info->state || state > KEY_DESTROYED) return CM_E_STATE;
    info->state = state;
    info->changed_unix_s = now_unix_s;
    if (state == KEY_DESTROYED) keyring_erase(&ks->ring, i);
    return CM_OK;
}
