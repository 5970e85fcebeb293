/* Addressing sealed files to others: see order_release.h. */
#include "vault/order_release.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "crypto/cms_stream.h"
#include "order/bundle.h"
#include "order/pgp.h"
#include "vault/order_folder.h"
#include "vault/order_manifest.h"
#include "vault/order_output.h"
#include "vault/order_recipients.h"

#define PIECE_LEN 65536u

struct change {
    struct act *a;
    struct order *order;
    size_t part;
    const char *from;
    struct order_keys keys;
    struct cms_signer *signer;
    struct buffer signer_pem;
    struct recipient *hold;
    struct recipient_key *own;
    struct order_recipients to;
    const struct recipient *all[CMS_RECIPIENTS_MAX];
    size_t all_n;
    uint8_t pgp[PGP_FINGERPRINT_LEN];
    struct bundle *bundle;
    struct order_part done; /* files alone */
};

static void change_wipe(struct change *c) {
    cms_signer_free(c->signer);
    buffer_free(&c->signer_pem);
    recipient_free(c->hold);
    recipient_key_free(c->own);
    order_recipients_wipe(&c->to);
    bundle_close(c->bundle);
    free(c->done.files);
}

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static cm_err open_keys(struct change *c) {
    struct act *a = c->a;
    const struct order_part *p = &c->order->parts[c->part];
    char name[RECIPIENT_NAME_CAP];
    TRY(order_keys(a->ctx->keystore, a->now_unix_s, &c->keys, a->diag));
    TRY(order_signer(&c->keys, a->ctx->workspace, a->now_unix_s, &c->signer, &c->signer_pem,
                     a->diag));
    TRY(p256_hold(c->keys.hold, &c->hold, &c->own));
    if (p->pgp) return pgp_key_look(buffer_slice(&p->keys), c->pgp, name, a->diag);
    TRY(order_recipients_read(buffer_slice(&p->keys), a->now_unix_s, &c->to, a->diag));
    for (size_t i = 0; i < c->to.n; i++)
        c->all[c->all_n++] = c->to.list[i];
    c->all[c->all_n++] = c->hold;
    return CM_OK;
}

/* OpenPGP: what was sealed to our key is opened and goes through gpg. */
static cm_err through_gpg(struct change *c, int in, int out, struct cms_sealed *sealed) {
    CM_CLEANUP(cms_opener_closep) struct cms_opener *opener = NULL;
    CM_CLEANUP(pgp_sealer_closep) struct pgp_sealer *sealer = NULL;
    struct cm_diag *diag = c->a->diag;
    const struct cm_slice key = buffer_slice(&c->order->parts[c->part].keys);
    uint8_t piece[PIECE_LEN / 8];
    size_t n = 1;
    TRY(cms_opener_open(in, c->own, buffer_slice(&c->signer_pem), &opener, diag));
    TRY(pgp_sealer_open(out, &key, 1, &sealer, diag));
    cm_err err = CM_OK;
    while (err == CM_OK && n > 0) {
        err = cms_opener_read(opener, piece, sizeof piece, &n, diag);
        if (err == CM_OK && n > 0) err = pgp_sealer_write(sealer, slice_of(piece, n), diag);
    }
    wipe(piece, sizeof piece);
    TRY(err);
    return pgp_sealer_finish(sealer, sealed, diag);
}

/* The name of the new file: what is behind the last dot is how it is sealed. */
static void name_file(const struct change *c, const struct order_file *file, char *out) {
    const bool pgp = c->order->parts[c->part].pgp;
    memcpy(out, file->name, ORDER_FILE_CAP);
    char *dot = strrchr(out, '.');
    if (dot != NULL && strlen(dot) == sizeof ".cms" - 1)
        (void)snprintf(dot, sizeof ".cms", "%s", pgp ? ".pgp" : ".cms");
}

/* Sealed files that nobody has are made again; what went out once is never made a second time. */
static const char *remedy_of(const struct change *c, bool there) {
    if (c->order->state != ORDER_SEALED) return "bring its folder back from a copy";
    return there ? "bring its folder back from a copy, or remove it: then 'countermark order "
                   "resume' makes its files again, to be approved again"
                 : "bring its folder back from a copy, or 'countermark order resume' makes its "
                   "files again, to be approved again";
}

