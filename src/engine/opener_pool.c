/* Cards at a door: number and PIN to (pool, index), a chunk at a time. Every row is deciphered and
 * its PIN computed and compared, whatever the number was, so that time tells nothing; a wrong PIN
 * gets the answer of an unknown number. It does not count wrong PINs: the caller's throttle does.
 * References: docs/design/states.md section 3; docs/design/construction.md section 11. */
#include "engine/opener_inside.h"

void opener_forget_numberers(struct opener *o) {
    for (size_t i = 0; i < o->numberer_n; i++)
        cm_numberer_free(o->numberers[i].numberer);
    o->numberer_n = 0;
}

static cm_err numberer_for(struct opener *o, const struct reader *r, struct cm_numberer **out) {
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

/* A PIN as digits; what is none becomes a row of zero bytes, which is never right. */
static void read_pin(const struct normaliser *reader, struct cm_slice text, char *row) {
    uint8_t numerals[CM_CARD_PIN_MAX] = {0};
    const struct cm_slice bounded = text.len <= CM_PIN_TEXT_MAX ? text : slice_of(NULL, 0);
    const bool good = normalise(reader, bounded, numerals) == NORMALISED_OK;
    for (uint8_t k = 0; k < reader->code_n; k++)
        row[k] = (char)(good ? (unsigned)numerals[k] + (unsigned)'0' : 0u);
    wipe(numerals, sizeof numerals);
}

static cm_err check_pins(struct opener *o, struct cm_numberer *numberer,
                         const struct pool_entry *pool, size_t n) {
    const size_t pin_n = pool->pool.numbers.pin_n;
    for (size_t i = 0; i < n; i++)
        o->right[i] = pin_n == 0;
    if (pin_n == 0) return CM_OK;
    for (size_t i = 0; i < n; i++) {
        o->asked[i] = (struct cm_card_pin){.index = o->cards[i].index, .issue = CARD_ISSUE_ONE};
        read_pin(&pool->pin_reader, o->chunk[i]->pin, o->pins + i * pin_n);
    }
    const cm_err err = cm_numberer_pin_check(numberer, o->asked, n, o->pins, o->right);
    wipe(o->pins, n * pin_n);
    return err;
}

cm_err opener_card_pin(struct opener *o, const struct reader *reader, uint64_t index,
                       const struct cm_request *request, bool *right) {
    struct cm_numberer *numberer = NULL;
    TRY(numberer_for(o, reader, &numberer));
    o->chunk[0] = request;
    o->cards[0] = (struct cm_card_opened){.reading = CM_CARD_INDEX, .index = index};
    TRY(check_pins(o, numberer, reader->pool->pool, 1));
    *right = o->right[0];
    return CM_OK;
}

cm_err opener_read_cards(struct opener *o, const struct reader *reader, uint16_t position, size_t n,
                         struct resolved *out) {
    const struct pool *pool = &reader->pool->pool->pool;
    struct cm_numberer *numberer = NULL;
    TRY(numberer_for(o, reader, &numberer));
    cm_numberer_read(numberer, o->texts, n, o->numbers);
    TRY(cm_numberer_open(numberer, o->numbers, n, o->cards));
    TRY(check_pins(o, numberer, reader->pool->pool, n));
    for (size_t i = 0; i < n; i++) {
        const struct cm_card_opened *card = &o->cards[i];
        if (card->reading != CM_CARD_INDEX) continue; /* a typing error unless others read it */
        const bool other_version = pool_key_version(pool, card->index) != reader->version;
        if (card->skip != 0 || other_version || !o->right[i]) {
            resolved_refuse(&out[i], CM_V_NOT_A_CODE);
            out[i].guess = pool->numbers.id;
            out[i].guess_serial = card->skip != 0 || other_version ? GUESS_NEVER : card->index;
        } else
            resolved_find(&out[i], &reader->pool->set, card->index, position);
    }
    wipe(o->numbers, n * CM_CARD_NUMBER_MAX);
    return CM_OK;
}
