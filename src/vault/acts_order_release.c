/* order.statement, order.approve, order.release, order.reseal, order.withdraw: what becomes of
 * sealed files. A second person signs the statement of what goes to whom; then the files are
 * addressed to the recipient. Repeating any of them after a stop does what is left.
 * Source: docs/design/orders.md, "The life of an order". */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"
#include "vault/acts_inside.h"
#include "vault/order_folder.h"
#include "vault/order_job.h"
#include "vault/order_look.h"
#include "vault/order_output.h"
#include "vault/order_recipients.h"
#include "vault/order_release.h"
#include "vault/order_sign.h"
#include "vault/order_tell.h"

#define WHAT_CAP       96u
#define CHANGE_IDLE_MS 10000u /* a change that nobody steps any more makes place */

static cm_err load(struct act *a, struct order *o) {
    struct cm_slice text;
    uint32_t number = 0;
    TRY(json_text(json_get(a->args, "order"), 1, REGISTRY_NAME_CAP, &text));
    TRY(order_number(a->ctx->engine, text, &number, a->diag));
    TRY(order_load(a->ctx->engine, number, o, a->diag));
    return order_folders_settle(a->ctx->workspace, o, a->diag);
}

static cm_err refuse(struct act *a, const struct order *o, const char *remedy) {
    return diag_fail(a->diag, CM_E_STATE, o->name, NULL, remedy, "the order is %s",
                     order_state_name(o->state));
}

/* ---- Approving ------------------------------------------------------------------------------- */

/* The text to be signed, whole, for whoever signs it. */
static cm_err order_state_it(struct act *a) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, whole = BUFFER_INIT;
    char what[WHAT_CAP];
    TRY(load(a, &o));
    TRY(json_copy_text(json_get(a->args, "what"), 1, what, sizeof what));
    TRY(order_statement(a, &o, what, &text));
    TRY(order_signed_text(a->ctx->workspace, ORDER_SIGNED_APPROVAL, buffer_slice(&text), &whole,
                          a->diag));
    json_put_text(a->out, "text", buffer_slice(&whole));
    return CM_OK;
}

static cm_err order_approve(struct act *a) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    char by[REGISTRY_NAME_CAP];
    bool dry = false;
    TRY(act_dry(a, &dry));
    TRY(load(a, &o));
    if (o.state != ORDER_SEALED)
        return refuse(a, &o, "an order is approved when its files are sealed");
    TRY(json_copy_text(json_get(a->args, "by"), 1, by, sizeof by));
    const size_t before = o.approval_n;
    TRY(order_approved(a, &o, "release"));
    if (o.approval_n > before && !dry) TRY(order_save(a->ctx->engine, a->ctx->actor, &o, a->diag));
    order_tell(a->out, &o);
    json_put_cstr(a->out, "approved_by", by);
    json_put_bool(a->out, "dry_run", dry);
    return CM_OK;
}

struct signer_look {
    const char *name;
    bool stands;
};

static cm_err look_signer(void *ctx, const struct registry *r) {
    struct signer_look *l = ctx;
    const struct operator_entry *o = registry_operator_named(r, slice_text(l->name));
    l->stands = o != NULL && operator_stands(o);
    return CM_OK;
}

/* Whoever was revoked meanwhile has approved nothing: that may be why. */
static cm_err approves(const struct act *a, const struct order_approval *approval,
                       const struct hash256 *now, bool *yes) {
    struct signer_look l = {.name = approval->operator};
    *yes = false;
    if (strcmp(approval->what, "release") != 0 ||
        !slice_equal(slice_of(approval->of.b, sizeof now->b), slice_of(now->b, sizeof now->b)))
        return CM_OK;
    TRY(engine_read(a->ctx->engine, look_signer, &l));
    *yes = l.stands;
    return CM_OK;
}

/* Whether somebody approved what the order says now. */
static cm_err check_approval(struct act *a, const struct order *o) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct hash256 now;
    TRY(order_statement(a, o, "release", &text));
    hash_sha256(buffer_slice(&text), &now);
    for (size_t i = 0; i < o->approval_n; i++) {
        bool yes = false;
        TRY(approves(a, &o->approvals[i], &now, &yes));
        if (yes) return CM_OK;
    }
    return diag_fail(a->diag, CM_E_DENIED, o->name, NULL,
                     "a second operator runs 'countermark order approve'",
                     "nobody has approved it yet");
}

/* ---- Releasing ------------------------------------------------------------------------------- */

static cm_err remove_held(struct act *a, const struct order *o) {
    for (size_t i = 0; i < o->part_n; i++) {
        char name[ORDER_FOLDER_CAP], path[ORDER_PATH_CAP];
        order_folder_name(o, i, true, name);
        TRY(order_folder_path(a->ctx->workspace, name, path, a->diag));
        TRY(order_folder_remove(path, a->diag));
    }
    return CM_OK;
}

/* What is done to what, by the ledger's word: whoever goes on with a change asks for the same. */
static cm_err name_change(const struct order *o, const char *what, struct hash256 *of) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(order_write(o, &text));
    buffer_text(&text, what);
    TRY(buffer_err(&text));
    hash_sha256(buffer_slice(&text), of);
    return CM_OK;
}

