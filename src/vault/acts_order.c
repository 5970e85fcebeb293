/* order.make, order.step, order.pause: an order is asked for, and its files are made step by step,
 * so that other callers are served between. order.list and order.show tell what there is. An act
 * that is stopped, and a process that dies, leave an order that the next step takes up again.
 * Source: docs/design/orders.md, "The life of an order". */
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"
#include "vault/acts_inside.h"
#include "vault/order_folder.h"
#include "vault/order_job.h"
#include "vault/order_leftovers.h"
#include "vault/order_look.h"
#include "vault/order_output.h"
#include "vault/order_release.h"
#include "vault/order_request.h"
#include "vault/order_sign.h"
#include "vault/order_tell.h"

#define IDLE_MS 10000u /* a job that nobody steps any more makes place */

/* ---- Making ---------------------------------------------------------------------------------- */

/* No file of its set is written again by others: codes of it are about to leave. */
static cm_err mark_shipped(struct act *a, const struct order *o) {
    struct found_set s;
    s.set.number = o->set;
    TRY(act_set_number(a, o->set, &s));
    if (s.set.counters.shipped != 0) return CM_OK;
    const struct phase_event e = {.set = o->set,
                                  .actor = a->ctx->actor,
                                  .phase = (enum batch_phase)s.set.counters.phase,
                                  .shipped = true};
    return engine_phase(a->ctx->engine, &e, a->diag);
}

/* Where approval is wanted, the maker is a person, too: known, so that another one approves. */
static cm_err name_maker(struct act *a, struct cm_slice request, struct order *o) {
    const struct json_value by = json_get(a->args, "by");
    if (!json_present(by)) {
        if (!o->approval || o->test) return CM_OK;
        return diag_fail(a->diag, CM_E_DENIED, "--by", NULL,
                         "say who orders: --by NAME --operator-key FILE",
                         "this order needs two people");
    }
    TRY(order_signed(a, ORDER_SIGNED_REQUEST, request, NULL));
    return json_copy_text(by, 1, o->by, sizeof o->by);
}

static cm_err journal(struct act *a, struct order *o) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(order_write(o, &text));
    TRY(engine_document(a->ctx->engine, DOCUMENT_ORDER, &o->id, a->ctx->actor, buffer_slice(&text),
                        a->diag));
    return mark_shipped(a, o);
}

static cm_err order_make(struct act *a) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    struct cm_slice request;
    bool dry = false;
    if (json_present(json_get(a->args, "dry_run")))
        TRY(json_bool(json_get(a->args, "dry_run"), &dry));
    TRY(json_text(json_get(a->args, "request"), 1, ACT_ARGS_MAX, &request));
    TRY(order_request(a, request, &o));
    TRY(name_maker(a, request, &o));
    if (!o.approval) TRY(order_previous(a->ctx->engine, &o, a->diag));
    if (!dry) TRY(journal(a, &o));
    order_tell(a->out, &o);
    json_put_bool(a->out, "dry_run", dry);
    return CM_OK;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static cm_err find(struct act *a, uint32_t *number) {
    struct cm_slice text;
    TRY(json_text(json_get(a->args, "order"), 1, REGISTRY_NAME_CAP, &text));
    return order_number(a->ctx->engine, text, number, a->diag);
}

static cm_err have_job(struct act *a, uint32_t number) {
    struct order_jobs *jobs = a->ctx->orders;
    const uint64_t now_ms = clock_monotonic_us() / 1000;
    if (jobs->job != NULL && order_job_order(jobs->job) == number) return CM_OK;
    if (jobs->job != NULL && now_ms - jobs->touched_ms < IDLE_MS)
        return diag_fail(a->diag, CM_E_BUSY, "order", NULL, "wait until it is made",
                         "order %u is being made", order_job_order(jobs->job));
    order_jobs_drop(jobs);
    return order_job_open(&jobs->job, a->ctx, number, a->diag);
}

static cm_err order_step(struct act *a) {
    struct order_jobs *jobs = a->ctx->orders;
    struct order_progress progress = {.done = 0};
    uint32_t number = 0;
    if (jobs == NULL) return CM_E_UNSUPPORTED;
    TRY(find(a, &number));
    TRY(have_job(a, number));
    const cm_err err = order_job_step(jobs->job, &progress, a->diag);
    jobs->touched_ms = clock_monotonic_us() / 1000;
    if (err != CM_OK || progress.ended) order_jobs_drop(jobs);
    TRY(err);
    json_put_u64(a->out, "order", number);
    json_put_u64(a->out, "done", progress.done);
    json_put_u64(a->out, "total", progress.total);
    json_put_bool(a->out, "ended", progress.ended);
    json_put_cstr(a->out, "state", order_state_name(progress.state));
    return CM_OK;
}

static cm_err order_pause(struct act *a) {
    struct order_jobs *jobs = a->ctx->orders;
    uint32_t number = 0;
    TRY(find(a, &number));
    const bool ours = jobs != NULL && jobs->job != NULL && order_job_order(jobs->job) == number;
    if (ours) order_jobs_drop(jobs);
    if (jobs != NULL && jobs->change != NULL && order_change_order(jobs->change) == number)
        order_jobs_drop_change(jobs);
    json_put_u64(a->out, "order", number);
    json_put_bool(a->out, "paused", ours);
    return CM_OK;
}

/* ---- Telling --------------------------------------------------------------------------------- */

static cm_err list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "orders");
    for (uint32_t i = 0; i < r->order_n; i++) {
        const struct order_entry *e = r->orders[i];
        if (e == NULL) continue;
        const struct set_entry *s = registry_set(r, e->set);
        json_object_begin(w, NULL);
        json_put_u64(w, "order", e->id);
        json_put_cstr(w, "name", e->name);
        json_put_cstr(w, "set", s != NULL ? s->name : "");
        json_put_cstr(w, "mode", mode_name(e->test));
        json_put_u64(w, "units", e->count);
        json_put_cstr(w, "recipient", e->parts[0].recipient);
        json_put_u64(w, "sequence", e->parts[0].sequence);
        json_put_cstr(w, "state", order_state_name(e->state));
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err order_list(struct act *a) {
    TRY(engine_read(a->ctx->engine, list_read, a));
    return order_leftovers_tell(a);
}

static cm_err order_show(struct act *a) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    uint32_t number = 0;
    TRY(find(a, &number));
    TRY(order_load(a->ctx->engine, number, &o, a->diag));
    TRY(order_folders_settle(a->ctx->workspace, &o, a->diag));
    order_tell(a->out, &o);
    order_tell_more(a->out, &o, a->ctx->workspace);
    return CM_OK;
}

const struct act_entry acts_order[] = {
    {"order.make", order_make, {"request", "by", "signature", "dry_run"}},
    {"order.step", order_step, {"order"}},
    {"order.pause", order_pause, {"order"}},
    {"order.list", order_list, {NULL}},
    {"order.show", order_show, {"order"}},
    {NULL, NULL, {NULL}},
};
