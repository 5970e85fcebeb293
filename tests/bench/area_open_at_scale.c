/* From a kill to the first answer. A process redeems codes in random order until it is killed with
 * signal 9 in the middle of its work; then a fresh process opens the ledger and answers a check of
 * a code that was redeemed. Five kills at every number of spent codes, which other kills follow.
 * The keystore is open before: its passphrase hash is slow on purpose.
 * Reference: docs/design/performance.md, "open-at-scale". */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "areas.h"
#include "depot.h"
#include "fact.h"

#define LOAD        1000000u /* codes at a time */
#define GROUP       4096u
#define MORE        700000u /* codes between two kills: a fold and a half */
#define WAIT_US     30000u  /* at most, from the last code to the kill */
#define SIZES_MOST  3u
#define READY_MOST  1.0
#define DROP_CACHES "/proc/sys/vm/drop_caches"

static const struct {
    uint64_t spent;
    const char *name;
} sizes[SIZES_MOST] = {
    {1000000u, "1 million"}, {10000000u, "10 million"}, {100000000u, "100 million"}};

enum { EXIT_OPEN = 3, EXIT_FETCH, EXIT_REDEEM, EXIT_TELL, EXIT_ALIVE };

struct start {
    double seconds, replayed, right;
};

struct kills {
    struct depot depot;
    uint64_t spent; /* codes of the permutation that were handed out to be redeemed */
    struct start warm[BENCH_PAIRS_MAX], cold[BENCH_PAIRS_MAX];
};

/* The child: tell how many were acknowledged until killed. What was in flight at the last kill may
 * have been kept, so the permutation goes on behind it. */
static _Noreturn void redeem_until_killed(struct depot *d, int to) {
    if (shop_enter(&d->shop, d->diag) != CM_OK) _exit(EXIT_OPEN);
    for (;;) {
        size_t done = 0;
        if (depot_fetch(d, LOAD) != CM_OK) _exit(EXIT_FETCH);
        do {
            if (depot_redeem(d, GROUP, &done) != CM_OK) _exit(EXIT_REDEEM);
            const uint64_t at = done;
            if (write(to, &at, sizeof at) != (ssize_t)sizeof at) _exit(EXIT_TELL);
        } while (done > 0);
    }
}

/* A child that runs until it has redeemed `more`, and a moment longer. */
static cm_err live_and_die(struct kills *k, uint64_t more, struct cm_diag *diag) {
    int ends[2], status = 0;
    uint64_t done = 0, part = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) return CM_E_IO;
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) redeem_until_killed(&k->depot, ends[1]);
    (void)close(ends[1]);
    while (pid > 0 && done < more && read(ends[0], &part, sizeof part) == (ssize_t)sizeof part)
        done += part;
    (void)usleep((useconds_t)(meter_now_ns() % WAIT_US));
    if (pid > 0) (void)kill(pid, SIGKILL);
    if (pid > 0) (void)waitpid(pid, &status, 0);
    while (read(ends[0], &part, sizeof part) == (ssize_t)sizeof part)
        done += part;
    (void)close(ends[0]);
    /* Whole loads were fetched: whatever of the last was not redeemed is passed over. */
    k->depot.range.next += (done / LOAD + 1) * (LOAD + LOAD / 8);
    k->spent += done;
    if (WIFSIGNALED(status) && done >= more) return CM_OK;
    return diag_fail(diag, CM_E_STATE, "open-at-scale", NULL, NULL,
                     "the child ended with status %d", status);
}

/* The fresh process dies without closing: the next one finds what the kill left. */
static _Noreturn void start_and_ask(struct depot *d, int to) {
    struct start s = {.seconds = 0};
    struct engine_stats stats;
    enum cm_verdict verdict = CM_V_BUSY;
    const uint64_t begun = meter_now_ns();
    if (shop_enter(&d->shop, d->diag) != CM_OK) _exit(EXIT_OPEN);
    if (depot_check(d, &verdict) != CM_OK) _exit(EXIT_REDEEM);
    s.seconds = (double)(meter_now_ns() - begun) / 1e9;
    engine_stats(d->shop.engine, &stats);
    s.replayed = (double)(stats.sequence - stats.folded_to);
    s.right = verdict == CM_V_ALREADY_REDEEMED;
    _exit(write(to, &s, sizeof s) == (ssize_t)sizeof s ? 0 : EXIT_TELL);
}

