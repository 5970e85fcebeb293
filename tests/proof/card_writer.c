/* A program that lives to be killed (cards_kill.mjs): it opens a workspace with cards, asks what
 * the last life died in again, and lets twelve callers work on it, with clean stops in between.
 * Usage: card_writer make            makes the workspace, prints its folder
 *        card_writer run DIR BOOT    works until it is killed; says so when it begins
 *        card_writer end DIR BOOT    asks again, looks at every card, and stops
 * Beside the workspace's files it keeps DIR/proof: the log, the callers' memory, the cards,
 * `alike`, the issues of a card with one PIN, and `again`, the logged questions to begin with. */
#include "support/cm.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "card_load.h"
#include "crypto/secret.h"

#define LIFE                                                                                       \
    "{\"activation\":\"till\",\"currency\":\"EUR\",\"load_max\":100000,\"balance_max\":200000,"    \
    "\"pin_tries\":3,\"valid_days\":1}"
#define SEGMENT_LEN 65536u
#define FOLD_LEN    16384u
#define BOOT_STEP   10800000u /* three hours of the engine's clock between two lives */
#define STEPS       120u      /* calls of a worker between two clean stops */
#define ISSUES      16u       /* of a PIN; card-life.md */
#define LINE_CAP    2048u

/* What outlives a process. */
struct files {
    struct card_load_memory memory[CARD_LOAD_WORKERS];
    struct card_load_plastic plastic[CARD_LOAD_CARDS];
};

static struct scratch below(const char *dir, const char *name) {
    struct scratch path;
    if (snprintf(path.path, sizeof path.path, "%s/proof/%s", dir, name) >= (int)sizeof path.path)
        _exit(2);
    return path;
}

static struct files *map_files(const char *dir) {
    const struct scratch path = below(dir, "memory");
    const int fd = open(path.path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(struct files)) != 0) _exit(2);
    void *p = mmap(NULL, sizeof(struct files), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (p == MAP_FAILED) _exit(2);
    return p;
}

/* A PIN has four digits, so a card may have one and the same in two issues: the judge is told. */
static void note_alike(FILE *out, struct card_world *c, uint32_t card) {
    char pins[ISSUES][CARD_CAP];
    for (unsigned i = 0; i < ISSUES; i++)
        card_pin(c, card, i + 1, pins[i]);
    for (unsigned b = 1; b < ISSUES; b++)
        for (unsigned a = 0; a < b; a++)
            if (strcmp(pins[a], pins[b]) == 0) (void)fprintf(out, "%u %u %u\n", card, a + 1, b + 1);
}

static int make(void) {
    struct card_world c = {.w = {.segment_len = SEGMENT_LEN, .fold_len = FOLD_LEN}};
    card_world_make(&c, CARD_PIN_N, LIFE);
    assert_ok(keystore_save(c.w.keystore, NULL));
    const struct scratch folder = below(c.w.dir, "");
    if (mkdir(folder.path, 0700) != 0) return 2;
    const struct scratch alike = below(c.w.dir, "alike");
    FILE *out = fopen(alike.path, "wb");
    if (out == NULL) return 2;
    struct files *files = map_files(c.w.dir);
    for (uint32_t i = 0; i < CARD_LOAD_CARDS; i++) {
        note_alike(out, &c, i);
        struct card_load_plastic *p = &files->plastic[i];
        card_number(&c, i, p->number);
        p->issue = 1;
        for (unsigned issue = 1; issue <= CARD_LOAD_PINS; issue++)
            card_pin(&c, i, issue, p->pin[issue - 1]);
    }
    if (fclose(out) != 0) return 2;
    for (uint32_t i = 0; i < CARD_LOAD_WORKERS; i++)
        files->memory[i].seed = 77 + i;
    (void)printf("%s\n", c.w.dir);
    world_close(&c.w);
    return 0;
}

