/* What people may see of one card with a life: what it is, and the lines of its history. Looking is
 * journaled; it changes nothing. Changes go through cm_engine_run.
 * Source: docs/design/card-life.md. */
#ifndef CM_ENGINE_CARDS_H
#define CM_ENGINE_CARDS_H

#include "engine/engine.h"
#include "ledger/card.h"

struct card_view {
    uint32_t set;
    uint64_t serial;
    struct card_record record; /* as of now: holds past their deadline are not in it */
    enum cm_card_state state;  /* as of now: in stock, expired ... */
    char currency[4];          /* empty: a card without a balance */
    uint64_t held;
    bool has_pin, pin_locked;
    uint8_t pin_tries_left; /* with has_pin */
};

/** Look at one card; journaled as a look-up.
 * @retval CM_E_NOT_FOUND  no such card was issued      @retval CM_E_STATE  its pool has no life
 * @retval CM_E_IO, CM_E_CORRUPT, CM_E_DEAD, CM_E_NO_SPACE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err engine_card_view(struct cm_engine *engine, uint32_t actor, uint32_t set,
                                      uint64_t serial, struct card_view *out, struct cm_diag *diag);

#define CARD_LINES_MAX 256u /* of one call */
/** Lines of a card's history, newest first. Not journaled: look at the card first.
 * @param[in]  before  0 = from the newest on; else from the line before this sequence on, which is
 *                     one of the card's own
 * @param[out] out     up to cap lines, cap at most CARD_LINES_MAX
 * @param[out] n       of them; fewer than cap: there are no older ones
 * @retval as engine_card_view, and CM_E_NOT_FOUND for `before` */
CM_MUST_CHECK cm_err engine_card_history(struct cm_engine *engine, uint32_t set, uint64_t serial,
                                         uint64_t before, struct card_line *out, size_t cap,
                                         size_t *n, struct cm_diag *diag);

/* "activate", "spend" ...; static text. */
const char *card_op_name(enum card_op op);

#endif
