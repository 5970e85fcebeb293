/* ticket.issue and ticket.verify. Issuing spends new units of a batch, as `issue` does, and signs a
 * ticket for each: the ticket and the unit's code are two faces of one unit. Verifying looks at
 * signature and time, and asks a door what it would answer. Texts of tickets are in results of
 * ticket.issue and nowhere else. Design: docs/design/tickets.md */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "cards/amount.h"
#include "pass/ticket_json.h"
#include "vault/minter.h"
#include "vault/ticket_signer.h"

#define TICKETS_MAX 5000u /* of one act: they are signed while others wait */

struct issuing {
    struct act *a;
    struct found_set s;
    struct ticket_signer signer;
    struct ticket_claims claims; /* that all have */
    struct json_value rows;      /* what each has besides; may be absent */
    struct zone *zone;           /* of dates without a time; NULL: UTC */
    uint64_t wanted, given;
    bool again;    /* units that were spent before, from serial `next` on */
    uint64_t next; /* serial after the last one that was looked at */
    struct buffer text;
};

static void issuing_wipe(struct issuing *i) {
    ticket_signer_close(&i->signer);
    zone_free(i->zone);
    buffer_wipe(&i->text);
}

/* ---- Claims ---------------------------------------------------------------------------------- */

static cm_err read_text(struct json_value v, char *out, size_t cap) {
    struct cm_slice text;
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 0, cap - 1, &text));
    if (!text_prints(text))
        return json_fail(v, CM_E_FORMAT, NULL, "has characters that do not print");
    memcpy(out, text.p, text.len);
    out[text.len] = '\0';
    return CM_OK;
}

static cm_err read_currency(struct json_value v, struct ticket_claims *c) {
    struct cm_slice text;
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 0, SIZE_MAX, &text));
    if (text.len != 0 && text.len != TICKET_CURRENCY_LEN)
        return json_fail(v, CM_E_FORMAT, "write its three letters, as EUR",
                         "no currency of ISO 4217");
    return read_text(v, c->currency, sizeof c->currency);
}

/* "25" is 25.00 of a currency with two decimals; nobody writes minor units. */
static cm_err read_amount(struct cm_slice text, const char *currency, uint64_t *minor) {
    const unsigned decimals = currency_decimals(currency);
    uint8_t longer[2 * AMOUNT_TEXT_CAP];
    uint64_t whole = 0;
    if (decimals == 0 || text.len + 1 + decimals > sizeof longer ||
        text_u64(text, CM_AMOUNT_MAX, &whole) != CM_OK)
        return amount_read(text, currency, minor);
    memcpy(longer, text.p, text.len);
    longer[text.len] = '.';
    memset(longer + text.len + 1, '0', decimals);
    return amount_read(slice_of(longer, text.len + 1 + decimals), currency, minor);
}

/* The currency may stand behind the amount: "25.00 EUR". */
static cm_err split_value(struct json_value v, struct cm_slice *text, struct ticket_claims *c) {
    const size_t tail = TICKET_CURRENCY_LEN + 1;
    char named[TICKET_CURRENCY_LEN + 1] = "";
    if (text->len <= tail || text->p[text->len - tail] != ' ') return CM_OK;
    memcpy(named, text->p + text->len - TICKET_CURRENCY_LEN, TICKET_CURRENCY_LEN);
    text->len -= tail;
    if (c->currency[0] != '\0' && strcmp(c->currency, named) != 0)
        return json_fail(v, CM_E_CONFLICT, "leave one of them away", "says %s, --currency says %s",
                         named, c->currency);
    memcpy(c->currency, named, sizeof named);
    return CM_OK;
}

static cm_err read_value(struct json_value from, struct ticket_claims *c) {
    const struct json_value value = json_get(from, "value"), currency = json_get(from, "currency");
    struct cm_slice text;
    TRY(read_currency(currency, c));
    if (!json_present(value)) return CM_OK;
    TRY(json_text(value, 1, AMOUNT_TEXT_CAP + TICKET_CURRENCY_LEN, &text));
    TRY(split_value(value, &text, c));
    if (strlen(c->currency) != TICKET_CURRENCY_LEN)
        return json_fail(value, CM_E_ARGUMENT, "write it as 25.00 EUR, or say --currency EUR",
                         "a value needs its currency");
    if (read_amount(text, c->currency, &c->value) == CM_OK && c->value <= TICKET_VALUE_MAX)
        return CM_OK;
    char example[AMOUNT_TEXT_CAP], remedy[2 * AMOUNT_TEXT_CAP];
    amount_format(UINT64_C(25) * (currency_decimals(c->currency) > 2 ? 1000 : 100), c->currency,
                  example);
    (void)snprintf(remedy, sizeof remedy, "write %s %s", example, c->currency);
    return json_fail(value, CM_E_FORMAT, remedy, "not an amount of %s with %u decimals",
                     c->currency, currency_decimals(c->currency));
}

