/* ticket.revoke: tickets that count no more, online at once and offline with the next list; and
 * ticket.revocations: that list. All are judged before the first unit becomes void, units become
 * void before the list names them, and doing it again changes nothing. A ticket that was used
 * already is listed all the same: nobody is let in by it a second time. Design:
 * docs/design/tickets.md, "Revocation" */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/macros.h"
#include "base/text.h"
#include "engine/orders.h"
#include "engine/spends.h"
#include "vault/ticket_signer.h"

#define HOUR_S     3600u
#define HOURS_N    168u  /* until the next list when nothing is said: our choice */
#define HOURS_MAX  8784u /* a year */
#define WHY_MAX    200u
#define PLACE_CAP  32u
#define VOID_CHUNK 1000u /* units of one group; our choice */
#define VERSIONS_N 256u

struct revoking {
    struct act *a;
    uint32_t brand; /* whose tickets: the first one's */
    bool has_brand;
    struct buffer ctis, ends;             /* 16 hex digits each */
    struct spend_unit units[REVOKED_MAX]; /* to become void; a struct revoking is on the heap */
    size_t unit_n;
    uint64_t listed, listed_before;
    struct void_count voided;
    struct ticket_message message;
    struct issuer_entry issuer;
    struct ticket_judged judged;
    bool dry_run;
};

static void revoking_freep(struct revoking **v) {
    if (*v == NULL) return;
    buffer_free(&(*v)->ctis);
    buffer_free(&(*v)->ends);
    wipe(&(*v)->message, sizeof(*v)->message);
    free(*v);
}

struct known_read {
    uint32_t brand;
    const uint8_t *cti;
    bool known;
};
static cm_err known_read(void *ctx, const struct registry *r) {
    struct known_read *k = ctx;
    k->known = revocations_find(&r->revocations, k->brand, k->cti) != NULL;
    return CM_OK;
}

/* end_s: when its ticket is over for everybody, so that lists need not name it for ever; 0 = nobody
 * knows. */
static cm_err add_cti(struct revoking *v, const uint8_t cti[SPEND_CTI_LEN], uint64_t end_s) {
    struct known_read k = {.brand = v->brand, .cti = cti};
    char hex[2 * SPEND_CTI_LEN + 1];
    TRY(engine_read(v->a->ctx->engine, known_read, &k));
    if (k.known) return CM_OK;
    hex_format(cti, SPEND_CTI_LEN, hex);
    buffer_text(&v->ctis, hex);
    buffer_printf(&v->ends, "%016" PRIx64, end_s);
    TRY(buffer_err(&v->ends));
    return buffer_err(&v->ctis);
}

/* One list is one issuer's. */
static cm_err of_brand(struct revoking *v, uint32_t brand, const char *place) {
    if (!v->has_brand) TRY(act_issuer_of(v->a, brand, &v->issuer));
    if (v->has_brand && brand != v->brand)
        return diag_fail(v->a->diag, CM_E_ARGUMENT, "ticket revoke", place,
                         "revoke them brand by brand", "tickets of two issuers");
    v->has_brand = true;
    v->brand = brand;
    return CM_OK;
}

static cm_err add_unit(struct revoking *v, uint32_t set, uint64_t serial, const char *place) {
    if (v->unit_n == REVOKED_MAX)
        return diag_fail(v->a->diag, CM_E_LIMIT, "ticket revoke", place, "revoke them in two parts",
                         "more than %u at once", REVOKED_MAX);
    v->units[v->unit_n++] = (struct spend_unit){.set = set, .serial = serial};
    return CM_OK;
}

static int by_unit(const void *a, const void *b) {
    const struct spend_unit *x = a, *y = b;
    if (x->set != y->set) return x->set < y->set ? -1 : 1;
    return x->serial < y->serial ? -1 : x->serial > y->serial;
}

static cm_err void_some(struct revoking *v, uint32_t set, const uint64_t *serials, size_t n) {
    struct void_count c = {0};
    TRY(engine_void(v->a->ctx->engine, v->a->ctx->actor, set, serials, n, &c, v->a->diag));
    v->voided.made += c.made;
    v->voided.were += c.were;
    v->voided.redeemed += c.redeemed;
    return CM_OK;
}

