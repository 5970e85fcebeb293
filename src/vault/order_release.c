/* Addressing sealed files to others, step by step: see order_release.h. */
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

#define PIECE_LEN 8192u
#define STEP_LEN  (16u << 20) /* bytes hashed or copied between others' turns: some 50 ms */

/* One part on its way. */
struct part_change {
    bool wanted;
    char from[ORDER_FOLDER_CAP];
    struct order_recipients to;
    const struct recipient *all[CMS_RECIPIENTS_MAX];
    size_t all_n;
    uint8_t pgp[PGP_FINGERPRINT_LEN];
    struct bundle *bundle;
    struct order_part done; /* files alone */
};

struct order_change {
    struct act_context ctx;
    struct order order; /* our own copy */
    struct hash256 of;
    uint64_t now_unix_s;
    struct order_keys keys;
    struct cms_signer *signer;
    struct buffer signer_pem;
    struct recipient *hold;
    struct recipient_key *own;
    struct part_change parts[ORDER_PARTS_MAX];
    size_t part, file; /* the one in work */
    /* of it */
    int in, out;
    uint64_t at;           /* hashed so far */
    struct hasher *hasher; /* NULL when it was found to be the one that was sealed */
    struct cms_readdresser *copier;
    struct order_file changed;
    struct order_change_progress progress;
};

static void close_files(struct order_change *c) {
    cms_readdresser_close(c->copier);
    hasher_free(c->hasher);
    if (c->in >= 0) (void)close(c->in);
    if (c->out >= 0) (void)close(c->out);
    c->copier = NULL;
    c->hasher = NULL;
    c->in = c->out = -1;
}

void order_change_close(struct order_change *c) {
    if (c == NULL) return;
    close_files(c);
    for (size_t i = 0; i < ORDER_PARTS_MAX; i++) {
        order_recipients_wipe(&c->parts[i].to);
        bundle_close(c->parts[i].bundle);
        free(c->parts[i].done.files);
    }
    cms_signer_free(c->signer);
    buffer_free(&c->signer_pem);
    recipient_free(c->hold);
    recipient_key_free(c->own);
    order_wipe(&c->order);
    free(c);
}

void order_change_closep(struct order_change **c) { order_change_close(*c); }

bool order_change_is(const struct order_change *c, const struct hash256 *of) {
    return memcmp(c->of.b, of->b, sizeof of->b) == 0;
}

uint32_t order_change_order(const struct order_change *c) { return c->order.id; }

/* ---- Opening --------------------------------------------------------------------------------- */

static cm_err copy_order(struct order_change *c, const struct order *o, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(order_write(o, &text));
    return order_read(buffer_slice(&text), o->id, &c->order, diag);
}

static cm_err open_keys(struct order_change *c, struct cm_diag *diag) {
    TRY(order_keys(c->ctx.keystore, c->now_unix_s, &c->keys, diag));
    TRY(order_signer(&c->keys, c->ctx.workspace, c->now_unix_s, &c->signer, &c->signer_pem, diag));
    return p256_hold(c->keys.hold, &c->hold, &c->own);
}

static cm_err open_recipients(struct order_change *c, size_t i, struct cm_diag *diag) {
    const struct order_part *p = &c->order.parts[i];
    struct part_change *to = &c->parts[i];
    char name[RECIPIENT_NAME_CAP];
    if (p->pgp) {
        TRY(order_pgp_here(&c->ctx, c->order.name, diag));
        return pgp_key_look(buffer_slice(&p->keys), to->pgp, name, diag);
    }
    TRY(order_recipients_read(buffer_slice(&p->keys), c->now_unix_s, &to->to, diag));
    for (size_t k = 0; k < to->to.n; k++)
        to->all[to->all_n++] = to->to.list[k];
    to->all[to->all_n++] = c->hold;
    return CM_OK;
}

static cm_err open_part(struct order_change *c, size_t i, struct cm_diag *diag) {
    char parent[ORDER_PATH_CAP], path[ORDER_PATH_CAP], name[ORDER_FOLDER_CAP];
    TRY(open_recipients(c, i, diag));
    order_folder_name(&c->order, i, false, name);
    TRY(order_folder_parent(c->ctx.workspace, parent, diag));
    TRY(order_folder_path(c->ctx.workspace, name, path, diag));
    TRY(order_folder_remove(path, diag)); /* as 0.4 left it when stopped */
    for (size_t f = 0; f < c->order.parts[i].file_n; f++)
        c->progress.total += c->order.parts[i].files[f].bytes;
    return bundle_begin(parent, name, &c->parts[i].bundle, diag);
}

