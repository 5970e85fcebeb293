/* What is common to the two kinds of feeds, and what each does its own way. */
#ifndef CM_CLI_ROW_FEED_INSIDE_H
#define CM_CLI_ROW_FEED_INSIDE_H

#include "cli/row_feed.h"

#define ROW_TEXT_KEEP ((size_t)1 << 20) /* bytes of cells that stay allocated between chunks */

struct row_feed_kind {
    /** Put up to `most` rows into the store by row_store_put, fewer or none only at the end. */
    cm_err (*rows)(struct row_feed *f, size_t most, struct row_store *store, struct cm_diag *diag);
    void (*sample)(const struct row_feed *f, struct row_store *store); /* one row; or NULL */
    cm_err (*done)(struct row_feed *f, const char *sha256, struct cm_diag *diag); /* or NULL */
    void (*close)(struct row_feed *f); /* frees f itself */
};

struct row_feed {
    const struct row_feed_kind *kind;
    const char *columns[ROW_FEED_COLUMNS_MAX];
    size_t column_n;
    struct buffer names; /* of the columns, each with a NUL; no longer grows once they are set */
    uint64_t total, given, again;
    struct row_store store; /* of row_feed_next */
};

/** Name the next column. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err row_feed_name(struct row_feed *f, struct cm_slice name);
/* All columns are named: their texts stay where they are now. */
void row_feed_named(struct row_feed *f);
/** Empty a store and make room for rows. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err row_store_begin(struct row_store *s, size_t cells);
/* Append a cell's text; errors stick in s->text. */
void row_store_put(struct row_store *s, struct cm_slice cell);
/* What a kind wipes of the part that is common. */
void row_feed_wipe(struct row_feed *f);

#endif