/* Batch by batch, each unit once, many in one group. */
static cm_err void_units(struct revoking *v) {
    uint64_t serials[VOID_CHUNK];
    size_t n = 0;
    qsort(v->units, v->unit_n, sizeof v->units[0], by_unit);
    for (size_t i = 0; i < v->unit_n; i++) {
        const struct spend_unit *u = &v->units[i];
        const bool last = i + 1 == v->unit_n, again = !last && by_unit(u, u + 1) == 0;
        if (!again) serials[n++] = u->serial;
        if (!last && n < VOID_CHUNK && u[1].set == u->set) continue;
        TRY(void_some(v, u->set, serials, n));
        n = 0;
    }
    return CM_OK;
}

/* ---- By text ----------------------------------------------------------------------------------
 */

static cm_err judge(void *ctx, const struct registry *r) {
    struct revoking *v = ctx;
    v->judged = (struct ticket_judged){.key = NULL};
    for (size_t i = 0; i < r->issuer_n && v->judged.key == NULL; i++) {
        v->issuer = *r->issuers[i];
        TRY(ticket_judge(&v->message, v->issuer.keys, v->issuer.key_n, v->a->now_unix_s,
                         &v->judged));
    }
    return CM_OK;
}

static cm_err revoke_text(struct revoking *v, struct cm_slice text, const char *place) {
    struct ticket_unit unit;
    v->judged = (struct ticket_judged){.key = NULL};
    if (ticket_open(text, &v->message) == CM_OK) TRY(engine_read(v->a->ctx->engine, judge, v));
    if (v->judged.key == NULL || !v->judged.has_claims)
        return diag_fail(v->a->diag, CM_E_FORMAT, "ticket revoke", place,
                         "name the unit instead: --unit BATCH:SERIAL",
                         "not a ticket of this workspace");
    TRY(ticket_unit_find(v->a, &v->issuer, v->judged.key->version, v->judged.claims.cti, &unit));
    if (!unit.found)
        return diag_fail(v->a->diag, CM_E_NOT_FOUND, "ticket revoke", place, NULL,
                         "no unit of this workspace stands behind this ticket");
    TRY(of_brand(v, unit.set.set.brand, place));
    TRY(add_unit(v, unit.set.set.number, unit.serial, place));
    return add_cti(v, v->judged.claims.cti, v->judged.claims.exp_unix_s);
}

/* ---- By unit ----------------------------------------------------------------------------------
 */

/* No ticket outlives its key. A retired key may have been ended earlier than devices were told. */
static uint64_t end_of_key(const struct issuer_entry *issuer, uint8_t version) {
    for (size_t i = 0; i < issuer->key_n; i++)
        if (issuer->keys[i].version == version && !issuer->keys[i].retired)
            return issuer->keys[i].not_after_unix_s;
    return 0;
}

/* Its ticket may have been made under any version of the key. */
static cm_err add_versions(struct revoking *v, uint32_t set, uint64_t serial) {
    struct key_info infos[VERSIONS_N];
    const struct keystore *ks = v->a->ctx->keystore;
    size_t n = 0;
    keystore_versions(ks, KEY_TICKET, v->brand, infos, VERSIONS_N, &n);
    for (size_t i = 0; i < n && i < VERSIONS_N; i++) {
        CM_CLEANUP(ticket_ids_freep) struct ticket_ids *ids = NULL;
        const struct cm_key *root = NULL;
        uint8_t cti[TICKET_ID_LEN];
        if (infos[i].state == KEY_DESTROYED) continue;
        TRY(keystore_find(ks, KEY_TICKET, v->brand, infos[i].version, &root));
        TRY(ticket_ids_new(&ids, root, v->brand, infos[i].version));
        TRY(ticket_id_make(ids, set, serial, cti));
        TRY(add_cti(v, cti, end_of_key(&v->issuer, infos[i].version)));
    }
    return CM_OK;
}

