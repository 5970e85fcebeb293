/* Enumeration of power-loss states. See explore.h and README.md. */
#include "support/powerloss/explore.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/powerloss/disk_model.h"
#include "support/scratch.h"
#include "support/splitmix.h"

#define SUBSETS_OF_MAX 6u  /* pending operations of which all subsets are tried */
#define SUBSETS_RANDOM 64u /* subsets tried of more */
#define APART_MOST_S   60u /* seconds that a check apart may take: a tree may go round in circles */

struct exploration {
    const struct powerloss_options *options;
    powerloss_check *check;
    void *ctx;
    struct powerloss_report *report;
    struct powerloss_mark *marks;
    uint64_t mark_n, tears, random;
    struct disk_fate *fates;
    const struct disk_model *model;
    uint64_t begin, point;
};

/* In the child: the test framework would take the signals of a crash for its own test's. */
static _Noreturn void judge_and_exit(const struct exploration *x, const char *folder, int to) {
    char why[POWERLOSS_WHY_CAP] = "";
    const int deadly[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        (void)signal(deadly[i], SIG_DFL);
    (void)alarm(APART_MOST_S);
    const int bad = x->check(x->ctx, folder, x->marks, x->mark_n, why);
    if (write(to, why, sizeof why) != (ssize_t)sizeof why) _exit(1);
    _exit(bad);
}

static int check_apart(struct exploration *x, const char *folder,
                       char why[static POWERLOSS_WHY_CAP]) {
    int ends[2], status = 0;
    (void)fflush(NULL);
    if (pipe(ends) != 0) abort();
    const pid_t pid = fork();
    if (pid < 0) abort();
    if (pid == 0) judge_and_exit(x, folder, ends[1]);
    (void)close(ends[1]);
    const bool told = read(ends[0], why, POWERLOSS_WHY_CAP) == (ssize_t)POWERLOSS_WHY_CAP;
    (void)close(ends[0]);
    if (waitpid(pid, &status, 0) != pid) abort();
    if (!told) (void)snprintf(why, POWERLOSS_WHY_CAP, "the check died (status %d)", status);
    x->report->deaths += told ? 0u : 1u;
    return told && status == 0 ? 0 : 1;
}

static int judge(struct exploration *x, const char *folder, char why[static POWERLOSS_WHY_CAP]) {
    if (x->options->apart) return check_apart(x, folder, why);
    return x->check(x->ctx, folder, x->marks, x->mark_n, why);
}

static void try_state(struct exploration *x) {
    char folder[PATH_MAX];
    char why[POWERLOSS_WHY_CAP] = "";
    (void)snprintf(folder, sizeof folder, "%s/state", x->options->scratch);
    scratch_remove(folder);
    disk_model_build(x->model, x->fates, folder);
    x->report->states += 1;
    if (judge(x, folder, why) != 0) {
        if (x->report->violations == 0)
            (void)snprintf(x->report->first, sizeof x->report->first, "record %llu: %.400s",
                           (unsigned long long)x->point, why);
        x->report->violations += 1;
    }
    scratch_remove(folder);
}

static uint64_t undecided(const struct disk_model *m) {
    uint64_t n = 0;
    for (uint64_t i = 0; i < m->pending_n; i++)
        n += m->pending[i].durable ? 0u : 1u;
    return n;
}

static void set_fates(struct exploration *x, uint64_t mask) {
    uint64_t bit = 0;
    for (uint64_t i = 0; i < x->model->pending_n; i++) {
        x->fates[i] = (struct disk_fate){0};
        if (x->model->pending[i].durable) continue;
        x->fates[i].there = (mask >> (bit % 64u) & 1u) != 0;
        bit++;
    }
}

static void try_subsets(struct exploration *x, uint64_t n) {
    const uint64_t all = n <= SUBSETS_OF_MAX ? 1ull << n : SUBSETS_RANDOM;
    for (uint64_t i = 0; i < all; i++) {
        set_fates(x, n <= SUBSETS_OF_MAX ? i : splitmix_next(&x->random));
        try_state(x);
    }
}

/* Three of four operations happened, and every write of them in part. */
static void try_tears(struct exploration *x, uint64_t how_many) {
    for (uint64_t i = 0; i < how_many; i++) {
        const uint64_t half = splitmix_next(&x->random);
        set_fates(x, half | splitmix_next(&x->random));
        for (uint64_t k = 0; k < x->model->pending_n; k++)
            x->fates[k].tear_seed = splitmix_next(&x->random) | 1u;
        try_state(x);
    }
}

static int has_write(const struct disk_model *m) {
    for (uint64_t i = 0; i < m->pending_n; i++) {
        if (!m->pending[i].durable && m->pending[i].r.kind == POWERLOSS_WRITE) return 1;
    }
    return 0;
}

/* The first moment that counts: when the program has started. */
static uint64_t first_point(const struct disk_log *log) {
    for (uint64_t i = 0; i < log->n; i++) {
        if (log->ops[i].r.kind == POWERLOSS_BEGIN) return i;
    }
    return 0;
}

/* First pass: how many subsets and tearable points there are, to spend the rest on tears. */
static uint64_t tears_a_point(const struct disk_log *log, uint64_t wanted) {
    struct disk_model m;
    uint64_t subsets = 0;
    uint64_t tearable = 0;
    disk_model_init(&m);
    for (uint64_t i = 0; i < log->n; i++) {
        disk_model_step(&m, &log->ops[i]);
        if (i < first_point(log)) continue;
        const uint64_t n = undecided(&m);
        subsets += n <= SUBSETS_OF_MAX ? 1ull << n : SUBSETS_RANDOM;
        tearable += has_write(&m) ? 1u : 0u;
    }
    disk_model_wipe(&m);
    if (tearable == 0 || wanted <= subsets) return 1;
    return (wanted - subsets + tearable - 1) / tearable;
}

static void step(struct exploration *x, struct disk_model *m, const struct disk_op *op) {
    if (op->r.kind == POWERLOSS_MARK)
        x->marks[x->mark_n++] = (struct powerloss_mark){op->data, op->r.data_len};
    disk_model_step(m, op);
    if (op->index < x->begin) return;
    x->point = op->index;
    x->report->points += 1;
    struct disk_fate *fates = realloc(x->fates, (size_t)(m->pending_n + 1) * sizeof *fates);
    if (fates == NULL) abort();
    x->fates = fates;
    try_subsets(x, undecided(m));
    if (has_write(m)) try_tears(x, x->tears);
}

static bool has_enough(const struct exploration *x) {
    return x->options->enough > 0 && x->report->violations >= x->options->enough;
}

void powerloss_explore(const struct powerloss_options *options, powerloss_check *check, void *ctx,
                       struct powerloss_report *report) {
    struct disk_log log;
    struct disk_model m;
    *report = (struct powerloss_report){0};
    disk_log_load(&log, options->log);
    disk_model_init(&m);
    struct exploration x = {.options = options,
                            .check = check,
                            .ctx = ctx,
                            .report = report,
                            .model = &m,
                            .random = options->seed,
                            .begin = first_point(&log),
                            .tears = tears_a_point(&log, options->states),
                            .marks = calloc((size_t)log.n + 1, sizeof *x.marks)};
    if (x.marks == NULL) abort();
    for (uint64_t i = 0; i < log.n && !has_enough(&x); i++)
        step(&x, &m, &log.ops[i]);
    free(x.marks);
    free(x.fates);
    disk_model_wipe(&m);
    disk_log_wipe(&log);
}
