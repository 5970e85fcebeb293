/* Every write, sync, name and allocation between opening a workspace and closing it fails once,
 * in its turn, while codes are redeemed: the engine refuses or dies, and never acknowledges what
 * it does not keep. One workspace lives through all of it; after each failure it must open, and
 * calls without an answer are asked again. The judge reads the whole of it. */
#include "support/cm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "notebook.h"
#include "run_script.h"
#include "support/faults/faults.h"
#include "support/must.h"

#define UNIT_N      60000u
#define TRIAL_CALLS 3u
#define TRIALS_MAX  8000u
#define KEY_BASE    1000000u

struct ordeal {
    struct world w;
    struct load load;
    struct notebook book;
    uint32_t set, next_unit;
    uint64_t next_key;
    struct load_call calls[TRIAL_CALLS];
    struct run_script script;
    bool step_tried, step_done;
    unsigned refused, unknown, unopened;
};

static void ordeal_make(struct ordeal *o) {
    log_set_level(LOG_ERROR);
    *o = (struct ordeal){.w = {.segment_len = 65536, .fold_len = 700}, .next_key = KEY_BASE};
    world_make(&o->w, 12, 100000);
    o->set = world_batch(&o->w, UNIT_N, true);
    run_script_make(&o->script, &o->w);
    notebook_init(&o->book, (size_t)TRIALS_MAX * TRIAL_CALLS * LOAD_ITEMS * 4);
    o->load = (struct load){.codes = load_codes(&o->w, o->set, UNIT_N),
                            .unit_n = UNIT_N,
                            .use_max = 1,
                            .clock_ms = o->w.now_ms,
                            .hold_ms_max = 1000,
                            .tell = notebook_tell,
                            .tell_ctx = &o->book};
    world_close(&o->w);
}

/* Three calls on units that nobody used: redeem; hold and redeem another; confirm the held one. */
static void plan_trial(struct ordeal *o) {
    const uint32_t first = o->next_unit;
    const struct history_event items[TRIAL_CALLS][2] = {
        {{.op = CM_OP_REDEEM, .unit = first}, {.op = CM_OP_CHECK, .unit = first}},
        {{.op = CM_OP_RESERVE, .unit = first + 1}, {.op = CM_OP_REDEEM, .unit = first + 2}},
        {{.op = CM_OP_CONFIRM, .unit = first + 1}, {.op = CM_OP_REVERSE, .unit = first + 2}}};
    assert_true(first + 3 <= UNIT_N);
    o->next_unit += 3;
    for (uint32_t i = 0; i < TRIAL_CALLS; i++) {
        o->calls[i] = (struct load_call){.key = ++o->next_key, .n = 2};
        for (uint32_t k = 0; k < 2; k++) {
            o->calls[i].items[k] = items[i][k];
            o->calls[i].items[k].actor = 1;
            o->calls[i].items[k].key = o->calls[i].key * LOAD_ITEMS + k;
        }
    }
}

static bool settled(const struct load_call *call) {
    return call->items[0].outcome == HISTORY_ANSWERED;
}

/* Whatever happens in here may fail. */
static void live_in_trouble(struct ordeal *o) {
    if (world_try_open(&o->w, NULL) != CM_OK) {
        o->unopened++;
        return;
    }
    o->load.engine = o->w.engine;
    o->step_tried = true; /* a line, too */
    o->step_done = run_script_do(&o->script, o->w.engine) == CM_OK;
    for (uint32_t i = 0; i < TRIAL_CALLS; i++) {
        if (!load_ask(&o->load, 0, &o->calls[i])) {
            o->unknown++;
            break;
        }
        o->refused += settled(&o->calls[i]) ? 0u : 1u;
    }
    cm_ignore(engine_fold(o->w.engine)); /* may fail: the journal has it all */
    world_close(&o->w);
}

/* The run is as it was, or one step further; what was acknowledged is there. */
static void step_well(struct ordeal *o, unsigned at) {
    const bool before = run_script_agrees(&o->script, o->w.engine);
    if (before && o->step_done) fail_msg("after failure %u: a step of the run is lost", at);
    if (before) assert_ok(run_script_do(&o->script, o->w.engine));
    if (!before && !o->step_tried) fail_msg("after failure %u: the run changed by itself", at);
    run_script_advance(&o->script);
    if (!run_script_agrees(&o->script, o->w.engine))
        fail_msg("after failure %u: the run differs from its script", at);
    o->step_tried = o->step_done = false;
}

/* Trouble over: it opens, and what is open is asked again under its key. */
static void live_well(struct ordeal *o, unsigned at) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = world_try_open(&o->w, &diag);
    if (err != CM_OK)
        fail_msg("after failure %u: %s: %s %s", at, cm_err_name(err), diag.input, diag.problem);
    o->load.engine = o->w.engine;
    o->load.boot++;
    step_well(o, at);
    for (uint32_t i = 0; i < TRIAL_CALLS; i++) {
        struct load_call again = o->calls[i];
        if (!load_ask(&o->load, 0, &again) || !settled(&again))
            fail_msg("after failure %u: call %u is not answered", at, i);
    }
    world_close(&o->w);
}

static void fail_each(const struct fault_plan *way) {
    struct ordeal *o = must_calloc(1, sizeof *o);
    struct fault_plan plan = *way;

    ordeal_make(o);
    unsigned failed = 0;
    for (plan.at = 1;; plan.at++) {
        plan_trial(o);
        for (uint32_t i = 0; i < TRIAL_CALLS; i++) /* not asked yet: not unknown either */
            o->calls[i].items[0].outcome = HISTORY_NOTHING_DONE;
        faults_arm(&plan);
        live_in_trouble(o);
        const unsigned calls = faults_disarm();
        live_well(o, plan.at);
        if (calls < plan.at) break;
        failed++;
    }
    world_open(&o->w);
    notebook_judge(&o->book, &o->w, &o->load, o->set);
    print_message("%u calls failed in turn: %u times not opened, %u times dead, %u times refused\n",
                  failed, o->unopened, o->unknown, o->refused);
    assert_true(failed > 10 && o->unopened > 0);
    world_remove(&o->w);
    notebook_free(&o->book);
    free(o->load.codes);
    free(o);
}

static void a_failed_write_or_sync_is_never_acknowledged(void **state) {
    (void)state;
    fail_each(&(struct fault_plan){.classes = FAULT_WRITES | FAULT_SYNCS, .error = EIO});
}

static void a_write_or_sync_that_worked_and_failed_is_never_doubled(void **state) {
    (void)state;
    fail_each(
        &(struct fault_plan){.classes = FAULT_WRITES | FAULT_SYNCS, .error = EIO, .done = true});
}

static void half_a_write_is_never_acknowledged(void **state) {
    (void)state;
    fail_each(&(struct fault_plan){
        .classes = FAULT_WRITES, .error = ENOSPC, .half_done = true, .ever_after = true});
}

static void failing_names_and_space_lose_nothing(void **state) {
    (void)state;
    fail_each(&(struct fault_plan){.classes = FAULT_NAMES | FAULT_SPACE, .error = ENOSPC});
}

static void failing_memory_loses_nothing(void **state) {
    (void)state;
    fail_each(&(struct fault_plan){.classes = FAULT_MEMORY, .error = ENOMEM});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_write_or_sync_is_never_acknowledged),
        cmocka_unit_test(a_write_or_sync_that_worked_and_failed_is_never_doubled),
        cmocka_unit_test(half_a_write_is_never_acknowledged),
        cmocka_unit_test(failing_names_and_space_lose_nothing),
        cmocka_unit_test(failing_memory_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
