/* A program to be recorded (tests/support/powerloss): it opens a workspace, makes calls of all
 * kinds from several threads, folds in between, makes batches, streams a run, and marks what it
 * asks and what it was answered.
 * Usage: engine_writer WORKSPACE CODES CALLS, where CODES is a file of POWER_UNITS codes. */
#include "support/cm.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "power_plan.h"
#include "run_script.h"

/* There when the recorder is preloaded. */
__attribute__((weak)) void powerloss_mark(const void *p, unsigned len);

static void mark(const struct power_mark *m) {
    if (powerloss_mark != NULL) powerloss_mark(m, sizeof *m);
}

static void tell(void *ctx, const struct load_call *call, bool answered) {
    struct power_mark m;
    (void)ctx;
    memset(&m, 0, sizeof m);
    m.kind = answered ? POWER_ANSWERED : POWER_ASKED;
    m.call = *call;
    mark(&m);
}

static bool read_codes(const char *path, char (*codes)[WORLD_CODE_CAP]) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) return false;
    const size_t n = fread(codes, WORLD_CODE_CAP, POWER_UNITS, f);
    (void)fclose(f);
    return n == POWER_UNITS;
}

static cm_err open_world(struct world *w, const char *dir) {
    struct cm_diag diag = DIAG_INIT;
    struct workspace_paths paths;
    const struct keystore_unlock unlock = {.kind = SLOT_PASSPHRASE,
                                           .secret = slice_text("only for tests"),
                                           .allow_weak_for_tests = true};
    *w = (struct world){.now_ms = WORLD_NOW_MS,
                        .segment_len = POWER_SEGMENT_LEN,
                        .fold_len = POWER_FOLD_LEN,
                        .batch_n = 1};
    (void)snprintf(w->dir, sizeof w->dir, "%s", dir);
    TRY(crypto_init());
    TRY(workspace_paths(dir, &paths, NULL));
    TRY(keystore_open(paths.keystore, &unlock, &w->keystore, NULL));
    return world_try_open(w, &diag);
}

static void make_batch(struct world *w) {
    struct power_mark m;
    memset(&m, 0, sizeof m);
    m.kind = POWER_BATCH;
    m.set = world_batch(w, POWER_BATCH_UNITS, true);
    mark(&m);
}

struct writer {
    struct world *w;
    struct load_worker worker;
    unsigned long calls;
    pthread_t thread;
};

static void *write_on(void *ctx) {
    struct writer *me = ctx;
    for (unsigned long i = 0; i < me->calls; i++) {
        const bool due = i % POWER_BATCH_EVERY == POWER_BATCH_EVERY / 4;
        if (me->worker.number == 0 && due) make_batch(me->w);
        load_step(&me->worker);
    }
    return NULL;
}

/* A line beside the tills: holds and moves. */
static void *print_on(void *ctx) {
    struct writer *me = ctx;
    static struct run_script script;
    run_script_rewind(&script);
    for (unsigned long i = 0; i < me->calls; i++) {
        struct power_mark m;
        memset(&m, 0, sizeof m);
        m.kind = POWER_STEP_ASKED;
        m.step = script.step;
        mark(&m);
        if (run_script_do(&script, me->w->engine) != CM_OK) exit(4);
        m.kind = POWER_STEP;
        mark(&m);
        run_script_advance(&script);
    }
    return NULL;
}

int main(int argc, char **argv) {
    struct world w;
    static struct writer writers[POWER_WORKERS]; /* large: each remembers calls */
    char codes[POWER_UNITS][WORLD_CODE_CAP];
    if (argc != 4 || !read_codes(argv[2], codes) || open_world(&w, argv[1]) != CM_OK) return 2;
    struct load load = {.engine = w.engine,
                        .codes = codes,
                        .unit_n = POWER_UNITS,
                        .use_max = 2,
                        .clock_ms = w.now_ms,
                        .hold_ms_max = 1000,
                        .seed = 99,
                        .tell = tell};
    for (uint32_t i = 0; i < POWER_WORKERS; i++) {
        writers[i].w = &w;
        writers[i].calls = strtoul(argv[3], NULL, 10) / POWER_WORKERS;
        load_worker_init(&writers[i].worker, &load, i);
        if (pthread_create(&writers[i].thread, NULL, write_on, &writers[i]) != 0) return 3;
    }
    struct writer printer = {.w = &w, .calls = writers[0].calls};
    if (pthread_create(&printer.thread, NULL, print_on, &printer) != 0) return 3;
    (void)pthread_join(printer.thread, NULL);
    for (uint32_t i = 0; i < POWER_WORKERS; i++)
        (void)pthread_join(writers[i].thread, NULL);
    world_close(&w);
    keystore_close(w.keystore);
    return 0;
}
