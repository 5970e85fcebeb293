/* What a pool says of the life of its cards: frozen with the pool's document, key "life". A pool
 * without it makes vouchers: units that are used once, for ever.
 * JSON form: docs/design/cards.md, "Life". Meaning: docs/design/card-life.md. */
#ifndef CM_CARDS_LIFE_H
#define CM_CARDS_LIFE_H

#include "countermark/life.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define LIFE_PIN_TRIES     5u /* unless the document says otherwise */
#define LIFE_PIN_TRIES_MAX 20u
#define LIFE_DAYS_MAX      36500u

struct card_life {
    bool on;              /* the document has "life" */
    bool at_till;         /* inert until it is activated; else active from its making */
    bool free_alias;      /* an alias alone is enough to spend; else a second check is asked for */
    char currency[4];     /* empty: no balance */
    uint64_t load_max;    /* of one load; 0 with no currency */
    uint64_t balance_max; /* after a load */
    uint8_t pin_tries;    /* wrong PINs until it is locked */
    uint32_t valid_days;  /* from activation; 0 = never expires */
};

/** Read the value of "life".
 * @param[out] out  `on` is set; untouched on error
 * @retval CM_E_FORMAT, CM_E_RANGE  the diag of the document says where */
CM_MUST_CHECK cm_err life_read(struct json_value v, struct card_life *out);
/* Write it as member "life"; nothing where it is off. */
void life_write(struct json_writer *w, const struct card_life *life);

#endif
