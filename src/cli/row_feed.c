/* Chunks of rows. Cells lie one after the other in one buffer that may move while it grows, so they
 * are pointed at when it is whole. */
#include "cli/row_feed.h"

#include <stdlib.h>

#include "base/macros.h"
#include "cli/row_feed_inside.h"

/* ---- Stores -----------------------------------------------------------------------------------
 */

void row_store_wipe(struct row_store *s) {
    buffer_wipe(&s->text);
    free(s->cells);
    *s = (struct row_store)ROW_STORE_INIT;
}

cm_err row_store_begin(struct row_store *s, size_t cells) {
    buffer_recycle(&s->text, ROW_TEXT_KEEP);
    s->cell_n = 0;
    if (cells <= s->cell_cap) return CM_OK;
    free(s->cells);
    s->cell_cap = 0;
    s->cells = calloc(cells, sizeof *s->cells);
    if (s->cells == NULL) return CM_E_NO_MEMORY;
    s->cell_cap = cells;
    return CM_OK;
}

void row_store_put(struct row_store *s, struct cm_slice cell) {
    buffer_put(&s->text, cell.p, cell.len);
    s->cells[s->cell_n++] = slice_of(NULL, cell.len);
}

static void point_at_cells(struct row_store *s) {
    const uint8_t *at = s->text.p;
    for (size_t i = 0; i < s->cell_n; i++) {
        s->cells[i].p = at;
        if (at != NULL) at += s->cells[i].len;
    }
}

/* ---- Columns ----------------------------------------------------------------------------------
 */

cm_err row_feed_name(struct row_feed *f, struct cm_slice name) {
    buffer_put(&f->names, name.p, name.len);
    buffer_u8(&f->names, 0);
    f->column_n++;
    return buffer_err(&f->names);
}

void row_feed_named(struct row_feed *f) {
    const char *at = (const char *)f->names.p;
    for (size_t i = 0; i < f->column_n; i++) {
        f->columns[i] = at;
        at += strlen(at) + 1;
    }
}

const char *const *row_feed_columns(const struct row_feed *f, size_t *n) {
    *n = f->column_n;
    return f->columns;
}

cm_err row_feed_without(const struct row_feed *f, const char *input, const char *const *names,
                        size_t n, struct cm_diag *diag) {
    for (size_t i = 0; i < n * f->column_n; i++)
        if (strcmp(f->columns[i / n], names[i % n]) == 0)
            return diag_fail(diag, CM_E_CONFLICT, input, NULL, "give that column another name",
                             "its column '%s' would stand twice in the file that is made",
                             names[i % n]);
    return CM_OK;
}

/* ---- The whole --------------------------------------------------------------------------------
 */

uint64_t row_feed_total(const struct row_feed *f) { return f->total; }
uint64_t row_feed_again(const struct row_feed *f) { return f->again; }

cm_err row_feed_take(struct row_feed *f, size_t most, struct row_store *store,
                     struct row_chunk *chunk, struct cm_diag *diag) {
    if (most == 0 || most > ROW_CHUNK_MAX) most = ROW_CHUNK_MAX;
    TRY(row_store_begin(store, most * f->column_n));
    TRY(f->kind->rows(f, most, store, diag));
    TRY(buffer_err(&store->text));
    point_at_cells(store);
    *chunk = (struct row_chunk){
        .cells = store->cells, .n = store->cell_n / f->column_n, .first = f->given + 1};
    f->given += chunk->n;
    return CM_OK;
}

cm_err row_feed_next(struct row_feed *f, struct row_chunk *chunk, struct cm_diag *diag) {
    return row_feed_take(f, ROW_CHUNK_MAX, &f->store, chunk, diag);
}

cm_err row_feed_done(struct row_feed *f, const char *sha256, struct cm_diag *diag) {
    return f->kind->done != NULL ? f->kind->done(f, sha256, diag) : CM_OK;
}

void row_feed_wipe(struct row_feed *f) {
    buffer_free(&f->names);
    row_store_wipe(&f->store);
}

void row_feed_close(struct row_feed *f) {
    if (f != NULL) f->kind->close(f);
}

void row_feed_closep(struct row_feed **f) { row_feed_close(*f); }
