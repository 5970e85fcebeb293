/* Issuers out of the registry, their secrets out of the keystore. */
#include "vault/ticket_signer.h"

#include <string.h>

#include "base/date.h"
#include "base/macros.h"

#define ADD_ONE  "countermark ticket issuer add NAME makes one"
#define ZONE_LEN 6u /* bytes: +01:00 */
#define DAY_S    86400u
#define MS_PER_S 1000u

/* ---- Issuers --------------------------------------------------------------------------------- */

struct issuer_read {
    struct cm_slice name; /* empty: the only one */
    bool by_brand;
    uint32_t brand;
    struct issuer_entry *out;
    size_t n; /* of all */
    bool found;
};

static cm_err issuer_read(void *ctx, const struct registry *r) {
    struct issuer_read *i = ctx;
    const struct issuer_entry *e = i->by_brand        ? registry_issuer(r, i->brand)
                                   : i->name.len > 0  ? registry_issuer_named(r, i->name)
                                   : r->issuer_n == 1 ? r->issuers[0]
                                                      : NULL;
    i->n = r->issuer_n;
    i->found = e != NULL;
    if (e != NULL) *i->out = *e;
    return CM_OK;
}

cm_err act_issuer(struct act *a, const char *key, struct issuer_entry *out) {
    struct issuer_read i = {.out = out};
    if (json_present(json_get(a->args, key)))
        TRY(json_text(json_get(a->args, key), 1, REGISTRY_NAME_CAP, &i.name));
    TRY(engine_read(a->ctx->engine, issuer_read, &i));
    if (i.found) return CM_OK;
    if (i.n == 0)
        return diag_fail(a->diag, CM_E_NOT_FOUND, NULL, NULL, ADD_ONE, "no issuer signs tickets");
    if (i.name.len == 0)
        return diag_fail(a->diag, CM_E_ARGUMENT, NULL, NULL, "say which", "there are %zu issuers",
                         i.n);
    return diag_fail(a->diag, CM_E_NOT_FOUND, NULL, NULL,
                     "'countermark ticket issuer list' shows them", "no issuer is named '%.*s'",
                     (int)i.name.len, (const char *)i.name.p);
}

cm_err act_issuer_of(struct act *a, uint32_t brand, struct issuer_entry *out) {
    struct issuer_read i = {.by_brand = true, .brand = brand, .out = out};
    TRY(engine_read(a->ctx->engine, issuer_read, &i));
    if (i.found) return CM_OK;
    return diag_fail(a->diag, CM_E_NOT_FOUND, NULL, NULL, ADD_ONE,
                     "nobody signs tickets of this brand yet");
}

/* ---- Secrets --------------------------------------------------------------------------------- */

static bool in_time(const struct ticket_key *k, uint64_t now_unix_s) {
    return now_unix_s + TICKET_CLOCK_SKEW_S >= k->not_before_unix_s &&
           now_unix_s < k->not_after_unix_s;
}

static const struct ticket_key *newest(const struct issuer_entry *issuer, uint64_t now_unix_s) {
    for (size_t i = issuer->key_n; i > 0; i--)
        if (!issuer->keys[i - 1].retired && in_time(&issuer->keys[i - 1], now_unix_s))
            return &issuer->keys[i - 1];
    return NULL;
}

static const struct ticket_key *oldest(const struct issuer_entry *issuer, uint64_t now_unix_s) {
    for (size_t i = 0; i < issuer->key_n; i++)
        if (in_time(&issuer->keys[i], now_unix_s)) return &issuer->keys[i];
    return NULL;
}

static cm_err open_signer(struct act *a, const struct issuer_entry *issuer,
                          const struct ticket_key *key, struct ticket_signer *out) {
    const struct cm_key *root = NULL;
    if (key == NULL)
        return diag_fail(a->diag, CM_E_STATE, issuer->iss, NULL,
                         "countermark ticket issuer rotate makes a new key",
                         "every key of this issuer is retired or out of its time");
    const cm_err err =
        keystore_find(a->ctx->keystore, KEY_TICKET, issuer->brand, key->version, &root);
    if (err == CM_E_NOT_FOUND || err == CM_E_STATE)
        return diag_fail(a->diag, err, issuer->iss, NULL,
                         "restore a newer keystore, or countermark ticket issuer rotate",
                         "key version %u is not in the keystore", key->version);
    TRY(err);
    CM_CLEANUP(ticket_signer_close) struct ticket_signer s = {.key = *key};
    TRY(ticket_sign_seed(root, issuer->brand, key->version, &s.seed));
    TRY(ticket_ids_new(&s.ids, root, issuer->brand, key->version));
    *out = s;
    s.ids = NULL;
    return CM_OK;
}

