/* The lines of begun lends: appended, the last one of a lend counts. References as in
 * lend_claim.h. */
#include "line/lend_claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"

#define CLAIM_MODE 0600
#define BESIDE_KEY ".lends"
#define CLAIMS_MAX 4194304u /* bytes of the file */

cm_err lend_id(const struct lend *l, char out[static LEND_ID_CAP]) {
    static const char what[] = "which lend this is";
    uint8_t mac[REPORT_MAC_LEN];
    TRY(report_mac(&l->report_key, slice_of(what, sizeof what - 1), mac));
    hex_format(mac, sizeof mac, out);
    return CM_OK;
}

static cm_err failed(struct cm_diag *diag, const char *path) {
    return diag_fail(diag, file_err_from_errno(errno), path, NULL,
                     "the agent keeps a list beside its private key: let it write there", "%s",
                     file_errno_text(errno));
}

static cm_err lock(struct lend_claim *c, const char *path, struct cm_diag *diag) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    c->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, CLAIM_MODE);
    if (c->fd < 0) return failed(diag, path);
    while (fcntl(c->fd, F_OFD_SETLKW, &whole) != 0)
        if (errno != EINTR) return failed(diag, path);
    return CM_OK;
}

/* The folder in the last line of this lend; empty: there is none. */
static struct cm_slice last_folder(struct cm_slice text, const char *id) {
    const size_t id_len = strlen(id);
    struct cm_slice found = slice_of(NULL, 0);
    while (text.len > 0) {
        const uint8_t *end = memchr(text.p, '\n', text.len);
        if (end == NULL) break; /* cut while it was written: nothing was printed on it */
        const size_t len = (size_t)(end - text.p);
        if (len > id_len + 1 && memcmp(text.p, id, id_len) == 0 && text.p[id_len] == ' ')
            found = slice_of(text.p + id_len + 1, len - id_len - 1);
        text = slice_of(end + 1, text.len - len - 1);
    }
    return found;
}

static bool has_book(const struct lend *l, const char *folder) {
    char path[LEND_BOOK_PATH_CAP];
    return lend_book_path(l, folder, path, NULL) == CM_OK && access(path, F_OK) == 0;
}

static cm_err judge(struct lend_claim *c, const struct lend *l, const char *begun,
                    struct cm_diag *diag) {
    const bool same = strcmp(begun, c->folder) == 0;
    c->noted = same;
    if (!same && has_book(l, begun))
        return diag_fail(diag, CM_E_CONFLICT, begun, NULL, "go on there: --state with that folder",
                         "the lend was begun in this folder: in another one it would print what is "
                         "printed already");
    if (has_book(l, c->folder)) return CM_OK; /* or it was moved */
    return diag_fail(diag, CM_E_CONFLICT, begun, NULL,
                     "bring that folder back; or recall the lend and make another",
                     "the lend was begun on this computer, and its book is gone: what it printed "
                     "nobody knows");
}

static cm_err look(struct lend_claim *c, const char *path, const struct lend *l,
                   struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    char begun[LEND_BOOK_PATH_CAP];
    TRY(file_read(path, CLAIMS_MAX, &text, diag));
    const struct cm_slice found = last_folder(buffer_slice(&text), c->id);
    if (found.len == 0) return CM_OK;
    if (found.len >= sizeof begun) return CM_E_RANGE;
    memcpy(begun, found.p, found.len);
    begun[found.len] = '\0';
    return judge(c, l, begun, diag);
}

/* However a file or folder was named, it is the same one. */
static cm_err resolve(const char *name, char out[static LEND_BOOK_PATH_CAP], struct cm_diag *diag) {
    char *real = realpath(name, NULL);
    if (real == NULL) return failed(diag, name);
    const size_t len = strlen(real);
    const bool fits = len < LEND_BOOK_PATH_CAP && strchr(real, '\n') == NULL;
    if (fits) memcpy(out, real, len + 1);
    free(real);
    return fits ? CM_OK
                : diag_fail(diag, CM_E_RANGE, name, NULL, "use a shorter, plain path",
                            "too long, or with a line break");
}

cm_err lend_claim_open(struct lend_claim *out, const char *key, const struct lend *l,
                       const char *folder, struct cm_diag *diag) {
    char path[LEND_BOOK_PATH_CAP + sizeof BESIDE_KEY];
    struct lend_claim c = LEND_CLAIM_INIT;
    TRY(resolve(key, path, diag));
    const size_t len = strlen(path);
    memcpy(path + len, BESIDE_KEY, sizeof BESIDE_KEY);
    TRY(lend_id(l, c.id));
    TRY(resolve(folder, c.folder, diag));
    cm_err err = lock(&c, path, diag);
    if (err == CM_OK) err = look(&c, path, l, diag);
    if (err != CM_OK) {
        lend_claim_close(&c);
        return err;
    }
    *out = c;
    return CM_OK;
}

cm_err lend_claim_note(struct lend_claim *c, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer line = BUFFER_INIT;
    if (c->noted) return CM_OK;
    buffer_printf(&line, "\n%s %s\n", c->id, c->folder); /* behind one that was cut */
    TRY(buffer_err(&line));
    if (write(c->fd, line.p, line.len) != (ssize_t)line.len || fsync(c->fd) != 0)
        return failed(diag, "the list of begun lends");
    c->noted = true;
    return CM_OK;
}

void lend_claim_close(struct lend_claim *c) {
    if (c->fd >= 0) (void)close(c->fd);
    *c = (struct lend_claim)LEND_CLAIM_INIT;
}