cm_err order_change_open(struct order_change **out, const struct order_change_ask *ask,
                         struct cm_diag *diag) {
    CM_CLEANUP(order_change_closep) struct order_change *c = calloc(1, sizeof *c);
    if (c == NULL) return CM_E_NO_MEMORY;
    c->ctx = *ask->ctx;
    c->of = ask->of;
    c->now_unix_s = ask->now_unix_s;
    c->order = (struct order)ORDER_INIT;
    c->in = c->out = -1;
    TRY(copy_order(c, ask->order, diag));
    TRY(open_keys(c, diag));
    for (size_t i = 0; i < c->order.part_n; i++) {
        if (ask->from[i][0] == '\0') continue;
        c->parts[i].wanted = true;
        memcpy(c->parts[i].from, ask->from[i], sizeof c->parts[i].from);
        TRY(open_part(c, i, diag));
    }
    *out = take(&c);
    return CM_OK;
}

/* ---- One file -------------------------------------------------------------------------------- */

static const struct order_file *file_of(const struct order_change *c) {
    return &c->order.parts[c->part].files[c->file];
}

/* OpenPGP: what was sealed to our key is opened and goes through gpg; never in a daemon, where
 * others would wait for it. */
static cm_err through_gpg(struct order_change *c, struct cms_sealed *sealed, struct cm_diag *diag) {
    CM_CLEANUP(cms_opener_closep) struct cms_opener *opener = NULL;
    CM_CLEANUP(pgp_sealer_closep) struct pgp_sealer *sealer = NULL;
    const struct cm_slice key = buffer_slice(&c->order.parts[c->part].keys);
    uint8_t piece[PIECE_LEN];
    size_t n = 1;
    TRY(cms_opener_open(c->in, c->own, buffer_slice(&c->signer_pem), &opener, diag));
    TRY(pgp_sealer_open(c->out, &key, 1, &sealer, diag));
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
static void name_file(struct order_change *c) {
    const bool pgp = c->order.parts[c->part].pgp;
    char *dot = strrchr(c->changed.name, '.');
    if (dot != NULL && strlen(dot) == sizeof ".cms" - 1)
        (void)snprintf(dot, sizeof ".cms", "%s", pgp ? ".pgp" : ".cms");
}

/* Sealed files that nobody has are made again; what went out once is never made a second time. */
static const char *remedy_of(const struct order_change *c, bool there) {
    if (c->order.state != ORDER_SEALED) return "bring its folder back from a copy";
    return there ? "bring its folder back from a copy, or remove it: then 'countermark order "
                   "resume' makes its files again, to be approved again"
                 : "bring its folder back from a copy, or 'countermark order resume' makes its "
                   "files again, to be approved again";
}

static cm_err begin_file(struct order_change *c, struct cm_diag *diag) {
    char path[ORDER_PATH_CAP];
    TRY(order_folder_file(c->ctx.workspace, c->parts[c->part].from, file_of(c)->name, path, diag));
    c->in = open(path, O_RDONLY | O_CLOEXEC);
    if (c->in < 0)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL,
                         remedy_of(c, errno != ENOENT), "cannot open: %s", file_errno_text(errno));
    c->at = 0;
    c->changed = *file_of(c);
    TRY(hasher_new(&c->hasher));
    return hasher_begin(c->hasher);
}

static cm_err is_sealed_one(struct order_change *c, struct cm_diag *diag) {
    const struct order_file *file = file_of(c);
    struct hash256 is;
    TRY(hasher_end(c->hasher, &is));
    hasher_free(c->hasher);
    c->hasher = NULL;
    if (c->at == file->bytes && memcmp(is.b, file->hash.b, sizeof is.b) == 0) return CM_OK;
    return diag_fail(diag, CM_E_CORRUPT, file->name, NULL, remedy_of(c, true),
                     "it is not the file that was sealed");
}

