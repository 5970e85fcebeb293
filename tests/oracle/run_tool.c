/* The C side of runs.mjs: makes a workspace with runs of several batches, in which units are held
 * and moved at random, through restarts; prints its folder and what the engine counts.
 * Usage: run_tool SEED. The folder is the caller's to remove. */
#include "support/cm.h"

#include <stdlib.h>

#include "countermark/code.h"
#include "support/splitmix.h"
#include "support/world_run.h"

#define RUNS  3u
#define SETS  2u
#define UNITS 20000u
#define TURNS 2000u

struct play {
    struct world w;
    uint32_t sets[SETS], runs[RUNS];
    uint64_t next[SETS], random;
};

static uint64_t draw(struct play *p, uint64_t below) { return splitmix_next(&p->random) % below; }

static void hold(struct play *p, size_t set) {
    const uint32_t count = 1 + (uint32_t)draw(p, 60), every = (uint32_t)draw(p, 3) * 9;
    if (p->next[set] + count > UNITS) return;
    world_hold(&p->w, p->runs[draw(p, RUNS)], p->sets[set], count, every);
    p->next[set] += count;
}

/* Short moves of one run or another: many are refused, some as a line tells them. */
static void move(struct play *p, size_t set) {
    if (p->next[set] == 0) return;
    const struct run_move m = {.set = p->sets[set],
                               .first = draw(p, p->next[set]),
                               .count = 1 + draw(p, 12),
                               .stage = (enum cm_stage)(1 + draw(p, CM_STAGE_N - 1)),
                               .cause = (enum cm_cause)draw(p, CM_CAUSE_N)};
    const uint32_t run = p->runs[draw(p, RUNS)];
    const bool late = draw(p, 2) == 0;
    cm_ignore(late ? engine_run_report(p->w.engine, run, 0, &m, 1, NULL, NULL)
                   : engine_run_move(p->w.engine, run, 0, &m, 1, NULL)); /* refusals are expected */
}

static void sweep(struct play *p) {
    const struct run_sweep s = {
        .from = RUN_FROM(CM_STAGE_SENT), .stage = CM_STAGE_UNKNOWN, .cause = CM_CAUSE_CRASH};
    assert_ok(engine_run_sweep(p->w.engine, p->runs[draw(p, RUNS)], 0, &s, NULL, NULL));
}

static void play(struct play *p) {
    p->w = (struct world){.segment_len = 65536, .fold_len = 8000};
    world_make(&p->w, 12, 100000);
    for (size_t i = 0; i < SETS; i++)
        p->sets[i] = world_run_batch(&p->w, UNITS);
    for (size_t i = 0; i < RUNS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "run-%zu", i);
        p->runs[i] = world_run(&p->w, name, p->sets[0]);
    }
    for (unsigned turn = 0; turn < TURNS; turn++) {
        const size_t set = draw(p, SETS);
        if (draw(p, 6) == 0)
            hold(p, set);
        else
            move(p, set);
        if (turn % 100 == 99) sweep(p);
        if (turn % 500 != 499) continue;
        world_close(&p->w);
        world_open(&p->w);
    }
}

static void print_run(struct play *p, uint32_t run) {
    const struct run_totals t = world_totals(&p->w, run);
    (void)printf("run %u reserved_total=%llu sent_total=%llu", run,
                 (unsigned long long)t.reserved_total, (unsigned long long)t.sent_total);
    for (unsigned s = 0; s < CM_STAGE_N; s++)
        (void)printf(" %s=%llu", cm_stage_name((enum cm_stage)s), (unsigned long long)t.units[s]);
    (void)printf("\n");
}

int main(int argc, char **argv) {
    struct play p = {0};
    if (argc != 2) return 2;
    p.random = strtoull(argv[1], NULL, 10);
    play(&p);
    (void)printf("%s\n", p.w.dir);
    for (size_t i = 0; i < RUNS; i++)
        print_run(&p, p.runs[i]);
    world_close(&p.w);
    cm_coder_free(p.w.coder);
    keystore_close(p.w.keystore);
    return 0;
}