/* What goes out is what was sealed and approved: re-addressing alone would not notice. */
static cm_err check_file(const struct change *c, const struct order_file *file, int in) {
    CM_CLEANUP(hasher_freep) struct hasher *hasher = NULL;
    uint8_t piece[PIECE_LEN / 8];
    struct hash256 is;
    uint64_t len = 0;
    TRY(hasher_new(&hasher));
    TRY(hasher_begin(hasher));
    for (;;) {
        const ssize_t n = pread(in, piece, sizeof piece, (off_t)len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file_err_from_errno(errno);
        if (n == 0) break;
        TRY(hasher_update(hasher, slice_of(piece, (size_t)n)));
        len += (uint64_t)n;
    }
    TRY(hasher_end(hasher, &is));
    if (len == file->bytes &&
        slice_equal(slice_of(is.b, HASH_LEN), slice_of(file->hash.b, HASH_LEN)))
        return CM_OK;
    return diag_fail(c->a->diag, CM_E_CORRUPT, file->name, NULL, remedy_of(c, true),
                     "it is not the file that was sealed");
}

/* A layout is nobody's secret: it goes along as it is. */
static cm_err copy_layout(struct change *c, const struct order_file *file, const char *path) {
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    TRY(file_read(path, (size_t)file->bytes, &bytes, c->a->diag));
    TRY(bundle_write(c->bundle, file->name, buffer_slice(&bytes), c->a->diag));
    return order_add_file(&c->done, file);
}

static cm_err change_file(struct change *c, const struct order_file *file) {
    struct cm_diag *diag = c->a->diag;
    struct order_file changed = *file;
    struct cms_sealed sealed;
    char path[ORDER_PATH_CAP];
    TRY(order_folder_file(c->a->ctx->workspace, c->from, file->name, path, diag));
    CM_CLEANUP(close_fd) int in = open(path, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL,
                         remedy_of(c, errno != ENOENT), "cannot open: %s", file_errno_text(errno));
    TRY(check_file(c, file, in));
    if (file->layout) return copy_layout(c, file, path);
    CM_CLEANUP(close_fd) int out = -1;
    name_file(c, file, changed.name);
    TRY(bundle_file(c->bundle, changed.name, &out, diag));
    TRY(c->order->parts[c->part].pgp
            ? through_gpg(c, in, out, &sealed)
            : cms_readdress(in, c->own, c->all, c->all_n, out, &sealed, diag));
    if (fsync(out) != 0)
        return diag_fail(diag, CM_E_IO, changed.name, NULL, "look at the disk", "cannot sync it");
    changed.bytes = sealed.len;
    changed.hash = sealed.sha256;
    return order_add_file(&c->done, &changed);
}

static cm_err seal(struct change *c) {
    CM_CLEANUP(order_manifest_freep) struct order_manifest *m = NULL;
    struct order_part *p = &c->order->parts[c->part];
    const struct order_manifest_ask ask = {.engine = c->a->ctx->engine,
                                           .workspace = c->a->ctx->workspace,
                                           .order = c->order,
                                           .part = c->part,
                                           .files = c->done.files,
                                           .file_n = c->done.file_n,
                                           .to = p->pgp ? NULL : &c->to,
                                           .pgp = p->pgp ? c->pgp : NULL,
                                           .now_unix_s = c->a->now_unix_s};
    TRY(order_manifest_new(&m, &ask, c->a->diag));
    const struct cm_slice pem = p->pgp ? slice_of(NULL, 0) : buffer_slice(&c->signer_pem);
    TRY(bundle_seal(c->bundle, &m->m, c->keys.manifest, pem, &p->manifest, c->a->diag));
    free(p->files);
    p->files = c->done.files;
    p->file_n = c->done.file_n;
    c->done.files = NULL;
    return CM_OK;
}

cm_err order_readdress(struct act *a, struct order *o, size_t part, const char *from,
                       struct bundle **out) {
    CM_CLEANUP(change_wipe) struct change c = {.a = a, .order = o, .part = part, .from = from};
    char parent[ORDER_PATH_CAP], path[ORDER_PATH_CAP], name[ORDER_FOLDER_CAP];
    if (o->parts[part].pgp) TRY(order_pgp_here(a->ctx, o->name, a->diag));
    order_folder_name(o, part, false, name);
    TRY(order_folder_parent(a->ctx->workspace, parent, a->diag));
    TRY(order_folder_path(a->ctx->workspace, name, path, a->diag));
    TRY(order_folder_remove(path, a->diag)); /* as 0.4 left it when stopped */
    TRY(open_keys(&c));
    TRY(bundle_begin(parent, name, &c.bundle, a->diag));
    for (size_t i = 0; i < o->parts[part].file_n; i++)
        TRY(change_file(&c, &o->parts[part].files[i]));
    TRY(seal(&c));
    *out = take(&c.bundle);
    return CM_OK;
}
