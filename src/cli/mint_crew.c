/* Hands and their two turns: taking and writing. */
#include "cli/mint_crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/macros.h"

#define HANDS_MAX   4u /* beyond, the hash is what all wait for */
#define HANDS_LEAST 2u /* one computes while the other waits for the disk */

/* What the hands share; everything but `crew` under the lock. The source belongs to the hand whose
 * turn it is to take, the file to the one whose turn it is to write. */
struct plan {
    const struct mint_crew *crew;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    uint64_t given, taken, written; /* chunks: numbered so far, of each turn so far */
    uint64_t next, left; /* where the next chunk will probably begin; serials from there */
    bool ended;          /* there was nothing left to take */
    cm_err err;          /* the first */
    struct cm_diag diag;
};

struct hand {
    struct plan *plan;
    pthread_t thread;
    struct mint_place place;
    struct row_run run;
    struct buffer lines;
    struct cm_diag diag;
};

static void hand_wipe(struct hand *h) {
    mint_place_wipe(&h->place);
    row_run_wipe(&h->run);
    buffer_wipe(&h->lines);
}

/* ---- Turns ----------------------------------------------------------------------------------- */

static void plan_fail(struct plan *p, cm_err err, const struct cm_diag *diag) {
    (void)pthread_mutex_lock(&p->lock);
    if (p->err == CM_OK) {
        p->err = err;
        p->diag = *diag;
    }
    (void)pthread_cond_broadcast(&p->moved);
    (void)pthread_mutex_unlock(&p->lock);
}

/* A chunk's number, and what it will probably hold. */
static uint64_t plan_give(struct plan *p, uint64_t *first, uint64_t *n) {
    (void)pthread_mutex_lock(&p->lock);
    const uint64_t number = p->given++;
    *first = p->next;
    *n = p->left < MINTER_CHUNK ? p->left : MINTER_CHUNK;
    p->next += *n;
    p->left -= *n;
    (void)pthread_mutex_unlock(&p->lock);
    return number;
}

/* Wait for one's turn; CM_E_CANCELLED when another hand failed. */
static cm_err plan_wait(struct plan *p, const uint64_t *turn, uint64_t number) {
    (void)pthread_mutex_lock(&p->lock);
    while (*turn != number && p->err == CM_OK)
        (void)pthread_cond_wait(&p->moved, &p->lock);
    const cm_err err = p->err == CM_OK ? CM_OK : CM_E_CANCELLED;
    (void)pthread_mutex_unlock(&p->lock);
    return err;
}

static void plan_pass(struct plan *p, uint64_t *turn) {
    (void)pthread_mutex_lock(&p->lock);
    ++*turn;
    (void)pthread_cond_broadcast(&p->moved);
    (void)pthread_mutex_unlock(&p->lock);
}

/* A chunk ended where it ended: chunks that others compute now follow it, whole. */
static void plan_correct(struct plan *p, uint64_t number, bool ended) {
    const uint64_t at = mint_source_at(p->crew->source), left = mint_source_left(p->crew->source);
    (void)pthread_mutex_lock(&p->lock);
    const uint64_t ahead = (p->given - number - 1) * MINTER_CHUNK;
    p->next = at + ahead;
    p->left = left > ahead ? left - ahead : 0;
    p->ended = ended;
    (void)pthread_mutex_unlock(&p->lock);
}

/* ---- Work ------------------------------------------------------------------------------------ */

static cm_err take_chunk(struct hand *h, uint64_t number, struct minter_rows *rows) {
    struct plan *p = h->plan;
    *rows = (struct minter_rows){.n = 0};
    TRY(plan_wait(p, &p->taken, number));
    if (!p->ended) TRY(mint_source_take(p->crew->source, &h->place, rows, &h->diag));
    plan_correct(p, number, rows->n == 0);
    plan_pass(p, &p->taken);
    return CM_OK;
}

static cm_err write_chunk(struct hand *h, uint64_t number, const struct minter_rows *rows) {
    struct plan *p = h->plan;
    const struct mint_crew *crew = p->crew;
    const struct row_codes codes = {rows->texts, rows->skip, rows->first, rows->n};
    buffer_clear(&h->lines);
    TRY(row_put_codes(crew->rows, &h->run, &codes, &h->lines));
    TRY(plan_wait(p, &p->written, number));
    TRY(outfile_write(crew->file, buffer_slice(&h->lines), &h->diag));
    TRY(crew->written(crew->ctx, rows, &h->diag));
    plan_pass(p, &p->written);
    return CM_OK;
}

static cm_err work(struct hand *h) {
    struct minter_rows rows;
    uint64_t first = 0, n = 0;
    do {
        const uint64_t number = plan_give(h->plan, &first, &n);
        TRY(mint_source_ahead(h->plan->crew->source, &h->place, first, n));
        TRY(take_chunk(h, number, &rows));
        if (rows.n > 0) TRY(write_chunk(h, number, &rows));
    } while (rows.n > 0);
    return CM_OK;
}

static void *work_as_thread(void *ctx) {
    struct hand *h = ctx;
    const cm_err err = work(h);
    if (err != CM_OK) plan_fail(h->plan, err, &h->diag);
    return NULL;
}

static unsigned count_hands(const struct mint_crew *crew) {
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned n = processors > 0 && processors < (long)HANDS_MAX ? (unsigned)processors : HANDS_MAX;
    if (n < HANDS_LEAST) n = HANDS_LEAST;
    if (crew->hands > 0) n = crew->hands < HANDS_MAX ? crew->hands : HANDS_MAX;
    return n;
}

/* Where a thread cannot be had, those that there are do its work. */
static void run_hands(struct hand *hands, unsigned n) {
    unsigned begun = 1;
    while (begun < n &&
           pthread_create(&hands[begun].thread, NULL, work_as_thread, &hands[begun]) == 0)
        begun++;
    (void)work_as_thread(&hands[0]);
    for (unsigned i = 1; i < begun; i++)
        (void)pthread_join(hands[i].thread, NULL);
}

cm_err mint_crew_run(const struct mint_crew *crew, struct cm_diag *diag) {
    struct plan plan = {.crew = crew,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .moved = PTHREAD_COND_INITIALIZER,
                        .next = mint_source_at(crew->source),
                        .left = mint_source_left(crew->source)};
    const unsigned n = count_hands(crew);
    struct hand *hands = calloc(n, sizeof *hands);
    if (hands == NULL) return CM_E_NO_MEMORY;
    for (unsigned i = 0; i < n && plan.err == CM_OK; i++) {
        hands[i].plan = &plan;
        plan.err = mint_place_init(&hands[i].place, crew->source);
    }
    if (plan.err == CM_OK) run_hands(hands, n);
    for (unsigned i = 0; i < n; i++)
        hand_wipe(&hands[i]);
    free(hands);
    if (plan.err != CM_OK && diag != NULL) *diag = plan.diag;
    return plan.err;
}
