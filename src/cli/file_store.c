/* Which of the two. */
#include "cli/file_store.h"

#include "base/macros.h"

cm_err file_store_open(enum file_store_kind kind, const char *path, struct file_store **out,
                       struct cm_diag *diag) {
    return kind == FILE_STORE_ZIP ? file_store_zip(path, out, diag)
                                  : file_store_folder(path, out, diag);
}

cm_err file_store_put(struct file_store *s, const char *name, const struct zip_part *part,
                      struct cm_diag *diag) {
    return s->way->put(s, name, part, diag);
}

cm_err file_store_index(struct file_store *s, struct cm_slice lines, struct cm_diag *diag) {
    return s->way->index(s, lines, diag);
}

cm_err file_store_finish(struct file_store *s, struct hash256 *hash, struct cm_diag *diag) {
    return s->way->finish(s, hash, diag);
}

uint64_t file_store_bytes(const struct file_store *s) { return s->bytes; }

void file_store_close(struct file_store *s) {
    if (s != NULL) s->way->close(s);
}

void file_store_closep(struct file_store **s) { file_store_close(*s); }
