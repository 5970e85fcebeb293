/* What engine_writer marks and test_powerloss.c reads, and the world both speak of. */
#ifndef CM_TESTS_PROOF_POWER_PLAN_H
#define CM_TESTS_PROOF_POWER_PLAN_H

#include "load.h"

#define POWER_UNITS       40u    /* of batch 1, which is made before the recording */
#define POWER_SEGMENT_LEN 65536u /* bytes: the shortest */
#define POWER_FOLD_LEN    600u   /* bytes of journal between folds: every few calls */
#define POWER_BATCH_UNITS 5u     /* of each batch made under the recorder */
#define POWER_BATCH_EVERY 20u    /* calls of worker 0 */
#define POWER_WORKERS     3u

enum power_kind {
    POWER_ASKED,      /* a call is about to be made: in flight from here */
    POWER_ANSWERED,   /* and these were its answers */
    POWER_BATCH,      /* this batch is described, issued and open */
    POWER_STEP_ASKED, /* the run's step of this number is under way */
    POWER_STEP        /* and is durable */
};

struct power_mark {
    uint32_t kind, set;
    uint64_t step;
    struct load_call call;
};

#endif
