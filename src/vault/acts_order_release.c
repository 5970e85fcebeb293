/* order.statement, order.approve, order.release, order.reseal, order.withdraw: what becomes of
 * sealed files. A second person signs the statement of what goes to whom; then the files are
 * addressed to the recipient. Repeating any of them after a stop does what is left.
 * Source: docs/design/orders.md, "The life of an order". */
#include <stdio.h>
#include <string.h>

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

#define WHAT_CAP 96u

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

/* Folders that are sealed and have no name yet. */
struct ready {
    struct bundle *parts[ORDER_PARTS_MAX];
};

static void ready_wipe(struct ready *r) {
    for (size_t i = 0; i < ORDER_PARTS_MAX; i++)
        bundle_close(r->parts[i]);
}

/* The ledger knows their hashes before anybody can see them: a stop in between is mended by
 * order_folders_settle, and no other bytes ever bear their sequence numbers. */
static cm_err hand_out(struct act *a, const struct order *o, const struct ready *r) {
    TRY(order_save(a->ctx->engine, a->ctx->actor, o, a->diag));
    for (size_t i = o->part_n; i > 0; i--) /* PINs first: whoever sees numbers has them all */
        if (r->parts[i - 1] != NULL) TRY(bundle_appear(r->parts[i - 1], a->diag));
    return CM_OK;
}

static cm_err tell_dry(struct act *a, const struct order *o) {
    order_tell(a->out, o);
    json_put_bool(a->out, "dry_run", true);
    return CM_OK;
}

static cm_err order_release(struct act *a) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    CM_CLEANUP(ready_wipe) struct ready ready = {{NULL}};
    bool dry = false;
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
    for (size_t i = 0; i < o.part_n; i++) {
        char from[ORDER_FOLDER_CAP];
        order_folder_name(&o, i, true, from);
        TRY(order_readdress(a, &o, i, from, &ready.parts[i]));
    }
    o.state = ORDER_RELEASED;
    TRY(hand_out(a, &o, &ready));
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

static cm_err order_reseal(struct act *a) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    CM_CLEANUP(ready_wipe) struct ready ready = {{NULL}};
    CM_CLEANUP(order_recipients_wipe) struct order_recipients to = {.n = 0};
    struct cm_slice keys;
    char from[ORDER_FOLDER_CAP], what[WHAT_CAP];
    size_t part = 0;
    TRY(load(a, &o));
    TRY(part_of(a, &o, &part));
    if (o.state != ORDER_RELEASED) return refuse(a, &o, "only released files are sealed anew");
    struct order_part *p = &o.parts[part];
    if (p->pgp)
        return diag_fail(a->diag, CM_E_UNSUPPORTED, o.name, NULL, "make a new order",
                         "OpenPGP files cannot be addressed to others");
    TRY(json_text(json_get(a->args, "keys"), 1, ORDER_KEYS_MAX, &keys));
    TRY(order_recipients_read(keys, a->now_unix_s, &to, a->diag));
    reseal_what(keys, what);
    if (o.approval) TRY(order_approved(a, &o, what));
    order_folder_name(&o, part, false, from);
    p->reseal_of = p->manifest;
    p->previous = p->manifest;
    p->reseals++;
    buffer_clear(&p->keys);
    buffer_put(&p->keys, keys.p, keys.len);
    TRY(buffer_err(&p->keys));
    TRY(check_apart(a, &o));
    TRY(order_last_manifest(a->ctx->engine, o.brand, p->recipient, &p->previous, a->diag));
    TRY(order_next_sequence(a->ctx->engine, o.brand, p->recipient, &p->sequence));
    TRY(order_readdress(a, &o, part, from, &ready.parts[part]));
    TRY(hand_out(a, &o, &ready));
    order_tell(a->out, &o);
    return CM_OK;
}

/* ---- Withdrawing ----------------------------------------------------------------------------- */

/* A release that the ledger never had may have left folders without a name. */
static cm_err remove_ready(struct act *a, const struct order *o) {
    for (size_t i = 0; i < o->part_n; i++) {
        char name[ORDER_FOLDER_CAP], part[ORDER_FOLDER_CAP + sizeof BUNDLE_PART];
        char path[ORDER_PATH_CAP];
        order_folder_name(o, i, false, name);
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
