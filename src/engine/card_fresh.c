/* The first record of a card. Reference: card_fresh.h; docs/design/card-life.md, "Before". */
#include "engine/card_fresh.h"

#include "engine/registry.h"

/* A card of an imported list: what its row said. What was inert is made; stock is told by ours. */
static cm_err card_imported(const struct set_entry *list, uint64_t serial,
                            struct card_record *out) {
    struct legacy_base base;
    if (list->legacy->files == NULL) return CM_E_CORRUPT;
    TRY(legacy_base(list->legacy->files, serial, &base));
    const bool inert = base.state <= CM_CARD_STOCK;
    *out = (struct card_record){.state = inert ? CM_CARD_MADE : base.state,
                                .before = CM_CARD_ACTIVE,
                                .reason = base.reason,
                                .known = !inert,
                                .pin_issue = 1,
                                .expires_ms = base.expires_ms,
                                .balance = base.balance};
    return CM_OK;
}

cm_err card_fresh(const struct set *set, uint64_t serial, struct card_record *out) {
    /* A set of the registry is the first member of its entry (registry.h). */
    if (set->kind == SET_LEGACY)
        return card_imported((const struct set_entry *)(const void *)set, serial, out);
    const bool active = !set->life->at_till;
    *out = (struct card_record){
        .state = active ? CM_CARD_ACTIVE : CM_CARD_MADE, .known = active, .pin_issue = 1};
    return CM_OK;
}
