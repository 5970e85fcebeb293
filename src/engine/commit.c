/* The combining queue. Leadership passes to the oldest waiter, so nobody starves. */
#include "engine/commit.h"

cm_err committer_init(struct committer *c, commit_process *process, void *ctx) {
    *c = (struct committer){.process = process, .ctx = ctx};
    return pthread_mutex_init(&c->lock, NULL) == 0 ? CM_OK : CM_E_NO_MEMORY;
}

void committer_wipe(struct committer *c) { (void)pthread_mutex_destroy(&c->lock); }

static void enqueue(struct committer *c, struct work *work) {
    work->next = NULL;
    work->done = false;
    work->err = CM_OK;
    if (c->last != NULL)
        c->last->next = work;
    else
        c->first = work;
    c->last = work;
}

/* Process everything queued; the lock is held before and after, not during. */
static void lead(struct committer *c) {
    struct work *const list = c->first;
    c->first = c->last = NULL;
    c->leading = true;
    (void)pthread_mutex_unlock(&c->lock);
    c->process(c->ctx, list);
    (void)pthread_mutex_lock(&c->lock);
    c->leading = false;
    for (struct work *w = list, *next; w != NULL; w = next) {
        next = w->next; /* w may be gone once its owner wakes */
        w->done = true;
        (void)pthread_cond_signal(&w->woken);
    }
    if (c->first != NULL) (void)pthread_cond_signal(&c->first->woken);
}

void committer_try(struct committer *c, struct work *work, bool *ran) {
    *ran = false;
    if (pthread_cond_init(&work->woken, NULL) != 0) return;
    (void)pthread_mutex_lock(&c->lock);
    if (!c->leading && c->first == NULL) {
        enqueue(c, work);
        lead(c);
        *ran = true;
    }
    (void)pthread_mutex_unlock(&c->lock);
    (void)pthread_cond_destroy(&work->woken);
}

cm_err committer_run(struct committer *c, struct work *work) {
    if (pthread_cond_init(&work->woken, NULL) != 0) return CM_E_NO_MEMORY;
    (void)pthread_mutex_lock(&c->lock);
    enqueue(c, work);
    while (!work->done) {
        if (c->leading)
            (void)pthread_cond_wait(&work->woken, &c->lock);
        else
            lead(c);
    }
    (void)pthread_mutex_unlock(&c->lock);
    (void)pthread_cond_destroy(&work->woken);
    return work->err;
}
