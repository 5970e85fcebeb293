/* 64 threads race on every code: exactly as many win as the terms allow, and each loser is told
 * why. It judges by counting alone; histories of mixed operations are test_mixed.c.
 * Expected counts: docs/design/states.md, section 1 (`uses`). Sizes: issue, "Proved". */
#include "support/cm.h"

#include <pthread.h>
#include <string.h>

#include "support/must.h"
#include "support/prove.h"
#include "support/world.h"

#define RACER_N    64u
#define REDEEMER_N 16u /* four racers carry the same reference */
#define USES       3u
#define CODE_N     1000u
#define CODE_N_BIG 10000u
#define HEAT       8u /* codes between two starting lines */

struct race {
    struct world *w;
    char (*codes)[WORLD_CODE_CAP];
    size_t code_n;
    bool with_redeemer;
    pthread_barrier_t line;
};

struct racer {
    struct race *race;
    unsigned number;
    uint8_t *verdicts; /* one a code; 0xFF = the call failed */
    pthread_t thread;
};

static uint8_t redeem(struct racer *r, size_t code) {
    char who[16];
    (void)snprintf(who, sizeof who, "person-%u", r->number % REDEEMER_N);
    struct cm_answer answer = {.verdict = CM_V_BUSY};
    const struct cm_request request = {.operation = CM_OP_REDEEM,
                                       .code = slice_text(r->race->codes[code]),
                                       .redeemer = slice_text(r->race->with_redeemer ? who : "")};
    struct cm_call call = {.caller = {.actor = r->number + 1, .test = true},
                           .door = WORLD_DOOR,
                           .requests = &request,
                           .n = 1,
                           .answers = &answer};
    const cm_err err = cm_engine_run(r->race->w->engine, &call, 1);
    return err == CM_OK && call.status == CM_CALL_DONE ? (uint8_t)answer.verdict : UINT8_MAX;
}

static void *run(void *ctx) {
    struct racer *r = ctx;
    for (size_t i = 0; i < r->race->code_n; i++) {
        if (i % HEAT == 0) (void)pthread_barrier_wait(&r->race->line);
        r->verdicts[i] = redeem(r, i);
    }
    return NULL;
}

static void race_all(struct race *race, struct racer racers[static RACER_N]) {
    assert_int_equal(pthread_barrier_init(&race->line, NULL, RACER_N), 0);
    for (unsigned i = 0; i < RACER_N; i++) {
        racers[i] =
            (struct racer){.race = race, .number = i, .verdicts = must_calloc(race->code_n, 1)};
        assert_int_equal(pthread_create(&racers[i].thread, NULL, run, &racers[i]), 0);
    }
    for (unsigned i = 0; i < RACER_N; i++)
        assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
    assert_int_equal(pthread_barrier_destroy(&race->line), 0);
}

static size_t winners(const struct racer *racers, size_t code) {
    size_t n = 0;
    for (unsigned i = 0; i < RACER_N; i++) {
        const uint8_t verdict = racers[i].verdicts[code];
        if (verdict != CM_V_ACCEPTED) assert_int_equal(verdict, CM_V_ALREADY_REDEEMED);
        n += verdict == CM_V_ACCEPTED ? 1u : 0u;
    }
    return n;
}

/* Each reference won once, whoever of its four racers did. */
static void assert_one_each(const struct racer *racers, size_t code) {
    unsigned won[REDEEMER_N] = {0};
    for (unsigned i = 0; i < RACER_N; i++)
        won[i % REDEEMER_N] += racers[i].verdicts[code] == CM_V_ACCEPTED ? 1u : 0u;
    for (unsigned i = 0; i < REDEEMER_N; i++)
        assert_int_equal(won[i], 1);
}

static struct race *race_new(const char *terms) {
    struct race *race = must_calloc(1, sizeof *race);
    race->w = must_calloc(1, sizeof *race->w);
    race->w->segment_len = 1048576; /* small enough to roll while they race */
    race->w->fold_len = 262144;
    world_make(race->w, 12, 100000);
    if (terms != NULL) world_terms(race->w, terms);
    race->code_n = (size_t)prove_size(CODE_N, CODE_N_BIG);
    race->codes = must_calloc(race->code_n, sizeof *race->codes);
    const uint32_t set = world_batch(race->w, race->code_n, true);
    for (size_t i = 0; i < race->code_n; i++)
        world_code(race->w, set, i, race->codes[i]);
    return race;
}

/* What they won is still won after a restart: nobody may win once more. */
static void assert_spent_for_good(struct race *race) {
    world_close(race->w);
    world_open(race->w);
    struct racer late = {.race = race};
    for (size_t i = 0; i < race->code_n; i += HEAT)
        assert_int_equal(redeem(&late, i), CM_V_ALREADY_REDEEMED);
}

static void race_free(struct race *race, struct racer *racers) {
    for (unsigned i = 0; i < RACER_N; i++)
        free(racers[i].verdicts);
    world_remove(race->w);
    free(race->w);
    free(race->codes);
    free(race);
}

static void exactly_one_of_64_racers_wins_a_code(void **state) {
    (void)state;
    struct racer racers[RACER_N];
    struct race *race = race_new(NULL);
    race_all(race, racers);
    for (size_t i = 0; i < race->code_n; i++)
        assert_int_equal(winners(racers, i), 1);
    assert_spent_for_good(race);
    race_free(race, racers);
}

static void exactly_n_of_64_racers_win_a_code_of_n_uses(void **state) {
    (void)state;
    struct racer racers[RACER_N];
    struct race *race = race_new("{\"uses\":3}");
    race_all(race, racers);
    for (size_t i = 0; i < race->code_n; i++)
        assert_int_equal(winners(racers, i), USES);
    assert_spent_for_good(race);
    race_free(race, racers);
}

static void each_redeemer_wins_a_code_exactly_once(void **state) {
    (void)state;
    struct racer racers[RACER_N];
    struct race *race = race_new("{\"uses\":\"once per redeemer\"}");
    race->with_redeemer = true;
    race_all(race, racers);
    for (size_t i = 0; i < race->code_n; i++) {
        assert_int_equal(winners(racers, i), REDEEMER_N);
        assert_one_each(racers, i);
    }
    assert_spent_for_good(race);
    race_free(race, racers);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_one_of_64_racers_wins_a_code),
        cmocka_unit_test(exactly_n_of_64_racers_win_a_code_of_n_uses),
        cmocka_unit_test(each_redeemer_wins_a_code_exactly_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
