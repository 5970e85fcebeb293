/* Steps of an order's job: see order_job.h. */
#include "vault/order_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "engine/orders.h"
#include "engine/workspace.h"
#include "order/render.h"
#include "order/split.h"
#include "vault/order_folder.h"
#include "vault/order_images.h"
#include "vault/order_look.h"
#include "vault/order_output.h"
#include "vault/order_recipients.h"
#include "vault/order_release.h"
#include "vault/order_units.h"
#include "vault/order_words.h"
#include "vault/return_desk.h"

/* One part's file in the making. */
struct job_part {
    struct template *template;
    struct order_words words;
    struct render render;
    struct split split;
    uint32_t items; /* records of one unit in this part */
    uint32_t file;  /* from 1; 0 = none yet */
    uint64_t room;  /* records that the present file still takes */
};

struct order_job {
    struct act_context ctx;
    struct order order;
    struct order_units *units;
    struct order_output *output;
    struct job_part parts[ORDER_PARTS_MAX];
    size_t spent;                /* ranges that were spent before */
    size_t range;                /* of them, begun */
    bool inside;                 /* the one begun last may have more */
    bool begun;                  /* new serials are being taken */
    uint64_t done;               /* units */
    struct order_images *images; /* NULL: not begun, or none are wanted */
    uint64_t drawn;              /* units */
};

uint32_t order_job_order(const struct order_job *job) { return job->order.id; }

/* ---- Spending -------------------------------------------------------------------------------- */

