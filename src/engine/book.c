/* Look-ups through the layers. Applying events is book_apply.c. */
#include "engine/book.h"

#include <stdlib.h>
#include <string.h>

/* How many of the other records one of these is as large as. */
#define CARD_WEIGHT 8u
#define LINE_WEIGHT 2u

void book_init(struct book *b, struct state *state) {
    *b = (struct book){.state = state};
    units_init(&b->units, state);
    layer_init(&b->active);
    layer_init(&b->folding);
    changes_init(&b->spare);
}

void book_wipe(struct book *b) {
    units_wipe(&b->units);
    layer_wipe(&b->active);
    layer_wipe(&b->folding);
    changes_wipe(&b->spare);
    stock_wipe(&b->stock);
    tallies_wipe(&b->tallies);
}

cm_err book_reserve(struct book *b, size_t n) { return layer_reserve(&b->active, n); }

cm_err book_reserve_units(struct book *b, size_t n) { return layer_reserve_units(&b->active, n); }

static cm_err touch_extra(struct book *b, uint32_t set, uint64_t serial) {
    const struct map_key key = unit_key(set, serial);
    if (map_get(&b->active.extras, key) != NULL) return CM_OK;
    struct extra_slot slot = {0};
    const struct extra_slot *lower = map_get(&b->folding.extras, key);
    if (lower != NULL)
        slot = *lower;
    else
        TRY(state_extra(b->state, set, serial, &slot.extra, &slot.present));
    *(struct extra_slot *)map_put(&b->active.extras, key, NULL) = slot;
    return CM_OK;
}

static cm_err touch_detail(struct book *b, uint32_t set, uint64_t serial) {
    const struct change *here = changes_find(&b->active.units, set, serial);
    if (here != NULL && here->has_detail) return CM_OK;
    struct unit_detail detail = {0};
    bool found = false;
    TRY(book_detail(b, set, serial, &detail, &found));
    if (!found) return CM_OK;
    struct change *kept = changes_of(&b->active.units, set, serial);
    kept->detail = detail;
    kept->has_detail = true;
    return CM_OK;
}

static cm_err touch_used_by(struct book *b, uint32_t set, uint64_t serial, const uint8_t *who) {
    const struct map_key key = used_key(set, serial, who);
    if (map_get(&b->active.used_by, key) != NULL) return CM_OK;
    struct used_slot slot = {.set = set, .serial = serial};
    memcpy(slot.redeemer, who, sizeof slot.redeemer);
    const struct used_slot *lower = map_get(&b->folding.used_by, key);
    if (lower != NULL)
        slot = *lower;
    else
        TRY(state_used_by(b->state, set, serial, who, &slot.used));
    *(struct used_slot *)map_put(&b->active.used_by, key, NULL) = slot;
    return CM_OK;
}

void book_prefetch(const struct book *b, uint32_t set, uint64_t serial) {
    units_prefetch(&b->units, set, serial);
    changes_prefetch(&b->active.units, set, serial);
}

cm_err book_touch(struct book *b, uint32_t set, uint64_t serial, bool detail,
                  const uint8_t *redeemer) {
    TRY(units_load(&b->units, set, serial));
    if (unit_get(&b->units, set, serial) == UNIT_OTHER) TRY(touch_extra(b, set, serial));
    if (detail) TRY(touch_detail(b, set, serial));
    return redeemer == NULL ? CM_OK : touch_used_by(b, set, serial, redeemer);
}

static cm_err copy_items(struct answer_record *to, const struct answer_record *from) {
    to->n = 0;
    to->items = NULL;
    for (size_t i = 0; i < from->n; i++) {
        const cm_err err = answer_append(to, &from->items[i]);
        if (err == CM_OK) continue;
        free(to->items);
        return err;
    }
    return CM_OK;
}

cm_err book_touch_answer(struct book *b, const uint8_t hash[static EVENT_HASH_LEN]) {
    const struct map_key key = hash_key(hash);
    if (map_get(&b->active.answers, key) != NULL) return CM_OK;
    struct answer_record stored = {0}, mine;
    bool found = true;
    const struct answer_record *lower = map_get(&b->folding.answers, key);
    if (lower == NULL) {
        TRY(state_answer(b->state, hash, &stored, &found));
        lower = &stored;
    }
    if (!found) return CM_OK;
    mine = *lower;
    const cm_err err = copy_items(&mine, lower); /* its list grows by powers of two */
    free(stored.items);
    TRY(err);
    *(struct answer_record *)map_put(&b->active.answers, key, NULL) = mine;
    return CM_OK;
}

