/* The program under the power-loss recorder: makes an image, folds by the plan, opens it again in
 * the middle, and marks each position that it was told is durable.
 * Usage: state_writer ROOT FOLDS. */
#include "fail/state_plan.h"

#include <stdio.h>
#include <stdlib.h>

__attribute__((weak)) void powerloss_mark(const void *p, unsigned len);

static void mark(const struct state_mark *m) {
    if (powerloss_mark != NULL) powerloss_mark(m, sizeof *m);
}

static cm_err fold_until(const char *path, uint64_t folds, struct state_mark *m) {
    CM_CLEANUP(state_closep) struct state *s = NULL;
    const struct state_options options = plan_options(path, true);
    TRY(state_open(&s, &options, NULL));
    m->created = 1;
    mark(m);
    while (m->position < folds) {
        TRY(plan_fold(s, m->position + 1));
        m->position++;
        mark(m);
    }
    return CM_OK;
}

static cm_err run(const char *path, uint64_t folds) {
    struct state_mark m = {.position = 0};
    TRY(fold_until(path, folds / 2, &m));
    return fold_until(path, folds, &m);
}

int main(int argc, char **argv) {
    char path[1024];
    if (argc != 3) return 2;
    (void)snprintf(path, sizeof path, "%s/state", argv[1]);
    const cm_err err = run(path, strtoull(argv[2], NULL, 10));
    if (err != CM_OK) (void)fprintf(stderr, "state_writer: %s\n", cm_err_name(err));
    return err == CM_OK ? 0 : 1;
}
