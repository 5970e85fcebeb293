/* Names of the verdicts in countermark/verdict.h, as JSON and people read them. */
#include "countermark/verdict.h"

const char *cm_verdict_name(enum cm_verdict verdict) {
    static const char *const names[CM_VERDICT_N] = {"accepted",       "already_redeemed",
                                                    "reserved",       "typing_error",
                                                    "not_a_code",     "unknown_batch",
                                                    "not_open_yet",   "ended",
                                                    "recalled",       "void",
                                                    "busy",           "not_reserved",
                                                    "not_redeemed",   "redeemer_needed",
                                                    "inactive",       "blocked",
                                                    "expired",        "replaced",
                                                    "not_enough",     "wrong_amount",
                                                    "wrong_pin",      "pin_locked",
                                                    "already_active", "not_possible",
                                                    "not_yours",      "second_check_needed"};
    return (unsigned)verdict < CM_VERDICT_N ? names[verdict] : "unknown_verdict";
}