/* GTIN of the batch's product, when it has one. */
static cm_err read_gtin(struct json_value from, struct ticket_claims *c) {
    const struct json_value v = json_get(from, "gtin");
    struct cm_slice text;
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 1, 14, &text));
    if (text_u64(text, TICKET_GTIN_MAX, &c->gtin) == CM_OK) return CM_OK;
    return json_fail(v, CM_E_FORMAT, NULL, "a GTIN has up to 14 digits");
}

/* What the batch is of, as its record says it. */
struct product_read {
    uint32_t set;
    struct buffer about;
};

static cm_err product_read(void *ctx, const struct registry *r) {
    struct product_read *p = ctx;
    const struct set_entry *e = registry_set(r, p->set);
    if (e == NULL) return CM_E_NOT_FOUND;
    buffer_put(&p->about, e->description.p, e->description.len);
    return buffer_err(&p->about);
}

static cm_err read_product(struct issuing *i) {
    struct product_read p = {.set = i->s.set.number};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    cm_err err = engine_read(i->a->ctx->engine, product_read, &p);
    if (err == CM_OK && p.about.len > 0)
        err = json_doc_new(&doc, buffer_slice(&p.about), "batch", &JSON_LIMITS_DEFAULT, NULL);
    if (err == CM_OK && doc != NULL) err = read_gtin(json_root(doc), &i->claims);
    json_doc_free(take(&doc));
    buffer_free(&p.about);
    return err;
}

static cm_err read_claims(const struct issuing *i, struct json_value from,
                          struct ticket_claims *c) {
    TRY(read_text(json_get(from, "event"), c->event, sizeof c->event));
    TRY(read_text(json_get(from, "seat"), c->seat, sizeof c->seat));
    TRY(read_text(json_get(from, "title"), c->title, sizeof c->title));
    TRY(read_value(from, c));
    TRY(read_gtin(from, c));
    TRY(act_ticket_end(json_get(from, "exp"), i->zone, &c->exp_unix_s));
    return act_ticket_begin(json_get(from, "nbf"), i->zone, &c->nbf_unix_s);
}

static cm_err check_times(const struct issuing *i, const struct ticket_claims *c) {
    char end[TIME_TEXT_CAP];
    time_format(i->signer.key.not_after_unix_s * 1000, end);
    if (c->exp_unix_s > i->signer.key.not_after_unix_s)
        return diag_fail(i->a->diag, CM_E_LIMIT, "--exp", NULL,
                         "countermark ticket issuer rotate --not-after DATE makes a longer one",
                         "beyond the end of the issuer's key, %s", end);
    if (c->exp_unix_s <= i->a->now_unix_s || c->exp_unix_s <= c->nbf_unix_s)
        return diag_fail(i->a->diag, CM_E_RANGE, "--exp", NULL, "give a later day",
                         "these tickets would never be valid");
    return CM_OK;
}

/* ---- Issuing --------------------------------------------------------------------------------- */

static cm_err read_common(struct issuing *i) {
    static const char *const keys[] = {"event",    "seat", "title", "value",
                                       "currency", "gtin", "exp",   "nbf"};
    const struct json_value claims = json_get(i->a->args, "claims");
    struct ticket_claims *c = &i->claims;
    c->exp_unix_s = i->signer.key.not_after_unix_s;
    c->iat_unix_s = i->a->now_unix_s;
    c->flags = TICKET_SINGLE | (i->s.set.test ? TICKET_TEST : 0u);
    memcpy(c->iss, i->signer.key.iss, sizeof c->iss);
    (void)snprintf(c->event, sizeof c->event, "%s", i->s.name);
    TRY(read_product(i));
    if (json_present(claims)) {
        TRY(json_only(claims, keys, CM_ARRAY_N(keys)));
        TRY(read_claims(i, claims, c));
    }
    return check_times(i, c);
}