static uint64_t monotonic_ms(void) { return clock_monotonic_us() / 1000; }

/* The change under way, if it is this one; else a new one, if nobody is at work on another. */
static cm_err have_change(struct act *a, const struct order_change_ask *ask,
                          struct order_jobs *jobs) {
    struct order_change *c = jobs->change;
    if (c != NULL && order_change_is(c, &ask->of)) return CM_OK;
    if (c != NULL && order_change_order(c) != ask->order->id &&
        monotonic_ms() - jobs->change_ms < CHANGE_IDLE_MS)
        return diag_fail(a->diag, CM_E_BUSY, "order", NULL, "wait until they are",
                         "files of order %u are being addressed", order_change_order(c));
    order_jobs_drop_change(jobs);
    return order_change_open(&jobs->change, ask, a->diag);
}

static cm_err step(struct act *a, const struct order_change_ask *ask, struct order_jobs *jobs,
                   struct order_change_progress *progress) {
    TRY(have_change(a, ask, jobs));
    const cm_err err = order_change_step(jobs->change, progress, a->diag);
    jobs->change_ms = monotonic_ms();
    if (err != CM_OK) order_jobs_drop_change(jobs);
    return err;
}

static void tell_progress(struct act *a, const struct order *o,
                          const struct order_change_progress *progress) {
    json_put_u64(a->out, "order", o->id);
    json_put_u64(a->out, "done", progress->done);
    json_put_u64(a->out, "total", progress->total);
    json_put_bool(a->out, "ended", false);
}

/* The ledger knows their hashes before anybody can see them: a stop in between is mended by
 * order_folders_settle, and no other bytes ever bear their sequence numbers. */
static cm_err hand_out(struct act *a, struct order *o, struct order_jobs *jobs) {
    CM_CLEANUP(order_change_closep) struct order_change *c = take(&jobs->change);
    TRY(order_change_seal(c, o, a->diag));
    o->state = ORDER_RELEASED;
    TRY(order_save(a->ctx->engine, a->ctx->actor, o, a->diag));
    return order_change_appear(c, a->diag);
}

static cm_err tell_dry(struct act *a, const struct order *o) {
    order_tell(a->out, o);
    json_put_bool(a->out, "dry_run", true);
    return CM_OK;
}

static cm_err order_release(struct act *a) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    struct order_change_ask ask = {.ctx = a->ctx, .order = &o, .now_unix_s = a->now_unix_s};
    struct order_change_progress progress = {.done = 0};
    bool dry = false;
    if (a->ctx->orders == NULL) return CM_E_UNSUPPORTED;
    TRY(act_dry(a, &dry));
    TRY(load(a, &o));
    if (o.state == ORDER_RELEASED) { /* done before */
        order_tell(a->out, &o);
        return dry ? CM_OK : remove_held(a, &o);
    }
    if (o.state != ORDER_SEALED) return refuse(a, &o, "'countermark order resume' seals it");
    TRY(check_approval(a, &o));
    TRY(order_previous(a->ctx->engine, &o, a->diag));
    if (dry) return tell_dry(a, &o);
    for (size_t i = 0; i < o.part_n; i++)
        order_folder_name(&o, i, true, ask.from[i]);
    TRY(name_change(&o, "release", &ask.of));
    TRY(step(a, &ask, a->ctx->orders, &progress));
    if (!progress.ended) {
        tell_progress(a, &o, &progress);
        return CM_OK;
    }
    TRY(hand_out(a, &o, a->ctx->orders));
    order_tell(a->out, &o);
    return remove_held(a, &o);
}

/* ---- Sealing anew ---------------------------------------------------------------------------- */

static cm_err part_of(struct act *a, const struct order *o, size_t *part) {
    static const char *const roles[] = {"number", "pin"};
    *part = 0;
    if (json_present(json_get(a->args, "files")))
        TRY(json_word(json_get(a->args, "files"), roles, CM_ARRAY_N(roles), part));
    if (*part < o->part_n) return CM_OK;
    return diag_fail(a->diag, CM_E_NOT_FOUND, o->name, NULL, NULL, "the order has no PIN files");
}

/* "reseal KEYS": whom the approval is for is in it. */
static void reseal_what(struct cm_slice keys, char out[WHAT_CAP]) {
    struct hash256 h;
    hash_sha256(keys, &h);
    static const char word[] = "reseal ";
    (void)snprintf(out, WHAT_CAP, "%s", word);
    hex_format(h.b, sizeof h.b, out + sizeof word - 1);
}

/* As in order_request.c: also later no key opens numbers and PINs of LIVE cards. */
static cm_err check_apart(struct act *a, const struct order *o) {
    bool apart = true;
    if (o->part_n < 2 || o->test) return CM_OK;
    TRY(order_parts_apart(&o->parts[0], &o->parts[1], &apart, a->diag));
    if (apart) return CM_OK;
    return diag_fail(a->diag, CM_E_DENIED, "--to", NULL, "name another certificate",
                     "number file and PIN file of LIVE cards never go to one recipient");
}

