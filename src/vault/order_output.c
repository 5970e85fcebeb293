/* The sealing thread and its queue. Buffers go round: free, filled by the maker, sealed, wiped.
 * References as in order_output.h. */
#include "vault/order_output.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "vault/order_output_inside.h"

/* ---- The thread's side ----------------------------------------------------------------------- */

static cm_err seal_begin(struct output_part *p, const struct order_file *file,
                         struct cm_diag *diag) {
    p->file = *file;
    TRY(bundle_file(p->bundle, file->name, &p->fd, diag));
    if (p->pgp) {
        const struct cm_slice key = buffer_slice(&p->order_part->keys);
        return pgp_sealer_open(p->fd, &key, 1, &p->pgp_sealer, diag);
    }
    return cms_sealer_open(p->fd, p->signer, p->to, p->to_n, &p->sealer, diag);
}

static cm_err seal_write(struct output_part *p, struct cm_slice bytes, struct cm_diag *diag) {
    return p->pgp ? pgp_sealer_write(p->pgp_sealer, bytes, diag)
                  : cms_sealer_write(p->sealer, bytes, diag);
}

void output_part_drop(struct output_part *p) {
    cms_sealer_closep(&p->sealer);
    pgp_sealer_closep(&p->pgp_sealer);
    p->sealer = NULL;
    p->pgp_sealer = NULL;
    if (p->fd >= 0) (void)close(p->fd);
    p->fd = -1;
}

static cm_err seal_end(struct output_part *p, struct order_file *file, struct cm_diag *diag) {
    struct cms_sealed sealed;
    TRY(p->pgp ? pgp_sealer_finish(p->pgp_sealer, &sealed, diag)
               : cms_sealer_finish(p->sealer, &sealed, diag));
    if (fsync(p->fd) != 0)
        return diag_fail(diag, CM_E_IO, p->file.name, NULL, "look at the disk", "cannot sync it");
    file->bytes = sealed.len;
    file->hash = sealed.sha256;
    output_part_drop(p);
    return order_add_file(&p->sealed, file);
}

static cm_err run_task(struct order_output *o, struct output_task *t) {
    struct output_part *p = &o->parts[t->part];
    switch (t->kind) {
    case TASK_FILE: return seal_begin(p, &t->file, &o->diag);
    case TASK_BYTES: return seal_write(p, buffer_slice(&o->buffers[t->buffer]), &o->diag);
    case TASK_END: return seal_end(p, &t->file, &o->diag);
    default: return CM_E_ARGUMENT;
    }
}

static bool next_task(struct order_output *o, struct output_task *t) {
    (void)pthread_mutex_lock(&o->lock);
    while (o->task_n == 0 && !o->stopping)
        (void)pthread_cond_wait(&o->changed, &o->lock);
    const bool got = o->task_n > 0 && !o->stopping;
    if (got) *t = o->tasks[o->task_first];
    (void)pthread_mutex_unlock(&o->lock);
    return got;
}

static void task_done(struct order_output *o, const struct output_task *t, cm_err err) {
    if (t->kind == TASK_BYTES) buffer_recycle(&o->buffers[t->buffer], OUTPUT_BUFFER_KEEP);
    (void)pthread_mutex_lock(&o->lock);
    if (t->kind == TASK_BYTES) o->busy[t->buffer] = false;
    if (o->err == CM_OK) o->err = err;
    o->task_first = (o->task_first + 1) % OUTPUT_TASKS;
    o->task_n--;
    (void)pthread_cond_broadcast(&o->changed);
    (void)pthread_mutex_unlock(&o->lock);
}

static void *seal_all(void *ctx) {
    struct order_output *o = ctx;
    struct output_task t;
    while (next_task(o, &t))
        task_done(o, &t, o->err == CM_OK ? run_task(o, &t) : CM_OK);
    return NULL;
}

cm_err output_start(struct order_output *o) {
    if (pthread_create(&o->thread, NULL, seal_all, o) != 0) return CM_E_NO_MEMORY;
    o->runs = true;
    return CM_OK;
}

