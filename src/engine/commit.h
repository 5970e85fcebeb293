/* Group commit by combining: callers queue what they want; one of them becomes the leader, takes
 * the whole queue, processes it and wakes the others. A caller alone pays no hand-over; a crowd
 * pays one flush. There is no timer: a group is whatever arrived during the last flush.
 * Source: docs/design/engine.md, "The owner". */
#ifndef CM_ENGINE_COMMIT_H
#define CM_ENGINE_COMMIT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

/* One caller's piece of work; lives on its stack while it waits. */
struct work {
    struct work *next;
    cm_err err; /* set by the processor */
};

/* Called with the list of everything queued, oldest first, by one thread at a time: that thread is
 * the owner of the book. It sets `err` of each. */
typedef void commit_process(void *ctx, struct work *list);

struct committer {
    pthread_mutex_t lock;
    struct work *first, *last; /* queued: the group that gathers */
    uint32_t gathering;        /* its number, from 1 */
    bool leading;              /* somebody is the leader, or has been called to be */
    commit_process *process;
    void *ctx;
    /* Words to sleep on. */
    _Atomic uint32_t called;  /* 1: the first member of the group that gathers is to lead */
    _Atomic uint32_t over[2]; /* number of the last group that is over, even and odd ones */
};

CM_MUST_CHECK cm_err committer_init(struct committer *c, commit_process *process, void *ctx);
void committer_wipe(struct committer *c);

/** Hand in one piece of work and wait until it is processed. @return work->err */
CM_MUST_CHECK cm_err committer_run(struct committer *c, struct work *work);

/** As committer_run if nobody leads and nothing is queued; otherwise do nothing. For the folder,
 * which the owner may be waiting for: it must never wait for the owner.
 * @param[out] ran  whether the work was processed; its result is in work->err */
void committer_try(struct committer *c, struct work *work, bool *ran);

#endif
