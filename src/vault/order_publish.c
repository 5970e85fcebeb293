/* Opening and publishing the output of an order: signer, recipients, folders, manifests.
 * References as in order_output.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/macros.h"
#include "order/render.h"
#include "vault/order_folder.h"
#include "vault/order_manifest.h"
#include "vault/order_output_inside.h"

/* ---- Opening --------------------------------------------------------------------------------- */

/* Our own key is always among the recipients, so that the files can be addressed to others later;
 * of held files it is the only one. */
static cm_err open_recipients(struct order_output *o, struct output_part *p, struct cm_diag *diag) {
    const struct cm_slice keys = buffer_slice(&p->order_part->keys);
    char name[RECIPIENT_NAME_CAP];
    if (p->order_part->pgp && !o->o.held) {
        p->pgp = true;
        return pgp_key_look(keys, p->pgp_fingerprint, name, diag);
    }
    if (!o->o.held) TRY(order_recipients_read(keys, o->o.now_unix_s, &p->named_to, diag));
    for (size_t i = 0; i < p->named_to.n; i++)
        p->to[p->to_n++] = p->named_to.list[i];
    p->to[p->to_n++] = o->hold;
    p->signer = o->signer;
    return CM_OK;
}

static cm_err open_part(struct order_output *o, size_t i, const char *parent,
                        struct cm_diag *diag) {
    struct output_part *p = &o->parts[i];
    char name[ORDER_FOLDER_CAP];
    p->order_part = &o->o.order->parts[i];
    TRY(open_recipients(o, p, diag));
    order_folder_name(o->o.order, i, o->o.held, name);
    return bundle_begin(parent, name, &p->bundle, diag);
}

static cm_err open_inside(struct order_output *o, struct cm_diag *diag) {
    char parent[ORDER_PATH_CAP];
    TRY(order_folder_parent(o->o.workspace, parent, diag));
    TRY(order_keys(o->o.keystore, o->o.now_unix_s, &o->keys, diag));
    TRY(order_signer(&o->keys, o->o.workspace, o->o.now_unix_s, &o->signer, &o->signer_pem, diag));
    TRY(p256_hold(o->keys.hold, &o->hold, NULL));
    for (size_t i = 0; i < o->o.order->part_n; i++)
        TRY(open_part(o, i, parent, diag));
    return output_start(o);
}

cm_err order_output_open(struct order_output **out, const struct order_output_options *options,
                         struct cm_diag *diag) {
    CM_CLEANUP(order_output_closep) struct order_output *o = calloc(1, sizeof *o);
    if (o == NULL) return CM_E_NO_MEMORY;
    o->o = *options;
    for (size_t i = 0; i < ORDER_PARTS_MAX; i++)
        o->parts[i].fd = -1;
    if (pthread_mutex_init(&o->lock, NULL) != 0 || pthread_cond_init(&o->changed, NULL) != 0)
        return CM_E_NO_MEMORY;
    TRY(open_inside(o, diag));
    *out = take(&o);
    return CM_OK;
}

void order_output_close(struct order_output *o) {
    if (o == NULL) return;
    output_stop(o);
    for (size_t i = 0; i < ORDER_PARTS_MAX; i++) {
        struct output_part *p = &o->parts[i];
        output_part_drop(p);
        bundle_close(p->bundle);
        order_recipients_wipe(&p->named_to);
        free(p->sealed.files);
    }
    for (size_t i = 0; i < OUTPUT_BUFFERS; i++)
        buffer_wipe(&o->buffers[i]);
    recipient_free(o->hold);
    cms_signer_free(o->signer);
    buffer_free(&o->signer_pem);
    (void)pthread_cond_destroy(&o->changed);
    (void)pthread_mutex_destroy(&o->lock);
    free(o);
}

void order_output_closep(struct order_output **o) { order_output_close(*o); }

/* ---- Layouts --------------------------------------------------------------------------------- */

cm_err order_output_layout(struct order_output *o, size_t part, struct cm_slice name,
                           struct cm_slice text, struct cm_diag *diag) {
    struct output_part *p = &o->parts[part];
    struct order_file file = {.bytes = text.len, .layout = true};
    if (name.len >= sizeof file.name) return CM_E_RANGE;
    memcpy(file.name, name.p, name.len);
    TRY(bundle_write(p->bundle, file.name, text, diag));
    hash_sha256(text, &file.hash);
    return order_add_file(&p->sealed, &file);
}

/* ---- Publishing ------------------------------------------------------------------------------ */

static cm_err seal_part(struct order_output *o, struct order *order, size_t i,
                        const struct cm_key *seed, struct cm_diag *diag) {
    CM_CLEANUP(order_manifest_freep) struct order_manifest *m = NULL;
    struct output_part *p = &o->parts[i];
    struct order_recipients held = {.list = {o->hold}, .n = 1};
    TRY(recipient_fingerprint(o->hold, &held.fingerprints[0]));
    const struct order_manifest_ask ask = {.engine = o->o.engine,
                                           .workspace = o->o.workspace,
                                           .order = order,
                                           .part = i,
                                           .to = o->o.held ? &held
                                                 : p->pgp  ? NULL
                                                           : &p->named_to,
                                           .pgp = p->pgp ? p->pgp_fingerprint : NULL,
                                           .now_unix_s = o->o.now_unix_s};
    TRY(order_manifest_new(&m, &ask, diag));
    const struct cm_slice pem = p->pgp ? slice_of(NULL, 0) : buffer_slice(&o->signer_pem);
    return bundle_seal(p->bundle, &m->m, seed, pem, &order->parts[i].manifest, diag);
}

/* Sum modulo what a file's total is modulo, too. */
static void take_files(struct order_part *to, struct order_part *from) {
    free(to->files);
    to->files = from->files;
    to->file_n = from->file_n;
    from->files = NULL;
    from->file_n = 0;
    to->hash_total = 0;
    for (size_t i = 0; i < to->file_n; i++)
        to->hash_total = (to->hash_total + to->files[i].hash_total) % RENDER_HASH_MODULUS;
}

cm_err order_output_seal(struct order_output *o, struct order *order, struct cm_diag *diag) {
    TRY(output_drain(o, diag));
    for (size_t i = 0; i < order->part_n; i++)
        take_files(&order->parts[i], &o->parts[i].sealed);
    for (size_t i = 0; i < order->part_n; i++)
        TRY(seal_part(o, order, i, o->keys.manifest, diag));
    return CM_OK;
}

cm_err order_output_appear(struct order_output *o, struct cm_diag *diag) {
    for (size_t i = o->o.order->part_n; i > 0; i--) /* PINs first: who sees numbers has them all */
        TRY(bundle_appear(o->parts[i - 1].bundle, diag));
    return CM_OK;
}
