/* Reading the command line. */
#include "bench_options.h"

#include <stdlib.h>
#include <string.h>

#define LEG_S_MOST  600.0
#define PAIRS_LEAST 5.0 /* turns: of fewer, least and most say nothing */
#define LIVE_LEAST  100000.0
#define LIVE_MOST   30000000.0 /* what a batch of shop.h can hold */
#define LEG_S_LEAST 0.01       /* seconds: below, a leg is all clock */

static cm_err figure(const char *name, const char *text, double least, double most, double *out,
                     struct cm_diag *diag) {
    char *end = NULL;
    const double v = strtod(text, &end);
    if (end == text || *end != '\0')
        return diag_fail(diag, CM_E_ARGUMENT, name, NULL, NULL, "'%s' is not a number", text);
    if (!(v >= least && v <= most))
        return diag_fail(diag, CM_E_RANGE, name, NULL, NULL, "%s lies outside %g to %g", text,
                         least, most);
    *out = v;
    return CM_OK;
}

static cm_err take_option(struct bench_options *o, const char *name, const char *value,
                          struct cm_diag *diag) {
    double v = 0;
    if (value == NULL)
        return diag_fail(diag, CM_E_ARGUMENT, name, NULL, NULL, "it wants a value after it");
    if (strcmp(name, "--out") == 0) {
        o->out = value;
    } else if (strcmp(name, "--dir") == 0) {
        o->dir = value;
    } else if (strcmp(name, "--leg") == 0) {
        TRY(figure(name, value, LEG_S_LEAST, LEG_S_MOST, &o->leg_s, diag));
    } else if (strcmp(name, "--pairs") == 0) {
        TRY(figure(name, value, PAIRS_LEAST, BENCH_PAIRS_MAX, &v, diag));
        o->pairs = (unsigned)v;
    } else if (strcmp(name, "--live") == 0) {
        TRY(figure(name, value, LIVE_LEAST, LIVE_MOST, &v, diag));
        o->live = (unsigned long)v;
    } else {
        return diag_fail(diag, CM_E_ARGUMENT, name, NULL,
                         "the options are --leg --pairs --live --dir --out", "unknown option");
    }
    return CM_OK;
}

static cm_err take_area(struct bench_options *o, const char *const *names, size_t area_n,
                        const char *name, struct cm_diag *diag) {
    for (size_t i = 0; i < area_n; i++)
        if (strcmp(names[i], name) == 0) {
            o->wanted[i] = true;
            return CM_OK;
        }
    return diag_fail(diag, CM_E_ARGUMENT, name, NULL, NULL, "there is no area of that name");
}

cm_err bench_options_parse(struct bench_options *o, const char *const *names, size_t area_n,
                           int argc, const char *const *argv, struct cm_diag *diag) {
    bool any = false;
    if (area_n > BENCH_AREAS_MAX) return CM_E_LIMIT;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            TRY(take_option(o, argv[i], i + 1 < argc ? argv[i + 1] : NULL, diag));
            i++;
        } else if (strcmp(argv[i], "full") == 0) {
            o->full = true;
        } else {
            TRY(take_area(o, names, area_n, argv[i], diag));
            any = true;
        }
    }
    for (size_t i = 0; i < area_n && !any; i++)
        o->wanted[i] = true;
    return CM_OK;
}
