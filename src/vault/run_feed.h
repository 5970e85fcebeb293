/* A camera's feed of one run: how its reads were judged, and where it stands. Plain data. */
#ifndef CM_VAULT_RUN_FEED_H
#define CM_VAULT_RUN_FEED_H

#include <stdbool.h>
#include <stdint.h>

/* What a read means (run_verify.h). Append only. */
enum read_verdict {
    READ_V_GOOD,
    READ_V_BAD,             /* the unit is rejected */
    READ_V_NO_READ,         /* counted; no unit is guessed at */
    READ_V_WRONG_CODE,      /* not ours, mistyped, or not of this run */
    READ_V_DUPLICATE,       /* read good before in this run: a copy, or the same product again */
    READ_V_OUT_OF_SEQUENCE, /* good, but not the next one: others were passed over, or it is late */
    READ_V_DEAD             /* of this run, but rejected or void: it must not be on a product */
};
#define READ_VERDICT_N 7u
/* "good", "bad", "no_read", "wrong_code", "duplicate", "out_of_sequence", "dead". */
const char *read_verdict_name(enum read_verdict verdict);

/* The feed of one run. All zero is a fresh one: what the ledger says was read good tells where it
 * stands. */
struct run_feed {
    uint64_t verdicts[READ_VERDICT_N]; /* counted since it was fresh */
    bool begun;                        /* the unit below is the furthest that was read */
    uint32_t set;
    uint64_t serial;
    uint64_t missed; /* products since then that nothing could be read on */
};

#endif
