/* Redeemers and their pseudonyms, as the judge learns them. See history_who.h. */
#include "history_who.h"

/* Changes that carry who asked for them. A confirm carries whom the hold is for (history_unit.c);
 * nothing else carries anybody. */
static bool names_asker(uint32_t use_max, enum event_type type) {
    return type == EVENT_REDEEM || type == EVENT_RESERVE || (type == EVENT_REVERSE && use_max == 0);
}

bool who_fits(const struct who *w, uint32_t use_max, const struct history_fact *fact,
              uint32_t redeemer) {
    const uint32_t pseudonym = fact->pseudonym;
    if (pseudonym > HISTORY_REDEEMERS || redeemer > HISTORY_REDEEMERS) return false;
    if (fact->type == EVENT_CONFIRM) return true;
    if (!names_asker(use_max, fact->type)) return pseudonym == 0;
    if (pseudonym == 0 || redeemer == 0) return pseudonym == redeemer;
    if (w->pseudonym_of[redeemer] == 0) return w->redeemer_of[pseudonym] == 0;
    return w->pseudonym_of[redeemer] == pseudonym;
}

void who_learn(struct who *w, uint32_t use_max, const struct history_fact *fact,
               uint32_t redeemer) {
    if (!names_asker(use_max, fact->type) || redeemer == 0) return;
    w->pseudonym_of[redeemer] = fact->pseudonym;
    w->redeemer_of[fact->pseudonym] = redeemer;
}
