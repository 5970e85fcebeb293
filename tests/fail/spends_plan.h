/* What the writer of the spends file's power-loss test and its judge agree on. */
#ifndef CM_TESTS_FAIL_SPENDS_PLAN_H
#define CM_TESTS_FAIL_SPENDS_PLAN_H

#include <stdio.h>

#include "base/macros.h"
#include "crypto/secret.h"
#include "pass/spends.h"

#define PLAN_ISS      "ACME"
#define PLAN_NOW      1790000000000u
#define PLAN_PATH_CAP 1024u

static const struct cm_key plan_key = {{4, 2}};

/* Tickets below n were let in; a list of this sequence was used. */
struct admitted_mark {
    uint64_t n, list;
};

static inline void plan_path(char out[static PLAN_PATH_CAP], const char *folder) {
    (void)snprintf(out, PLAN_PATH_CAP, "%s/door.spends", folder);
}

#endif
