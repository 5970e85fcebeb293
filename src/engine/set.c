/* Questions about one set. */
#include "engine/set.h"

bool set_recalled(const struct set *s, uint64_t serial) {
    for (size_t i = 0; i < s->recall_n; i++)
        if (serial >= s->recalls[i].first && serial <= s->recalls[i].last) return true;
    return false;
}

uint32_t set_campaign(const struct set *s) {
    return s->kind == SET_BATCH ? s->of : CAMPAIGN_OF_POOL | s->number;
}