static cm_err open_keys(struct world *w) {
    struct workspace_paths paths;
    const struct keystore_unlock unlock = {.kind = SLOT_PASSPHRASE,
                                           .secret = slice_text("only for tests"),
                                           .allow_weak_for_tests = true};
    TRY(crypto_init());
    TRY(workspace_paths(w->dir, &paths, NULL));
    return keystore_open(paths.keystore, &unlock, &w->keystore, NULL);
}

struct worker {
    struct card_load *load;
    const char *dir;
    uint32_t number;
    bool first, last;
    pthread_t thread;
};

static void ask_again(struct worker *me) {
    const struct scratch path = below(me->dir, "again");
    FILE *f = fopen(path.path, "rb");
    char line[LINE_CAP];
    if (f == NULL) return;
    while (fgets(line, sizeof line, f) != NULL) {
        struct card_load_call c;
        if (!card_load_parse(line, &c)) _exit(6);
        if (c.worker == me->number && !card_load_ask(me->load, &c)) _exit(5);
    }
    (void)fclose(f);
}

static void *work(void *ctx) {
    struct worker *me = ctx;
    if (me->first) ask_again(me);
    for (unsigned i = 0; !me->last && i < STEPS; i++)
        card_load_step(me->load, me->number);
    return NULL;
}

static void all_work(struct worker *workers) {
    for (uint32_t i = 0; i < CARD_LOAD_WORKERS; i++)
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) _exit(7);
    for (uint32_t i = 0; i < CARD_LOAD_WORKERS; i++)
        (void)pthread_join(workers[i].thread, NULL);
}

/* Every card, as a till sees it. */
static void look_at_all(struct card_load *load) {
    for (uint32_t card = 0; card < CARD_LOAD_CARDS; card++) {
        struct card_load_call c = {.actor = TILL, .rights = CM_RIGHT_TILL, .n = 1};
        c.items[0] = (struct card_load_item){.op = CM_OP_CHECK, .card = card};
        if (!card_load_ask(load, &c)) _exit(5);
    }
}

static void live(struct world *w, struct card_load *load, bool last) {
    struct worker workers[CARD_LOAD_WORKERS];
    for (bool first = true; first || !last; first = false) {
        struct cm_diag diag = DIAG_INIT;
        if (world_try_open(w, &diag) != CM_OK) {
            (void)fprintf(stderr, "open: %s %s\n", diag.input, diag.problem);
            _exit(8);
        }
        load->engine = w->engine;
        for (uint32_t i = 0; i < CARD_LOAD_WORKERS; i++)
            workers[i] = (struct worker){load, w->dir, i, first, last, 0};
        if (first && (printf("works\n") < 0 || fflush(stdout) != 0)) _exit(9);
        all_work(workers);
        if (last) look_at_all(load);
        world_close(w);
    }
}

int main(int argc, char **argv) {
    log_set_level(LOG_ERROR);
    if (argc == 2 && strcmp(argv[1], "make") == 0) return make();
    if (argc != 4) return 2;
    struct world w = {.segment_len = SEGMENT_LEN, .fold_len = FOLD_LEN};
    const uint64_t boot = strtoull(argv[3], NULL, 10);
    (void)snprintf(w.dir, sizeof w.dir, "%s", argv[2]);
    w.now_ms = WORLD_NOW_MS + boot * BOOT_STEP;
    if (open_keys(&w) != CM_OK) return 2;
    struct files *files = map_files(w.dir);
    for (uint32_t i = 0; i < CARD_LOAD_WORKERS; i++) { /* twins ask the same in each life */
        files->memory[i].twin_seed = boot * 1000 + i / 2;
        files->memory[i].twin_calls = 0;
    }
    const struct scratch path = below(w.dir, "log");
    struct card_load load = {.plastic = files->plastic,
                             .memory = files->memory,
                             .boot = boot,
                             .clock_ms = w.now_ms,
                             .log =
                                 open(path.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    if (load.log < 0) return 2;
    live(&w, &load, strcmp(argv[1], "end") == 0);
    keystore_close(w.keystore);
    (void)munmap(files, sizeof *files);
    (void)close(load.log);
    return 0;
}
