/* Places on the work bench: what a calling thread borrows to open its codes and hash its request.
 * As many exist as threads ever called at once; none is made on the hot path after that. */
#include <stdlib.h>

#include "engine/local.h"

#define FIRST_ROOM 256u /* requests, calls */

static void place_free(struct bench_place *p) {
    if (p == NULL) return;
    opener_free(p->opener);
    cmac_free(p->hash);
    buffer_wipe(&p->scratch);
    free(p->resolved);
    free(p->hashes);
    free(p);
}

static cm_err place_new(struct local *l, struct bench_place **out) {
    struct bench_place *p = calloc(1, sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    const struct cm_key *key = NULL;
    cm_err err = keystore_find(l->keystore, KEY_IDEM, 0, 1, &key);
    if (err == CM_OK) err = cmac_new(&p->hash, key);
    if (err == CM_OK) err = opener_new(&p->opener, &l->registry, l->keystore, l->clock);
    if (err != CM_OK) {
        place_free(p);
        return err;
    }
    *out = p;
    return CM_OK;
}

cm_err bench_take(struct local *l, struct bench_place **out) {
    (void)pthread_mutex_lock(&l->bench_lock);
    struct bench_place *p = l->bench;
    if (p != NULL) l->bench = p->next;
    (void)pthread_mutex_unlock(&l->bench_lock);
    if (p == NULL) return place_new(l, out);
    *out = p;
    return CM_OK;
}

void bench_give(struct local *l, struct bench_place *place) {
    buffer_clear(&place->scratch);
    (void)pthread_mutex_lock(&l->bench_lock);
    place->next = l->bench;
    l->bench = place;
    (void)pthread_mutex_unlock(&l->bench_lock);
}

/* At least `need` of an array that is grown by doubling; its content does not matter. */
static cm_err room(void **array, size_t *cap, size_t need, size_t size) {
    if (need <= *cap) return CM_OK;
    size_t more = *cap == 0 ? FIRST_ROOM : *cap;
    while (more < need)
        more *= 2;
    void *made = calloc(more, size);
    if (made == NULL) return CM_E_NO_MEMORY;
    free(*array);
    *array = made;
    *cap = more;
    return CM_OK;
}

cm_err bench_room(struct bench_place *place, struct call_work *w) {
    void *resolved = place->resolved, *hashes = place->hashes;
    const cm_err err = room(&resolved, &place->resolved_cap, w->request_n, sizeof *w->resolved);
    w->resolved = place->resolved = resolved;
    TRY(err);
    const cm_err other = room(&hashes, &place->hashes_cap, w->n, sizeof *w->hashes);
    w->hashes = place->hashes = hashes;
    return other;
}

void bench_wipe(struct local *l) {
    for (struct bench_place *p = l->bench, *next; p != NULL; p = next) {
        next = p->next;
        place_free(p);
    }
    l->bench = NULL;
    place_free(l->own);
    l->own = NULL;
}

static void put_slice(struct buffer *b, struct cm_slice s) {
    buffer_u32be(b, (uint32_t)s.len);
    buffer_put(b, s.p, s.len);
}

static cm_err hash_key_of(struct bench_place *place, uint32_t actor, struct cm_slice key,
                          struct call_hashes *out) {
    struct buffer *b = &place->scratch;
    buffer_clear(b);
    buffer_u32be(b, actor);
    buffer_put(b, key.p, key.len);
    TRY(buffer_err(b));
    return cmac_message(place->hash, buffer_slice(b), out->key);
}

/* Only what is asked: a call that asks nothing more is the same with and without the column. */
static void put_ask(struct buffer *b, size_t i, const struct cm_card_ask *a) {
    if (a->amount == 0 && a->currency[0] == '\0' && a->reference == 0 && a->other.len == 0 &&
        a->reason == CM_REASON_NONE && !a->checked)
        return;
    buffer_text(b, "ask");
    buffer_u32be(b, (uint32_t)i);
    buffer_u64be(b, a->amount);
    put_slice(b, slice_text(a->currency));
    buffer_u64be(b, a->reference);
    put_slice(b, a->other);
    buffer_u8(b, (uint8_t)a->reason);
    buffer_u8(b, a->checked ? 1 : 0);
}

/* Keyed, so that a stolen ledger tells neither keys nor requests. */
cm_err bench_hash(struct bench_place *place, const struct cm_call *call, struct call_hashes *out) {
    struct buffer *b = &place->scratch;
    TRY(hash_key_of(place, call->caller.actor, call->key, out));
    buffer_clear(b);
    buffer_u32be(b, call->door);
    for (size_t i = 0; i < call->n; i++) {
        const struct cm_request *q = &call->requests[i];
        buffer_u8(b, (uint8_t)q->operation);
        buffer_u64be(b, q->hold_ms);
        put_slice(b, q->code);
        put_slice(b, q->pin);
        put_slice(b, q->redeemer);
    }
    for (size_t i = 0; call->asks != NULL && i < call->n; i++)
        put_ask(b, i, &call->asks[i]);
    cm_err err = buffer_err(b);
    if (err == CM_OK) err = cmac_message(place->hash, buffer_slice(b), out->request);
    if (b->p != NULL) wipe(b->p, b->len); /* codes and PINs */
    return err;
}

/* No call is hashed over so few bytes: one key cannot fit a call and an issue. */
cm_err bench_hash_issue(struct bench_place *place, const struct issue_asked *asked,
                        struct call_hashes *out) {
    struct buffer *b = &place->scratch;
    TRY(hash_key_of(place, asked->actor, asked->key, out));
    buffer_clear(b);
    buffer_text(b, "issue");
    buffer_u32be(b, asked->set);
    buffer_u32be(b, asked->count);
    TRY(buffer_err(b));
    return cmac_message(place->hash, buffer_slice(b), out->request);
}
