/* Refusals, aggregated: a guesser must not be able to fill the ledger, so what was refused enters
 * it as one event a campaign (scheme, or pool) and minute. Totals of ever are a derived document,
 * folded like others.
 */
#include <stdio.h>

#include "engine/local.h"

#include "doc/json.h"
#include "doc/json_write.h"

#define MS_PER_MINUTE 60000u

_Static_assert(CM_VERDICT_N <= REFUSAL_GUESSES, "an event has a counter for every verdict");
_Static_assert(REFUSAL_GUESSES < REFUSAL_VERDICT_N, "and one for guesses");
#define GUESSES_NAME "guesses" /* in the derived document, beside the verdicts' names */

static size_t place_of(struct local *l, uint32_t scheme) {
    for (size_t i = 0; i < l->refusing_n; i++)
        if (l->refusing[i].scheme == scheme) return i;
    if (l->refusing_n == REFUSAL_SCHEMES_MAX) return 0;
    l->refusing[l->refusing_n] = (struct refusals_event){.scheme = scheme};
    return l->refusing_n++;
}

static void count(struct local *l, uint32_t scope, unsigned what) {
    if (l->refusing_n == 0) (void)place_of(l, 0); /* the first place is "no scheme" */
    struct refusals_event *e = &l->refusing[place_of(l, scope)];
    if (e->minute == 0) e->minute = (uint32_t)(clock_now_ms(l->clock) / MS_PER_MINUTE);
    e->counts[what]++;
}

void refusals_count(struct local *l, const struct set *set, enum cm_verdict verdict) {
    count(l, set != NULL ? set_campaign(set) : 0, verdict);
}

void refusals_guess(struct local *l, uint32_t pool, uint32_t actor) {
    count(l, CAMPAIGN_OF_POOL | pool, REFUSAL_GUESSES);
    count(l, REFUSALS_OF_KEY | actor, REFUSAL_GUESSES);
}

cm_err refusals_turn(struct local *l, bool now) {
    const uint32_t minute = (uint32_t)(clock_now_ms(l->clock) / MS_PER_MINUTE);
    for (size_t i = 0; i < l->refusing_n; i++) {
        struct refusals_event *e = &l->refusing[i];
        if (e->minute == 0 || (e->minute == minute && !now)) continue;
        const struct event event = {.type = EVENT_REFUSALS, .u.refusals = *e};
        *e = (struct refusals_event){.scheme = e->scheme};
        const cm_err err = local_commit_event(l, &event);
        if (err == CM_OK) continue;
        *e = event.u.refusals; /* counted on, journaled later */
        return err;
    }
    return CM_OK;
}

cm_err refusals_apply(struct local *l, const struct refusals_event *e) {
    if (l->refusing_n == 0) (void)place_of(l, 0);
    uint64_t *total = l->refused[place_of(l, e->scheme)];
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct json_writer w = json_writer_into(&text, false);
    json_object_begin(&w, NULL);
    for (unsigned v = 0; v < CM_VERDICT_N; v++) {
        total[v] += e->counts[v];
        json_put_u64(&w, cm_verdict_name((enum cm_verdict)v), total[v]);
    }
    total[REFUSAL_GUESSES] += e->counts[REFUSAL_GUESSES];
    if (total[REFUSAL_GUESSES] > 0) json_put_u64(&w, GUESSES_NAME, total[REFUSAL_GUESSES]);
    json_object_end(&w);
    TRY(buffer_err(&text));
    return local_remember_document(l, DOCUMENT_REFUSALS, e->scheme, buffer_slice(&text));
}

cm_err refusals_load(struct local *l, uint32_t scheme, struct cm_slice text) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, "refusals", &JSON_LIMITS_DEFAULT, NULL));
    if (l->refusing_n == 0) (void)place_of(l, 0);
    uint64_t *total = l->refused[place_of(l, scheme)];
    for (unsigned v = 0; v < CM_VERDICT_N; v++) {
        const struct json_value n = json_get(json_root(doc), cm_verdict_name((enum cm_verdict)v));
        if (json_present(n)) TRY(json_u64(n, 0, INT64_MAX, &total[v]));
    }
    const struct json_value guesses = json_get(json_root(doc), GUESSES_NAME);
    return json_present(guesses) ? json_u64(guesses, 0, INT64_MAX, &total[REFUSAL_GUESSES]) : CM_OK;
}

/* ---- Telling ----------------------------------------------------------------------------------
 */

struct guesses_act {
    struct guess_count *out;
    size_t cap, n;
};

/* Those of this minute are not journaled yet, but told. */
static cm_err guesses_as_owner(struct local *l, void *ctx) {
    struct guesses_act *a = ctx;
    for (size_t i = 0; i < l->refusing_n; i++) {
        const uint64_t n = l->refused[i][REFUSAL_GUESSES] + l->refusing[i].counts[REFUSAL_GUESSES];
        const uint32_t scope = l->refusing[i].scheme;
        if (n == 0) continue;
        if (a->n < a->cap)
            a->out[a->n] = (struct guess_count){
                .pool = (scope & CAMPAIGN_OF_POOL) != 0 ? scope & ~CAMPAIGN_OF_POOL : 0,
                .of_key = (scope & CAMPAIGN_OF_POOL) == 0 && (scope & REFUSALS_OF_KEY) != 0,
                .n = n};
        if (a->n < a->cap && a->out[a->n].of_key) a->out[a->n].actor = scope & ~REFUSALS_OF_KEY;
        a->n++;
    }
    return CM_OK;
}

cm_err engine_guesses(struct cm_engine *engine, struct guess_count *out, size_t cap, size_t *n) {
    struct guesses_act act = {.out = out, .cap = cap};
    TRY(local_as_owner(local_of(engine), guesses_as_owner, &act));
    *n = act.n < cap ? act.n : cap;
    return CM_OK;
}
