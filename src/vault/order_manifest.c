/* Filling a manifest: see order_manifest.h. */
#include "vault/order_manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "engine/workspace.h"
#include "order/pgp.h"

void order_manifest_free(struct order_manifest *m) {
    if (m == NULL) return;
    free(m->files);
    free(m);
}

void order_manifest_freep(struct order_manifest **m) { order_manifest_free(*m); }

struct look {
    struct order_manifest *out;
    const struct order *order;
};

static cm_err look(void *ctx, const struct registry *r) {
    const struct look *l = ctx;
    struct manifest *m = &l->out->m;
    const struct set_entry *e = registry_set(r, l->order->set);
    if (e == NULL) return CM_E_NOT_FOUND;
    memcpy(l->out->set, e->name, sizeof l->out->set);
    for (size_t i = 0; i < r->brand_n; i++)
        if (r->brands[i]->id == l->order->brand)
            memcpy(l->out->brand, r->brands[i]->name, sizeof l->out->brand);
    m->kind = e->pool != NULL ? MANIFEST_CARDS : MANIFEST_CODES;
    m->key_version = e->set.key_version;
    if (e->pool != NULL && l->order->range_n > 0)
        m->key_version = pool_key_version(&e->pool->pool, l->order->ranges[0].first);
    return CM_OK;
}

static cm_err fill_files(struct order_manifest *out, const struct order_manifest_ask *a) {
    const struct order_part *p = &a->order->parts[a->part];
    const struct order_file *files = a->files != NULL ? a->files : p->files;
    const size_t n = a->files != NULL ? a->file_n : p->file_n;
    out->files = calloc(n > 0 ? n : 1, sizeof *out->files);
    if (out->files == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        out->files[i] = (struct manifest_file){.name = slice_text(files[i].name),
                                               .len = files[i].bytes,
                                               .sha256 = files[i].hash,
                                               .records = files[i].records,
                                               .hash_total = files[i].hash_total,
                                               .role = files[i].layout         ? MANIFEST_LAYOUT
                                                       : files[i].images       ? MANIFEST_IMAGES
                                                       : p->role == ORDER_PINS ? MANIFEST_PINS
                                                                               : MANIFEST_NUMBERS};
    out->m.files = out->files;
    out->m.files_n = n;
    return CM_OK;
}

static void fill_recipients(struct order_manifest *out, const struct order_manifest_ask *a) {
    const enum manifest_role role =
        a->order->parts[a->part].role == ORDER_PINS ? MANIFEST_PINS : MANIFEST_NUMBERS;
    const size_t n = a->to != NULL ? a->to->n : a->pgp != NULL ? 1 : 0;
    for (size_t i = 0; i < n; i++) {
        const size_t len = a->to != NULL ? sizeof out->fingerprints[i] : PGP_FINGERPRINT_LEN;
        const uint8_t *from = a->to != NULL ? a->to->fingerprints[i].b : a->pgp;
        memcpy(out->fingerprints[i], from, len);
        if (a->to != NULL)
            recipient_name(a->to->list[i], out->names[i]);
        else
            (void)snprintf(out->names[i], sizeof out->names[i], "%s",
                           a->order->parts[a->part].recipient);
        out->recipients[i] =
            (struct manifest_recipient){.fingerprint = slice_of(out->fingerprints[i], len),
                                        .name = slice_text(out->names[i]),
                                        .role = role};
    }
    out->m.recipients = out->recipients;
    out->m.recipients_n = n;
}

static bool is_set(const struct hash256 *h) {
    static const struct hash256 none = {{0}};
    return !slice_equal(slice_of(h->b, sizeof h->b), slice_of(none.b, sizeof none.b));
}

/* What the order itself says. */
static void fill_order(struct order_manifest *out, const struct order_manifest_ask *a) {
    const struct order *o = a->order;
    const struct order_part *p = &o->parts[a->part];
    struct manifest *m = &out->m;
    const bool own = o->control_first[0] != '\0';
    order_control(o->id, 1, out->first);
    order_control(o->id, order_records(o), out->last);
    m->brand = slice_text(out->brand);
    m->name = slice_text(o->name);
    m->set = slice_text(out->set);
    m->order = o->id;
    m->set_id = o->set;
    m->test = o->test;
    m->sequence = p->sequence;
    m->created_unix_s = a->now_unix_s;
    m->count = o->count;
    m->control_first = own ? slice_text(o->control_first) : slice_of(out->first, sizeof out->first);
    m->control_last = own ? slice_text(o->control_last) : slice_of(out->last, sizeof out->last);
    m->hash_total = p->hash_total;
    m->template_name = slice_text(p->template_name);
    hash_sha256(buffer_slice(&p->template_text), &m->template_sha256);
    m->has_previous = is_set(&p->previous);
    m->previous = p->previous;
    m->is_reseal = is_set(&p->reseal_of);
    m->reseal_of = p->reseal_of;
    m->linked_order = o->of;
}

cm_err order_manifest_new(struct order_manifest **out, const struct order_manifest_ask *ask,
                          struct cm_diag *diag) {
    CM_CLEANUP(order_manifest_freep) struct order_manifest *m = calloc(1, sizeof *m);
    struct workspace info;
    if (m == NULL) return CM_E_NO_MEMORY;
    TRY(workspace_read(ask->workspace, &info, diag));
    memcpy(m->m.workspace, info.id, sizeof m->m.workspace);
    struct look l = {.out = m, .order = ask->order};
    TRY(engine_read(ask->engine, look, &l));
    fill_order(m, ask);
    fill_recipients(m, ask);
    TRY(fill_files(m, ask));
    *out = take(&m);
    return CM_OK;
}
