/* Children that live and die. See lives.h. After the fork the child uses nothing of cmocka. */
#include "support/cm.h"

#include "lives.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/must.h"
#include "support/splitmix.h"

#define HOLD_MS     20000u
#define BOOT_STEP   3000u /* ms of the engine's clock between two lives */
#define SCRIPT_END  16u   /* serials that one step takes at most */
#define STEPS_A_RUN 150u  /* calls of a worker between two clean stops of one child */

struct record {
    uint32_t answered, worker;
    struct load_call call;
};
_Static_assert(sizeof(struct record) <= 4096u, "a pipe takes this much whole (PIPE_BUF)");

/* In memory that outlives the child: steps of the run begun, and those acknowledged. */
struct run_steps {
    _Atomic uint64_t asked, done;
};

void lives_make(struct lives *l, uint32_t use_max, const char *terms, uint32_t unit_n) {
    /* On a disk: where a sync takes no time, a kill seldom meets a call that waits for one. */
    assert_int_equal(setenv("TMPDIR", CM_BINARY_DIR, 1), 0);
    *l = (struct lives){.w = {.segment_len = 65536, .fold_len = 16384}};
    world_make(&l->w, 12, 100000);
    world_terms(&l->w, terms);
    l->set = world_batch(&l->w, unit_n, true);
    l->script = must_calloc(1, sizeof *l->script);
    run_script_make(l->script, &l->w);
    l->steps =
        mmap(NULL, sizeof *l->steps, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(l->steps != MAP_FAILED);
    l->load = (struct load){.codes = load_codes(&l->w, l->set, unit_n),
                            .unit_n = unit_n,
                            .use_max = use_max,
                            .hold_ms_max = HOLD_MS,
                            .seed = 7777 + use_max};
    world_close(&l->w);
}

void lives_free(struct lives *l) {
    world_remove(&l->w);
    free(l->load.codes);
    free(l->events);
    free(l->retry);
    free(l->script);
    (void)munmap(l->steps, sizeof *l->steps);
}

/* ---- The child ----------------------------------------------------------------------------- */

struct child {
    struct lives *l;
    int pipe;
    bool last;
};

static void tell(void *ctx, const struct load_call *call, bool answered) {
    const struct child *c = ctx;
    struct record r;
    memset(&r, 0, sizeof r);
    r.answered = answered ? 1 : 0;
    r.worker = call->items[0].process;
    r.call = *call;
    if (write(c->pipe, &r, sizeof r) != (ssize_t)sizeof r) _exit(4);
}

struct worker_thread {
    struct child *child;
    uint32_t number;
    bool first_run;
    struct load_worker worker;
    pthread_t id;
};

static void *child_work(void *ctx) {
    struct worker_thread *t = ctx;
    struct lives *l = t->child->l;
    for (size_t i = t->number; t->first_run && i < l->retry_n; i += LIVES_WORKERS) {
        struct load_call again = l->retry[i];
        if (!load_ask(&l->load, t->number, &again)) _exit(5);
    }
    for (unsigned i = 0; !t->child->last && i < STEPS_A_RUN; i++)
        load_step(&t->worker);
    return NULL;
}

static void *child_print(void *ctx) {
    struct lives *l = ctx;
    for (unsigned i = 0; i < STEPS_A_RUN && l->script->next + SCRIPT_END < SCRIPT_SERIALS; i++) {
        atomic_store(&l->steps->asked, l->script->step + 1);
        if (run_script_do(l->script, l->load.engine) != CM_OK) _exit(8);
        run_script_advance(l->script);
        atomic_store(&l->steps->done, l->script->step);
    }
    return NULL;
}

/* The run is as it was acknowledged, or with the step that the last child was in. */
static void find_run(struct lives *l) {
    const bool open = atomic_load(&l->steps->asked) > l->script->step;
    if (open && !run_script_agrees(l->script, l->load.engine)) run_script_advance(l->script);
    if (!run_script_agrees(l->script, l->load.engine)) _exit(9);
    atomic_store(&l->steps->asked, l->script->step);
    atomic_store(&l->steps->done, l->script->step);
}

static void run_workers(struct worker_thread *threads, bool first_run) {
    for (uint32_t i = 0; i < LIVES_WORKERS; i++) {
        threads[i].first_run = first_run;
        if (pthread_create(&threads[i].id, NULL, child_work, &threads[i]) != 0) _exit(6);
    }
    pthread_t printer;
    if (pthread_create(&printer, NULL, child_print, threads[0].child->l) != 0) _exit(6);
    (void)pthread_join(printer, NULL);
    for (uint32_t i = 0; i < LIVES_WORKERS; i++)
        (void)pthread_join(threads[i].id, NULL);
}

static void check_all(struct lives *l) {
    for (uint32_t unit = 0; unit < l->load.unit_n; unit++) {
        struct load_call look = {
            .n = 1, .items = {{.op = CM_OP_CHECK, .unit = unit, .actor = 1, .redeemer = 0}}};
        if (l->load.use_max == 0) look.items[0].redeemer = 1;
        if (!load_ask(&l->load, 0, &look)) _exit(5);
    }
}

static void child_main(struct child *c) {
    struct lives *l = c->l;
    struct worker_thread *threads = must_calloc(LIVES_WORKERS, sizeof *threads);
    l->load.tell = tell;
    l->load.tell_ctx = c;
    for (uint32_t i = 0; i < LIVES_WORKERS; i++) {
        threads[i] = (struct worker_thread){.child = c, .number = i};
        load_worker_init(&threads[i].worker, &l->load, i);
    }
    for (bool first = true; first || !c->last; first = false) {
        struct cm_diag diag = DIAG_INIT;
        if (world_try_open(&l->w, &diag) != CM_OK) {
            (void)fprintf(stderr, "boot %u: %s %s\n", l->boot, diag.input, diag.problem);
            _exit(7);
        }
        l->load.engine = l->w.engine;
        find_run(l);
        run_workers(threads, first);
        if (c->last) check_all(l);
        world_close(&l->w);
    }
    _exit(0);
}

/* ---- The parent ---------------------------------------------------------------------------- */

static void keep(struct lives *l, const struct load_call *call) {
    if (l->n + LOAD_ITEMS > l->cap) {
        l->cap = l->cap * 2 + 65536;
        l->events = realloc(l->events, l->cap * sizeof *l->events);
        if (l->events == NULL) abort();
    }
    for (uint32_t i = 0; i < call->n; i++)
        l->events[l->n++] = call->items[i];
}

static void ask_again(struct lives *l, const struct load_call *call) {
    if (l->retry_n == l->retry_cap) {
        l->retry_cap = l->retry_cap * 2 + 64;
        l->retry = realloc(l->retry, l->retry_cap * sizeof *l->retry);
        if (l->retry == NULL) abort();
    }
    l->retry[l->retry_n++] = *call;
}

static void asked_again(struct lives *l, uint64_t key) {
    for (size_t i = 0; i < l->retry_n; i++)
        if (l->retry[i].key == key) {
            l->retry[i] = l->retry[--l->retry_n];
            return;
        }
}

static void hear(struct lives *l, const struct record *r) {
    assert_true(r->worker < LIVES_WORKERS && r->call.n <= LOAD_ITEMS);
    if (r->answered == 0) {
        assert_false(l->is_open[r->worker]);
        l->open[r->worker] = r->call;
        l->is_open[r->worker] = true;
        return;
    }
    assert_true(l->is_open[r->worker]);
    l->is_open[r->worker] = false;
    /* Answered, but not known: the engine said that it died. No kill does that. */
    assert_int_not_equal(r->call.items[0].outcome, HISTORY_UNKNOWN);
    keep(l, &r->call);
    if (r->call.key != 0) asked_again(l, r->call.key);
}

/* Listen until the pipe ends (or, with a deadline, until then). True: it ended. */
static bool listen_until(struct lives *l, int from, uint64_t deadline_ns) {
    struct record r;
    for (size_t have = 0;;) {
        const uint64_t now = load_now();
        if (deadline_ns != 0 && now >= deadline_ns && have == 0) return false;
        struct pollfd p = {.fd = from, .events = POLLIN};
        const uint64_t left_ms = deadline_ns > now ? (deadline_ns - now) / 1000000u + 1 : 1;
        if (poll(&p, 1, deadline_ns == 0 ? -1 : (int)left_ms) <= 0) continue;
        const ssize_t n = read(from, (char *)&r + have, sizeof r - have);
        if (n <= 0) return true;
        have += (size_t)n;
        if (have < sizeof r) continue;
        hear(l, &r);
        have = 0;
    }
}

static pid_t give_birth(struct lives *l, bool last, int *from) {
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    l->boot++;
    l->w.now_ms += BOOT_STEP;
    l->load.boot = l->boot;
    l->load.seed++;
    l->load.clock_ms = l->w.now_ms;
    while (l->script->step < atomic_load(&l->steps->done))
        run_script_advance(l->script);
    (void)fflush(NULL);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct child c = {.l = l, .pipe = ends[1], .last = last};
        (void)close(ends[0]);
        child_main(&c);
    }
    (void)close(ends[1]);
    *from = ends[0];
    return pid;
}