static cm_err start(struct kills *k, struct start *out, struct cm_diag *diag) {
    int ends[2];
    struct start s = {.seconds = 0};
    if (pipe2(ends, O_CLOEXEC) != 0) return CM_E_IO;
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) start_and_ask(&k->depot, ends[1]);
    (void)close(ends[1]);
    const bool whole = pid > 0 && read(ends[0], &s, sizeof s) == (ssize_t)sizeof s;
    (void)close(ends[0]);
    if (pid > 0) (void)waitpid(pid, NULL, 0);
    if (!whole || s.right == 0)
        return diag_fail(diag, CM_E_STATE, "open-at-scale", NULL, NULL,
                         "after a kill the ledger does not answer rightly");
    *out = s;
    return CM_OK;
}

/* True if the kernel let go of the cached pages of files. */
static bool chill(void) {
    sync();
    const int fd = open(DROP_CACHES, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool dropped = write(fd, "3", 1) == 1;
    (void)close(fd);
    return dropped;
}

static cm_err tell(struct bench *b, const char *how, const char *size, const struct start *starts) {
    char name[sizeof b->rows[0].row];
    (void)snprintf(name, sizeof name, "%s spent, %s", size, how);
    struct bench_fact f = {.area = "open-at-scale",
                           .row = name,
                           .unit = "s",
                           .peer_name = "one second",
                           .n = b->pairs,
                           .sense = SENSE_AT_MOST,
                           .goal = READY_MOST};
    for (unsigned i = 0; i < b->pairs; i++) {
        f.ours[i] = starts[i].seconds;
        f.peer[i] = 1;
    }
    TRY(bench_fact(b, &f));
    f.unit = "events";
    f.sense = SENSE_NONE;
    f.peer_name = "one event";
    (void)snprintf(name, sizeof name, "%s spent, %s: replayed", size, how);
    for (unsigned i = 0; i < b->pairs; i++)
        f.ours[i] = starts[i].replayed;
    return bench_fact(b, &f);
}

static cm_err at_size(struct bench *b, struct kills *k, size_t i) {
    bool cold = true;
    for (unsigned at = 0; at < b->pairs; at++) {
        const uint64_t goal = sizes[i].spent;
        TRY(live_and_die(k, k->spent < goal ? goal - k->spent : MORE, &b->diag));
        TRY(start(k, &k->warm[at], &b->diag));
        cold = cold && chill();
        if (cold) TRY(start(k, &k->cold[at], &b->diag));
    }
    TRY(tell(b, "warm", sizes[i].name, k->warm));
    return cold ? tell(b, "cold", sizes[i].name, k->cold) : CM_OK;
}

static cm_err run(struct bench *b, struct kills *k) {
    const size_t n = b->full ? SIZES_MOST : 2;
    const uint64_t most = sizes[n - 1].spent;
    TRY(depot_open(&k->depot, b->scratch, &b->diag));
    TRY(depot_fill(&k->depot, 2 * most + 60 * LOAD));
    TRY(depot_fetch(&k->depot, 1)); /* the code that every start is asked about */
    struct leg leg = {.items = 0};
    TRY(depot_redeem_load(&k->depot, 1, &leg));
    shop_leave(&k->depot.shop);
    for (size_t i = 0; i < n; i++)
        TRY(at_size(b, k, i));
    return CM_OK;
}

cm_err area_open_at_scale(struct bench *b) {
    struct kills *k = calloc(1, sizeof *k);
    if (k == NULL) return CM_E_NO_MEMORY;
    const cm_err err = run(b, k);
    depot_close(&k->depot);
    free(k);
    return err;
}