/* The order as it is with this range, and the range itself, are one group. */
static cm_err spend(void *ctx, const struct issue_event *e, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct order_job *job = ctx;
    struct order *o = &job->order;
    const struct order_range last =
        o->range_n > 0 ? o->ranges[o->range_n - 1] : (struct order_range){.count = 0};
    const size_t ranges = o->range_n;
    const struct order_range range = {.first = e->first, .count = e->count, .units = e->issued};
    TRY(order_add_range(o, &range));
    if (o->issued == o->count) o->state = ORDER_RESERVED;
    cm_err err = order_write(o, &text);
    const struct order_document document = {
        .order = o->id, .actor = job->ctx.actor, .text = buffer_slice(&text)};
    if (err == CM_OK) err = engine_order_issue(job->ctx.engine, e, &document, diag);
    if (err == CM_OK) return CM_OK;
    o->issued -= range.units; /* as it was */
    o->state = ORDER_RESERVING;
    o->range_n = ranges;
    if (ranges > 0) o->ranges[ranges - 1] = last;
    return err;
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* A part without key tags has one record a unit: sizes that are said in records of the other. */
static cm_err open_split(struct order_job *job, size_t i, struct cm_diag *diag) {
    static const uint32_t tags = 1u << RECORD_TAG | 1u << RECORD_MEMBER;
    const struct order *o = &job->order;
    struct job_part *p = &job->parts[i];
    p->items = i == 0 || (template_values(p->template) & tags) != 0 ? o->items : 1;
    const uint32_t by = o->items / p->items;
    const struct split_ask ask = {.records = o->count * p->items,
                                  .per_file = o->options.per_file / by,
                                  .shards = o->options.shards,
                                  .per_carton = o->options.per_carton / by,
                                  .items = p->items};
    return split_make(&ask, &p->split, diag);
}

static cm_err open_parts(struct order_job *job, uint32_t *values, struct cm_diag *diag) {
    *values = 0;
    for (size_t i = 0; i < job->order.part_n; i++) {
        const struct order_part *p = &job->order.parts[i];
        if (p->pgp && !job->order.approval) TRY(order_pgp_here(&job->ctx, job->order.name, diag));
        TRY(template_read(buffer_slice(&p->template_text), p->template_name,
                          &job->parts[i].template, diag));
        TRY(order_words_fill(&job->parts[i].words, job->ctx.engine, &job->order));
        TRY(open_split(job, i, diag));
        *values |= template_values(job->parts[i].template);
    }
    return CM_OK;
}

/* What a job that was stopped left behind was not journaled: it is nobody's. */
static cm_err clear_folders(const struct order_job *job, struct cm_diag *diag) {
    for (size_t i = 0; i < 2 * job->order.part_n; i++) {
        char name[ORDER_FOLDER_CAP], path[ORDER_PATH_CAP];
        order_folder_name(&job->order, i / 2, i % 2 != 0, name);
        TRY(order_folder_path(job->ctx.workspace, name, path, diag));
        TRY(order_folder_remove(path, diag));
    }
    return CM_OK;
}

/* Layouts and the like, of which each part has one a format, not one a file. */
static cm_err write_companions(struct order_job *job, struct cm_diag *diag) {
    for (size_t i = 0; i < job->order.part_n; i++) {
        const struct job_part *p = &job->parts[i];
        for (size_t k = 0; k < template_companion_n(p->template); k++) {
            CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT, text = BUFFER_INIT;
            TRY(render_companion(p->template, &p->words.constants, k, &name, &text, diag));
            TRY(order_output_layout(job->output, i, buffer_slice(&name), buffer_slice(&text),
                                    diag));
        }
    }
    return CM_OK;
}

/* Files that were sealed to our own key alone, and are lost, went to nobody: they are made again of
 * the units that the order has. Other bytes were approved: these are approved anew. */
static cm_err begin_again(struct order_job *job, struct cm_diag *diag) {
    struct order *o = &job->order;
    struct workspace w;
    bool lost = false;
    if (o->state != ORDER_SEALED) return CM_OK;
    TRY(order_held_lost(job->ctx.workspace, o, &lost, diag));
    if (!lost) return CM_OK;
    TRY(workspace_read(job->ctx.workspace, &w, diag));
    if (w.epoch > 1)
        return diag_fail(diag, CM_E_STATE, o->name, NULL,
                         "bring its folder back from a copy, or withdraw the order",
                         "its sealed files are lost, and this workspace was restored from a "
                         "backup: they may have gone out after it");
    o->state = ORDER_RESERVED;
    o->approval_n = 0;
    return CM_OK;
}

static cm_err open_inside(struct order_job *job, uint32_t number, struct cm_diag *diag) {
    uint32_t values = 0;
    TRY(order_load(job->ctx.engine, number, &job->order, diag));
    struct order *o = &job->order;
    TRY(order_folders_settle(job->ctx.workspace, o, diag));
    TRY(begin_again(job, diag));
    if (o->state > ORDER_RESERVED)
        return diag_fail(diag, CM_E_STATE, o->name, NULL, "'countermark order show' says more",
                         "the order is %s", order_state_name(o->state));
    if (!o->approval) TRY(order_previous(job->ctx.engine, o, diag));
    job->spent = o->range_n;
    TRY(open_parts(job, &values, diag));
    const struct order_units_options units = {.engine = job->ctx.engine,
                                              .keystore = job->ctx.keystore,
                                              .order = o,
                                              .values = values,
                                              .spend = spend,
                                              .spend_ctx = job};
    TRY(order_units_open(&job->units, &units, diag));
    TRY(clear_folders(job, diag));
    const struct order_output_options output = {.engine = job->ctx.engine,
                                                .keystore = job->ctx.keystore,
                                                .workspace = job->ctx.workspace,
                                                .order = o,
                                                .now_unix_s = clock_now_ms(clock_wall()) / 1000,
                                                .held = o->approval};
    TRY(order_output_open(&job->output, &output, diag));
    return write_companions(job, diag);
}

cm_err order_job_open(struct order_job **out, const struct act_context *ctx, uint32_t order,
                      struct cm_diag *diag) {
    CM_CLEANUP(order_job_closep) struct order_job *job = calloc(1, sizeof *job);
    if (job == NULL) return CM_E_NO_MEMORY;
    job->ctx = *ctx;
    job->order = (struct order)ORDER_INIT;
    TRY(open_inside(job, order, diag));
    *out = take(&job);
    return CM_OK;
}

void order_job_close(struct order_job *job) {
    if (job == NULL) return;
    order_images_free(job->images);
    order_output_close(job->output);
    order_units_close(job->units);
    for (size_t i = 0; i < ORDER_PARTS_MAX; i++)
        template_free(job->parts[i].template);
    order_wipe(&job->order);
    free(job);
}

void order_job_closep(struct order_job **job) { order_job_close(*job); }

void order_jobs_drop(struct order_jobs *jobs) {
    order_job_close(jobs->job);
    jobs->job = NULL;
}

void order_jobs_drop_change(struct order_jobs *jobs) {
    order_change_close(jobs->change);
    jobs->change = NULL;
}

void order_jobs_wipe(struct order_jobs *jobs) {
    order_jobs_drop(jobs);
    order_jobs_drop_change(jobs);
    return_desk_free(jobs->desk);
    jobs->desk = NULL;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static cm_err begin_file(struct order_job *job, size_t i, struct cm_diag *diag) {
    struct job_part *p = &job->parts[i];
    struct buffer *out = NULL;
    const struct split_file file = split_at(&p->split, p->file);
    char name[ORDER_FILE_CAP];
    p->file++;
    p->room = file.records;
    order_words_file(&p->words, &job->order, i, p->file, template_extension(p->template));
    (void)snprintf(name, sizeof name, "%s.%s", p->words.text[RECORD_FILE],
                   job->order.parts[i].pgp && !job->order.approval ? "pgp" : "cms");
    TRY(order_output_file(job->output, i, name, diag));
    TRY(order_output_buffer(job->output, &out, diag));
    const struct render_plan plan = {.constants = &p->words.constants,
                                     .records = file.records,
                                     .units = file.records / p->items,
                                     .per_carton = job->order.options.per_carton,
                                     .per_bundle = job->order.options.per_bundle};
    TRY(render_begin(&p->render, p->template, &plan, out, diag));
    return order_output_put(job->output, i, out, diag);
}

static cm_err end_file(struct order_job *job, size_t i, struct cm_diag *diag) {
    struct job_part *p = &job->parts[i];
    struct buffer *out = NULL;
    TRY(order_output_buffer(job->output, &out, diag));
    TRY(render_end(&p->render, out, diag));
    TRY(order_output_put(job->output, i, out, diag));
    return order_output_end(job->output, i, p->render.records, p->render.hash_total, diag);
}

/* The first record of each unit. */
static struct record_set first_of_each(const struct record_set *set, uint32_t items) {
    struct record_set out = *set;
    out.n = set->n / items;
    out.first = (set->first - 1) / items + 1;
    for (size_t v = 0; v < RECORD_VALUE_N; v++)
        out.column[v].stride *= items; /* no column of ours has lengths */
    return out;
}

/* Records from, to of a set as a set of their own. */
static struct record_set piece(const struct record_set *set, size_t from, size_t n) {
    struct record_set out = *set;
    out.n = n;
    out.first = set->first + from;
    for (size_t v = 0; v < RECORD_VALUE_N; v++) {
        struct record_column *c = &out.column[v];
        if (c->rows != NULL) c->rows += from * c->stride;
        if (c->len != NULL) c->len += from;
    }
    return out;
}

static cm_err write_part(struct order_job *job, size_t i, const struct record_set *all,
                         struct cm_diag *diag) {
    struct job_part *p = &job->parts[i];
    const struct record_set mine = first_of_each(all, job->order.items / p->items), *set = &mine;
    for (size_t at = 0; at < set->n;) {
        struct buffer *out = NULL;
        if (p->room == 0) TRY(begin_file(job, i, diag));
        const size_t n = set->n - at < p->room ? set->n - at : (size_t)p->room;
        const struct record_set records = piece(set, at, n);
        TRY(order_output_buffer(job->output, &out, diag));
        TRY(render_records(&p->render, &records, out, diag));
        TRY(order_output_put(job->output, i, out, diag));
        at += n;
        p->room -= n;
        if (p->room == 0) TRY(end_file(job, i, diag));
    }
    return CM_OK;
}

/* What the manifest says of the records, where their control numbers are the pool's own. */
static void keep(char out[ORDER_CONTROL_CAP], struct cm_slice control) {
    const size_t len = control.len < ORDER_CONTROL_CAP ? control.len : ORDER_CONTROL_CAP - 1;
    if (len > 0) memcpy(out, control.p, len);
    out[len] = '\0';
}

static void note_controls(struct order_job *job, const struct record_set *set) {
    struct order *o = &job->order;
    if (!order_units_own_control(job->units)) return;
    if (set->first == 1) keep(o->control_first, record_text(set, RECORD_CONTROL, 0));
    keep(o->control_last, record_text(set, RECORD_CONTROL, set->n - 1));
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* The next records: of ranges that were spent before, then new ones. */
static cm_err next_range(struct order_job *job, struct cm_diag *diag) {
    const struct order *o = &job->order;
    if (job->begun)
        return diag_fail(diag, CM_E_LIMIT, o->name, NULL,
                         "withdraw the order, or make the set larger",
                         "no more units are left: %llu of %llu were spent",
                         (unsigned long long)o->issued, (unsigned long long)o->count);
    if (job->range < job->spent)
        return order_units_from(job->units, &o->ranges[job->range++], diag);
    job->begun = true;
    return order_units_from(job->units, NULL, diag);
}

static cm_err next_records(struct order_job *job, uint64_t most, struct record_set *set,
                           struct cm_diag *diag) {
    set->n = 0;
    while (set->n == 0) {
        if (!job->inside) TRY(next_range(job, diag));
        TRY(order_units_next(job->units, most, set, diag));
        job->inside = set->n > 0;
    }
    return CM_OK;
}

static cm_err finish(struct order_job *job, struct cm_diag *diag) {
    struct order *o = &job->order;
    TRY(order_output_seal(job->output, o, diag));
    o->state = o->approval ? ORDER_SEALED : ORDER_RELEASED;
    TRY(order_save(job->ctx.engine, job->ctx.actor, o, diag));
    return order_output_appear(job->output, diag);
}

/* The pictures of all units: their ranges once more, all of them spent now. */
static cm_err begin_images(struct order_job *job, struct cm_diag *diag) {
    const struct order_units_options units = {.engine = job->ctx.engine,
                                              .keystore = job->ctx.keystore,
                                              .order = &job->order,
                                              .values = order_images_values(&job->order)};
    order_units_close(take(&job->units));
    TRY(order_units_open(&job->units, &units, diag));
    job->spent = job->order.range_n;
    job->range = 0;
    job->inside = job->begun = false;
    return order_images_open(&job->images, job->output, &job->order, diag);
}

/* Few at a time: a picture takes as long as a hundred records. */
static cm_err draw_images(struct order_job *job, struct cm_diag *diag) {
    const uint64_t left = job->order.count - job->drawn;
    struct record_set set;
    if (job->images == NULL) TRY(begin_images(job, diag));
    const uint64_t most = left < ORDER_IMAGES_STEP ? left : ORDER_IMAGES_STEP;
    TRY(next_records(job, most, &set, diag));
    TRY(order_images_put(job->images, &set, diag));
    job->drawn += set.n / job->order.items;
    return job->drawn == job->order.count ? order_images_end(job->images, diag) : CM_OK;
}

static bool wants_images(const struct order *o) { return o->options.images[0] != '\0'; }

cm_err order_job_step(struct order_job *job, struct order_progress *progress,
                      struct cm_diag *diag) {
    const struct order *o = &job->order;
    const uint64_t until = job->done + ORDER_CHUNK;
    while (job->done < o->count && job->done < until) {
        struct record_set set;
        TRY(next_records(job, o->count - job->done, &set, diag));
        note_controls(job, &set);
        for (size_t i = 0; i < o->part_n; i++)
            TRY(write_part(job, i, &set, diag));
        job->done += set.n / o->items;
    }
    const bool images = wants_images(o), now = images && job->done == o->count;
    if (now) TRY(draw_images(job, diag));
    const uint64_t done = images ? (job->done + job->drawn) / 2 : job->done;
    *progress = (struct order_progress){.done = done, .total = o->count};
    if (done == o->count) {
        TRY(finish(job, diag));
        progress->ended = true;
    }
    progress->state = o->state;
    return CM_OK;
}
