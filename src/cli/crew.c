/* Turns: a number drawn with what was taken is the place in the row of those who put. */
#include "cli/crew.h"

#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

#include "base/macros.h"

/* What the hands share, under the lock. Taking itself is under the other lock. */
struct turns {
    const struct crew *crew;
    pthread_mutex_t taking, lock;
    pthread_cond_t moved;
    uint64_t taken, put;
    bool ended;
    cm_err err; /* the first */
    struct cm_diag diag;
};

struct hand {
    struct turns *turns;
    void *ctx;
    pthread_t thread;
    struct cm_diag diag;
};

static bool failed(struct turns *t) {
    (void)pthread_mutex_lock(&t->lock);
    const bool err = t->err != CM_OK;
    (void)pthread_mutex_unlock(&t->lock);
    return err;
}

static void fail(struct turns *t, cm_err err, const struct cm_diag *diag) {
    (void)pthread_mutex_lock(&t->lock);
    if (t->err == CM_OK) {
        t->err = err;
        t->diag = *diag;
    }
    (void)pthread_cond_broadcast(&t->moved);
    (void)pthread_mutex_unlock(&t->lock);
}

static cm_err take_in_turn(struct hand *h, uint64_t *number, bool *more) {
    struct turns *t = h->turns;
    cm_err err = CM_OK;
    *more = false;
    (void)pthread_mutex_lock(&t->taking);
    *number = t->taken;
    if (!t->ended && !failed(t)) err = t->crew->next(h->ctx, more, &h->diag);
    if (err == CM_OK && *more)
        t->taken++;
    else
        t->ended = true;
    (void)pthread_mutex_unlock(&t->taking);
    return err;
}

/* CM_E_CANCELLED when another hand failed. */
static cm_err wait_turn(struct turns *t, uint64_t number) {
    (void)pthread_mutex_lock(&t->lock);
    while (t->put != number && t->err == CM_OK)
        (void)pthread_cond_wait(&t->moved, &t->lock);
    const cm_err err = t->err == CM_OK ? CM_OK : CM_E_CANCELLED;
    (void)pthread_mutex_unlock(&t->lock);
    return err;
}

static void pass_turn(struct turns *t) {
    (void)pthread_mutex_lock(&t->lock);
    t->put++;
    (void)pthread_cond_broadcast(&t->moved);
    (void)pthread_mutex_unlock(&t->lock);
}

static cm_err go_on(struct hand *h) {
    uint64_t number = 0;
    bool more = false;
    for (;;) {
        TRY(take_in_turn(h, &number, &more));
        if (!more) return CM_OK;
        const cm_err err = h->turns->crew->work(h->ctx, &h->diag);
        /* whoever took before this one may fail first: theirs is the error that counts */
        TRY(wait_turn(h->turns, number));
        TRY(err);
        TRY(h->turns->crew->put(h->ctx, &h->diag));
        pass_turn(h->turns);
    }
}

static void *as_thread(void *ctx) {
    struct hand *h = ctx;
    const cm_err err = go_on(h);
    if (err != CM_OK) fail(h->turns, err, &h->diag);
    return NULL;
}

unsigned crew_size(unsigned most) {
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (most > CREW_HANDS_MAX) most = CREW_HANDS_MAX;
    if (processors < 1) return 1;
    return (unsigned long)processors < most ? (unsigned)processors : most;
}

/* Where a thread cannot be had, those that there are do its work. */
static void run_hands(struct hand *hands, unsigned n) {
    unsigned begun = 1;
    while (begun < n && pthread_create(&hands[begun].thread, NULL, as_thread, &hands[begun]) == 0)
        begun++;
    (void)as_thread(&hands[0]);
    for (unsigned i = 1; i < begun; i++)
        (void)pthread_join(hands[i].thread, NULL);
}

cm_err crew_run(const struct crew *crew, struct cm_diag *diag) {
    struct turns turns = {.crew = crew,
                          .taking = PTHREAD_MUTEX_INITIALIZER,
                          .lock = PTHREAD_MUTEX_INITIALIZER,
                          .moved = PTHREAD_COND_INITIALIZER};
    struct hand hands[CREW_HANDS_MAX] = {{.turns = NULL}};
    const unsigned n = crew->n > 0 && crew->n <= CREW_HANDS_MAX ? crew->n : 1;
    for (unsigned i = 0; i < n; i++) {
        hands[i].turns = &turns;
        hands[i].ctx = crew->hands[i];
    }
    run_hands(hands, n);
    if (turns.err != CM_OK && diag != NULL) *diag = turns.diag;
    return turns.err;
}
