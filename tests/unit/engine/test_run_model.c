/* Random holds and moves, judged by a model that keeps every unit apart in an array: through folds,
 * restarts and an image made anew from the journal. The model knows cm_stage_may and nothing else
 * of ours. */
#include "support/cm.h"

#include <stdlib.h>

#include "engine/fsck.h"
#include "support/splitmix.h"
#include "support/world_run.h"

#define MODEL_UNITS 6000u
#define MODEL_SETS  2u

struct model {
    struct world w;
    uint32_t run, sets[MODEL_SETS];
    uint64_t next[MODEL_SETS];
    uint8_t stage[MODEL_SETS][MODEL_UNITS], cause[MODEL_SETS][MODEL_UNITS];
    bool hole[MODEL_SETS][MODEL_UNITS];
    uint64_t random, done, refused;
};

static void model_hold(struct model *m, size_t s) {
    const uint32_t count = 1 + (uint32_t)(splitmix_next(&m->random) % 400);
    const uint32_t every = (uint32_t)(splitmix_next(&m->random) % 4) * 7;
    if (m->next[s] + count > MODEL_UNITS) return;
    world_hold(&m->w, m->run, m->sets[s], count, every);
    for (uint32_t i = 0; i < count; i++)
        m->hole[s][m->next[s] + i] = every > 0 && i % every == 0;
    m->next[s] += count;
}

/* A random move: done, or refused for the first unit that says no. */
static void model_move(struct model *m, size_t s) {
    if (m->next[s] == 0) return;
    struct run_move move = {.set = m->sets[s]};
    move.first = splitmix_next(&m->random) % m->next[s];
    move.count = 1 + splitmix_next(&m->random) % (m->next[s] - move.first);
    if (splitmix_next(&m->random) % 4 != 0) move.count = 1 + move.count / 50;
    move.stage = (enum cm_stage)(1 + splitmix_next(&m->random) % (CM_STAGE_N - 1));
    move.cause = (enum cm_cause)(splitmix_next(&m->random) % CM_CAUSE_N);
    bool may = true;
    for (uint64_t i = move.first; i < move.first + move.count; i++)
        may = may && cm_stage_may((enum cm_stage)m->stage[s][i], move.stage);
    const cm_err err = engine_run_move(m->w.engine, m->run, 7, &move, 1, NULL);
    assert_err(may ? CM_OK : CM_E_CONFLICT, err);
    m->done += may;
    m->refused += !may;
    for (uint64_t i = move.first; may && i < move.first + move.count; i++) {
        if (m->stage[s][i] == (uint8_t)move.stage) continue;
        m->stage[s][i] = (uint8_t)move.stage;
        m->cause[s][i] = (uint8_t)move.cause;
    }
}

struct seen {
    const struct model *m;
    size_t set;
    uint64_t at, units;
};

static cm_err see(void *ctx, const struct span *span, uint64_t units) {
    struct seen *seen = ctx;
    if (span->set != seen->m->sets[seen->set]) {
        assert_int_equal(seen->at, seen->m->next[seen->set]);
        seen->set++;
        seen->at = 0;
    }
    assert_int_equal(span->set, seen->m->sets[seen->set]);
    assert_int_equal(span->first, seen->at);
    uint64_t real = 0;
    for (uint64_t i = 0; i < span->count; i++) {
        assert_int_equal(seen->m->stage[seen->set][span->first + i], span->stage);
        assert_int_equal(seen->m->cause[seen->set][span->first + i], span->cause);
        real += seen->m->hole[seen->set][span->first + i] ? 0 : 1;
    }
    assert_int_equal(real, units);
    seen->units += units;
    seen->at += span->count;
    return CM_OK;
}

static void model_compare(struct model *m) {
    struct run_totals want = {.used = 0};
    for (size_t s = 0; s < MODEL_SETS; s++)
        for (uint64_t i = 0; i < m->next[s]; i++) {
            if (m->hole[s][i]) continue;
            want.units[m->stage[s][i]]++;
            want.causes[m->cause[s][i]]++;
            want.reserved_total++;
            want.sent_total +=
                m->stage[s][i] != CM_STAGE_RESERVED &&
                !(m->stage[s][i] == CM_STAGE_VOID && m->cause[s][i] == CM_CAUSE_RETURNED);
        }
    const struct run_totals t = world_totals(&m->w, m->run);
    assert_memory_equal(&t, &want, sizeof t);
    struct seen seen = {.m = m};
    assert_ok(engine_run_spans(m->w.engine, m->run, see, &seen));
    assert_int_equal(seen.units, want.reserved_total);
}

static void random_moves_agree_with_a_model_through_folds_restarts_and_fsck(void **state) {
    (void)state;
    struct model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->random = 4;
    m->w.fold_len = 4000;
    world_make(&m->w, 12, 100000);
    for (size_t s = 0; s < MODEL_SETS; s++)
        m->sets[s] = world_run_batch(&m->w, MODEL_UNITS);
    m->run = world_run(&m->w, "r", m->sets[0]);
    model_hold(m, 0);
    for (unsigned turn = 0; turn < 1200; turn++) {
        const size_t s = splitmix_next(&m->random) % MODEL_SETS;
        if (splitmix_next(&m->random) % 8 == 0)
            model_hold(m, s);
        else
            model_move(m, s);
        if (turn % 300 != 299) continue;
        model_compare(m);
        world_close(&m->w);
        world_open(&m->w);
        model_compare(m);
    }
    assert_true(m->done > 200 && m->refused > 200);
    world_close(&m->w);
    struct fsck_report report;
    struct cm_diag diag = DIAG_INIT;
    struct fsck_options options = {.workspace = m->w.dir};
    const cm_err err = engine_fsck(&options, &report, &diag);
    if (err != CM_OK) fail_msg("fsck: %s: %s", diag.place, diag.problem);
    assert_true(report.image_agrees);
    struct workspace_paths paths;
    assert_ok(workspace_paths(m->w.dir, &paths, NULL));
    scratch_remove(paths.state); /* all of it again from the journal */
    options.rebuild = true;
    assert_ok(engine_fsck(&options, &report, NULL));
    world_open(&m->w);
    model_compare(m);
    world_remove(&m->w);
    free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_moves_agree_with_a_model_through_folds_restarts_and_fsck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
