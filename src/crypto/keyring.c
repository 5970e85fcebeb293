/* Records and guarded key chunks. A chunk is frozen except while one key is written into it, so a
 * stray write anywhere in the process cannot change a key unnoticed. */
#include "crypto/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"

void keyring_wipe(struct keyring *ring) {
    for (size_t i = 0; i < ring->cap / KEYRING_CHUNK_N; i++)
        secret_free(ring->chunks[i]);
    free(ring->chunks);
    free(ring->infos);
    *ring = (struct keyring)KEYRING_INIT;
}

/* Room for one more chunk of keys; the existing chunks stay where they are. */
static cm_err grow(struct keyring *ring, struct cm_diag *diag) {
    const size_t cap = ring->cap + KEYRING_CHUNK_N;
    struct key_info *infos = realloc(ring->infos, cap * sizeof *infos);
    if (infos == NULL) return CM_E_NO_MEMORY;
    ring->infos = infos;
    struct cm_key **chunks = realloc(ring->chunks, cap / KEYRING_CHUNK_N * sizeof *chunks);
    if (chunks == NULL) return CM_E_NO_MEMORY;
    ring->chunks = chunks;
    void *chunk = NULL;
    TRY(secret_alloc(KEYRING_CHUNK_N * sizeof(struct cm_key), &chunk, diag));
    secret_freeze(chunk);
    ring->chunks[ring->cap / KEYRING_CHUNK_N] = chunk;
    ring->cap = cap;
    return CM_OK;
}

static void key_write(struct keyring *ring, size_t i, const struct cm_key *key) {
    struct cm_key *chunk = ring->chunks[i / KEYRING_CHUNK_N];
    secret_thaw(chunk);
    chunk[i % KEYRING_CHUNK_N] = *key;
    secret_freeze(chunk);
}

cm_err keyring_add(struct keyring *ring, const struct key_info *info, const struct cm_key *key,
                   struct cm_diag *diag) {
    if (info->kind < KEY_SCHEME || info->kind > KEY_KIND_LAST) return CM_E_RANGE;
    if (info->state < KEY_ISSUE || info->state > KEY_DESTROYED) return CM_E_RANGE;
    if (keyring_index(ring, info->kind, info->id, info->version) != ring->n) return CM_E_EXISTS;
    if (ring->n >= KEYSTORE_KEYS_MAX) return CM_E_LIMIT;
    if (ring->n == ring->cap) TRY(grow(ring, diag));
    key_write(ring, ring->n, key);
    ring->infos[ring->n++] = *info;
    return CM_OK;
}

/* Linear: a workspace has tens to hundreds of keys, and each is looked up once at start. */
size_t keyring_index(const struct keyring *ring, enum key_kind kind, uint32_t id, uint8_t version) {
    size_t i = 0;
    while (i < ring->n && !(ring->infos[i].id == id && ring->infos[i].version == version &&
                            ring->infos[i].kind == kind))
        i++;
    return i;
}

const struct cm_key *keyring_key(const struct keyring *ring, size_t i) {
    return &ring->chunks[i / KEYRING_CHUNK_N][i % KEYRING_CHUNK_N];
}

void keyring_erase(struct keyring *ring, size_t i) {
    const struct cm_key zeros = {{0}};
    key_write(ring, i, &zeros);
}
