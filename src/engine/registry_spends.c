/* Documents of what devices admitted: each is part of a device's chain, taken in once and never
 * changed. Format: docs/design/tickets.md, "Sync". */
#include <stdlib.h>

#include "engine/registry_inside.h"
#include "engine/spends_index.h"

cm_err spends_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                             struct cm_diag *diag) {
    struct spends_part p;
    TRY(spends_part_read(text, &p, diag));
    free(p.rows);
    free(p.firsts);
    if (registry_device(r, p.device) == NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, "spends", "device", NULL, "no device has number %u",
                         p.device);
    if (id > r->last_ids[DOCUMENT_SPENDS]) return CM_OK;
    return diag_fail(diag, CM_E_CONFLICT, "spends", NULL, NULL,
                     "what a device admitted is never changed");
}

cm_err spends_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                             struct cm_diag *diag) {
    struct spends_part *part = calloc(1, sizeof *part);
    if (part == NULL) return CM_E_NO_MEMORY;
    cm_err err = spends_part_read(text, part, diag);
    part->id = id;
    if (err == CM_OK) err = spends_index_add(&r->spends, part);
    if (err != CM_OK) spends_part_free(part);
    return err;
}
