/* order.receive.*: a return file comes in pieces, is judged, and taken or not; order.close: every
 * record is accounted for and the order is over. Nothing changes before order.receive.finish.
 * Source: docs/design/orders.md, "The life of an order". */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"
#include "engine/alias.h"
#include "vault/acts_inside.h"
#include "vault/order_job.h"
#include "vault/order_look.h"
#include "vault/order_sign.h"
#include "vault/order_tell.h"
#include "vault/return_desk.h"

#define DESK_IDLE_MS 10000u     /* a desk that nobody feeds makes place */
#define ROWS_MAX     (4u << 20) /* bytes of one piece */
#define WHAT_CAP     96u

static uint64_t now_ms(void) { return clock_monotonic_us() / 1000; }

static cm_err number_of(struct act *a, uint32_t *number) {
    struct cm_slice text;
    TRY(json_text(json_get(a->args, "order"), 1, REGISTRY_NAME_CAP, &text));
    return order_number(a->ctx->engine, text, number, a->diag);
}

static cm_err receive_begin(struct act *a) {
    struct order_jobs *jobs = a->ctx->orders;
    struct hash256 hash;
    struct cm_slice head, hex;
    uint32_t number = 0;
    if (jobs == NULL) return CM_E_UNSUPPORTED;
    TRY(number_of(a, &number));
    TRY(json_text(json_get(a->args, "sha256"), 1, SIZE_MAX, &hex));
    TRY(json_text(json_get(a->args, "head"), 1, ROWS_MAX, &head));
    if (hex_parse(hex, hash.b, sizeof hash.b) != CM_OK)
        return json_fail(json_get(a->args, "sha256"), CM_E_FORMAT, NULL, "not 64 hex digits");
    const bool busy = jobs->desk != NULL && now_ms() - jobs->desk_ms < DESK_IDLE_MS;
    if (busy && jobs->desk->order.id != number)
        return diag_fail(a->diag, CM_E_BUSY, "return file", NULL, "wait until it is read",
                         "one of order %u is being read", jobs->desk->order.id);
    return_desk_free(jobs->desk);
    jobs->desk = NULL;
    TRY(return_desk_new(&jobs->desk, a->ctx, number, &hash, head, a->diag));
    jobs->desk_ms = now_ms();
    json_put_u64(a->out, "order", number);
    json_put_bool(a->out, "known", jobs->desk->known);
    return CM_OK;
}

static cm_err have_desk(struct act *a, struct return_desk **out) {
    struct order_jobs *jobs = a->ctx->orders;
    uint32_t number = 0;
    TRY(number_of(a, &number));
    if (jobs == NULL || jobs->desk == NULL || jobs->desk->order.id != number)
        return diag_fail(a->diag, CM_E_STATE, "return file", NULL, "begin again",
                         "none of this order is being read");
    jobs->desk_ms = now_ms();
    *out = jobs->desk;
    return CM_OK;
}

static cm_err rows_of(struct act *a, struct cm_slice *rows, uint64_t *line) {
    TRY(json_text(json_get(a->args, "rows"), 0, ROWS_MAX, rows));
    return json_u64(json_get(a->args, "line"), 2, INT64_MAX, line);
}

static cm_err receive_rows(struct act *a) {
    struct return_desk *d = NULL;
    struct cm_slice rows;
    uint64_t line = 0;
    TRY(have_desk(a, &d));
    TRY(rows_of(a, &rows, &line));
    return return_desk_rows(d, rows, line, a->diag);
}

static cm_err receive_turn(struct act *a) {
    struct return_desk *d = NULL;
    bool again = false;
    TRY(have_desk(a, &d));
    TRY(return_desk_turn(d, &again, a->diag));
    json_put_bool(a->out, "again", again);
    json_put_bool(a->out, "names", d->names > 0);
    return CM_OK;
}

/* ---- Taking ---------------------------------------------------------------------------------- */

