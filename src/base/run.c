/* Names and transitions of countermark/run.h. */
#include "countermark/run.h"

const char *cm_stage_name(enum cm_stage stage) {
    static const char *const names[CM_STAGE_N] = {"reserved", "sent",     "printed", "unknown",
                                                  "good",     "rejected", "void"};
    return (unsigned)stage < CM_STAGE_N ? names[stage] : "unknown_stage";
}

const char *cm_cause_name(enum cm_cause cause) {
    static const char *const names[CM_CAUSE_N] = {
        "none",  "returned", "unsent",  "refused",  "cleared", "delivered", "fault",
        "crash", "journal",  "restore", "operator", "camera",  "rule",      "recalled"};
    return (unsigned)cause < CM_CAUSE_N ? names[cause] : "unknown_cause";
}

bool cm_stage_may(enum cm_stage from, enum cm_stage to) {
#define TO(stage) (1u << (unsigned)CM_STAGE_##stage)
    static const unsigned may[CM_STAGE_N] = {
        [CM_STAGE_RESERVED] = TO(SENT) | TO(PRINTED) | TO(UNKNOWN) | TO(GOOD) | TO(REJECTED) |
                              TO(VOID), /* a line may report late */
        [CM_STAGE_SENT] = TO(PRINTED) | TO(UNKNOWN) | TO(GOOD) | TO(REJECTED) | TO(VOID),
        [CM_STAGE_PRINTED] = TO(GOOD) | TO(REJECTED) | TO(VOID),
        [CM_STAGE_UNKNOWN] = TO(PRINTED) | TO(GOOD) | TO(REJECTED) | TO(VOID),
        [CM_STAGE_GOOD] = TO(REJECTED) | TO(VOID),
    };
#undef TO
    if ((unsigned)from >= CM_STAGE_N || (unsigned)to >= CM_STAGE_N) return false;
    return from == to || (may[from] >> (unsigned)to & 1u) != 0;
}
