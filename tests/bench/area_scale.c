/* Does a code cost the same among a thousand million as among one? Minting and redeeming at the
 * largest number of live codes beside the smallest, in turn, and what a code takes in memory and
 * in the image. Live codes are spent in the ledger and picked at random, not stored (depot.h).
 * Reference: docs/design/performance.md, "scale". */
#include <stdio.h>
#include <stdlib.h>

#include "areas.h"
#include "depot.h"
#include "fact.h"
#include "footprint.h"

#define MINTED     1000000u /* codes a turn; also the least of live codes */
#define LOAD       4000000u /* codes redeemed a turn at most */
#define GROUP      4096u
#define SIZES_MOST 4u
#define FLAT       1.2 /* cost per code, largest over smallest */

static const uint64_t sizes[SIZES_MOST] = {MINTED, 10000000u, 100000000u, 1000000000u};
static const char *const size_names[SIZES_MOST] = {"1 million", "10 million", "100 million",
                                                   "1,000 million"};

/* One number of live codes. */
struct place {
    struct depot depot;
    struct leg mint[BENCH_PAIRS_MAX], redeem[BENCH_PAIRS_MAX];
};

/* Codes redeemed in a turn: the larger sizes have to last for all turns. */
static size_t load_of(const struct bench *b, uint64_t live) {
    const uint64_t share = live / (b->pairs + 2);
    return live <= MINTED ? MINTED : share < LOAD ? (size_t)share : LOAD;
}

/* Fresh codes are minted in every turn; where there are no others they are the ones redeemed. */
static cm_err turn(const struct bench *b, struct place *p, uint64_t live, unsigned at) {
    struct leg mint = {.items = 0}, redeem = {.items = 0};
    const struct depot_range all = p->depot.range;
    TRY(depot_mint(&p->depot, MINTED, &mint));
    if (live > MINTED) p->depot.range = all;
    TRY(depot_fetch(&p->depot, load_of(b, live)));
    TRY(depot_redeem_load(&p->depot, GROUP, &redeem));
    if (at == 0) return CM_OK; /* warms up */
    p->mint[at - 1] = mint;
    p->redeem[at - 1] = redeem;
    return CM_OK;
}

static double wall_ns(const struct leg *leg) { return leg->seconds * 1e9 / leg->items; }
static double cpu_ns(const struct leg *leg) { return leg->cpu_s * 1e9 / leg->items; }

/* Costs at one size over those at the smallest. */
static cm_err tell_cost(struct bench *b, const char *what, const char *size, const struct leg *ours,
                        const struct leg *least, double (*cost)(const struct leg *),
                        enum sense sense) {
    char name[sizeof b->rows[0].row];
    (void)snprintf(name, sizeof name, "%s among %s", what, size);
    struct bench_fact f = {.area = "scale",
                           .row = name,
                           .unit = "ns",
                           .peer_name = "among 1 million",
                           .n = b->pairs,
                           .sense = sense,
                           .goal = FLAT,
                           .cost = ours[b->pairs - 1]};
    for (unsigned i = 0; i < b->pairs; i++) {
        f.ours[i] = cost(&ours[i]);
        f.peer[i] = cost(&least[i]);
    }
    return bench_fact(b, &f);
}

static cm_err tell(struct bench *b, const struct place *places, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const enum sense sense = i + 1 == n ? SENSE_AT_MOST : SENSE_NONE;
        const struct place *p = &places[i];
        TRY(tell_cost(b, "mint, time", size_names[i], p->mint, places->mint, wall_ns, sense));
        TRY(tell_cost(b, "mint, CPU", size_names[i], p->mint, places->mint, cpu_ns, sense));
        TRY(tell_cost(b, "redeem, time", size_names[i], p->redeem, places->redeem, wall_ns, sense));
        TRY(tell_cost(b, "redeem, CPU", size_names[i], p->redeem, places->redeem, cpu_ns, sense));
    }
    return CM_OK;
}

static cm_err costs(struct bench *b, struct place *places, size_t n) {
    for (size_t i = 0; i < n; i++) {
        TRY(depot_open(&places[i].depot, b->scratch, &b->diag));
        if (i > 0) TRY(depot_fill(&places[i].depot, sizes[i]));
    }
    for (unsigned at = 0; at <= b->pairs; at++)
        for (size_t i = 0; i < n; i++)
            TRY(turn(b, &places[i], sizes[i], at));
    return tell(b, places, n);
}

static cm_err tell_costs(struct bench *b, size_t n) {
    struct place *places = calloc(n, sizeof *places);
    if (places == NULL) return CM_E_NO_MEMORY;
    const cm_err err = costs(b, places, n);
    for (size_t i = 0; i < n; i++)
        depot_close(&places[i].depot);
    free(places);
    return err;
}

/* ---- What a code takes ------------------------------------------------------------------- */

static cm_err tell_size(struct bench *b, const char *what, const struct footprint *f, double bytes,
                        double items, double goal) {
    char name[sizeof b->rows[0].row];
    (void)snprintf(name, sizeof name, "%s, %s", what, f->name);
    const struct bench_fact fact = {.area = "scale",
                                    .row = name,
                                    .unit = "bytes",
                                    .peer_name = "one byte",
                                    .n = 1,
                                    .ours = {bytes / items},
                                    .peer = {1},
                                    .sense = goal > 0 ? SENSE_AT_MOST : SENSE_NONE,
                                    .goal = goal,
                                    .cost = {.peak = f->peak}};
    return bench_fact(b, &fact);
}

static cm_err tell_footprint(struct bench *b, const struct footprint *f) {
    const double live = (double)f->live, spent = (double)f->spent;
    TRY(tell_size(b, "states, image + memory, a live code", f, f->states + f->pages, live, 1));
    TRY(tell_size(b, "details a redemption", f, f->details, spent, 32));
    TRY(tell_size(b, "anonymous memory a live code", f, f->memory, live, 0));
    TRY(tell_size(b, "image file a live code", f, f->image, live, 0));
    TRY(tell_size(b, "audit nodes a redemption", f, f->nodes, spent, 0));
    return tell_size(b, "journal + archive a redemption", f, f->journal, spent, 0);
}

static cm_err footprints(struct bench *b) {
    const uint64_t half = b->full ? sizes[2] : sizes[1], sparse = b->full ? sizes[3] : sizes[1];
    struct footprint patterns[] = {{.name = "half spent", .live = half, .spent = half / 2},
                                   {.name = "0.1 % spent", .live = sparse, .spent = sparse / 1000}};
    for (size_t i = 0; i < CM_ARRAY_N(patterns); i++) {
        TRY(footprint_take(&patterns[i], b->scratch, &b->diag));
        TRY(tell_footprint(b, &patterns[i]));
    }
    return CM_OK;
}

cm_err area_scale(struct bench *b) {
    TRY(footprints(b)); /* in processes of their own: before this one has engines */
    return tell_costs(b, b->full ? SIZES_MOST : 2);
}
