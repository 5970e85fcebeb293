/* Prizes as the owner's files call them. Source: docs/design/prizes.md. */
#ifndef CM_ENGINE_LOCAL_PRIZE_H
#define CM_ENGINE_LOCAL_PRIZE_H

#include "engine/local.h"
#include "engine/prizes.h"

/** Have the set's prizes drawn: the decider may then ask prizes_of.
 * @retval CM_E_NOT_FOUND, CM_E_STATE  seed or key are not in the keystore
 * @retval as prizes_draw */
CM_MUST_CHECK cm_err prizes_ready(struct local *l, const struct set *set);
/* Between two groups: prizes of units that became worthless go to others. */
void prizes_turn(struct local *l);

/* As local_touch and local_apply, for EVENT_PRIZE. CM_E_CORRUPT: no journal of ours says so. */
CM_MUST_CHECK cm_err prize_event_touch(struct local *l, const struct prize_event *e);
CM_MUST_CHECK cm_err prize_event_apply(struct local *l, const struct prize_event *e);

#endif
