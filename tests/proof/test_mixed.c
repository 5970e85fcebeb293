/* Everything at once: 16 threads redeem, reserve, confirm, release, reverse, void and check the
 * same few units through several lives of the engine; the judge reads the whole history. */
#include "support/cm.h"

#include <pthread.h>
#include <string.h>

#include "facts.h"
#include "load.h"
#include "support/must.h"
#include "support/prove.h"

#define WORKER_N 16u
#define UNIT_N   300u
#define BOOT_N   3u
#define HOLD_MS  20000u /* boots are half of that apart on the engine's clock */

struct log {
    struct history_event *events;
    size_t n, cap;
};

struct mixed {
    struct world w;
    struct load load;
    struct log logs[WORKER_N];
    uint64_t steps; /* calls of each worker in one life */
    uint32_t set;
};

static void tell(void *ctx, const struct load_call *call, bool answered) {
    struct mixed *m = ctx;
    struct log *log = &m->logs[call->items[0].process];
    if (!answered) return;
    for (uint32_t i = 0; i < call->n; i++) {
        if (log->n == log->cap) abort(); /* counted before */
        log->events[log->n++] = call->items[i];
    }
}

struct thread {
    struct mixed *m;
    uint32_t number;
    pthread_t id;
};

static void *work(void *ctx) {
    struct thread *t = ctx;
    struct load_worker *w = must_calloc(1, sizeof *w);
    load_worker_init(w, &t->m->load, t->number);
    for (uint64_t i = 0; i < t->m->steps; i++)
        load_step(w);
    free(w);
    return NULL;
}

static void live_once(struct mixed *m, uint32_t boot) {
    struct thread threads[WORKER_N];
    m->w.now_ms += HOLD_MS / 2;
    m->load.engine = m->w.engine;
    m->load.boot = boot;
    m->load.seed++;
    m->load.clock_ms = m->w.now_ms;
    for (uint32_t i = 0; i < WORKER_N; i++) {
        threads[i] = (struct thread){.m = m, .number = i};
        assert_int_equal(pthread_create(&threads[i].id, NULL, work, &threads[i]), 0);
    }
    for (uint32_t i = 0; i < WORKER_N; i++)
        assert_int_equal(pthread_join(threads[i].id, NULL), 0);
}

static struct mixed *mixed_new(uint32_t use_max, const char *terms) {
    struct mixed *m = must_calloc(1, sizeof *m);
    m->w.segment_len = 65536;
    m->w.fold_len = 16384;
    m->steps = prove_size(200, 6000);
    world_make(&m->w, 12, 100000);
    world_terms(&m->w, terms);
    m->set = world_batch(&m->w, UNIT_N, true);
    m->load = (struct load){.codes = load_codes(&m->w, m->set, UNIT_N),
                            .unit_n = UNIT_N,
                            .use_max = use_max,
                            .hold_ms_max = HOLD_MS,
                            .seed = 10 * (uint64_t)use_max,
                            .tell = tell,
                            .tell_ctx = m};
    for (uint32_t i = 0; i < WORKER_N; i++) {
        m->logs[i].cap = (size_t)m->steps * BOOT_N * LOAD_ITEMS;
        m->logs[i].events = must_calloc(m->logs[i].cap, sizeof *m->logs[i].events);
    }
    return m;
}

/* All logs as one history. */
static struct log join(struct mixed *m) {
    struct log all = {0};
    for (uint32_t i = 0; i < WORKER_N; i++)
        all.cap += m->logs[i].n;
    all.events = must_calloc(all.cap, sizeof *all.events);
    for (uint32_t i = 0; i < WORKER_N; i++) {
        memcpy(all.events + all.n, m->logs[i].events, m->logs[i].n * sizeof *all.events);
        all.n += m->logs[i].n;
    }
    return all;
}

static void judge(struct mixed *m) {
    const struct history_totals totals = facts_totals(&m->w, m->set);
    world_close(&m->w);
    struct facts facts;
    facts_read(&facts, &m->w, m->set, UNIT_N);
    struct log all = join(m);
    const struct history h = {.use_max = m->load.use_max,
                              .unit_n = UNIT_N,
                              .events = all.events,
                              .n = all.n,
                              .facts = facts.p,
                              .fact_n = facts.n,
                              .totals = &totals};
    struct history_fault fault;
    if (history_judge(&h, &fault) != HISTORY_GOOD)
        fail_msg("rule %d: %s", (int)fault.rule, fault.what);
    assert_true(facts.n > UNIT_N); /* it was a history, not a silence */
    free(facts.p);
    free(all.events);
}

static void live_and_judge(uint32_t use_max, const char *terms) {
    struct mixed *m = mixed_new(use_max, terms);
    for (uint32_t boot = 0; boot < BOOT_N; boot++) {
        live_once(m, boot);
        world_close(&m->w);
        world_open(&m->w);
    }
    judge(m);
    world_remove(&m->w);
    for (uint32_t i = 0; i < WORKER_N; i++)
        free(m->logs[i].events);
    free(m->load.codes);
    free(m);
}

static void a_mixed_history_of_codes_used_once_is_sound(void **state) {
    (void)state;
    live_and_judge(1, "{\"uses\":\"once\"}");
}

static void a_mixed_history_of_codes_used_three_times_is_sound(void **state) {
    (void)state;
    live_and_judge(3, "{\"uses\":3}");
}

static void a_mixed_history_of_codes_used_once_per_redeemer_is_sound(void **state) {
    (void)state;
    live_and_judge(0, "{\"uses\":\"once per redeemer\"}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mixed_history_of_codes_used_once_is_sound),
        cmocka_unit_test(a_mixed_history_of_codes_used_three_times_is_sound),
        cmocka_unit_test(a_mixed_history_of_codes_used_once_per_redeemer_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
