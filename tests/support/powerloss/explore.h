/* Every state that a disk may hold when the power fails somewhere in a recording, one after the
 * other as a folder, each handed to a check. The same seed gives the same states. README.md.
 */
#ifndef CM_TESTS_POWERLOSS_EXPLORE_H
#define CM_TESTS_POWERLOSS_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POWERLOSS_WHY_CAP 512u /* bytes of an explanation */

/* A mark that the program made before the power failed. */
struct powerloss_mark {
    const uint8_t *p;
    uint32_t len;
};

/* Look at one state. The folder may be changed (opened, repaired, written to); it is removed after.
 * Returns 0 if it is as it must be; otherwise writes the reason to `why`. */
typedef int powerloss_check(void *ctx, const char *folder, const struct powerloss_mark *marks,
                            uint64_t mark_n, char why[static POWERLOSS_WHY_CAP]);

struct powerloss_options {
    const char *log;     /* the recording */
    const char *scratch; /* a folder, best in memory, for states */
    uint64_t seed;
    uint64_t states; /* about how many; never less than all subsets of up to six operations */
    bool apart;      /* judge each state in a process of its own, whose death is a violation: for
                      * disks that lied, since LMDB trusts its pages and may crash on them */
    uint64_t enough; /* violations that end it; 0: it goes on to its end */
};

struct powerloss_report {
    uint64_t points, states, violations;
    uint64_t deaths;               /* violations found by a check apart that died */
    char first[POWERLOSS_WHY_CAP]; /* of the first violation */
};

/* Explore; violations do not end it, unless a control has found `enough` of them. */
void powerloss_explore(const struct powerloss_options *options, powerloss_check *check, void *ctx,
                       struct powerloss_report *report);

#endif
