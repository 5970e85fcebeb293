/* Imported texts at a door: read, hashed under the list's key, looked up, a chunk at a time. The
 * same is done for every request, whatever its text was. An alias leads to the card of its pool,
 * whose PIN it does not replace. A list that cannot be read refuses nobody else's texts. Source:
 * docs/design/imports.md. */
#include "engine/opener_inside.h"

void opener_forget_hashers(struct opener *o) {
    for (size_t i = 0; i < o->hasher_n; i++)
        cmac_free(o->hashers[i].cmac);
    o->hasher_n = 0;
}

static cm_err hasher_for(struct opener *o, const struct reader *r, struct cmac **out) {
    const uint32_t set = r->list->set.number;
    for (size_t i = 0; i < o->hasher_n; i++) {
        if (o->hashers[i].set != set) continue;
        *out = o->hashers[i].cmac;
        return CM_OK;
    }
    if (o->hasher_n == HASHERS_MAX) opener_forget_hashers(o);
    const struct cm_key *key = NULL;
    struct cmac *cmac = NULL;
    TRY(keystore_find(o->keystore, KEY_LEGACY, set, r->version, &key));
    TRY(cmac_new(&cmac, key));
    o->hashers[o->hasher_n++] = (struct cached_hasher){.set = set, .cmac = cmac};
    *out = cmac;
    return CM_OK;
}

static cm_err hash_texts(struct opener *o, const struct reader *r, size_t n) {
    struct cmac *cmac = NULL;
    struct legacy_text text = {.n = 0};
    cm_err err = hasher_for(o, r, &cmac);
    for (size_t i = 0; i < n && err == CM_OK; i++) {
        o->read[i] = (uint8_t)legacy_text_read(&r->list->legacy->rule, o->texts[i], &text);
        err = cmac_message(cmac, slice_of(text.text, text.n), o->hashes[i]);
    }
    wipe(&text, sizeof text);
    return err;
}

/* The set whose unit a text of the list names. */
static struct set *set_of(const struct opener *o, const struct set_entry *list) {
    struct set_entry *s =
        list->legacy->of != 0 ? registry_set(o->registry, list->legacy->of) : NULL;
    if (s == NULL) s = registry_set(o->registry, list->set.number);
    return s != NULL ? &s->set : NULL;
}

/* A name is no PIN (local_alias.c says the same of names that were given one by one). */
static cm_err ask_pin(struct opener *o, struct set *pool, size_t i, struct resolved *r) {
    const struct cm_request *first = o->chunk[0];
    r->by_alias = ALIAS_OTHER;
    const cm_err err = opener_pin(o, registry_set(o->registry, pool->number), o->chunk[i], r);
    o->chunk[0] = first;
    TRY(err);
    if (pool->life != NULL || r->pin == PIN_NOT_ASKED || (r->pin_right & 1u) != 0) return CM_OK;
    *r = (struct resolved){
        .verdict = CM_V_NOT_A_CODE, .guess = pool->number, .guess_serial = r->serial};
    return CM_OK;
}

/* One text's rows: others of the list may be sound. */
static cm_err look_up(const struct legacy_entry *list, const uint8_t *hash, uint64_t *serial) {
    *serial = LEGACY_NONE;
    if (list->files == NULL) return CM_E_CORRUPT;
    return legacy_find(list->files, hash, CMAC_LEN, 1, serial);
}

cm_err opener_read_list(struct opener *o, const struct reader *reader, uint16_t position, size_t n,
                        struct resolved *out) {
    const struct legacy_entry *list = reader->list->legacy;
    struct set *set = set_of(o, reader->list);
    if (set == NULL) return CM_E_STATE;
    TRY(hash_texts(o, reader, n));
    for (size_t i = 0; i < n; i++) {
        const cm_err err = look_up(list, o->hashes[i], &o->serials[i]);
        if (err != CM_E_CORRUPT) TRY(err);
        if (o->read[i] != LEGACY_READ) continue; /* a typing error unless others read it */
        if (err == CM_E_CORRUPT) {
            resolved_doubt(&out[i], reader->list->set.brand);
            continue;
        }
        if (o->serials[i] == LEGACY_NONE) {
            resolved_refuse(&out[i], CM_V_NOT_A_CODE);
            continue;
        }
        resolved_find(&out[i], set, o->serials[i], position);
        if (out[i].reader == position && out[i].set == set && list->of != 0)
            TRY(ask_pin(o, set, i, &out[i]));
    }
    return CM_OK;
}
