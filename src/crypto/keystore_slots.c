/* Ways into a keystore: unlocking with one, adding, listing, removing.
 * Adding needs the data key in memory only: the keys in the body are not touched. */
#include <string.h>

#include "crypto/keystore_file.h"
#include "crypto/keystore_inside.h"
#include "crypto/random.h"

static cm_err copy_secret(struct cm_slice from, struct secret *out, struct cm_diag *diag) {
    if (from.len == 0)
        return diag_fail(diag, CM_E_WEAK, NULL, NULL, "give one", "the secret is empty");
    TRY(secret_init(out, from.len, diag));
    memcpy(out->p, from.p, from.len);
    return CM_OK;
}

static cm_err read_key_file(const char *path, struct secret *out, struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer file = BUFFER_INIT;
    if (path == NULL) return CM_E_ARGUMENT;
    TRY(keystore_file_read(path, SLOT_KEY_FILE_MAX, &file, diag));
    if (file.len < SLOT_KEY_FILE_MIN)
        return diag_fail(
            diag, CM_E_WEAK, path, NULL, "make one with: head -c 32 /dev/urandom > FILE",
            "a key file of %zu bytes; at least %u needed", file.len, SLOT_KEY_FILE_MIN);
    return copy_secret(buffer_slice(&file), out, diag);
}

static cm_err read_words(struct cm_slice typed, struct secret *out, struct cm_diag *diag) {
    CM_KEY_SCOPED struct cm_key key;
    TRY(words_to_key(typed, &key, diag));
    return copy_secret(slice_of(key.b, sizeof key.b), out, diag);
}

cm_err keystore_unlock_bytes(const struct keystore_unlock *unlock, struct secret *out,
                             struct cm_diag *diag) {
    switch (unlock->kind) {
    case SLOT_PASSPHRASE: return copy_secret(unlock->secret, out, diag);
    case SLOT_KEY_FILE: return read_key_file(unlock->path, out, diag);
    case SLOT_RECOVERY: return read_words(unlock->secret, out, diag);
    default: return CM_E_ARGUMENT;
    }
}

static const char *remedy_of(enum slot_kind kind) {
    switch (kind) {
    case SLOT_PASSPHRASE: return "check Caps Lock and keyboard layout, or use the recovery words";
    case SLOT_KEY_FILE: return "give the key file of this keystore, or use the recovery words";
    case SLOT_RECOVERY: return "these words belong to another keystore, or were replaced";
    default: return NULL;
    }
}

cm_err keystore_unlock(const struct keystore_header *header, const struct keystore_unlock *unlock,
                       struct cm_key *data_key, struct cm_diag *diag) {
    SECRET_SCOPED struct secret secret = SECRET_INIT;
    TRY(keystore_unlock_bytes(unlock, &secret, diag));
    size_t tried = 0;
    for (size_t i = 0; i < header->slots_n; i++) {
        if (header->slots[i].kind != unlock->kind) continue;
        tried++;
        const cm_err err =
            slot_open(&header->slots[i], &header->store, secret_slice(&secret), data_key, diag);
        if (err != CM_E_AUTH) return err;
    }
    if (tried == 0)
        return diag_fail(diag, CM_E_NOT_FOUND, NULL, "slot table", "use another way in",
                         "this keystore cannot be opened with a %s", slot_kind_name(unlock->kind));
    return diag_fail(diag, CM_E_AUTH, NULL, NULL, remedy_of(unlock->kind), "wrong %s",
                     slot_kind_name(unlock->kind));
}

static uint16_t next_slot_id(const struct keystore_header *h) {
    uint16_t last = 0;
    for (size_t i = 0; i < h->slots_n; i++)
        if (h->slots[i].id > last) last = h->slots[i].id;
    return (uint16_t)(last + 1u);
}

static cm_err add_sealed(struct keystore *ks, enum slot_kind kind, struct cm_slice secret,
                         const char *label, uint16_t *id, struct cm_diag *diag) {
    struct keystore_header *h = &ks->header;
    struct slot slot = {.kind = kind, .id = next_slot_id(h)};
    if (h->slots_n == KEYSTORE_SLOTS_MAX || slot.id == 0)
        return diag_fail(diag, CM_E_LIMIT, ks->path, "slot table", "remove one first",
                         "%u ways in are the most", KEYSTORE_SLOTS_MAX);
    if (kind == SLOT_PASSPHRASE) {
        slot.passes = ks->allow_weak_for_tests ? SLOT_PASSES_TEST : SLOT_PASSES_DEFAULT;
        slot.memory_bytes = ks->allow_weak_for_tests ? SLOT_MEMORY_TEST : SLOT_MEMORY_DEFAULT;
    }
    const struct cm_slice text = slice_text(label != NULL ? label : "");
    if (text.len > SLOT_LABEL_LEN)
        return diag_fail(diag, CM_E_RANGE, "label", NULL, "shorten it",
                         "%zu bytes; at most %u are kept", text.len, SLOT_LABEL_LEN);
    memcpy(slot.label, text.p, text.len);
    TRY(slot_seal(&slot, &h->store, secret, ks->data_key, diag));
    h->slots[h->slots_n++] = slot;
    *id = slot.id;
    return CM_OK;
}

cm_err keystore_add_slot(struct keystore *ks, const struct keystore_unlock *unlock,
                         const char *label, uint16_t *id, struct cm_diag *diag) {
    if (unlock->kind == SLOT_RECOVERY) return CM_E_ARGUMENT; /* words are made, never chosen */
    SECRET_SCOPED struct secret secret = SECRET_INIT;
    TRY(keystore_unlock_bytes(unlock, &secret, diag));
    return add_sealed(ks, unlock->kind, secret_slice(&secret), label, id, diag);
}

cm_err keystore_add_recovery(struct keystore *ks, struct words_text *words, uint16_t *id,
                             struct cm_diag *diag) {
    CM_KEY_SCOPED struct cm_key key;
    random_key(&key);
    TRY(add_sealed(ks, SLOT_RECOVERY, slice_of(key.b, sizeof key.b), "recovery", id, diag));
    words_from_key(&key, words);
    return CM_OK;
}

size_t keystore_slots(const struct keystore *ks, struct slot_info infos[KEYSTORE_SLOTS_MAX]) {
    for (size_t i = 0; i < ks->header.slots_n; i++) {
        const struct slot *s = &ks->header.slots[i];
        infos[i] = (struct slot_info){
            .kind = s->kind, .id = s->id, .passes = s->passes, .memory_bytes = s->memory_bytes};
        memcpy(infos[i].label, s->label, SLOT_LABEL_LEN);
    }
    return ks->header.slots_n;
}

cm_err keystore_remove_slot(struct keystore *ks, uint16_t id, struct cm_diag *diag) {
    struct keystore_header *h = &ks->header;
    size_t i = 0;
    while (i < h->slots_n && h->slots[i].id != id)
        i++;
    if (i == h->slots_n)
        return diag_fail(diag, CM_E_NOT_FOUND, ks->path, "slot table", "list the slots",
                         "no slot %u", id);
    if (h->slots_n == 1)
        return diag_fail(diag, CM_E_STATE, ks->path, "slot table", "add another way in first",
                         "slot %u is the last way in", id);
    memmove(&h->slots[i], &h->slots[i + 1], (h->slots_n - i - 1) * sizeof h->slots[0]);
    h->slots_n--;
    return CM_OK;
}
