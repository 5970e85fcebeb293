/* Serials of units: see order_serials.h. */
#include "vault/order_serials.h"

#include <stdlib.h>

#include "base/macros.h"
#include "vault/order_units.h"

/* One range: its units are [before, before + range.units) of the order. */
struct piece {
    struct order_range range;
    uint64_t before;
    uint64_t *holes; /* serials that are no units, ascending; count - units of them */
};

struct order_serials {
    struct piece *pieces;
    size_t n;
};

void order_serials_free(struct order_serials *s) {
    if (s == NULL) return;
    for (size_t i = 0; i < s->n; i++)
        free(s->pieces[i].holes);
    free(s->pieces);
    free(s);
}

void order_serials_freep(struct order_serials **s) { order_serials_free(*s); }

/* ---- Walking --------------------------------------------------------------------------------- */

static cm_err note_holes(struct piece *p, uint64_t *next, size_t *holes, uint64_t until) {
    const uint64_t most = p->range.count - p->range.units;
    for (; *next < until; (*next)++) {
        if (*holes == most) return CM_E_CORRUPT;
        p->holes[(*holes)++] = *next;
    }
    return CM_OK;
}

static cm_err walk(struct piece *p, struct order_units *u, struct cm_diag *diag) {
    uint64_t next = p->range.first;
    size_t holes = 0;
    TRY(order_units_from(u, &p->range, diag));
    for (;;) {
        struct record_set set;
        size_t n = 0;
        TRY(order_units_next(u, UINT64_MAX, &set, diag));
        if (set.n == 0) break;
        const uint64_t *serials = order_units_serials(u, &n);
        for (size_t i = 0; i < n; i++) {
            TRY(note_holes(p, &next, &holes, serials[i]));
            next = serials[i] + 1;
        }
    }
    TRY(note_holes(p, &next, &holes, p->range.first + p->range.count));
    return holes == p->range.count - p->range.units ? CM_OK : CM_E_CORRUPT;
}

static cm_err fill(struct order_serials *s, const struct order *o, struct order_units *u,
                   struct cm_diag *diag) {
    uint64_t before = 0;
    for (size_t i = 0; i < o->range_n; i++) {
        struct piece p = {.range = o->ranges[i], .before = before};
        before += p.range.units;
        if (p.range.units != p.range.count) {
            p.holes = calloc(p.range.count - p.range.units, sizeof *p.holes);
            if (p.holes == NULL) return CM_E_NO_MEMORY;
        }
        s->pieces[s->n++] = p; /* whose holes go with it from here on */
        if (p.holes != NULL) TRY(walk(&p, u, diag));
    }
    return CM_OK;
}

cm_err order_serials_new(struct order_serials **out, struct cm_engine *engine,
                         const struct keystore *keystore, const struct order *o,
                         struct cm_diag *diag) {
    CM_CLEANUP(order_serials_freep) struct order_serials *s = calloc(1, sizeof *s);
    CM_CLEANUP(order_units_closep) struct order_units *u = NULL;
    const struct order_units_options how = {.engine = engine, .keystore = keystore, .order = o};
    if (s == NULL) return CM_E_NO_MEMORY;
    s->pieces = calloc(o->range_n + 1, sizeof *s->pieces);
    if (s->pieces == NULL) return CM_E_NO_MEMORY;
    TRY(order_units_open(&u, &how, diag));
    TRY(fill(s, o, u, diag));
    *out = take(&s);
    return CM_OK;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

/* Holes that lie below unit k of a piece: those with at most k units before them. */
static uint64_t holes_below(const struct piece *p, uint64_t k) {
    uint64_t low = 0, high = p->range.count - p->range.units;
    while (low < high) {
        const uint64_t mid = low + (high - low) / 2;
        if (p->holes[mid] - p->range.first - mid <= k)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

uint64_t order_serial_of(const struct order_serials *s, uint64_t unit) {
    size_t low = 0, high = s->n;
    while (high - low > 1) {
        const size_t mid = low + (high - low) / 2;
        if (s->pieces[mid].before <= unit)
            low = mid;
        else
            high = mid;
    }
    const struct piece *p = &s->pieces[low];
    const uint64_t k = unit - p->before;
    return p->range.first + k + holes_below(p, k);
}

static cm_err unit_in(const struct piece *p, uint64_t serial, uint64_t *unit) {
    uint64_t low = 0, high = p->range.count - p->range.units;
    while (low < high) {
        const uint64_t mid = low + (high - low) / 2;
        if (p->holes[mid] == serial) return CM_E_NOT_FOUND;
        if (p->holes[mid] < serial)
            low = mid + 1;
        else
            high = mid;
    }
    *unit = p->before + (serial - p->range.first) - low;
    return CM_OK;
}

cm_err order_unit_of(const struct order_serials *s, uint64_t serial, uint64_t *unit) {
    for (size_t i = 0; i < s->n; i++) {
        const struct order_range *r = &s->pieces[i].range;
        if (serial >= r->first && serial - r->first < r->count)
            return unit_in(&s->pieces[i], serial, unit);
    }
    return CM_E_NOT_FOUND;
}
