/* The promise, kept where codes are ordered and where doors are made: one guess hits at most once
 * in G. Codes of one scheme are bounded by S / G; at a door the odds of its schemes add up, and the
 * sum stays within the loosest promise made there (docs/design/odds.md). Exact integers. */
#include "codes/odds.h"
#include "codes/wide.h"
#include "engine/registry_inside.h"

#define WHOLE_PROMISE ((cm_u128)1 << 7) /* a whole promise; S < 2^120 leaves seven bits in 128 */

uint64_t scheme_ordered(const struct registry *r, uint32_t scheme) {
    uint64_t ordered = 0; /* batches are refused before this could pass S / G, far below 2^64 */
    for (uint32_t i = 1; i < r->set_n; i++)
        if (r->sets[i] != NULL && r->sets[i]->set.kind == SET_BATCH && r->sets[i]->set.of == scheme)
            ordered += r->sets[i]->set.quantity;
    return ordered;
}

/* live / S measured against 1 / G, in WHOLE_PROMISE, rounded up; WHOLE_PROMISE + 1 when beyond. */
static cm_u128 share_of(const struct scheme_entry *s, uint64_t live, uint64_t one_in) {
    cm_u128 space = 0, scaled = 0;
    if (live == 0) return 0;
    if (!wide_pow(s->numbers->alphabet.n, s->numbers->length, &space) ||
        !wide_mul((cm_u128)live * one_in, WHOLE_PROMISE, &scaled))
        return WHOLE_PROMISE + 1;
    return (scaled + space - 1) / space;
}

/* Odds add up only where one text can be read by both: codes of the same length. */
static bool share_a_text(const struct scheme_entry *a, const struct scheme_entry *b) {
    return a->code_len == b->code_len;
}

/* The odds of a guess that `of` can read at this door, with `more` codes of scheme `more_of`. */
static cm_err check_reader(const struct registry *r, const struct door *d,
                           const struct scheme_entry *of, uint32_t more_of, uint64_t more,
                           struct cm_diag *diag) {
    uint64_t one_in = of->scheme->one_in;
    for (uint32_t i = 0; i < d->scheme_n; i++) {
        const struct scheme_entry *s = registry_scheme(r, d->schemes[i]);
        if (s != NULL && share_a_text(s, of) && s->scheme->one_in < one_in)
            one_in = s->scheme->one_in;
    }
    cm_u128 sum = 0;
    for (uint32_t i = 0; i < d->scheme_n; i++) {
        const struct scheme_entry *s = registry_scheme(r, d->schemes[i]);
        if (s == NULL || !share_a_text(s, of)) continue;
        sum += share_of(s, scheme_ordered(r, s->id) + (s->id == more_of ? more : 0), one_in);
    }
    if (sum <= WHOLE_PROMISE) return CM_OK;
    return diag_fail(
        diag, CM_E_LIMIT, d->name, "odds", "give the scheme a door of its own, or order less",
        "the odds of its schemes add up beyond one in %llu", (unsigned long long)one_in);
}

cm_err promise_at_door(const struct registry *r, const struct door *d, uint32_t more_of,
                       uint64_t more, struct cm_diag *diag) {
    if (d->scheme_n < 2) return CM_OK; /* its scheme's own bound is the door's */
    for (uint32_t i = 0; i < d->scheme_n; i++) {
        const struct scheme_entry *of = registry_scheme(r, d->schemes[i]);
        if (of != NULL) TRY(check_reader(r, d, of, more_of, more, diag));
    }
    return CM_OK;
}

static bool reads(const struct door *d, uint32_t scheme) {
    for (uint32_t i = 0; i < d->scheme_n; i++)
        if (d->schemes[i] == scheme) return true;
    return false;
}

cm_err promise_of_batch(const struct registry *r, const struct scheme_entry *scheme,
                        uint64_t quantity, struct cm_diag *diag) {
    uint64_t most = 0;
    TRY(scheme_most_live(scheme->scheme, &most));
    const uint64_t ordered = scheme_ordered(r, scheme->id);
    if (quantity > most || ordered > most - quantity)
        return diag_fail(diag, CM_E_LIMIT, scheme->scheme->name, "quantity",
                         "plan a longer code for more, or order less",
                         "the promised odds allow %llu codes, %llu are ordered already",
                         (unsigned long long)most, (unsigned long long)ordered);
    for (size_t i = 0; i < r->door_n; i++)
        if (reads(r->doors[i], scheme->id))
            TRY(promise_at_door(r, r->doors[i], scheme->id, quantity, diag));
    return CM_OK;
}
