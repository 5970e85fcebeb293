/* The judge: does a history of calls, made by many threads over many lives of the engine, agree
 * with what the journal holds in the end, and both with docs/design/states.md?
 *
 * It shares no code with the engine: it has a model of one unit of its own (history_unit.c) and
 * knows every caller's clock. The journal numbers all changes, so the order need not be guessed:
 * the judge sorts, walks, and asks at each step whether that order was allowed. O(n log n).
 * Source: the rules R1..R9 of Jepsen-style register checking, adapted; docs/design/proofs.md. */
#ifndef CM_TESTS_PROOF_HISTORY_H
#define CM_TESTS_PROOF_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "countermark/engine.h"
#include "ledger/event.h"

#define HISTORY_REDEEMERS 64u /* references are 1..64; 0 = none */

enum history_outcome {
    HISTORY_UNKNOWN,     /* the process died first, or said that it does not know */
    HISTORY_ANSWERED,    /* a verdict came back */
    HISTORY_NOTHING_DONE /* refused as a whole: disk full, no memory */
};

/* One request as its caller saw it. */
struct history_event {
    enum cm_operation op;
    enum history_outcome outcome;
    uint32_t process, boot; /* who, in which life of the engine: for reading, not for judging */
    uint32_t unit, actor, redeemer;
    uint64_t key;                /* stands for (idempotency key, item); 0 = none */
    uint64_t t_invoke, t_return; /* ns of one monotonic clock; UNKNOWN: when the process was dead */
    uint64_t clock_ms;           /* the engine's clock */
    enum cm_verdict verdict;     /* from here: ANSWERED only */
    bool replayed;
    uint32_t use;
    uint64_t sequence, time_ms, until_ms;
};

/* One change as the journal holds it in the end. */
struct history_fact {
    enum event_type type;
    uint32_t unit, actor, use;
    uint32_t pseudonym; /* which of the distinct ones, from 1; 0 = none */
    bool spent;
    uint64_t sequence, time_ms, until_ms;
};

struct history_totals {
    int64_t redeemed, reversed, reserved, voided;
};

struct history {
    uint32_t use_max; /* uses of each unit; 0 = once per redeemer */
    uint32_t unit_n;
    const struct history_event *events;
    size_t n;
    const struct history_fact *facts; /* in the order of the journal */
    size_t fact_n;
    const struct history_totals *totals; /* the engine's counters in the end; NULL = not asked */
};

/* Which rule broke. */
enum history_rule {
    HISTORY_GOOD,
    R1_ONE_ANSWER_A_KEY,   /* replays repeat the first answer; one change has one caller */
    R2_ACKNOWLEDGED_KEPT,  /* what was accepted is in the journal, as it was said */
    R3_NOTHING_UNASKED,    /* what is in the journal was asked for, and not refused */
    R4_REAL_TIME,          /* what was answered before something was asked comes first */
    R5_REFUSED_FOR_REASON, /* a refusal (or check) was true at some moment while it was asked */
    R6_ORDERLY_RECORD,     /* sequences and times never go back; counters add up */
    R7_USES,               /* uses never exceed the terms and are counted right */
    R8_LEGAL_STEPS,        /* every change was allowed by the state before it */
    R9_RIGHT_PERSON        /* a change's pseudonym is that of who asked, or of who holds */
};

struct history_fault {
    enum history_rule rule;
    char what[200];
};

/* Judge. Returns the broken rule, with words in `fault`. */
enum history_rule history_judge(const struct history *h, struct history_fault *fault);

/* ---- The model of one unit (history_unit.c) ------------------------------------------------ */

struct unit_model {
    uint32_t uses;
    bool reserved, is_void;
    uint32_t holder, held_for, held_as; /* held_as: its pseudonym */
    uint64_t until_ms;
    uint64_t redeemers; /* bit r - 1: reference r has used it */
};

/* Take one change; HISTORY_GOOD, or the rule that it breaks. `redeemer` is who asked. */
enum history_rule unit_model_step(struct unit_model *u, uint32_t use_max,
                                  const struct history_fact *fact, uint32_t redeemer);
/* Is this answer that changed nothing true of a unit in this state? */
bool unit_model_explains(const struct unit_model *u, uint32_t use_max,
                         const struct history_event *e);

#endif
