/* Inside the judge: what history.c hands to history_walk.c. Not for tests. */
#ifndef CM_TESTS_PROOF_HISTORY_WALK_H
#define CM_TESTS_PROOF_HISTORY_WALK_H

#include "history.h"
#include "history_who.h"

/* One question with all its attempts: it worked, if it did, between these moments. */
struct asked_once {
    const struct history_event *event;
    uint64_t t_invoke, t_return;
    bool used; /* an unknown one that a change was found for */
};

/* One change of the journal with the question behind it; NULL for an expiry. */
struct step {
    const struct history_fact *fact;
    const struct asked_once *asked;
    size_t order; /* position in the journal */
    /* The state after it: not before `from`, and not after the next one's `by`. */
    uint64_t from, by;
    struct unit_model after;
};

struct walk {
    const struct history *h;
    struct asked_once *accepted, *unknown;
    size_t accepted_n, unknown_n;
    struct step *steps; /* one a fact */
    struct who who;
};

enum history_rule walk_judge(struct walk *w, struct history_fault *fault);
enum history_rule history_fail(struct history_fault *fault, enum history_rule rule,
                               const char *words, ...) __attribute__((format(printf, 3, 4)));

#endif
