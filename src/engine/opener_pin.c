/* PINs of cards at a door: read, computed and compared for every row, whatever the number was, so
 * that time tells nothing. Of pools without a life a card has one PIN; with one, up to as many as
 * any card of the pool was given. Counting wrong ones is the decider's.
 * Reference: docs/design/construction.md section 11; docs/design/card-life.md, "PINs". */
#include "engine/opener_inside.h"

/* A PIN as digits; what is none becomes a row of zero bytes, which is never right. */
static void read_pin(const struct normaliser *reader, struct cm_slice text, char *row) {
    uint8_t numerals[CM_CARD_PIN_MAX] = {0};
    const struct cm_slice bounded = text.len <= CM_PIN_TEXT_MAX ? text : slice_of(NULL, 0);
    const bool good = normalise(reader, bounded, numerals) == NORMALISED_OK;
    for (uint8_t k = 0; k < reader->code_n; k++)
        row[k] = (char)(good ? (unsigned)numerals[k] + (unsigned)'0' : 0u);
    wipe(numerals, sizeof numerals);
}

static cm_err compare_issue(struct opener *o, struct cm_numberer *numberer, unsigned issue,
                            size_t n) {
    for (size_t i = 0; i < n; i++)
        o->asked[i] = (struct cm_card_pin){.index = o->cards[i].index, .issue = (uint16_t)issue};
    TRY(cm_numberer_pin_check(numberer, o->asked, n, o->pins, o->right));
    for (size_t i = 0; i < n; i++)
        o->pin_right[i] |= (uint16_t)((o->right[i] ? 1u : 0u) << (issue - 1u));
    return CM_OK;
}

cm_err opener_compare_pins(struct opener *o, struct cm_numberer *numberer, struct set_entry *entry,
                           size_t n, uint8_t *issues) {
    const size_t pin_n = entry->pool->pool.numbers.pin_n;
    const unsigned newest = atomic_load(&entry->set.pin_issues);
    *issues = (uint8_t)(newest > 1 ? newest : 1);
    for (size_t i = 0; i < n; i++)
        o->pin_right[i] = pin_n == 0 ? UINT16_MAX : 0;
    if (pin_n == 0) return CM_OK;
    for (size_t i = 0; i < n; i++)
        read_pin(&entry->pool->pin_reader, o->chunk[i]->pin, o->pins + i * pin_n);
    cm_err err = CM_OK;
    for (unsigned issue = 1; issue <= *issues && err == CM_OK; issue++)
        err = compare_issue(o, numberer, issue, n);
    wipe(o->pins, n * pin_n);
    return err;
}

void opener_tell_pin(const struct opener *o, const struct set_entry *entry, size_t i,
                     uint8_t issues, struct resolved *r) {
    if (entry->pool->pool.numbers.pin_n == 0) return;
    r->pin = o->chunk[i]->pin.len == 0 ? PIN_MISSING : PIN_GIVEN;
    r->pin_right = o->pin_right[i];
    r->pin_issues = issues;
}

cm_err opener_pin(struct opener *o, struct set_entry *entry, const struct cm_request *request,
                  struct resolved *r) {
    if (entry->pool == NULL || entry->pool->pool.numbers.pin_n == 0) return CM_OK;
    const struct reader reader = {.pool = entry,
                                  .version = pool_key_version(&entry->pool->pool, r->serial)};
    struct cm_numberer *numberer = NULL;
    uint8_t issues = 0;
    opener_refresh(o);
    TRY(opener_numberer(o, &reader, &numberer));
    o->chunk[0] = request;
    o->cards[0] = (struct cm_card_opened){.reading = CM_CARD_INDEX, .index = r->serial};
    TRY(opener_compare_pins(o, numberer, entry, 1, &issues));
    opener_tell_pin(o, entry, 0, issues, r);
    return CM_OK;
}
