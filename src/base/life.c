/* Names of what countermark/life.h counts, as JSON and people read them. */
#include "countermark/life.h"

const char *cm_card_state_name(enum cm_card_state state) {
    static const char *const names[CM_CARD_STATE_N] = {
        "made", "shipped", "in_stock", "active", "blocked", "expired", "lost", "void", "replaced"};
    return (unsigned)state < CM_CARD_STATE_N ? names[state] : "unknown_state";
}

const char *cm_card_reason_name(enum cm_card_reason reason) {
    static const char *const names[CM_REASON_N] = {
        "none", "stolen", "lost", "damaged", "fraud", "customer", "spoiled", "unsold", "other"};
    return (unsigned)reason < CM_REASON_N ? names[reason] : "unknown_reason";
}