static cm_err revoke_unit(struct revoking *v, struct cm_slice name, const char *place) {
    const uint8_t *colon = memrchr(name.p, ':', name.len);
    struct found_set s;
    uint32_t number = 0;
    bool exists = false;
    uint64_t serial = 0;
    const size_t len = colon != NULL ? (size_t)(colon - name.p) : 0;
    if (colon == NULL ||
        text_u64(slice_of(colon + 1, name.len - len - 1), INT64_MAX, &serial) != CM_OK)
        return diag_fail(v->a->diag, CM_E_FORMAT, "--unit", place, "write it as BATCH:SERIAL",
                         "not a batch and a serial");
    TRY(act_set_named(v->a, slice_of(name.p, len), &number));
    TRY(act_set_number(v->a, number, &s));
    if (s.set.kind == SET_BATCH && serial < s.set.counters.next_serial)
        TRY(engine_exist(v->a->ctx->engine, number, serial, 1, &exists));
    if (!exists)
        return diag_fail(v->a->diag, CM_E_NOT_FOUND, "--unit", place, NULL,
                         "%s has no unit of serial %llu", s.name, (unsigned long long)serial);
    TRY(of_brand(v, s.set.brand, place));
    TRY(add_unit(v, number, serial, place));
    return add_versions(v, number, serial);
}

/* ---- Together ---------------------------------------------------------------------------------
 */

static cm_err journal_some(struct revoking *v, struct cm_slice ctis, struct cm_slice ends) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct json_writer w = json_writer_into(&text, false);
    struct cm_slice why = slice_text("");
    uint32_t id = 0;
    if (json_present(json_get(v->a->args, "why")))
        TRY(json_text(json_get(v->a->args, "why"), 0, WHY_MAX, &why));
    json_object_begin(&w, NULL);
    json_put_u64(&w, "brand", v->brand);
    json_put_u64(&w, "at_ms", v->a->now_unix_ms);
    json_put_text(&w, "why", why);
    json_put_text(&w, "ctis", ctis);
    json_put_text(&w, "ends", ends);
    json_object_end(&w);
    TRY(buffer_err(&text));
    return engine_document(v->a->ctx->engine, DOCUMENT_REVOKED, &id, v->a->ctx->actor,
                           buffer_slice(&text), v->a->diag);
}

static cm_err journal(struct revoking *v) {
    const size_t most = (size_t)REVOKED_MAX * 2 * SPEND_CTI_LEN;
    for (size_t at = 0; at < v->ctis.len; at += most) {
        const size_t left = v->ctis.len - at;
        const size_t len = left < most ? left : most;
        TRY(journal_some(v, slice_of(v->ctis.p + at, len), slice_of(v->ends.p + at, len)));
    }
    return CM_OK;
}