/* Every row is judged before the first unit is spent. */
static cm_err check_rows(const struct issuing *i) {
    static const char *const keys[] = {"event",    "seat", "title", "value",
                                       "currency", "gtin", "exp",   "nbf"};
    CM_CLEANUP(buffer_wipe) struct buffer claims = BUFFER_INIT;
    for (size_t r = 0; json_present(i->rows) && r < i->wanted; r++) {
        const struct json_value row = json_at(i->rows, r);
        struct ticket_claims c = i->claims;
        TRY(json_only(row, keys, CM_ARRAY_N(keys)));
        TRY(read_claims(i, row, &c));
        TRY(check_times(i, &c));
        buffer_clear(&claims);
        if (ticket_claims_write(&c, &claims) != CM_OK)
            return json_fail(row, CM_E_RANGE, NULL, "no ticket can say this");
    }
    return CM_OK;
}

static cm_err put_ticket(struct issuing *i, uint64_t serial, struct cm_slice code) {
    struct ticket_claims c = i->claims;
    if (json_present(i->rows)) TRY(read_claims(i, json_at(i->rows, i->given), &c));
    TRY(ticket_id_make(i->signer.ids, i->s.set.number, serial, c.cti));
    buffer_clear(&i->text);
    TRY(ticket_make(&i->signer.seed, &c, &i->text));
    json_object_begin(i->a->out, NULL);
    json_put_u64(i->a->out, "serial", serial);
    json_put_text(i->a->out, "code", code);
    json_put_text(i->a->out, "ticket", buffer_slice(&i->text));
    json_object_end(i->a->out);
    i->given++;
    return CM_OK;
}

/* A ticket of a void unit would be refused online alone: what devices were told of are its ids. */
static cm_err check_alive(const struct issuing *i, uint64_t serial) {
    bool alive = false;
    if (!i->again) return CM_OK; /* new units are */
    TRY(engine_alive(i->a->ctx->engine, i->s.set.number, serial, 1, &alive));
    if (alive) return CM_OK;
    return diag_fail(i->a->diag, CM_E_STATE, "--again", NULL,
                     "sign those before and those behind it apart",
                     "the unit of serial %llu is void", (unsigned long long)serial);
}

static cm_err put_units(struct issuing *i, const struct minter_rows *rows) {
    for (size_t r = 0; r < rows->n && i->given < i->wanted; r++) {
        i->next = rows->first + r + 1;
        if (rows->skip[r] != 0) continue;
        TRY(check_alive(i, rows->first + r));
        TRY(put_ticket(i, rows->first + r,
                       slice_of(rows->texts + r * rows->code_len, rows->code_len)));
    }
    return CM_OK;
}

/* The next spent serials: a file was lost, or its writer was stopped. */
static cm_err spent_rows(struct issuing *i, struct minter *m, struct minter_rows *rows) {
    const uint64_t end = i->s.set.counters.next_serial, left = i->wanted - i->given;
    const uint64_t most = i->next < end ? end - i->next : 0;
    if (most == 0)
        return diag_fail(i->a->diag, CM_E_LIMIT, "--again", NULL, "ask for fewer, or without it",
                         "fewer units than that were spent from this serial on");
    const struct issued_range range = {.first = i->next, .count = left < most ? left : most};
    return minter_again(m, &range, rows);
}

/* An id is of a unit and a key. Where tickets of two keys are valid, a unit signed again under the
 * other one would have two ids, and a device would let in both. */
static cm_err check_one_key(const struct issuing *i, const struct issuer_entry *issuer) {
    for (size_t k = 0; i->again && k < issuer->key_n; k++) {
        const struct ticket_key *key = &issuer->keys[k];
        if (key->version == i->signer.key.version || key->not_after_unix_s <= i->a->now_unix_s)
            continue;
        return diag_fail(i->a->diag, CM_E_STATE, "--again", NULL,
                         "revoke them and issue others; or end that key, with all of its tickets: "
                         "countermark ticket issuer retire --not-after",
                         "key version %u is still valid, too: devices would let in its tickets of "
                         "these units and the new ones",
                         key->version);
    }
    return CM_OK;
}

