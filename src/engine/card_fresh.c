/* The first record of a card. Reference: card_fresh.h; docs/design/card-life.md, "Before". */
#include "engine/card_fresh.h"

cm_err card_fresh(const struct set *set, uint64_t serial, struct card_record *out) {
    (void)serial;
    const bool active = !set->life->at_till;
    *out = (struct card_record){
        .state = active ? CM_CARD_ACTIVE : CM_CARD_MADE, .known = active, .pin_issue = 1};
    return CM_OK;
}