typedef cm_err revoke_fn(struct revoking *v, struct cm_slice text, const char *place);
static cm_err revoke_all(struct revoking *v, const char *key, const char *what, revoke_fn *fn,
                         size_t *total) {
    const struct json_value items = json_get(v->a->args, key);
    size_t n = 0;
    if (json_present(items)) TRY(json_items(items, 0, REVOKED_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice text;
        char place[PLACE_CAP];
        const size_t before = v->ctis.len;
        (void)snprintf(place, sizeof place, "%s %zu", what, i + 1);
        TRY(json_text(json_at(items, i), 1, TICKET_TEXT_MAX, &text));
        TRY(fn(v, text, place));
        v->listed += v->ctis.len > before;
        v->listed_before += v->ctis.len == before;
    }
    *total += n;
    return CM_OK;
}

static void tell(const struct revoking *v) {
    struct json_writer *w = v->a->out;
    json_put_u64(w, "revoked", v->listed);
    json_put_u64(w, "revoked_before", v->listed_before);
    if (!v->dry_run) { /* a dry run voids nothing, and does not know what would be */
        json_put_u64(w, "void_now", v->voided.made);
        json_put_u64(w, "void_before", v->voided.were);
        json_put_u64(w, "redeemed_before", v->voided.redeemed);
    }
    json_put_bool(w, "dry_run", v->dry_run);
    json_array_begin(w, "notes");
    json_put_cstr(w, NULL,
                  v->dry_run
                      ? "A dry run: nothing was revoked. Which of them were redeemed is told "
                        "when it is done."
                      : "Devices learn it from the next list: countermark ticket "
                        "revocations.");
    json_array_end(w);
}

/* All are judged before the first becomes void. */
static cm_err revoke(struct act *a) {
    CM_CLEANUP(revoking_freep) struct revoking *v = calloc(1, sizeof *v);
    size_t total = 0;
    if (v == NULL) return CM_E_NO_MEMORY;
    v->a = a;
    if (json_present(json_get(a->args, "dry_run")))
        TRY(json_bool(json_get(a->args, "dry_run"), &v->dry_run));
    TRY(revoke_all(v, "tickets", "ticket", revoke_text, &total));
    TRY(revoke_all(v, "units", "unit", revoke_unit, &total));
    if (total == 0)
        return diag_fail(a->diag, CM_E_ARGUMENT, "ticket revoke", NULL,
                         "give a ticket's text, --file FILE or --unit BATCH:SERIAL",
                         "nothing to revoke");
    if (!v->dry_run) TRY(void_units(v));
    if (!v->dry_run) TRY(journal(v));
    tell(v);
    return CM_OK;
}

/* ---- The list ---------------------------------------------------------------------------------
 */

struct list_read {
    uint32_t brand;
    uint64_t now_unix_s;
    struct revocations_list list;
};
static cm_err list_read(void *ctx, const struct registry *r) {
    struct list_read *l = ctx;
    return revocations_list(&r->revocations, l->brand, l->now_unix_s, &l->list);
}
static void list_wipe(struct list_read *l) { buffer_free(&l->list.ctis); }

static cm_err put_list(struct act *a, const struct issuer_entry *issuer,
                       const struct revocation_list *list) {
    CM_CLEANUP(ticket_signer_close) struct ticket_signer s = {.ids = NULL};
    CM_CLEANUP(buffer_free) struct buffer message = BUFFER_INIT, text = BUFFER_INIT;
    TRY(ticket_signer_oldest(a, issuer, &s));
    const cm_err err = revocation_make(&s.seed, list, &message);
    if (err == CM_E_LIMIT)
        return diag_fail(a->diag, err, issuer->iss, NULL,
                         "recall the batch, and issue its tickets under a new key",
                         "%zu tickets are revoked: a list holds %u", revocation_n(list),
                         REVOCATION_N_MAX);
    TRY(err);
    base64_put(&text, buffer_slice(&message));
    json_put_text(a->out, "list", buffer_slice(&text));
    return buffer_err(&text);
}

static cm_err revocations(struct act *a) {
    struct issuer_entry issuer;
    CM_CLEANUP(list_wipe) struct list_read read = {.now_unix_s = a->now_unix_s};
    uint64_t hours = HOURS_N;
    if (json_present(json_get(a->args, "hours")))
        TRY(json_u64(json_get(a->args, "hours"), 1, HOURS_MAX, &hours));
    TRY(act_issuer(a, "issuer", &issuer));
    read.brand = issuer.brand;
    TRY(engine_read(a->ctx->engine, list_read, &read));
    struct revocation_list list = {.sequence = read.list.sequence,
                                   .issued_s = a->now_unix_s,
                                   .next_s = a->now_unix_s + hours * HOUR_S,
                                   .ctis = buffer_slice(&read.list.ctis)};
    memcpy(list.iss, issuer.iss, sizeof list.iss);
    json_put_cstr(a->out, "issuer", issuer.iss);
    json_put_u64(a->out, "sequence", list.sequence);
    json_put_u64(a->out, "tickets", revocation_n(&list));
    json_put_u64(a->out, "over", read.list.over_n);
    json_put_u64(a->out, "issued_ms", list.issued_s * 1000);
    json_put_u64(a->out, "next_update_ms", list.next_s * 1000);
    return put_list(a, &issuer, &list);
}

const struct act_entry acts_ticket_revoke[] = {
    {"ticket.revoke", revoke, {"tickets", "units", "why", "dry_run"}},
    {"ticket.revocations", revocations, {"issuer", "hours"}},
    {NULL, NULL, {NULL}},
};
