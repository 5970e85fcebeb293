/* countermark_bench [OPTIONS] [full] [AREA ...]: measures and reports, judges nothing in its exit
 * status: 0 = measured, 2 = usage, 3 = an area failed, or there was no time left for it. What the
 * other areas found is kept. `./dev bench` builds and starts it.
 * Reference: docs/design/performance.md. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "areas.h"
#include "base/log.h"
#include "bench_options.h"
#include "meter.h"
#include "report.h"

#define LINE_CAP      1200u  /* bytes of an error for people */
#define BUDGET_S      1200.0 /* of the usual bench: 20 minutes */
#define BUDGET_FULL_S 7200.0 /* of the full one: 2 hours */
#define SUSTAINED_S   10.0
#define SUSTAINED_FULL_S                                                                           \
    60.0 /* long enough for folds, segments and write-back to come round many times */

static void tell(struct bench *b, const char *area, cm_err err) {
    char line[LINE_CAP];
    (void)diag_text(&b->diag, err, line, sizeof line);
    (void)fprintf(stderr, "bench: %s%s%s\n", area, area[0] != '\0' ? ": " : "", line);
    b->diag = (struct cm_diag)DIAG_INIT;
}

static int usage(struct bench *b, cm_err err) {
    tell(b, "", err);
    (void)fputs("usage: countermark_bench [--leg SECONDS] [--pairs N] [--live CODES] [--dir DIR]\n"
                "                         [--out FILE] [full] [AREA ...]\n"
                "areas, all if none is named:",
                stderr);
    for (size_t i = 0; i < areas_n; i++)
        (void)fprintf(stderr, " %s", areas[i].name);
    (void)fputs("\n", stderr);
    return 2;
}

static cm_err run_area(struct bench *b, const struct area *area, const char *out,
                       const struct meter *clock) {
    const double begun = meter_seconds(clock), budget = b->full ? BUDGET_FULL_S : BUDGET_S;
    if (begun >= budget)
        return diag_fail(&b->diag, CM_E_LIMIT, "time", NULL, "name the area to measure it alone",
                         "the %.0f minutes are spent", budget / 60);
    const cm_err err = area->run(b);
    const double took = meter_seconds(clock) - begun;
    if (!b->full && took > area->share_s)
        (void)printf("%s took %.0f s, more than its share of %u s\n", area->name, took,
                     area->share_s);
    TRY(err);
    return report_json(b, out, &b->diag);
}

/* Whether all that was wanted was measured. */
static bool run(struct bench *b, const struct bench_options *o) {
    cpu_set_t home;
    bool all = true;
    const struct meter clock = meter_begin();
    meter_home(&home);
    report_machine(o->dir);
    report_head();
    for (size_t i = 0; i < areas_n; i++) {
        if (!o->wanted[i]) continue;
        meter_pin(&home, areas[i].pinned);
        const size_t kept = b->row_n;
        const cm_err err = run_area(b, &areas[i], o->out, &clock);
        if (err == CM_OK) continue;
        tell(b, areas[i].name, err);
        all = false;
        if (b->row_n > kept) cm_ignore(report_json(b, o->out, NULL)); /* told already: not all */
    }
    (void)printf("results: %s (%.1f minutes)\n", o->out, meter_seconds(&clock) / 60);
    return all;
}

static void set_up(struct bench *b, const struct bench_options *o) {
    b->leg_s = o->leg_s;
    b->sustained_s = o->full ? SUSTAINED_FULL_S : SUSTAINED_S;
    b->pairs = o->pairs;
    b->live = o->live;
    b->full = o->full;
    b->progress = isatty(STDERR_FILENO) == 1;
    b->scratch = o->dir;
    b->peers = CM_SOURCE_DIR "/tests/bench/peers/main.mjs";
}

int main(int argc, char **argv) {
    struct bench_options o = BENCH_OPTIONS_DEFAULTS;
    const char *names[BENCH_AREAS_MAX] = {NULL};
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL) return 3;
    o.dir = CM_BINARY_DIR;
    o.out = CM_BINARY_DIR "/results.json";
    for (size_t i = 0; i < areas_n && i < CM_ARRAY_N(names); i++)
        names[i] = areas[i].name;
    log_set_level(LOG_ERROR);
    (void)signal(SIGPIPE, SIG_IGN); /* a peer that dies is an area's failure, not ours */
    const cm_err err =
        bench_options_parse(&o, names, areas_n, argc, (const char *const *)argv, &b->diag);
    set_up(b, &o);
    const int status = err != CM_OK ? usage(b, err) : run(b, &o) ? 0 : 3;
    free(b);
    return status;
}