static void what_of(const struct return_desk *d, char out[WHAT_CAP]) {
    static const char word[] = "rest ";
    (void)snprintf(out, WHAT_CAP, "%s", word);
    hex_format(d->hash.b, sizeof d->hash.b, out + sizeof word - 1);
}

static void tell_offences(struct json_writer *w, const struct return_desk *d) {
    json_array_begin(w, "offences");
    for (size_t i = 0; i < d->offence_n; i++) {
        json_object_begin(w, NULL);
        if (d->offences[i].line > 0) json_put_u64(w, "line", d->offences[i].line);
        json_put_cstr(w, "carton", d->offences[i].carton);
        json_put_cstr(w, "problem", return_problem_text(d->offences[i].problem));
        json_object_end(w);
    }
    json_array_end(w);
    if (d->offences_more > 0) json_put_u64(w, "further_offences", d->offences_more);
}

static void tell(struct act *a, const struct return_desk *d, bool waits) {
    char what[WHAT_CAP];
    struct json_writer *w = a->out;
    json_put_u64(w, "order", d->order.id);
    json_put_cstr(w, "state", order_state_name(d->order.state));
    json_put_bool(w, "known", d->known);
    json_put_bool(w, "taken", d->taken);
    json_put_u64(w, "lines", d->lines);
    json_put_u64(w, "kept_out", d->bad_lines);
    json_put_bool(w, "needs_approval", waits);
    if (waits) {
        what_of(d, what);
        json_put_cstr(w, "what", what);
    }
    tell_offences(w, d);
    json_put_u64(w, "made_void", d->voids);
    if (d->redeemed > 0) json_put_u64(w, "spoiled_but_used", d->redeemed);
    if (d->in_stock) json_put_u64(w, "on_their_way", d->shipped);
    order_tell_counts(w, &d->order);
}

/* A dry run tells what taking the file would make of the order, quarantine and all. */
static cm_err tell_dry(struct act *a, struct return_desk *d, bool waits) {
    struct return_foresight f;
    const struct order_counts counts = d->order.counts;
    const uint64_t voids = d->voids, shipped = d->shipped;
    TRY(return_desk_foresee(d, &f));
    d->order.counts = f.counts;
    d->voids = f.voids;
    d->shipped = f.shipped;
    tell(a, d, waits);
    d->order.counts = counts;
    d->voids = voids;
    d->shipped = shipped;
    json_put_bool(a->out, "dry_run", true);
    return CM_OK;
}

static cm_err receive_finish(struct act *a) {
    struct return_desk *d = NULL;
    char what[WHAT_CAP];
    bool dry = false;
    TRY(have_desk(a, &d));
    if (!d->judged)
        return diag_fail(a->diag, CM_E_STATE, "return file", NULL, "give all its lines first",
                         "it was not read to its end");
    if (json_present(json_get(a->args, "dry_run")))
        TRY(json_bool(json_get(a->args, "dry_run"), &dry));
    const bool waits = d->bad_lines > 0 || d->offence_n > 0;
    const bool asked = json_present(json_get(a->args, "by"));
    if (!d->known && waits && asked && !dry) {
        what_of(d, what);
        TRY(order_approved(a, &d->order, what));
    }
    if (!dry && (d->known || !waits || asked)) TRY(return_desk_take(d, a->diag));
    if (dry && !d->known) return tell_dry(a, d, waits);
    tell(a, d, waits && !d->taken);
    return CM_OK;
}

/* Names are given with a key of the workspace, made on first use. */
static cm_err name_key(struct act *a) {
    const struct cm_key *key = NULL;
    struct keystore *ks = a->ctx->keystore;
    if (keystore_find(ks, KEY_ALIAS, ALIAS_KEY_ID, 1, &key) != CM_E_NOT_FOUND) return CM_OK;
    TRY(keystore_generate(ks, KEY_ALIAS, ALIAS_KEY_ID, 1, a->now_unix_s));
    return keystore_save(ks, a->diag);
}

