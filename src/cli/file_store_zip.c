/* Files in a ZIP, through outfile.h. The index is deflated as it comes and put last: of a million
 * lines some megabytes are kept. All entries bear the first date that a ZIP can say, so that the
 * same rows give the same file. */
#include <stdlib.h>

#include "base/macros.h"
#include "cli/file_store.h"
#include "cli/outfile.h"

#define FILE_MODE 0600              /* codes are worth money until they are printed */
#define PIECE_LEN ((size_t)1 << 18) /* bytes gathered before they are written */
#define NO_DATE   0u

struct zip_store {
    struct file_store base;
    struct outfile file;
    struct buffer piece;
    struct cm_diag *diag; /* of the call that writes now */
    struct zip_writer *zip;
    struct zip_packer *packer;
    struct zip_part index;
};

static struct zip_store *zip_of(struct file_store *s) { return (struct zip_store *)s; }

static cm_err flush(struct zip_store *s) {
    TRY(outfile_write(&s->file, buffer_slice(&s->piece), s->diag));
    buffer_clear(&s->piece);
    return CM_OK;
}

static cm_err sink(void *ctx, struct cm_slice bytes) {
    struct zip_store *s = ctx;
    s->base.bytes += bytes.len;
    buffer_put(&s->piece, bytes.p, bytes.len);
    TRY(buffer_err(&s->piece));
    return s->piece.len < PIECE_LEN ? CM_OK : flush(s);
}

static cm_err put(struct file_store *base, const char *name, const struct zip_part *part,
                  struct cm_diag *diag) {
    struct zip_store *s = zip_of(base);
    s->diag = diag;
    return zip_put(s->zip, name, part, diag);
}

static cm_err add_index(struct file_store *base, struct cm_slice lines, struct cm_diag *diag) {
    struct zip_store *s = zip_of(base);
    (void)diag;
    return zip_pack_more(s->packer, lines, &s->index);
}

static cm_err finish(struct file_store *base, struct hash256 *hash, struct cm_diag *diag) {
    struct zip_store *s = zip_of(base);
    s->diag = diag;
    TRY(zip_pack_end(s->packer, &s->index));
    TRY(zip_put(s->zip, FILE_STORE_INDEX, &s->index, diag));
    TRY(zip_finish(s->zip));
    TRY(flush(s));
    return outfile_commit(&s->file, hash, diag);
}

static void close_zip(struct file_store *base) {
    struct zip_store *s = zip_of(base);
    outfile_close(&s->file);
    zip_free(s->zip);
    zip_packer_free(s->packer);
    buffer_wipe(&s->index.bytes);
    buffer_wipe(&s->piece);
    free(s);
}

static const struct file_store_way way = {
    .put = put, .index = add_index, .finish = finish, .close = close_zip};

static cm_err open_zip(struct zip_store *s, const char *path, struct cm_diag *diag) {
    TRY(zip_new(&(const struct zip_sink){sink, s}, NO_DATE, &s->zip));
    TRY(zip_packer_new(&s->packer));
    TRY(zip_pack_begin(s->packer, &s->index));
    return outfile_open(&s->file, path, FILE_MODE, diag);
}

cm_err file_store_zip(const char *path, struct file_store **out, struct cm_diag *diag) {
    struct zip_store *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    s->base.way = &way;
    s->file = (struct outfile)OUTFILE_INIT;
    const cm_err err = open_zip(s, path, diag);
    if (err == CM_OK)
        *out = &s->base;
    else
        close_zip(&s->base);
    return err;
}
