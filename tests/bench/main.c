/* countermark_bench [OPTIONS] [AREA ...]: measures and reports, judges nothing in its exit status:
 * 0 = measured, 2 = usage, 3 = fault. `./dev bench` builds and starts it.
 * Reference: docs/design/performance.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "areas.h"
#include "base/log.h"
#include "meter.h"
#include "report.h"

#define LEG_S_DEFAULT 2.0
#define PAIRS_LEAST   5u
#define LIVE_DEFAULT  10000000u
#define LIVE_LEAST    100000u
#define LIVE_MOST     30000000u /* what a batch of shop.h can hold */
#define LINE_CAP      1200u     /* bytes of an error for people */

static const struct {
    const char *name;
    bench_area *run;
    bool pinned; /* one core for us and the peers */
} areas[] = {
    {"ff1", area_ff1, true},
    {"mint", area_mint, true},
    {"mint-file", area_mint_file, true},
    {"open", area_open, true},
    {"cards", area_cards, true},
    {"redeem", area_redeem, false},
    {"single", area_single, false},
    {"http", area_http, false},
    {"open-at-scale", area_open_at_scale, false},
    {"scale", area_scale, false},
};

struct arguments {
    const char *out;
    bool wanted[CM_ARRAY_N(areas)];
};

static int usage(void) {
    (void)fputs("usage: countermark_bench [--leg SECONDS] [--pairs N] [--live CODES] [--dir DIR]\n"
                "                         [--out FILE] [AREA ...]\n"
                "areas: ff1 mint mint-file open cards redeem single http (all, if none is named)\n",
                stderr);
    return 2;
}

/* One option with its value; false if it is none or makes no sense. */
static bool take_option(struct bench *b, struct arguments *a, const char *name, const char *value) {
    if (strcmp(name, "--out") == 0) return (a->out = value) != NULL;
    if (strcmp(name, "--dir") == 0) return (b->scratch = value) != NULL;
    if (strcmp(name, "--leg") == 0) return (b->leg_s = strtod(value, NULL)) > 0;
    const unsigned long n = strtoul(value, NULL, 10);
    if (strcmp(name, "--pairs") == 0) {
        b->pairs = (unsigned)n;
        return n >= PAIRS_LEAST && n <= BENCH_PAIRS_MAX;
    }
    b->live = n;
    return strcmp(name, "--live") == 0 && n >= LIVE_LEAST && n <= LIVE_MOST;
}

static bool take_area(struct arguments *a, const char *name) {
    for (size_t i = 0; i < CM_ARRAY_N(areas); i++)
        if (strcmp(areas[i].name, name) == 0) return a->wanted[i] = true;
    return false;
}

static bool parse(struct bench *b, struct arguments *a, int argc, char **argv) {
    bool any = false;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            if (i + 1 == argc || !take_option(b, a, argv[i], argv[i + 1])) return false;
            i++;
        } else if (strcmp(argv[i], "full") == 0) {
            b->full = true;
        } else if (take_area(a, argv[i])) {
            any = true;
        } else {
            return false;
        }
    }
    for (size_t i = 0; i < CM_ARRAY_N(areas) && !any; i++)
        a->wanted[i] = true;
    return true;
}

static cm_err run(struct bench *b, const struct arguments *a) {
    cpu_set_t home;
    meter_home(&home);
    report_head();
    for (size_t i = 0; i < CM_ARRAY_N(areas); i++) {
        if (!a->wanted[i]) continue;
        meter_pin(&home, areas[i].pinned);
        TRY(areas[i].run(b));
    }
    return report_json(b, a->out, &b->diag);
}

static int tell(const struct bench *b, const char *out, cm_err err) {
    char line[LINE_CAP];
    if (err == CM_OK) {
        (void)printf("results: %s\n", out);
        return 0;
    }
    (void)diag_text(&b->diag, err, line, sizeof line);
    (void)fprintf(stderr, "bench: %s\n", line);
    return 3;
}

int main(int argc, char **argv) {
    struct arguments a = {.out = CM_BINARY_DIR "/results.json"};
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL) return 3;
    b->leg_s = LEG_S_DEFAULT;
    b->pairs = PAIRS_LEAST;
    b->live = LIVE_DEFAULT;
    b->scratch = CM_BINARY_DIR;
    b->peers = CM_SOURCE_DIR "/tests/bench/peers/main.mjs";
    log_set_level(LOG_ERROR);
    const int status = parse(b, &a, argc, argv) ? tell(b, a.out, run(b, &a)) : usage();
    free(b);
    return status;
}
