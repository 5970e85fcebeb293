/* Copies out of the registry. References as in copies.h. */
#include "vault/copies.h"

#include <stdlib.h>
#include <string.h>

#define LIST_FIRST_CAP 64u

_Static_assert((int)KEY_ROLE_DESK == (int)ROLE_DESK && KEY_ROLE_N == API_ROLE_N, "same roles");
_Static_assert(KEY_FRAME_HASH_LEN == API_HASH_LEN, "same hashes");
_Static_assert(KEY_FRAME_NAME_CAP == REGISTRY_NAME_CAP, "same names");

void copies_forget(struct copies *c) {
    for (uint32_t i = 0; i < c->cap; i++)
        buffer_free(&c->sets[i].text);
}

void copies_wipe(struct copies *c) {
    copies_forget(c);
    free(c->sets);
    free(c->list);
    *c = (struct copies){.sets = NULL};
}

/* ---- Sets ----------------------------------------------------------------------------------- */

static cm_err grow(struct copies *c, uint32_t set) {
    if (set < c->cap) return CM_OK;
    const uint32_t cap = set + set / 2 + LIST_FIRST_CAP;
    struct set_copy *sets = realloc(c->sets, cap * sizeof *sets);
    if (sets == NULL) return CM_E_NO_MEMORY;
    c->sets = sets;
    for (uint32_t i = c->cap; i < cap; i++)
        sets[i] = (struct set_copy){.text = BUFFER_INIT};
    c->cap = cap;
    return CM_OK;
}

static cm_err note(struct copies *c, uint32_t set) {
    TRY(grow(c, set));
    if (c->sets[set].stamp == c->stamp) return CM_OK;
    if (c->list_n == c->list_cap) {
        const size_t cap = c->list_cap * 2 + LIST_FIRST_CAP;
        struct set_words *list = realloc(c->list, cap * sizeof *list);
        if (list == NULL) return CM_E_NO_MEMORY;
        c->list = list;
        c->list_cap = cap;
    }
    c->sets[set].stamp = c->stamp;
    c->list[c->list_n++] = (struct set_words){.set = set};
    return CM_OK;
}

static cm_err copy_missing(void *ctx, const struct registry *r) {
    struct copies *c = ctx;
    for (size_t i = 0; i < c->list_n; i++) {
        struct set_copy *copy = &c->sets[c->list[i].set];
        const struct set_entry *s = registry_set(r, c->list[i].set);
        if (copy->text.len > 0 || s == NULL) continue;
        buffer_put(&copy->text, s->description.p, s->description.len);
        copy->description_len = s->description.len;
        if (s->pool != NULL && s->pool->pool.receipt != NULL)
            buffer_text(&copy->text, s->pool->pool.receipt);
        TRY(buffer_err(&copy->text));
    }
    return CM_OK;
}

static int by_set(const void *a, const void *b) {
    const uint32_t x = ((const struct set_words *)a)->set, y = ((const struct set_words *)b)->set;
    return x < y ? -1 : x > y;
}

cm_err copies_collect(struct copies *c, struct cm_engine *engine, const struct cm_call *calls,
                      size_t n) {
    c->list_n = 0;
    if (++c->stamp == 0) { /* once in four thousand million frames */
        for (uint32_t i = 0; i < c->cap; i++)
            c->sets[i].stamp = 0;
        c->stamp = 1;
    }
    for (const struct cm_call *call = calls; call < calls + n; call++)
        for (size_t i = 0; call->status == CM_CALL_DONE && i < call->n; i++)
            if (call->answers[i].set != 0) TRY(note(c, call->answers[i].set));
    bool missing = false;
    for (size_t i = 0; i < c->list_n; i++)
        missing = missing || c->sets[c->list[i].set].text.len == 0;
    if (missing) TRY(engine_read(engine, copy_missing, c));
    if (c->list_n > 1) qsort(c->list, c->list_n, sizeof *c->list, by_set);
    for (size_t i = 0; i < c->list_n; i++) {
        const struct set_copy *copy = &c->sets[c->list[i].set];
        const size_t len = copy->description_len;
        c->list[i].description = slice_of(copy->text.p, len);
        c->list[i].receipt = slice_of(copy->text.p + len, copy->text.len - len);
    }
    return CM_OK;
}

/* ---- Keys and doors ------------------------------------------------------------------------- */

struct table_act {
    struct key_table table;
    uint64_t generation;
};

static int by_id(const void *a, const void *b) {
    const uint32_t x = ((const struct key_row *)a)->id, y = ((const struct key_row *)b)->id;
    return x < y ? -1 : x > y;
}

static void copy_key(struct key_row *to, const struct api_key *from) {
    *to = (struct key_row){.id = from->id,
                           .brand = from->brand,
                           .door = from->door,
                           .agent = from->agent,
                           .test = from->test,
                           .role = (enum key_role)from->role};
    memcpy(to->hash, from->hash, sizeof to->hash);
    memcpy(to->name, from->name, sizeof to->name);
}

/* Whether what a door's answers are about may be a card with a life. */
static bool tells_of_cards(const struct registry *r, const struct door *d) {
    bool cards = d->legacy_n > 0; /* an imported list may be one of cards, or name them */
    for (uint32_t i = 0; i < d->pool_n; i++) {
        const struct set_entry *s = registry_set(r, d->pools[i]);
        cards = cards || (s != NULL && s->pool != NULL && s->pool->pool.life.on);
    }
    return cards;
}

static cm_err copy_table(void *ctx, const struct registry *r) {
    struct table_act *act = ctx;
    struct key_table *t = &act->table;
    t->keys = calloc(r->api_key_n + 1, sizeof *t->keys);
    t->doors = calloc(r->door_n + 1, sizeof *t->doors);
    if (t->keys == NULL || t->doors == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < r->api_key_n; i++)
        if (!r->api_keys[i]->revoked) copy_key(&t->keys[t->key_n++], r->api_keys[i]);
    for (size_t i = 0; i < r->door_n; i++) {
        const struct door *from = r->doors[i];
        struct door_row *to = &t->doors[t->door_n++];
        *to = (struct door_row){.id = from->id,
                                .brand = from->brand,
                                .test = from->test,
                                .cards = tells_of_cards(r, from)};
        memcpy(to->name, from->name, sizeof to->name);
    }
    if (t->key_n > 1) qsort(t->keys, t->key_n, sizeof *t->keys, by_id);
    act->generation = r->generation;
    return CM_OK;
}

cm_err copies_key_table(struct cm_engine *engine, struct key_table *out, uint64_t *generation) {
    struct table_act act = {.table = KEY_TABLE_INIT};
    const cm_err err = engine_read(engine, copy_table, &act);
    if (err != CM_OK) {
        key_table_wipe(&act.table);
        return err;
    }
    *out = act.table;
    *generation = act.generation;
    return CM_OK;
}
