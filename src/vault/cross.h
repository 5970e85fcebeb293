/* Who else could read a new code: every other (scheme, key version) behind the doors of its scheme.
 * A serial whose text opens as an issued unit of another is skipped for good, so that a text has
 * one owner; so is one that an imported list of its house knows. Readers of another printed length
 * cannot read it and are left out.
 * Source: docs/design/construction.md, "Doors". */
#ifndef CM_VAULT_CROSS_H
#define CM_VAULT_CROSS_H

#include "engine/engine.h"

struct cross;

/** Gather the readers beside (scheme, version).
 * @param[in] chunk  most codes of one call of cross_find
 * @retval CM_E_NO_MEMORY, CM_E_CRYPTO, and as keystore_find */
CM_MUST_CHECK cm_err cross_new(struct cross **out, struct cm_engine *engine,
                               const struct keystore *keystore, uint32_t scheme, uint8_t version,
                               size_t chunk);
void cross_free(struct cross *c);

/** Mark the codes that another unit owns.
 * @param[in]  texts  n texts of the scheme's printed length without grouping, back to back
 * @param[out] taken  n bytes, 1 where the text opens as an issued unit of another reader
 * @retval CM_E_CRYPTO, CM_E_IO, CM_E_CORRUPT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err cross_find(struct cross *c, const char *texts, size_t n, uint8_t *taken);

#endif