/* Whom it is for from now on, and what it repeats. */
static cm_err readdress_part(struct act *a, struct order *o, size_t part, struct cm_slice keys) {
    struct order_part *p = &o->parts[part];
    p->reseal_of = p->manifest;
    p->previous = p->manifest;
    p->reseals++;
    buffer_clear(&p->keys);
    buffer_put(&p->keys, keys.p, keys.len);
    TRY(buffer_err(&p->keys));
    TRY(check_apart(a, o));
    TRY(order_last_manifest(a->ctx->engine, o->brand, p->recipient, &p->previous, a->diag));
    return order_next_sequence(a->ctx->engine, o->brand, p->recipient, &p->sequence);
}

static cm_err may_reseal(struct act *a, const struct order *o, size_t part, struct cm_slice keys) {
    CM_CLEANUP(order_recipients_wipe) struct order_recipients to = {.n = 0};
    if (o->state != ORDER_RELEASED) return refuse(a, o, "only released files are sealed anew");
    if (o->parts[part].pgp)
        return diag_fail(a->diag, CM_E_UNSUPPORTED, o->name, NULL, "make a new order",
                         "OpenPGP files cannot be addressed to others");
    return order_recipients_read(keys, a->now_unix_s, &to, a->diag);
}

static cm_err order_reseal(struct act *a) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    struct order_change_ask ask = {.ctx = a->ctx, .order = &o, .now_unix_s = a->now_unix_s};
    struct order_change_progress progress = {.done = 0};
    struct cm_slice keys;
    char what[WHAT_CAP];
    size_t part = 0;
    if (a->ctx->orders == NULL) return CM_E_UNSUPPORTED;
    TRY(load(a, &o));
    TRY(part_of(a, &o, &part));
    TRY(json_text(json_get(a->args, "keys"), 1, ORDER_KEYS_MAX, &keys));
    TRY(may_reseal(a, &o, part, keys));
    reseal_what(keys, what);
    TRY(name_change(&o, what, &ask.of));
    ask.of.b[0] ^= (uint8_t)part; /* each part is another change */
    if (o.approval) TRY(order_approved(a, &o, what));
    order_folder_name(&o, part, false, ask.from[part]);
    TRY(readdress_part(a, &o, part, keys));
    TRY(step(a, &ask, a->ctx->orders, &progress));
    if (progress.ended) {
        TRY(hand_out(a, &o, a->ctx->orders));
        order_tell(a->out, &o);
    } else {
        tell_progress(a, &o, &progress);
    }
    return CM_OK;
}

/* ---- Withdrawing ----------------------------------------------------------------------------- */

/* A release or a making that the ledger never had may have left folders without a name. */
static cm_err remove_ready(struct act *a, const struct order *o) {
    for (size_t i = 0; i < 2 * o->part_n; i++) {
        char name[ORDER_FOLDER_CAP], part[ORDER_FOLDER_CAP + sizeof BUNDLE_PART];
        char path[ORDER_PATH_CAP];
        order_folder_name(o, i / 2, i % 2 != 0, name);
        (void)snprintf(part, sizeof part, "%s" BUNDLE_PART, name);
        TRY(order_folder_path(a->ctx->workspace, part, path, a->diag));
        TRY(order_folder_remove(path, a->diag));
    }
    return CM_OK;
}

static cm_err order_withdraw(struct act *a) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    bool dry = false;
    TRY(act_dry(a, &dry));
    TRY(load(a, &o));
    if (o.state >= ORDER_RELEASED && o.state != ORDER_WITHDRAWN)
        return refuse(a, &o, "its files are out: recall the units instead");
    if (dry) return tell_dry(a, &o);
    if (a->ctx->orders != NULL && a->ctx->orders->job != NULL &&
        order_job_order(a->ctx->orders->job) == o.id)
        order_jobs_drop(a->ctx->orders);
    if (a->ctx->orders != NULL && a->ctx->orders->change != NULL &&
        order_change_order(a->ctx->orders->change) == o.id)
        order_jobs_drop_change(a->ctx->orders);
    for (size_t i = 0; o.state != ORDER_WITHDRAWN && i < o.range_n; i++) {
        const struct recall_event e = {.set = o.set,
                                       .actor = a->ctx->actor,
                                       .first = o.ranges[i].first,
                                       .last = o.ranges[i].first + o.ranges[i].count - 1};
        TRY(engine_recall(a->ctx->engine, &e, a->diag));
    }
    o.state = ORDER_WITHDRAWN;
    TRY(order_save(a->ctx->engine, a->ctx->actor, &o, a->diag));
    order_tell(a->out, &o);
    TRY(remove_ready(a, &o));
    return remove_held(a, &o);
}

const struct act_entry acts_order_release[] = {
    {"order.statement", order_state_it, {"order", "what"}},
    {"order.approve", order_approve, {"order", "by", "signature", "dry_run"}},
    {"order.release", order_release, {"order", "dry_run"}},
    {"order.reseal", order_reseal, {"order", "files", "keys", "by", "signature"}},
    {"order.withdraw", order_withdraw, {"order", "dry_run"}},
    {NULL, NULL, {NULL}},
};
