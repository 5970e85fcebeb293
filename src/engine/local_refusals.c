/* Refusals, aggregated: a guesser must not be able to fill the ledger, so what was refused enters
 * it as one event a campaign (scheme, or pool) and minute. Totals of ever are a derived document,
 * folded like others.
 */
#include <stdio.h>

#include "engine/local.h"

#include "doc/json.h"
#include "doc/json_write.h"

#define MS_PER_MINUTE 60000u

_Static_assert(CM_VERDICT_N <= REFUSAL_VERDICT_N, "an event has a counter for every verdict");

static size_t place_of(struct local *l, uint32_t scheme) {
    for (size_t i = 0; i < l->refusing_n; i++)
        if (l->refusing[i].scheme == scheme) return i;
    if (l->refusing_n == REFUSAL_SCHEMES_MAX) return 0;
    l->refusing[l->refusing_n] = (struct refusals_event){.scheme = scheme};
    return l->refusing_n++;
}

void refusals_count(struct local *l, const struct set *set, enum cm_verdict verdict) {
    if (l->refusing_n == 0) (void)place_of(l, 0); /* the first place is "no scheme" */
    struct refusals_event *e = &l->refusing[place_of(l, set != NULL ? set_campaign(set) : 0)];
    if (e->minute == 0) e->minute = (uint32_t)(clock_now_ms(l->clock) / MS_PER_MINUTE);
    e->counts[verdict]++;
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
    return CM_OK;
}
