/* What every power-loss test needs around the explorer: folders for the program and for the states,
 * the program run under the recorder, a line about what was tried. */
#ifndef CM_TESTS_POWERLOSS_BED_H
#define CM_TESTS_POWERLOSS_BED_H

#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/cm.h"
#include "support/powerloss/explore.h"
#include "support/prove.h"
#include "support/scratch.h"

#define POWER_WORDS_MAX 4u /* arguments of a writer */

/* Where recorder and writer lie: the arguments of the test program. */
struct power_tools {
    const char *recorder, *writer;
};

struct power_bed {
    struct scratch root, work, states, log;
};

static inline void power_bed_make(struct power_bed *b) {
    assert_true(scratch_make(&b->root));
    b->work = scratch_below(&b->root, "work");
    b->states = scratch_below(&b->root, "states");
    b->log = scratch_below(&b->root, "log");
    assert_int_equal(mkdir(b->work.path, 0700), 0);
    assert_int_equal(mkdir(b->states.path, 0700), 0);
}

static inline void power_bed_remove(const struct power_bed *b) { scratch_remove(b->root.path); }

/* Run the writer with `words` (NULL ends them) and log what it does below the folder `watched`;
 * "n" as drop_sync leaves out every n-th sync, "0" none (README.md). */
static inline void power_bed_record(const struct power_bed *b, const struct power_tools *tools,
                                    const char *watched, const char *const *words,
                                    const char *drop_sync) {
    char text[POWER_WORDS_MAX + 1][SCRATCH_CAP];
    char preload[SCRATCH_CAP + 16], root[SCRATCH_CAP + 16], log[SCRATCH_CAP + 16], drop[64];
    char *argv[POWER_WORDS_MAX + 2] = {NULL};
    pid_t pid = 0;
    int status = 0;
    (void)snprintf(preload, sizeof preload, "LD_PRELOAD=%s", tools->recorder);
    (void)snprintf(root, sizeof root, "POWERLOSS_ROOT=%s", watched);
    (void)snprintf(log, sizeof log, "POWERLOSS_LOG=%s", b->log.path);
    (void)snprintf(drop, sizeof drop, "POWERLOSS_DROP_SYNC=%s", drop_sync);
    (void)snprintf(text[0], sizeof text[0], "writer");
    argv[0] = text[0];
    for (size_t i = 0; words[i] != NULL; i++) {
        assert_in_range(i, 0, POWER_WORDS_MAX - 1);
        (void)snprintf(text[i + 1], sizeof text[i + 1], "%s", words[i]);
        argv[i + 1] = text[i + 1];
    }
    char *env[] = {preload, root, log, drop, NULL};
    assert_int_equal(posix_spawn(&pid, tools->writer, NULL, NULL, argv, env), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static inline void power_bed_explore_as(const struct powerloss_options *options,
                                        powerloss_check *check, void *ctx,
                                        struct powerloss_report *report) {
    powerloss_explore(options, check, ctx, report);
    print_message("power loss: %llu points, %llu states, %llu violations (%llu deaths) %s\n",
                  (unsigned long long)report->points, (unsigned long long)report->states,
                  (unsigned long long)report->violations, (unsigned long long)report->deaths,
                  report->first);
}

static inline void power_bed_explore(const struct power_bed *b, uint64_t seed, uint64_t states,
                                     powerloss_check *check, void *ctx,
                                     struct powerloss_report *report) {
    const struct powerloss_options options = {
        .log = b->log.path, .scratch = b->states.path, .seed = seed, .states = states};
    power_bed_explore_as(&options, check, ctx, report);
}

/* The same of a recording without some of its syncs: each state in a process of its own. It is
 * about finding violations: but in a full proof it ends with the thousandth. */
static inline void power_bed_explore_lies(const struct power_bed *b, uint64_t seed, uint64_t states,
                                          powerloss_check *check, void *ctx,
                                          struct powerloss_report *report) {
    const struct powerloss_options options = {.log = b->log.path,
                                              .scratch = b->states.path,
                                              .seed = seed,
                                              .states = states,
                                              .apart = true,
                                              .enough = prove_size(1000, 0)};
    power_bed_explore_as(&options, check, ctx, report);
}

#endif
