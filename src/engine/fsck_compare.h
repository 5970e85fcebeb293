/* Are two images of one ledger at one position the same? Compared by meaning, not by bytes: packed
 * runs and empty pages may differ. */
#ifndef CM_ENGINE_FSCK_COMPARE_H
#define CM_ENGINE_FSCK_COMPARE_H

#include "base/diag.h"
#include "ledger/state.h"

/** @param[out] units  units with a state that were compared
 * @retval CM_E_CORRUPT  they differ; the diag names the first difference
 * @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err fsck_compare(struct state *image, struct state *rebuilt, uint64_t *units,
                                  struct cm_diag *diag);

#endif
