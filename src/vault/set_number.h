/* The number of a new pool or list: one past all sets, and past every number that keys were made
 * for by an addition that stopped half-way. */
#ifndef CM_VAULT_SET_NUMBER_H
#define CM_VAULT_SET_NUMBER_H

#include "engine/engine.h"

CM_MUST_CHECK cm_err set_number_free(struct cm_engine *engine, const struct keystore *keystore,
                                     uint32_t *out);

#endif