void output_stop(struct order_output *o) {
    if (!o->runs) return;
    (void)pthread_mutex_lock(&o->lock);
    o->stopping = true;
    (void)pthread_cond_broadcast(&o->changed);
    (void)pthread_mutex_unlock(&o->lock);
    (void)pthread_join(o->thread, NULL);
    o->runs = false;
}

/* ---- The maker's side ------------------------------------------------------------------------ */

static cm_err failed(const struct order_output *o, struct cm_diag *diag) {
    if (o->err != CM_OK && diag != NULL) *diag = o->diag;
    return o->err;
}

static cm_err give(struct order_output *o, const struct output_task *t, struct cm_diag *diag) {
    (void)pthread_mutex_lock(&o->lock);
    while (o->task_n == OUTPUT_TASKS && o->err == CM_OK)
        (void)pthread_cond_wait(&o->changed, &o->lock);
    const cm_err err = failed(o, diag);
    if (err == CM_OK) {
        o->tasks[(o->task_first + o->task_n) % OUTPUT_TASKS] = *t;
        o->task_n++;
        (void)pthread_cond_broadcast(&o->changed);
    }
    (void)pthread_mutex_unlock(&o->lock);
    return err;
}

static cm_err begin_file(struct order_output *o, size_t part, const char *name, bool images,
                         struct cm_diag *diag) {
    struct output_task t = {.kind = TASK_FILE, .part = part, .file.images = images};
    const int n = snprintf(t.file.name, sizeof t.file.name, "%s", name);
    if (n < 0 || (size_t)n >= sizeof t.file.name) return CM_E_RANGE;
    o->parts[part].named = t.file;
    return give(o, &t, diag);
}

cm_err order_output_file(struct order_output *o, size_t part, const char *name,
                         struct cm_diag *diag) {
    return begin_file(o, part, name, false, diag);
}

cm_err order_output_images(struct order_output *o, size_t part, const char *name,
                           struct cm_diag *diag) {
    return begin_file(o, part, name, true, diag);
}

cm_err order_output_buffer(struct order_output *o, struct buffer **buffer, struct cm_diag *diag) {
    size_t i = 0;
    (void)pthread_mutex_lock(&o->lock);
    for (;;) {
        for (i = 0; i < OUTPUT_BUFFERS && o->busy[i]; i++)
            continue;
        if (i < OUTPUT_BUFFERS || o->err != CM_OK) break;
        (void)pthread_cond_wait(&o->changed, &o->lock);
    }
    const cm_err err = failed(o, diag);
    (void)pthread_mutex_unlock(&o->lock);
    TRY(err);
    *buffer = &o->buffers[i];
    return CM_OK;
}

cm_err order_output_put(struct order_output *o, size_t part, struct buffer *buffer,
                        struct cm_diag *diag) {
    const struct output_task t = {
        .kind = TASK_BYTES, .part = part, .buffer = (size_t)(buffer - o->buffers)};
    TRY(buffer_err(buffer));
    (void)pthread_mutex_lock(&o->lock);
    o->busy[t.buffer] = true;
    (void)pthread_mutex_unlock(&o->lock);
    return give(o, &t, diag);
}

cm_err order_output_end(struct order_output *o, size_t part, uint64_t records, uint64_t hash_total,
                        struct cm_diag *diag) {
    struct output_task t = {.kind = TASK_END, .part = part};
    t.file = o->parts[part].named;
    t.file.records = records;
    t.file.hash_total = hash_total;
    return give(o, &t, diag);
}

cm_err output_drain(struct order_output *o, struct cm_diag *diag) {
    (void)pthread_mutex_lock(&o->lock);
    while (o->task_n > 0)
        (void)pthread_cond_wait(&o->changed, &o->lock);
    const cm_err err = failed(o, diag);
    (void)pthread_mutex_unlock(&o->lock);
    return err;
}
