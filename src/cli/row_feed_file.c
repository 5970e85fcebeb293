/* Rows of a CSV file or of standard input: read in blocks that end with a whole row, each parsed by
 * the one CSV reader of the house. Quotes tell where a row ends: in RFC 4180 a line end belongs to
 * a field exactly when an odd number of quotes stands before it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/interrupt.h"
#include "cli/row_feed_inside.h"
#include "doc/csv.h"

#define BLOCK_LEN ((size_t)256 * 1024) /* bytes read at a time; longer than any row */
#define PATH_CAP  128u                 /* bytes of the name in errors */

struct file_feed {
    struct row_feed base;
    int fd;
    bool ended;
    char name[PATH_CAP];
    struct buffer block; /* what is read: whole rows, of which the reader has some; then a piece */
    size_t whole;        /* bytes of the whole rows */
    struct csv_reader csv;
};

static struct file_feed *file_of(struct row_feed *f) { return (struct file_feed *)f; }

/* ---- Blocks -----------------------------------------------------------------------------------
 */

/* Bytes up to the last line end that ends a row; 0 = none does. */
static size_t whole_rows(struct cm_slice text) {
    size_t end = 0;
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '"') inside = !inside;
        if (text.p[i] == '\n' && !inside) end = i + 1;
    }
    return end;
}

static cm_err read_more(struct file_feed *f, struct cm_diag *diag) {
    while (!f->ended && f->block.len < BLOCK_LEN) {
        uint8_t *to = buffer_reserve(&f->block, BLOCK_LEN - f->block.len);
        if (to == NULL) return CM_E_NO_MEMORY;
        TRY(interrupt_wait(f->fd, f->name, diag));
        const ssize_t got = read(f->fd, to, BLOCK_LEN - f->block.len);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0)
            return diag_fail(diag, file_err_from_errno(errno), f->name, NULL, NULL,
                             "cannot read: %s", file_errno_text(errno));
        f->block.len += (size_t)got;
        f->ended = got == 0;
    }
    return CM_OK;
}

/* The next block. What has no end within one is given to the reader as it is: it knows what to say
 * of rows without end. */
static cm_err next_block(struct file_feed *f, struct cm_diag *diag) {
    const size_t piece = f->block.len - f->whole;
    if (piece > 0 && f->whole > 0) memmove(f->block.p, f->block.p + f->whole, piece);
    f->block.len = piece;
    TRY(read_more(f, diag));
    f->whole = f->ended ? f->block.len : whole_rows(buffer_slice(&f->block));
    if (f->whole == 0) f->whole = f->block.len;
    f->csv.rest = slice_of(f->block.p, f->whole);
    return CM_OK;
}

/* The next row, from this block or the next one. */
static cm_err next_row(struct file_feed *f, bool *more, struct cm_diag *diag) {
    f->csv.diag = diag;
    for (;;) {
        TRY(csv_next(&f->csv, more));
        if (*more || (f->ended && f->whole == f->block.len)) return CM_OK;
        TRY(next_block(f, diag));
    }
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

static cm_err check_width(const struct file_feed *f) {
    if (f->csv.n == f->base.column_n) return CM_OK;
    return csv_fail(&f->csv, f->csv.n < f->base.column_n ? f->csv.n : f->base.column_n, NULL,
                    CM_E_FORMAT,
                    "give every row a cell for every column; quote cells that hold "
                    "the separator",
                    "the row has %zu cells, the header %zu", f->csv.n, f->base.column_n);
}

static cm_err take_rows(struct row_feed *base, size_t most, struct row_store *store,
                        struct cm_diag *diag) {
    struct file_feed *f = file_of(base);
    bool more = true;
    for (size_t row = 0; row < most; row++) {
        TRY(next_row(f, &more, diag));
        if (!more) return CM_OK;
        TRY(check_width(f));
        for (size_t i = 0; i < f->csv.n; i++)
            row_store_put(store, csv_field(&f->csv, i));
    }
    return CM_OK;
}

/* ---- The header -------------------------------------------------------------------------------
 */

/* Pipes separate where the reader's own candidates are absent. */
static char separator_of(struct cm_slice text) {
    bool inside = false, pipe = false;
    for (size_t i = 0; i < text.len && (inside || text.p[i] != '\n'); i++) {
        const uint8_t c = text.p[i];
        if (c == '"') inside = !inside;
        if (!inside && (c == ',' || c == ';' || c == '\t')) return 0;
        if (!inside && c == '|') pipe = true;
    }
    return pipe ? '|' : 0;
}

static cm_err check_name(const struct file_feed *f, size_t i) {
    const struct cm_slice name = csv_field(&f->csv, i);
    if (name.len == 0 || name.len > ROW_FEED_NAME_MAX || !text_prints(name))
        return csv_fail(&f->csv, i, NULL, CM_E_FORMAT, "write a header line: code,serial,gtin",
                        "a column needs a name of 1 to %u bytes", ROW_FEED_NAME_MAX);
    for (size_t k = 0; k < i; k++)
        if (slice_equal(csv_field(&f->csv, k), name))
            return csv_fail(&f->csv, i, NULL, CM_E_FORMAT, "give each column a name of its own",
                            "column %zu has this name, too", k + 1);
    return CM_OK;
}

static cm_err read_header(struct file_feed *f, struct cm_diag *diag) {
    bool more = false;
    TRY(next_block(f, diag));
    const struct cm_slice first = f->csv.rest;
    csv_reader_init(&f->csv, first, separator_of(first), f->name, &CSV_LIMITS_DEFAULT, diag);
    TRY(next_row(f, &more, diag));
    if (!more)
        return diag_fail(diag, CM_E_FORMAT, f->name, NULL, "the first line names the columns",
                         "the file is empty");
    for (size_t i = 0; i < f->csv.n; i++) {
        TRY(check_name(f, i));
        TRY(row_feed_name(&f->base, csv_field(&f->csv, i)));
    }
    row_feed_named(&f->base);
    return CM_OK;
}

/* ---- The whole --------------------------------------------------------------------------------
 */

static void close_file(struct row_feed *base) {
    struct file_feed *f = file_of(base);
    if (f->fd > STDERR_FILENO) (void)close(f->fd);
    buffer_wipe(&f->block);
    buffer_wipe(&f->csv.row);
    row_feed_wipe(base);
    free(f);
}

static const struct row_feed_kind kind = {.rows = take_rows, .close = close_file};

static cm_err open_file(struct file_feed *f, const char *path, struct cm_diag *diag) {
    const bool standard = strcmp(path, "-") == 0;
    const struct cm_slice shown = file_short_name(path, PATH_CAP - 1);
    memcpy(f->name, shown.p, shown.len);
    if (standard) (void)snprintf(f->name, sizeof f->name, "standard input");
    /* A pipe that nobody writes to yet is waited for where Ctrl-C is noticed. */
    f->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (f->fd < 0)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL, NULL, "cannot open: %s",
                         file_errno_text(errno));
    return read_header(f, diag);
}

cm_err row_feed_file(const char *path, struct row_feed **out, struct cm_diag *diag) {
    struct file_feed *f = calloc(1, sizeof *f);
    if (f == NULL) return CM_E_NO_MEMORY;
    f->base.kind = &kind;
    f->fd = -1;
    const cm_err err = open_file(f, path, diag);
    if (err == CM_OK)
        *out = &f->base;
    else
        close_file(&f->base);
    return err;
}
