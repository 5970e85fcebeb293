/* The combining queue. Whoever comes while nobody leads leads at once. Whoever comes later joins
 * the group that gathers during the flush under way: its first member will lead it, the others
 * sleep on the group's word, so that one system call wakes them all. The lead is handed over before
 * that: the next flush begins while the callers of the last one still wake. Nobody starves: a group
 * takes all that was queued.
 *
 * Two groups at most have members at any time, the one being processed and the one that gathers;
 * hence two words, for even and odd numbers. A slow sleeper of a group long over sees a later
 * number in its word. */
#include "engine/commit.h"

#include <limits.h>

#include "base/futex.h"

#define CALLED 1u

cm_err committer_init(struct committer *c, commit_process *process, void *ctx) {
    *c = (struct committer){.process = process, .ctx = ctx, .gathering = 1};
    return pthread_mutex_init(&c->lock, NULL) == 0 ? CM_OK : CM_E_NO_MEMORY;
}

void committer_wipe(struct committer *c) { (void)pthread_mutex_destroy(&c->lock); }

/* Numbers wrap around: `a` is at or after `b`. */
static bool reached(uint32_t a, uint32_t b) { return a - b < UINT32_MAX / 2; }

static void wait_for(_Atomic uint32_t *word, uint32_t number) {
    for (;;) {
        const uint32_t seen = atomic_load_explicit(word, memory_order_acquire);
        if (reached(seen, number)) return;
        futex_wait(word, seen);
    }
}

/* Join the group that gathers; true if `work` is its first member. Under the lock. */
static bool enqueue(struct committer *c, struct work *work) {
    const bool first = c->first == NULL;
    work->next = NULL;
    work->err = CM_OK;
    if (first)
        c->first = work;
    else
        c->last->next = work;
    c->last = work;
    return first;
}

/* Say that the group is over, and call the first of those who came meanwhile to lead, if any did.
 * Both under the lock: told later, a group could be told over after the next but one, whose
 * sleepers share its word, and the word would go back under them. */
static void hand_over(struct committer *c, uint32_t group) {
    (void)pthread_mutex_lock(&c->lock);
    const bool somebody = c->first != NULL;
    c->leading = somebody;
    atomic_store_explicit(&c->over[group % 2], group, memory_order_release);
    if (somebody) atomic_store_explicit(&c->called, CALLED, memory_order_release);
    (void)pthread_mutex_unlock(&c->lock);
    if (somebody) futex_wake(&c->called, 1);
}

/* Process everything queued. The lock is held before, not after. */
static void lead(struct committer *c) {
    struct work *const list = c->first;
    const uint32_t group = c->gathering++;
    const bool alone = list->next == NULL;
    c->first = c->last = NULL;
    c->leading = true;
    atomic_store_explicit(&c->called, 0, memory_order_relaxed); /* before another may be first */
    (void)pthread_mutex_unlock(&c->lock);
    c->process(c->ctx, list);
    hand_over(c, group); /* from here on the others' work may be gone */
    if (!alone) futex_wake(&c->over[group % 2], INT_MAX);
}

void committer_try(struct committer *c, struct work *work, bool *ran) {
    (void)pthread_mutex_lock(&c->lock);
    *ran = !c->leading && c->first == NULL;
    if (!*ran) {
        (void)pthread_mutex_unlock(&c->lock);
        return;
    }
    (void)enqueue(c, work);
    lead(c);
}

cm_err committer_run(struct committer *c, struct work *work) {
    (void)pthread_mutex_lock(&c->lock);
    const bool first = enqueue(c, work);
    const uint32_t group = c->gathering;
    if (!c->leading) {
        lead(c);
        return work->err;
    }
    (void)pthread_mutex_unlock(&c->lock);
    if (!first) {
        wait_for(&c->over[group % 2], group);
        return work->err;
    }
    wait_for(&c->called, CALLED);
    (void)pthread_mutex_lock(&c->lock);
    lead(c);
    return work->err;
}