/* What goes out is what was sealed and approved: re-addressing alone would not notice. */
static cm_err check_some(struct order_change *c, struct cm_diag *diag) {
    uint8_t piece[PIECE_LEN];
    for (uint64_t done = 0; done < STEP_LEN;) {
        const ssize_t n = pread(c->in, piece, sizeof piece, (off_t)c->at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file_err_from_errno(errno);
        if (n == 0) return is_sealed_one(c, diag);
        TRY(hasher_update(c->hasher, slice_of(piece, (size_t)n)));
        c->at += (uint64_t)n;
        done += (uint64_t)n;
    }
    return CM_OK;
}

/* A layout is nobody's secret: it goes along as it is. */
static cm_err copy_layout(struct order_change *c, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    const struct order_file *file = file_of(c);
    char path[ORDER_PATH_CAP];
    TRY(order_folder_file(c->ctx.workspace, c->parts[c->part].from, file->name, path, diag));
    TRY(file_read(path, (size_t)file->bytes, &bytes, diag));
    return bundle_write(c->parts[c->part].bundle, file->name, buffer_slice(&bytes), diag);
}

/* The new file, begun or gone on with. */
static cm_err copy_some(struct order_change *c, bool *ended, struct cm_diag *diag) {
    struct part_change *p = &c->parts[c->part];
    const bool pgp = c->order.parts[c->part].pgp;
    struct cms_sealed sealed = {.len = 0};
    *ended = true;
    if (file_of(c)->layout) return copy_layout(c, diag);
    if (c->out < 0) {
        name_file(c);
        TRY(bundle_file(p->bundle, c->changed.name, &c->out, diag));
        if (!pgp)
            TRY(cms_readdresser_open(c->in, c->own, p->all, p->all_n, c->out, &c->copier, diag));
    }
    TRY(pgp ? through_gpg(c, &sealed, diag)
            : cms_readdresser_step(c->copier, STEP_LEN, ended, &sealed, diag));
    if (fdatasync(c->out) != 0) /* in every step, so that the last one has no more to wait for */
        return diag_fail(diag, CM_E_IO, c->changed.name, NULL, "look at the disk",
                         "cannot sync it");
    if (!*ended) return CM_OK;
    c->changed.bytes = sealed.len;
    c->changed.hash = sealed.sha256;
    return fsync(c->out) == 0 ? CM_OK : CM_E_IO;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* The next part with a file that is not done. @return whether there is one */
static bool find_file(struct order_change *c) {
    for (; c->part < c->order.part_n; c->part++, c->file = 0)
        if (c->parts[c->part].wanted && c->file < c->order.parts[c->part].file_n) return true;
    return false;
}

static cm_err end_file(struct order_change *c) {
    close_files(c);
    c->progress.done += file_of(c)->bytes;
    TRY(order_add_file(&c->parts[c->part].done, &c->changed));
    c->file++;
    c->progress.ended = !find_file(c);
    return CM_OK;
}

cm_err order_change_step(struct order_change *c, struct order_change_progress *progress,
                         struct cm_diag *diag) {
    bool ended = false;
    c->progress.ended = !find_file(c);
    if (!c->progress.ended && c->in < 0) TRY(begin_file(c, diag));
    if (!c->progress.ended) {
        if (c->hasher != NULL)
            TRY(check_some(c, diag));
        else
            TRY(copy_some(c, &ended, diag));
        if (ended) TRY(end_file(c));
    }
    *progress = c->progress;
    return CM_OK;
}

/* ---- The end --------------------------------------------------------------------------------- */

static cm_err seal(struct order_change *c, struct order *o, size_t i, struct cm_diag *diag) {
    CM_CLEANUP(order_manifest_freep) struct order_manifest *m = NULL;
    struct order_part *p = &o->parts[i];
    struct part_change *from = &c->parts[i];
    const struct order_manifest_ask ask = {.engine = c->ctx.engine,
                                           .workspace = c->ctx.workspace,
                                           .order = o,
                                           .part = i,
                                           .files = from->done.files,
                                           .file_n = from->done.file_n,
                                           .to = p->pgp ? NULL : &from->to,
                                           .pgp = p->pgp ? from->pgp : NULL,
                                           .now_unix_s = c->now_unix_s};
    TRY(order_manifest_new(&m, &ask, diag));
    const struct cm_slice pem = p->pgp ? slice_of(NULL, 0) : buffer_slice(&c->signer_pem);
    TRY(bundle_seal(from->bundle, &m->m, c->keys.manifest, pem, &p->manifest, diag));
    free(p->files);
    p->files = from->done.files;
    p->file_n = from->done.file_n;
    from->done.files = NULL;
    return CM_OK;
}

cm_err order_change_seal(struct order_change *c, struct order *o, struct cm_diag *diag) {
    for (size_t i = 0; i < o->part_n; i++)
        if (c->parts[i].wanted) TRY(seal(c, o, i, diag));
    return CM_OK;
}

cm_err order_change_appear(struct order_change *c, struct cm_diag *diag) {
    for (size_t i = ORDER_PARTS_MAX; i > 0; i--) /* PINs first: who sees numbers has them all */
        if (c->parts[i - 1].wanted) TRY(bundle_appear(c->parts[i - 1].bundle, diag));
    return CM_OK;
}