static cm_err receive_names(struct act *a) {
    struct return_desk *d = NULL;
    struct cm_slice rows;
    uint64_t line = 0;
    TRY(have_desk(a, &d));
    if (!d->taken)
        return diag_fail(a->diag, CM_E_STATE, "return file", NULL, "take it first",
                         "it was not taken");
    TRY(rows_of(a, &rows, &line));
    TRY(name_key(a));
    TRY(return_desk_names(d, rows, line, a->diag));
    json_put_u64(a->out, "names", d->names);
    json_put_u64(a->out, "names_taken", d->names_taken);
    return CM_OK;
}

static cm_err receive_end(struct act *a) {
    struct return_desk *d = NULL;
    TRY(have_desk(a, &d));
    return_desk_free(d);
    a->ctx->orders->desk = NULL;
    return CM_OK;
}

/* ---- Closing --------------------------------------------------------------------------------- */

struct made_up {
    uint32_t of;
    uint64_t units;
};

/* Units of released orders that make up for this one's spoilage. */
static cm_err count_remakes(void *ctx, const struct registry *r) {
    struct made_up *m = ctx;
    for (uint32_t i = 0; i < r->order_n; i++) {
        const struct order_entry *e = r->orders[i];
        const bool out = e != NULL && (e->state == ORDER_RELEASED || e->state == ORDER_CLOSED);
        if (out && e->of == m->of) m->units += e->count;
    }
    return CM_OK;
}

static cm_err check_accounts(struct act *a, const struct order *o) {
    const struct order_counts *c = &o->counts;
    const uint64_t known = c->produced + c->spoiled + c->remade + c->shipped + c->held;
    struct made_up m = {.of = o->id};
    TRY(engine_read(a->ctx->engine, count_remakes, &m));
    if (known < order_records(o))
        return diag_fail(a->diag, CM_E_STATE, o->name, NULL, "receive what the bureau says of them",
                         "%llu of %llu records are missing",
                         (unsigned long long)(order_records(o) - known),
                         (unsigned long long)order_records(o));
    if (c->spoiled <= m.units * o->items || json_present(json_get(a->args, "without_remake")))
        return CM_OK;
    return diag_fail(a->diag, CM_E_STATE, o->name, NULL,
                     "'countermark order make ... --remake', or close it with --without-remake",
                     "%llu records were spoiled, %llu units were remade",
                     (unsigned long long)c->spoiled, (unsigned long long)m.units);
}

static cm_err close_it(struct act *a, struct order *o) {
    o->state = ORDER_CLOSED;
    buffer_clear(&o->book); /* the counts stay */
    return order_save(a->ctx->engine, a->ctx->actor, o, a->diag);
}

static cm_err order_close(struct act *a) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    uint32_t number = 0;
    bool dry = false;
    TRY(act_dry(a, &dry));
    TRY(number_of(a, &number));
    TRY(order_load(a->ctx->engine, number, &o, a->diag));
    if (o.state != ORDER_CLOSED) {
        if (o.state != ORDER_RELEASED)
            return diag_fail(a->diag, CM_E_STATE, o.name, NULL, NULL, "the order is %s",
                             order_state_name(o.state));
        TRY(check_accounts(a, &o));
        if (!dry) TRY(close_it(a, &o));
    }
    order_tell(a->out, &o);
    order_tell_counts(a->out, &o);
    json_put_bool(a->out, "dry_run", dry);
    return CM_OK;
}

const struct act_entry acts_order_receive[] = {
    {"order.receive.begin", receive_begin, {"order", "sha256", "head"}},
    {"order.receive.rows", receive_rows, {"order", "line", "rows"}},
    {"order.receive.turn", receive_turn, {"order"}},
    {"order.receive.finish", receive_finish, {"order", "by", "signature", "dry_run"}},
    {"order.receive.names", receive_names, {"order", "line", "rows"}},
    {"order.receive.end", receive_end, {"order"}},
    {"order.close", order_close, {"order", "without_remake", "dry_run"}},
    {NULL, NULL, {NULL}},
};