static cm_err note_again(const struct issuing *i, uint64_t first) {
    return act_note(i->a, "batch %s: tickets of %llu units from serial %llu on signed again",
                    i->s.name, (unsigned long long)i->given, (unsigned long long)first);
}

/* From now on no file of this batch is written again: its units are out. */
static cm_err ship(struct issuing *i) {
    const struct set_counters *c = &i->s.set.counters;
    const uint64_t left = i->s.set.quantity - c->issued;
    if (i->wanted > left)
        return diag_fail(i->a->diag, CM_E_LIMIT, i->s.name, NULL,
                         "ask for fewer, or make a further batch",
                         "%llu of the ordered units are left", (unsigned long long)left);
    const struct phase_event shipped = {.set = i->s.set.number,
                                        .actor = i->a->ctx->actor,
                                        .phase = (enum batch_phase)c->phase,
                                        .shipped = true};
    return c->shipped == 0 ? engine_phase(i->a->ctx->engine, &shipped, i->a->diag) : CM_OK;
}

static cm_err give(struct issuing *i) {
    CM_CLEANUP(minter_closep) struct minter *m = NULL;
    const struct minter_options options = {.engine = i->a->ctx->engine,
                                           .keystore = i->a->ctx->keystore,
                                           .set = i->s.set.number,
                                           .actor = i->a->ctx->actor};
    struct minter_rows rows;
    const uint64_t first = i->next;
    TRY(minter_open(&m, &options, i->a->diag));
    if (!i->again) TRY(ship(i));
    while (i->given < i->wanted) {
        TRY(i->again ? spent_rows(i, m, &rows)
                     : minter_next(m, i->wanted - i->given, &rows, i->a->diag));
        if (rows.n == 0) break;
        TRY(put_units(i, &rows));
    }
    return i->again ? note_again(i, first) : CM_OK;
}

static cm_err read_zone(struct issuing *i) {
    const struct json_value v = json_get(i->a->args, "zone");
    struct cm_slice name;
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 1, ZONE_NAME_CAP, &name));
    return zone_load(ZONE_FOLDER, name, &i->zone, i->a->diag);
}

static cm_err ticket_issue(struct act *a) {
    CM_CLEANUP(issuing_wipe) struct issuing i = {.a = a, .rows = json_get(a->args, "rows")};
    struct issuer_entry issuer;
    size_t rows_n = 0;
    bool dry = false;
    TRY(act_batch(a, "batch", &i.s));
    TRY(act_issuer_of(a, i.s.set.brand, &issuer));
    TRY(ticket_signer_open(a, &issuer, &i.signer));
    if (json_present(i.rows)) TRY(json_items(i.rows, 1, TICKETS_MAX, &rows_n));
    i.wanted = rows_n > 0 ? rows_n : 1;
    if (json_present(json_get(a->args, "count")))
        TRY(json_u64(json_get(a->args, "count"), 1, TICKETS_MAX, &i.wanted));
    if (rows_n > 0 && rows_n != i.wanted)
        return json_fail(i.rows, CM_E_ARGUMENT, NULL, "as many rows as tickets, or none");
    if (json_present(json_get(a->args, "dry_run")))
        TRY(json_bool(json_get(a->args, "dry_run"), &dry));
    i.again = json_present(json_get(a->args, "again"));
    if (i.again) TRY(json_u64(json_get(a->args, "again"), 0, INT64_MAX, &i.next));
    TRY(read_zone(&i));
    TRY(check_one_key(&i, &issuer));
    TRY(read_common(&i));
    TRY(check_rows(&i));
    json_put_cstr(a->out, "batch", i.s.name);
    json_put_cstr(a->out, "issuer", issuer.iss);
    json_put_bool(a->out, "test", i.s.set.test);
    json_put_u64(a->out, "expires_ms", i.claims.exp_unix_s * 1000);
    json_put_u64(a->out, "left", i.s.set.quantity - i.s.set.counters.issued);
    json_array_begin(a->out, "tickets");
    if (!dry) TRY(give(&i));
    json_array_end(a->out);
    json_put_u64(a->out, "next", i.next);
    return CM_OK;
}

const struct act_entry acts_ticket[] = {
    {"ticket.issue",
     ticket_issue,
     {"batch", "count", "claims", "rows", "dry_run", "again", "zone"}},
    {NULL, NULL, {NULL}},
};
