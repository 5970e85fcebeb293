/* Looking texts of an imported list up by their keyed hashes. */
#include "engine/legacy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/legacy_file.h"
#include "engine/legacy_row.h"

struct legacy {
    struct legacy_file index, base; /* base: map is NULL without one */
    char index_path[LEGACY_PATH_CAP], base_path[LEGACY_PATH_CAP];
};

void legacy_close(struct legacy *l) {
    if (l == NULL) return;
    legacy_file_close(&l->index);
    legacy_file_close(&l->base);
    free(l);
}

void legacy_closep(struct legacy **l) { legacy_close(*l); }

cm_err legacy_path(const char *folder, uint32_t set, enum legacy_file_kind kind,
                   char out[static LEGACY_PATH_CAP]) {
    const int n = snprintf(out, LEGACY_PATH_CAP, "%s/%u.%s", folder, set,
                           kind == LEGACY_INDEX ? "index" : "base");
    return n > 0 && (size_t)n < LEGACY_PATH_CAP ? CM_OK : CM_E_RANGE;
}

cm_err legacy_open(struct legacy **out, const struct legacy_wanted *wanted, struct cm_diag *diag) {
    CM_CLEANUP(legacy_closep) struct legacy *l = calloc(1, sizeof *l);
    struct legacy_head head = {
        .kind = LEGACY_INDEX, .set = wanted->set, .rows = wanted->rows, .units = wanted->units};
    if (l == NULL) return CM_E_NO_MEMORY;
    memcpy(head.workspace_id, wanted->workspace_id, sizeof head.workspace_id);
    TRY(legacy_path(wanted->folder, wanted->set, LEGACY_INDEX, l->index_path));
    TRY(legacy_path(wanted->folder, wanted->set, LEGACY_BASE, l->base_path));
    TRY(legacy_file_open(&l->index, l->index_path, &head, wanted->index_hash, diag));
    if (wanted->has_base) {
        head.kind = LEGACY_BASE;
        head.rows = wanted->units;
        TRY(legacy_file_open(&l->base, l->base_path, &head, wanted->base_hash, diag));
    }
    *out = take(&l);
    return CM_OK;
}

/* The first row of the bucket that is not below the hash. */
static cm_err find_row(const struct legacy_file *f, const uint8_t *hash, uint64_t *serial) {
    uint64_t low = 0, high = 0;
    const uint8_t *row = NULL;
    *serial = LEGACY_NONE;
    if (f->head.rows == 0) return CM_OK;
    legacy_file_bucket(f, hash, &low, &high);
    const uint64_t end = high;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        TRY(legacy_file_row(f, middle, &row));
        if (memcmp(row, hash, LEGACY_HASH_LEN) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == end) return CM_OK;
    TRY(legacy_file_row(f, low, &row));
    if (memcmp(row, hash, LEGACY_HASH_LEN) != 0) return CM_OK;
    const uint64_t found = legacy_row_serial(row);
    if (found >= f->head.units) return CM_E_CORRUPT;
    *serial = found;
    return CM_OK;
}

cm_err legacy_find(const struct legacy *l, const uint8_t *hashes, size_t stride, size_t n,
                   uint64_t *serials) {
    for (size_t i = 0; i < n; i++)
        TRY(find_row(&l->index, hashes + i * stride, &serials[i]));
    return CM_OK;
}

cm_err legacy_base(const struct legacy *l, uint64_t serial, struct legacy_base *out) {
    const uint8_t *row = NULL;
    if (l->base.map == NULL) return CM_E_NOT_FOUND;
    TRY(legacy_file_row(&l->base, serial, &row));
    return legacy_base_read(row, out);
}

const char *legacy_changed(const struct legacy *l) {
    if (legacy_file_changed(&l->index)) return l->index_path;
    return legacy_file_changed(&l->base) ? l->base_path : NULL;
}

cm_err legacy_prove(const struct legacy *l, struct cm_diag *diag) {
    TRY(legacy_file_prove(&l->index, l->index_path, diag));
    return l->base.map != NULL ? legacy_file_prove(&l->base, l->base_path, diag) : CM_OK;
}
