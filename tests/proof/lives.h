/* A workspace whose engine lives in a child process and dies by SIGKILL, again and again. The
 * child tells through a pipe what it is about to ask and what it was answered; the parent, which
 * survives, keeps the history and has the next child ask again what stayed without an answer. */
#ifndef CM_TESTS_PROOF_LIVES_H
#define CM_TESTS_PROOF_LIVES_H

#include <sys/types.h>

#include "facts.h"
#include "load.h"
#include "run_script.h"

#define LIVES_WORKERS 8u

struct lives {
    struct world w; /* its engine is closed while children live */
    struct load load;
    uint32_t set, boot;
    /* A run beside the calls: what the parent knows was done, and where children say so. */
    struct run_script *script;
    struct run_steps *steps;
    /* The history so far. */
    struct history_event *events;
    size_t n, cap;
    /* Calls with a key and without an answer; the next child begins with them. */
    struct load_call *retry;
    size_t retry_n, retry_cap;
    /* What each worker of the present child is in the middle of. */
    struct load_call open[LIVES_WORKERS];
    bool is_open[LIVES_WORKERS];
    size_t cut_short; /* calls that a kill left without an answer */
};

/* Units under `use_max` (load.use_max), small segments and folds, so that kills meet them. */
void lives_make(struct lives *l, uint32_t use_max, const char *terms, uint32_t unit_n);
/* One life under load, ended by SIGKILL after `us` microseconds: of its work, that is from its
 * first call on, or of all, so that kills meet starts, too. */
void lives_kill_after(struct lives *l, uint64_t us, bool of_work);
/* The last life: everything open is asked again, every unit is checked, and it ends well. */
void lives_end(struct lives *l);
/* Judge the whole history against the journal; fails the running test with the judge's words. */
void lives_judge(struct lives *l);
void lives_free(struct lives *l);

#endif
