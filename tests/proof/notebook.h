/* A history written by one thread as it goes, and judged in the end. */
#ifndef CM_TESTS_PROOF_NOTEBOOK_H
#define CM_TESTS_PROOF_NOTEBOOK_H

#include "facts.h"
#include "load.h"

struct notebook {
    struct history_event *events;
    size_t n, cap; /* room is made before the test begins: writing never allocates */
};

void notebook_init(struct notebook *b, size_t cap);
void notebook_free(struct notebook *b);
/* For struct load: keeps every call when its outcome, or that it stays unknown, is clear. */
void notebook_tell(void *ctx, const struct load_call *call, bool answered);
/* Close the world's engine, read its journal and judge; fails the running test. */
void notebook_judge(const struct notebook *b, struct world *w, const struct load *load,
                    uint32_t set);

#endif
