/* The life of a pool's cards as JSON. It refuses what could not be kept: limits without a currency,
 * a load above the balance, an expiry that nothing begins. Form: docs/design/cards.md, "Life". */
#include "cards/life.h"

#include "base/macros.h"

#define CURRENCY_N 3u /* letters, ISO 4217 */

static const char *const activations[] = {"till", "none"};
static const char *const spends[] = {"second_check", "free"};

static cm_err read_currency(struct json_value v, char out[static CURRENCY_N + 1u]) {
    struct cm_slice text;
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, CURRENCY_N, CURRENCY_N, &text));
    for (size_t i = 0; i < CURRENCY_N; i++)
        if (text.p[i] < 'A' || text.p[i] > 'Z')
            return json_fail(v, CM_E_FORMAT, "write the three letters of ISO 4217, such as \"EUR\"",
                             "the currency is no three capital letters");
    for (size_t i = 0; i < CURRENCY_N; i++)
        out[i] = (char)text.p[i];
    return CM_OK;
}

/* Limits belong to a currency; without one in the document they are as wide as amounts go. */
static cm_err read_limit(struct json_value v, const struct card_life *life, uint64_t *out) {
    if (json_present(v) && life->currency[0] == '\0')
        return json_fail(v, CM_E_CONFLICT, "add \"currency\", or leave the limit out",
                         "cards without a currency have no balance to limit");
    if (life->currency[0] != '\0') *out = CM_AMOUNT_MAX;
    return json_present(v) ? json_u64(v, 1, CM_AMOUNT_MAX, out) : CM_OK;
}

static cm_err read_limits(struct json_value v, struct card_life *life) {
    TRY(read_currency(json_get(v, "currency"), life->currency));
    TRY(read_limit(json_get(v, "balance_max"), life, &life->balance_max));
    TRY(read_limit(json_get(v, "load_max"), life, &life->load_max));
    if (life->load_max <= life->balance_max) return CM_OK;
    if (json_present(json_get(v, "load_max")))
        return json_fail(json_get(v, "load_max"), CM_E_RANGE, "make it balance_max at most",
                         "no card could take such a load");
    life->load_max = life->balance_max;
    return CM_OK;
}

cm_err life_read(struct json_value v, struct card_life *out) {
    static const char *const keys[] = {"activation", "currency",   "load_max",   "balance_max",
                                       "pin_tries",  "valid_days", "alias_spend"};
    struct card_life life = {.on = true};
    size_t word = 0;
    uint64_t pin_tries = LIFE_PIN_TRIES, days = 0;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_word(json_get(v, "activation"), activations, CM_ARRAY_N(activations), &word));
    life.at_till = word == 0;
    TRY(read_limits(v, &life));
    const struct json_value tries = json_get(v, "pin_tries"), valid = json_get(v, "valid_days");
    if (json_present(tries)) TRY(json_u64(tries, 1, LIFE_PIN_TRIES_MAX, &pin_tries));
    if (json_present(valid)) TRY(json_u64(valid, 1, LIFE_DAYS_MAX, &days));
    if (days > 0 && !life.at_till)
        return json_fail(valid, CM_E_CONFLICT, "end them by the pool's terms instead",
                         "days of validity count from an activation, and these cards have none");
    const struct json_value spend = json_get(v, "alias_spend");
    word = 0;
    if (json_present(spend)) TRY(json_word(spend, spends, CM_ARRAY_N(spends), &word));
    life.free_alias = word == 1;
    life.pin_tries = (uint8_t)pin_tries;
    life.valid_days = (uint32_t)days;
    *out = life;
    return CM_OK;
}

void life_write(struct json_writer *w, const struct card_life *life) {
    if (!life->on) return;
    json_object_begin(w, "life");
    json_put_cstr(w, "activation", activations[life->at_till ? 0 : 1]);
    if (life->currency[0] != '\0') {
        json_put_cstr(w, "currency", life->currency);
        json_put_u64(w, "load_max", life->load_max);
        json_put_u64(w, "balance_max", life->balance_max);
    }
    json_put_u64(w, "pin_tries", life->pin_tries);
    if (life->valid_days > 0) json_put_u64(w, "valid_days", life->valid_days);
    json_put_cstr(w, "alias_spend", spends[life->free_alias ? 1 : 0]);
    json_object_end(w);
}