cm_err ticket_signer_open(struct act *a, const struct issuer_entry *issuer,
                          struct ticket_signer *out) {
    return open_signer(a, issuer, newest(issuer, a->now_unix_s), out);
}

cm_err ticket_signer_oldest(struct act *a, const struct issuer_entry *issuer,
                            struct ticket_signer *out) {
    return open_signer(a, issuer, oldest(issuer, a->now_unix_s), out);
}

void ticket_signer_close(struct ticket_signer *s) {
    ticket_ids_free(s->ids);
    wipe(s, sizeof *s);
}

/* ---- Times ----------------------------------------------------------------------------------- */

static cm_err read_time(struct json_value v, struct cm_slice *text, uint64_t *ms) {
    TRY(json_text(v, 1, TIME_TEXT_CAP + ZONE_LEN, text));
    if (time_parse(*text, ms) == CM_OK) return CM_OK;
    return json_fail(v, CM_E_FORMAT, "write 2027-01-31 or 2027-01-31T19:30:00+01:00",
                     "not a date or a time");
}

/* days: 0 where the day begins, 1 where it has ended. */
static cm_err read_day(struct json_value v, const struct zone *zone, int32_t days,
                       uint64_t *unix_s) {
    struct cm_slice text;
    uint64_t ms = 0;
    int32_t day = 0;
    if (!json_present(v)) return CM_OK;
    TRY(read_time(v, &text, &ms));
    *unix_s = ms / MS_PER_S;
    if (date_parse(text, &day) != CM_OK) return CM_OK;
    if (zone == NULL)
        *unix_s += (uint64_t)days * DAY_S;
    else
        *unix_s = (uint64_t)zone_instant(zone, day + days, 0);
    return CM_OK;
}

cm_err act_ticket_begin(struct json_value v, const struct zone *zone, uint64_t *unix_s) {
    return read_day(v, zone, 0, unix_s);
}

cm_err act_ticket_end(struct json_value v, const struct zone *zone, uint64_t *unix_s) {
    return read_day(v, zone, 1, unix_s);
}

/* ---- Units ----------------------------------------------------------------------------------- */

static cm_err look(struct act *a, const struct issuer_entry *issuer, uint8_t version,
                   const uint8_t *cti, struct ticket_unit *out) {
    CM_CLEANUP(ticket_ids_freep) struct ticket_ids *ids = NULL;
    const struct cm_key *root = NULL;
    struct cm_diag quiet = DIAG_INIT, *const diag = a->diag;
    uint32_t set = 0;
    uint64_t serial = 0;
    if (keystore_find(a->ctx->keystore, KEY_TICKET, issuer->brand, version, &root) != CM_OK)
        return CM_OK; /* destroyed: opens nothing */
    TRY(ticket_ids_new(&ids, root, issuer->brand, version));
    TRY(ticket_id_open(ids, cti, &set, &serial));
    a->diag = &quiet; /* a number of chance names no batch: that is no error */
    const cm_err err = act_set_number(a, set, &out->set);
    a->diag = diag;
    if (err == CM_E_NOT_FOUND) return CM_OK;
    TRY(err);
    if (out->set.set.kind != SET_BATCH || out->set.set.brand != issuer->brand) return CM_OK;
    if (serial >= out->set.set.counters.next_serial) return CM_OK;
    out->serial = serial;
    return engine_exist(a->ctx->engine, set, serial, 1, &out->found);
}

cm_err ticket_unit_find(struct act *a, const struct issuer_entry *issuer, uint8_t version,
                        const uint8_t cti[static TICKET_ID_LEN], struct ticket_unit *out) {
    *out = (struct ticket_unit){.found = false};
    for (size_t i = 0; i < issuer->key_n && !out->found; i++)
        if (version == 0 || version == issuer->keys[i].version)
            TRY(look(a, issuer, issuer->keys[i].version, cti, out));
    return CM_OK;
}
