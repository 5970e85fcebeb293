/* What the writer of the run journal's power-loss test and its judge agree on. */
#ifndef CM_TESTS_FAIL_RUN_JOURNAL_PLAN_H
#define CM_TESTS_FAIL_RUN_JOURNAL_PLAN_H

#include "line/run_journal_inside.h"

#define PLAN_RUN   3u
#define PLAN_SET   1u
#define PLAN_UNITS 5u    /* of a commit */
#define PLAN_ROOM  8192u /* bytes of a file: thousands of disks are looked at */

/* Serials below may be in a printer. */
struct sent_mark {
    uint64_t sent;
};

#endif
