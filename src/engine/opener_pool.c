/* Cards at a door: a face of the card (number, EAN-13, GSRN, key tag, swiped track) and PIN to
 * (pool, index), a chunk at a time. Every row is deciphered and its PIN computed and compared,
 * whatever the number was, so that time tells nothing; a wrong PIN gets the answer of an unknown
 * number. It does not count wrong PINs: the caller's throttle does. References:
 * docs/design/states.md section 3; docs/design/construction.md section 11. */
#include "engine/opener_inside.h"

void opener_forget_numberers(struct opener *o) {
    for (size_t i = 0; i < o->numberer_n; i++)
        cm_numberer_free(o->numberers[i].numberer);
    o->numberer_n = 0;
}

cm_err opener_numberer(struct opener *o, const struct reader *r, struct cm_numberer **out) {
    const struct cm_pool_numbers *numbers = &r->pool->pool->pool.numbers;
    for (size_t i = 0; i < o->numberer_n; i++) {
        if (o->numberers[i].pool != numbers->id || o->numberers[i].version != r->version) continue;
        *out = o->numberers[i].numberer;
        return CM_OK;
    }
    if (o->numberer_n == NUMBERERS_MAX) opener_forget_numberers(o);
    const struct cm_key *root = NULL;
    TRY(keystore_find(o->keystore, KEY_POOL, numbers->id, r->version, &root));
    struct cm_numberer *numberer = NULL;
    TRY(cm_numberer_new(&numberer, numbers, root, r->version));
    o->numberers[o->numberer_n++] =
        (struct cached_numberer){.pool = numbers->id, .version = r->version, .numberer = numberer};
    *out = numberer;
    return CM_OK;
}

/* The number part of what a stripe reader sent; any other text as it came. A track that is damaged
 * or not of this pool becomes an empty text, which is no card. */
static const struct cm_slice *read_swipes(struct opener *o, const struct pool *pool, size_t n) {
    const struct track *tracks = pool->identifiers.track;
    if (!tracks[0].on && !tracks[1].on) return o->texts;
    for (size_t i = 0; i < n; i++) {
        o->swiped[i] = o->texts[i];
        if (swipe_read(tracks, o->texts[i], &o->swiped[i]) == SWIPE_BAD)
            o->swiped[i] = slice_of(NULL, 0);
    }
    return o->swiped;
}

cm_err opener_read_cards(struct opener *o, const struct reader *reader, uint16_t position, size_t n,
                         struct resolved *out) {
    const struct pool *pool = &reader->pool->pool->pool;
    struct cm_numberer *numberer = NULL;
    TRY(opener_numberer(o, reader, &numberer));
    TRY(cm_numberer_open_any(numberer, read_swipes(o, pool, n), n, o->cards));
    const bool life = pool->life.on;
    uint8_t issues = 0;
    TRY(opener_compare_pins(o, numberer, reader->pool, n, &issues));
    for (size_t i = 0; i < n; i++) {
        const struct cm_card_opened *card = &o->cards[i];
        if (card->reading != CM_CARD_INDEX) continue; /* a typing error unless others read it */
        const bool other_version = pool_key_version(pool, card->index) != reader->version;
        if (card->skip != 0 || other_version || (!life && o->pin_right[i] == 0)) {
            const bool never = card->skip != 0 || other_version;
            resolved_refuse(&out[i], CM_V_NOT_A_CODE);
            resolved_guess(&out[i], pool->numbers.id, never ? GUESS_NEVER : card->index);
            continue;
        }
        resolved_find(&out[i], &reader->pool->set, card->index, position);
        if (life && out[i].reader == position) opener_tell_pin(o, reader->pool, i, issues, &out[i]);
    }
    return CM_OK;
}
