/* Good histories for testing the judge: short scenes written by hand from docs/design/states.md,
 * one unit each, told in a random order with overlapping calls, lost answers and replays. The
 * teller knows nothing of the judge's model: what is right stands in the scenes. */
#ifndef CM_TESTS_PROOF_STORY_H
#define CM_TESTS_PROOF_STORY_H

#include "history.h"

#define STORY_START_MS 1795000000000u
#define STORY_HOLD_MS  1000u

struct story {
    struct history h;
    struct history_totals totals;
    struct history_event *events;
    struct history_fact *facts;
    size_t event_cap, fact_cap;
    uint64_t seed, now, next_key, clock_ms;
};

/* A good history of `unit_n` units under `use_max` (1, 2 or 0 = once per redeemer). */
void story_tell(struct story *s, uint32_t use_max, uint32_t unit_n, uint64_t seed);
void story_free(struct story *s);

/* Append one more call at the end, answered with this verdict; an acceptance gets the next
 * sequence and its fact. Returns the event, which may be changed. */
struct history_event *story_call(struct story *s, enum cm_operation op, uint32_t unit,
                                 enum cm_verdict verdict, uint32_t use);
/* The same, asked by a redeemer. */
struct history_event *story_call_of(struct story *s, enum cm_operation op, uint32_t unit,
                                    uint32_t redeemer, enum cm_verdict verdict, uint32_t use);
/* Under which pseudonym a redeemer stands in the journal of every story. */
uint32_t story_pseudonym(uint32_t redeemer);
/* The fact behind an event's sequence. */
struct history_fact *story_fact(struct story *s, uint64_t sequence);

#endif
