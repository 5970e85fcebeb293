/* A child that redeems and measures itself. */
#include "footprint.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "depot.h"
#include "ledger/state.h"

#define LOAD     1000000u /* codes at a time */
#define GROUP    4096u
#define LINE_CAP 1200u /* bytes of an error for people */
#define KIB      1024.0

/* Bytes of the files in a folder; 0 where there is none. */
static double folder_len(const char *path) {
    double len = 0;
    struct stat file;
    DIR *dir = opendir(path);
    if (dir == NULL) return 0;
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        if (fstatat(dirfd(dir), e->d_name, &file, 0) == 0 && S_ISREG(file.st_mode))
            len += (double)file.st_size;
    (void)closedir(dir);
    return len;
}

static cm_err redeem(struct depot *d, uint64_t spent, struct leg *leg) {
    for (uint64_t left = spent; left > 0;) {
        TRY(depot_fetch(d, left < LOAD ? (size_t)left : LOAD));
        left -= d->text_n;
        struct leg part = {.items = 0};
        TRY(depot_redeem_load(d, GROUP, &part));
        if (part.peak > leg->peak) leg->peak = part.peak;
    }
    return CM_OK;
}

static cm_err weigh_image(struct footprint *f, const struct workspace_paths *paths,
                          struct cm_diag *diag) {
    CM_CLEANUP(state_closep) struct state *state = NULL;
    const struct state_options options = {
        .path = paths->state, .workspace_id = SHOP_ID, .read_only = true};
    struct state_sizes sizes;
    TRY(state_open(&state, &options, diag));
    TRY(state_size(state, &sizes));
    f->states = (double)sizes.states_len;
    f->details = (double)sizes.details_len;
    f->nodes = (double)sizes.nodes_len;
    f->image = (double)sizes.file_len;
    return CM_OK;
}

static cm_err weigh(struct footprint *f, struct depot *d) {
    struct leg leg = {.items = 0};
    struct workspace_paths paths;
    struct engine_stats stats;
    const double before = meter_proc("/proc/self/status", "RssAnon:") * KIB;
    TRY(depot_fill(d, f->live));
    TRY(redeem(d, f->spent, &leg));
    f->memory = meter_proc("/proc/self/status", "RssAnon:") * KIB - before;
    f->peak = leg.peak;
    engine_stats(d->shop.engine, &stats);
    f->pages = (double)stats.unit_memory;
    shop_leave(&d->shop);
    TRY(workspace_paths(d->shop.dir, &paths, d->diag));
    f->journal = folder_len(paths.journal) + folder_len(paths.archive);
    return weigh_image(f, &paths, d->diag);
}

static cm_err weigh_depot(struct footprint *f, const char *parent, struct cm_diag *diag) {
    CM_CLEANUP(depot_close) struct depot d = {.diag = diag};
    TRY(depot_open(&d, parent, diag));
    return weigh(f, &d);
}

static _Noreturn void child(struct footprint *f, const char *parent, int to) {
    struct cm_diag diag = DIAG_INIT;
    char line[LINE_CAP];
    const cm_err err = weigh_depot(f, parent, &diag);
    if (err == CM_OK) _exit(write(to, f, sizeof *f) == (ssize_t)sizeof *f ? 0 : 1);
    (void)diag_text(&diag, err, line, sizeof line);
    (void)fprintf(stderr, "bench: %s\n", line);
    _exit(1);
}

cm_err footprint_take(struct footprint *f, const char *parent, struct cm_diag *diag) {
    int ends[2], status = 0;
    struct footprint made = *f;
    if (pipe2(ends, O_CLOEXEC) != 0) return CM_E_IO;
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) child(f, parent, ends[1]);
    (void)close(ends[1]);
    const bool whole = pid > 0 && read(ends[0], &made, sizeof made) == (ssize_t)sizeof made;
    (void)close(ends[0]);
    if (pid > 0) (void)waitpid(pid, &status, 0);
    if (!whole)
        return diag_fail(diag, CM_E_IO, f->name, NULL, NULL, "its process ended with %d", status);
    *f = made;
    return CM_OK;
}