/* What was open when the child died is unknown for good, or until its key is asked again. */
static void bury(struct lives *l) {
    const uint64_t dead_at = load_now();
    for (uint32_t i = 0; i < LIVES_WORKERS; i++) {
        if (!l->is_open[i]) continue;
        struct load_call *call = &l->open[i];
        l->is_open[i] = false;
        l->cut_short++;
        for (uint32_t k = 0; k < call->n; k++)
            call->items[k].t_return = dead_at;
        keep(l, call);
        if (call->key == 0) continue;
        asked_again(l, call->key); /* it may be a retry itself */
        ask_again(l, call);
    }
}

/* Until the child's first call, or its end. */
static void await_work(int from) {
    struct pollfd p = {.fd = from, .events = POLLIN};
    while (poll(&p, 1, -1) < 0 && errno == EINTR) {
    }
}

void lives_kill_after(struct lives *l, uint64_t us, bool of_work) {
    int from = -1, status = 0;
    const pid_t pid = give_birth(l, false, &from);
    if (of_work) await_work(from);
    const bool ended = listen_until(l, from, load_now() + us * 1000u);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!ended) (void)listen_until(l, from, 0);
    (void)close(from);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("boot %u ended by itself: status %x", l->boot, (unsigned)status);
    bury(l);
}

void lives_end(struct lives *l) {
    int from = -1, status = 0;
    const pid_t pid = give_birth(l, true, &from);
    (void)listen_until(l, from, 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    (void)close(from);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the last life ended badly: status %x", (unsigned)status);
    assert_true(l->retry_n == 0);
}

void lives_judge(struct lives *l) {
    world_open(&l->w);
    const struct history_totals totals = facts_totals(&l->w, l->set);
    world_close(&l->w);
    struct facts facts;
    facts_read(&facts, &l->w, l->set, l->load.unit_n);
    const struct history h = {.use_max = l->load.use_max,
                              .unit_n = l->load.unit_n,
                              .events = l->events,
                              .n = l->n,
                              .facts = facts.p,
                              .fact_n = facts.n,
                              .totals = &totals};
    struct history_fault fault;
    if (history_judge(&h, &fault) != HISTORY_GOOD)
        fail_msg("rule %d: %s", (int)fault.rule, fault.what);
    print_message("%llu steps of a run\n", (unsigned long long)atomic_load(&l->steps->done));
    print_message("%u lives, %zu answers, %zu changes in the journal, %zu calls cut short\n",
                  l->boot, l->n, facts.n, l->cut_short);
    free(facts.p);
}
