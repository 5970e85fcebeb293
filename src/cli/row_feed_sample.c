/* One row as a batch's will look. */
#include <stdlib.h>

#include "base/macros.h"
#include "cli/row_feed_inside.h"

struct sample_feed {
    struct row_feed base;
    const struct row_feed *of;
    bool given;
};

static cm_err take_rows(struct row_feed *base, size_t most, struct row_store *store,
                        struct cm_diag *diag) {
    struct sample_feed *f = (struct sample_feed *)base;
    (void)most;
    (void)diag;
    if (!f->given) f->of->kind->sample(f->of, store);
    f->given = true;
    return CM_OK;
}

static void close_sample(struct row_feed *base) {
    row_feed_wipe(base);
    free(base);
}

static const struct row_feed_kind kind = {.rows = take_rows, .close = close_sample};

cm_err row_feed_sample(const struct row_feed *f, struct row_feed **out) {
    *out = NULL;
    if (f->kind->sample == NULL) return CM_OK;
    struct sample_feed *sample = calloc(1, sizeof *sample);
    if (sample == NULL) return CM_E_NO_MEMORY;
    sample->base.kind = &kind;
    sample->of = f;
    for (size_t i = 0; i < f->column_n; i++)
        sample->base.columns[sample->base.column_n++] = f->columns[i];
    *out = (struct row_feed *)sample;
    return CM_OK;
}
