/* A run whose every step follows from its number: holds with holes, sendings, what was printed,
 * lost and spoiled. After any failure the ledger must hold the first n steps exactly, and n is
 * known to within the step that was under way. The model keeps each unit apart. */
#ifndef CM_TESTS_PROOF_RUN_SCRIPT_H
#define CM_TESTS_PROOF_RUN_SCRIPT_H

#include "support/world_run.h"

#define SCRIPT_SERIALS 65536u
#define SCRIPT_SET     60u

struct run_script {
    uint32_t run;
    uint64_t step; /* steps done */
    uint64_t next; /* serial */
    uint64_t last; /* first serial of the newest hold */
    uint8_t stage[SCRIPT_SERIALS], cause[SCRIPT_SERIALS];
    bool hole[SCRIPT_SERIALS];
};

/* Its batch and its run, in an open world; the script knows both by number alone. */
void run_script_make(struct run_script *s, struct world *w);
/* Start anew, of the run that was made. */
void run_script_rewind(struct run_script *s);
/* Have the engine do the next step; the script has done it only after run_script_advance. */
cm_err run_script_do(const struct run_script *s, struct cm_engine *engine);
void run_script_advance(struct run_script *s);
/* Whether the engine's run is exactly the script's. */
bool run_script_agrees(const struct run_script *s, struct cm_engine *engine);

#endif
