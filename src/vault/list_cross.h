/* New texts with imported lists' eyes: a text that a list of the same house knows is never given to
 * a new code or card, whatever doors stand today, so that it has one owner at every door to come.
 * Costs nothing where nothing was imported. Source: docs/design/imports.md, "One owner". */
#ifndef CM_VAULT_LIST_CROSS_H
#define CM_VAULT_LIST_CROSS_H

#include "engine/imports.h"

struct list_cross {
    struct cm_engine *engine; /* borrowed */
    struct owned_ask ask;
    bool any; /* there is such a list */
};

/* Inside engine_read: whether there are lists beside a set or scheme of this brand and mode. */
void list_cross_look(struct list_cross *c, const struct registry *r, uint32_t brand, bool test);
/** Mark texts that are imported units'.
 * @param[in]     texts  n rows of `width` bytes
 * @param[in,out] taken  1 where one is
 * @retval as engine_owned */
CM_MUST_CHECK cm_err list_cross_find(const struct list_cross *c, const char *texts, size_t n,
                                     size_t width, uint8_t *taken);

#endif
