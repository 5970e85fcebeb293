/* Rolling production: a run opens the batch of each production day by itself, on the plant's clock,
 * and makes a full one larger while serials and promise last. A day begins when clocks first show
 * its roll time: one of 23 or of 25 hours rolls once, too. Source: docs/design/runs.md, "Acts". */
#ifndef CM_VAULT_PRODUCTION_H
#define CM_VAULT_PRODUCTION_H

#include "base/zone.h"
#include "vault/acts_inside.h"

/* A full batch grows by so many codes or by a tenth, what is more. A day's batch begins with one
 * such step, unless said: what is ordered counts against the promised odds, printed or not. */
#define PRODUCTION_GROWTH 10000u

/* The production day at an instant. */
struct production_day {
    char batch[REGISTRY_NAME_CAP];
    int32_t day;
    uint64_t until_ms; /* when it ends; 0: the date is fixed */
};

/** The civil day whose production runs at an instant, and when it ends.
 * @param[in] roll_s  second of the day at which it begins */
void production_clock(const struct zone *z, int32_t roll_s, uint64_t now_ms, int32_t *day,
                      uint64_t *until_ms);

/** Judge the member "production" of a run that is to start now.
 * @param[out] scheme, day  what it would open first
 * @retval CM_E_FORMAT, CM_E_RANGE, CM_E_NOT_FOUND, CM_E_CONFLICT  diag: place and remedy
 * @retval as the check of batch.add */
CM_MUST_CHECK cm_err production_check(struct act *a, struct json_value production,
                                      struct cm_slice line, struct found_scheme *scheme,
                                      struct production_day *day);
/** The production day that runs now. @retval as production_check */
CM_MUST_CHECK cm_err production_now(struct act *a, struct json_value production,
                                    struct cm_slice line, struct production_day *out);
/** The batch of a day, made if there is none.
 * @retval CM_E_CONFLICT  a batch of that name is of another product   @retval as batch.add */
CM_MUST_CHECK cm_err production_batch(struct act *a, struct json_value production,
                                      struct cm_slice line, const struct production_day *day,
                                      uint32_t *set);
/** Make a full batch larger. @retval CM_E_LIMIT  no serials are left, or the promised odds forbid
 * it */
CM_MUST_CHECK cm_err production_extend(struct act *a, uint32_t set);

#endif
