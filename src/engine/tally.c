/* Tallies by agent and set: counted, packed for the image. References as in tally.h. */
#include "engine/tally.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_FIRST 8u
#define PACKED_ROW (4u + TALLY_N * 16u) /* bytes: set, then a count and a sum for each */

void tallies_wipe(struct tallies *t) {
    free(t->p);
    *t = (struct tallies)TALLIES_INIT;
}

const char *tally_name(enum tally_of what) {
    static const char *const names[TALLY_N] = {"activated", "deactivated", "loaded", "spent",
                                               "refunded"};
    return (unsigned)what < TALLY_N ? names[what] : "unknown";
}

/* The first row that is not below (agent, set). */
static size_t place_of(const struct tallies *t, uint32_t agent, uint32_t set) {
    size_t low = 0, high = t->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct tally_row *r = &t->p[middle];
        if (r->agent < agent || (r->agent == agent && r->set < set))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t tally_first(const struct tallies *t, uint32_t agent) { return place_of(t, agent, 0); }

static cm_err row_of(struct tallies *t, uint32_t agent, uint32_t set, struct tally_row **out) {
    const size_t at = place_of(t, agent, set);
    if (at < t->n && t->p[at].agent == agent && t->p[at].set == set) {
        *out = &t->p[at];
        return CM_OK;
    }
    if (t->n == t->cap) {
        const size_t cap = t->cap == 0 ? ROWS_FIRST : 2 * t->cap;
        struct tally_row *p = realloc(t->p, cap * sizeof *p);
        if (p == NULL) return CM_E_NO_MEMORY;
        t->p = p;
        t->cap = cap;
    }
    memmove(&t->p[at + 1], &t->p[at], (t->n - at) * sizeof *t->p);
    t->n++;
    t->p[at] = (struct tally_row){.agent = agent, .set = set};
    *out = &t->p[at];
    return CM_OK;
}

cm_err tally_add(struct tallies *t, uint32_t agent, uint32_t set, enum tally_of what,
                 uint64_t amount) {
    struct tally_row *row = NULL;
    TRY(row_of(t, agent, set, &row));
    row->count[what]++;
    row->sum[what] += amount;
    row->dirty = true;
    return CM_OK;
}

cm_err tally_card(struct tallies *t, const struct card_event *e, uint32_t whose) {
    const uint32_t seller = e->has_agent ? e->agent : whose;
    switch ((int)e->op) {
    case CARD_ACTIVATE: return tally_add(t, seller, e->set, TALLY_ACTIVATED, e->amount);
    case CARD_DEACTIVATE: return tally_add(t, seller, e->set, TALLY_DEACTIVATED, e->amount);
    case CARD_LOAD: return tally_add(t, seller, e->set, TALLY_LOADED, e->amount);
    case CARD_SPEND:
    case CARD_CONFIRM: return tally_add(t, whose, e->set, TALLY_SPENT, e->amount);
    case CARD_REFUND: return tally_add(t, whose, e->set, TALLY_REFUNDED, e->amount);
    default: return CM_OK;
    }
}

void tally_pack(const struct tallies *t, uint32_t agent, struct buffer *out) {
    for (size_t i = tally_first(t, agent); i < t->n && t->p[i].agent == agent; i++) {
        buffer_u32be(out, t->p[i].set);
        for (size_t k = 0; k < TALLY_N; k++) {
            buffer_u64be(out, t->p[i].count[k]);
            buffer_u64be(out, t->p[i].sum[k]);
        }
    }
}

cm_err tally_load(struct tallies *t, uint32_t agent, struct cm_slice content) {
    if (content.len == 0 || content.len % PACKED_ROW != 0) return CM_E_CORRUPT;
    struct cursor c = cursor_over(content);
    for (uint32_t before = 0; c.left > 0;) {
        struct tally_row *row = NULL;
        const uint32_t set = cursor_u32be(&c);
        if (set <= before) return CM_E_CORRUPT; /* ascending, each once */
        TRY(row_of(t, agent, set, &row));
        for (size_t k = 0; k < TALLY_N; k++) {
            row->count[k] = cursor_u64be(&c);
            row->sum[k] = cursor_u64be(&c);
        }
        before = set;
    }
    return CM_OK;
}