cm_err book_touch_alias(struct book *b, const uint8_t hash[static EVENT_HASH_LEN]) {
    const struct map_key key = hash_key(hash);
    if (map_get(&b->active.aliases, key) != NULL) return CM_OK;
    struct alias_slot slot = {.present = false};
    const struct alias_slot *lower = map_get(&b->folding.aliases, key);
    if (lower != NULL)
        slot = *lower;
    else
        TRY(state_alias(b->state, hash, &slot.record, &slot.present));
    TRY(layer_reserve_aliases(&b->active, 1));
    *(struct alias_slot *)map_put(&b->active.aliases, key, NULL) = slot;
    return CM_OK;
}

const struct alias_record *book_alias(const struct book *b,
                                      const uint8_t hash[static EVENT_HASH_LEN]) {
    const struct alias_slot *slot = map_get(&b->active.aliases, hash_key(hash));
    return slot != NULL && slot->present ? &slot->record : NULL;
}

enum unit_bits book_bits(const struct book *b, uint32_t set, uint64_t serial) {
    return unit_get(&b->units, set, serial);
}

struct unit_extra book_extra(const struct book *b, uint32_t set, uint64_t serial) {
    const struct extra_slot *slot = map_get(&b->active.extras, unit_key(set, serial));
    return slot != NULL && slot->present ? slot->extra : (struct unit_extra){0};
}

bool book_used_by(const struct book *b, uint32_t set, uint64_t serial,
                  const uint8_t redeemer[static EVENT_HASH_LEN]) {
    const struct used_slot *slot = map_get(&b->active.used_by, used_key(set, serial, redeemer));
    return slot != NULL && slot->used;
}

struct answer_record *book_answer(struct book *b, const uint8_t key[static EVENT_HASH_LEN]) {
    return map_get(&b->active.answers, hash_key(key));
}

const struct unit_detail *book_detail_near(const struct book *b, uint32_t set, uint64_t serial) {
    const struct change *near = changes_find(&b->active.units, set, serial);
    if (near == NULL || !near->has_detail) near = changes_find(&b->folding.units, set, serial);
    return near != NULL && near->has_detail ? &near->detail : NULL;
}

cm_err book_detail(struct book *b, uint32_t set, uint64_t serial, struct unit_detail *out,
                   bool *found) {
    const struct unit_detail *near = book_detail_near(b, set, serial);
    if (near == NULL) return state_detail(b->state, set, serial, out, found);
    *out = *near;
    *found = true;
    return CM_OK;
}

size_t book_weight(const struct book *b) {
    const struct layer *a = &b->active;
    return a->extras.n + a->units.n + a->used_by.n + a->aliases.n + a->answers.n +
           CARD_WEIGHT * a->cards.n + LINE_WEIGHT * a->lines.n;
}

void book_freeze(struct book *b) {
    b->folding = b->active;
    layer_init(&b->active);
    b->active.units = b->spare;
    changes_init(&b->spare);
    b->answering_left = 0;
}

/* Entries of the failed fold go under newer ones of the active layer. */
static cm_err merge_map(struct map *active, const struct map *failed) {
    TRY(map_reserve(active, failed->n));
    size_t at = 0;
    struct map_key key;
    void *value;
    while (map_next(failed, &at, &key, &value)) {
        bool made = false;
        void *to = map_put(active, key, &made);
        if (made) memcpy(to, value, failed->value_len);
    }
    return CM_OK;
}

/* Records are copied whole when touched, so the active one already holds the failed one's items. */
static void drop_copied_items(struct layer *failed, const struct layer *active) {
    size_t at = 0;
    struct map_key key;
    void *value;
    while (map_next(&failed->answers, &at, &key, &value)) {
        const struct answer_record *mine = map_get(&active->answers, key);
        struct answer_record *old = value;
        if (mine->items != old->items) free(old->items);
        old->items = NULL; /* the active layer owns them now */
    }
}

cm_err book_folded(struct book *b, bool committed) {
    if (!committed) {
        TRY(merge_map(&b->active.extras, &b->folding.extras));
        TRY(changes_merge(&b->active.units, &b->folding.units));
        TRY(merge_map(&b->active.used_by, &b->folding.used_by));
        TRY(merge_map(&b->active.aliases, &b->folding.aliases));
        TRY(merge_map(&b->active.answers, &b->folding.answers));
        TRY(book_merge_cards(&b->active, &b->folding));
        drop_copied_items(&b->folding, &b->active);
    }
    changes_clear(&b->folding.units);
    b->spare = b->folding.units;
    changes_init(&b->folding.units);
    layer_wipe(&b->folding);
    return CM_OK;
}
