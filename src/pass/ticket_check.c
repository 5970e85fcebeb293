/* One key after the other of every issuer, then TEST or live, then what the caller knows. */
#include "pass/ticket_check.h"

#include <stdlib.h>

#include "base/macros.h"

/* The keys of all issuers, one after the other, so that each with the ticket's key id is tried. */
struct keys {
    struct ticket_key *p;
    size_t n;
};

static void keys_free(struct keys *k) { free(k->p); }

static cm_err collect(const struct ticket_checker *c, struct keys *k) {
    k->p = calloc(c->n > 0 ? c->n * TRUST_KEYS_MAX : 1, sizeof *k->p);
    if (k->p == NULL) return CM_E_NO_MEMORY;
    for (size_t t = 0; t < c->n; t++)
        for (size_t i = 0; i < c->trusts[t]->n; i++)
            k->p[k->n++] = c->trusts[t]->keys[i];
    return CM_OK;
}

/* Where the key that was found lives on: in its trust file, not in our copy. */
static const struct ticket_key *original(const struct ticket_checker *c, size_t at) {
    for (size_t t = 0; t < c->n; t++) {
        if (at < c->trusts[t]->n) return &c->trusts[t]->keys[at];
        at -= c->trusts[t]->n;
    }
    return NULL;
}

static cm_err ask(ticket_ask *question, void *ctx, enum ticket_verdict if_yes,
                  struct ticket_judged *out, struct cm_diag *diag) {
    bool yes = false;
    if (question == NULL || out->verdict != TICKET_VALID) return CM_OK;
    TRY(question(ctx, &out->claims, &yes, diag));
    if (yes) out->verdict = if_yes;
    return CM_OK;
}

cm_err ticket_check(const struct ticket_checker *c, struct cm_slice text, struct ticket_judged *out,
                    struct cm_diag *diag) {
    CM_CLEANUP(keys_free) struct keys keys = {.p = NULL};
    struct ticket_message message;
    struct ticket_judged judged = {.verdict = TICKET_NO_TICKET};
    if (c->n > TICKET_TRUSTS_MAX) return CM_E_RANGE;
    if (ticket_open(text, &message) != CM_OK) {
        *out = judged;
        return CM_OK;
    }
    TRY(collect(c, &keys));
    TRY(ticket_judge(&message, keys.p, keys.n, c->now_unix_s, &judged));
    if (judged.key != NULL) judged.key = original(c, (size_t)(judged.key - keys.p));
    const bool test = judged.has_claims && (judged.claims.flags & TICKET_TEST) != 0;
    if (judged.verdict == TICKET_VALID && test != c->test) judged.verdict = TICKET_TEST_ONLY;
    TRY(ask(c->revoked, c->revoked_ctx, TICKET_TAKEN_BACK, &judged, diag));
    TRY(ask(c->spent, c->spent_ctx, TICKET_SPENT, &judged, diag));
    *out = judged;
    return CM_OK;
}
