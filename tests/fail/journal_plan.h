/* What the journal's failure tests write: group after group by a fixed plan, so that whoever reads
 * it later knows which groups may be there, which must, and what stands in each. */
#ifndef CM_TESTS_JOURNAL_PLAN_H
#define CM_TESTS_JOURNAL_PLAN_H

#include "support/journal_kit.h"

/* Group number `i`, from 0: mostly one sector, some of many, a few that nearly fill a segment. */
static inline uint32_t plan_count(uint64_t i) { return i % 11 == 7 ? 9u : 1u + (uint32_t)(i % 3); }
static inline size_t plan_len(uint64_t i) {
    if (i % 17 == 5) return 3000u + (size_t)(i % 5) * 900u;
    return 8u + (size_t)(i * 37u % 300u);
}
/* First sequence of group i. */
static inline uint64_t plan_sequence(uint64_t i) {
    uint64_t sequence = JOURNAL_FIRST_SEQUENCE;
    for (uint64_t k = 0; k < i; k++)
        sequence += plan_count(k);
    return sequence;
}
static inline cm_err plan_commit(struct journal *j, uint64_t i) {
    return kit_commit(j, plan_count(i), plan_len(i));
}

/* Walking a journal that was written by the plan; starts at any group. */
struct plan_walk {
    uint64_t group;   /* number of the next group; found from the first one's sequence */
    uint64_t visited; /* groups */
    char why[256];    /* the first thing that was wrong */
};

static inline cm_err plan_wrong(struct plan_walk *w, const char *what) {
    (void)snprintf(w->why, sizeof w->why, "group %llu: %s", (unsigned long long)w->group, what);
    return CM_E_CONFLICT;
}

/* A journal_visit: CM_E_CONFLICT when the group is not the next one of the plan. */
static inline cm_err plan_visit(void *ctx, const struct journal_group *g) {
    struct plan_walk *w = ctx;
    struct cm_slice rest = g->events;
    struct event_frame frame;
    if (w->visited == 0) {
        while (plan_sequence(w->group) < g->first_sequence)
            w->group++;
    }
    if (g->first_sequence != plan_sequence(w->group)) return plan_wrong(w, "wrong sequence");
    if (g->count != plan_count(w->group)) return plan_wrong(w, "wrong count");
    for (uint64_t s = g->first_sequence; frame_next(&rest, &frame); s++) {
        if (frame.payload.len != plan_len(w->group) || !kit_right(frame.payload, s))
            return plan_wrong(w, "wrong contents");
    }
    w->group += 1;
    w->visited += 1;
    return CM_OK;
}

/* What the writer under the recorder acknowledges. */
struct plan_mark {
    uint64_t groups;   /* committed so far */
    uint64_t released; /* all before this sequence may be in the archive */
    uint32_t epoch;    /* to open with */
    uint32_t created;  /* the journal is there */
};

#endif
