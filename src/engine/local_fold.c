/* Folding: the owner hands over what changed, the folder thread writes it as one LMDB transaction,
 * the owner drops the layer that is now in the image. The journal's flush is never behind LMDB's:
 * the owner only waits when the image is FOLD_BEHIND_MAX behind. Source: docs/design/engine.md,
 * "Folding". */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "engine/local.h"

#define FOLD_BEHIND    3u         /* folds' worth of journal not in the image: the owner waits */
#define FOLD_ENTRY_LEN 16u        /* bytes of journal that one record in memory counts as */
#define FOLD_GROUP_LEN 64u        /* and a group beside its events: a start reads a sector */
#define FOLD_RETRY_MS  5000u      /* after one that failed */
#define CHANGES_AHEAD  16u        /* about a memory access's time */
#define FOLD_IDLE_S    5          /* seconds after which a quiet ledger is folded anyway */
#define ANSWER_KEEP_MS 172800000u /* idempotency records: 48 hours, 24 are promised */
#define ANSWER_DROP_LIMIT                                                                          \
    20000u /* index rows dropped in one fold, besides two for each written                         \
            */

void fold_job_free(struct fold_job *job) {
    free(job->counters);
    buffer_free(&job->held);
    for (struct dirty_document *d = job->documents, *next; d != NULL; d = next) {
        next = d->next;
        free(d);
    }
    for (struct dirty_recall *r = job->recalls, *next; r != NULL; r = next) {
        next = r->next;
        free(r);
    }
    *job = (struct fold_job){0};
}

/* ---- The folder's side ------------------------------------------------------------------ */

static cm_err write_records(struct state_fold *f, const struct local *l) {
    size_t at = 0;
    struct map_key key;
    void *value;
    while (map_next(&l->book.folding.extras, &at, &key, &value)) {
        const struct extra_slot *slot = value;
        TRY(fold_extra(f, (uint32_t)key.hi, key.lo, slot->present ? &slot->extra : NULL));
    }
    at = 0;
    while (map_next(&l->book.folding.aliases, &at, &key, &value)) {
        const struct alias_slot *slot = value;
        uint8_t hash[EVENT_HASH_LEN];
        if (!slot->changed) continue;
        put_u64be(hash, key.hi);
        put_u64be(hash + sizeof key.hi, key.lo);
        TRY(fold_alias(f, hash, slot->present ? &slot->record : NULL));
    }
    at = 0;
    while (map_next(&l->book.folding.used_by, &at, &key, &value)) {
        const struct used_slot *slot = value;
        TRY(fold_used_by(f, slot->set, slot->serial, slot->redeemer, slot->used));
    }
    return book_fold_cards(&l->book, f);
}

static struct unit_change change_of(const struct change *c) {
    return (struct unit_change){.serial = c->serial,
                                .detail = c->detail,
                                .has_bits = c->has_bits,
                                .has_detail = c->has_detail,
                                .bits = c->bits};
}

/* Hand over range by range. */
static cm_err write_ranges(struct state_fold *f, const struct changes *c, const uint32_t *order,
                           struct unit_change *range) {
    for (size_t at = 0; at < c->n;) {
        const uint32_t set = c->list[order[at]].set;
        const uint64_t no = c->list[order[at]].serial / STATE_RANGE_UNITS;
        size_t n = 0;
        for (; at < c->n; at++) {
            const struct change *next = &c->list[order[at]];
            if (at + CHANGES_AHEAD < c->n)
                __builtin_prefetch(&c->list[order[at + CHANGES_AHEAD]]); /* any order in memory */
            if (next->set != set || next->serial / STATE_RANGE_UNITS != no) break;
            range[n++] = change_of(next);
        }
        TRY(fold_units(f, set, range, n));
    }
    return CM_OK;
}

static cm_err write_units(struct state_fold *f, const struct local *l) {
    const struct changes *units = &l->book.folding.units;
    if (units->n == 0) return CM_OK;
    const size_t most = units->n < STATE_RANGE_UNITS ? units->n : STATE_RANGE_UNITS;
    uint32_t *order = NULL;
    struct unit_change *range = calloc(most, sizeof *range);
    cm_err err = range == NULL ? CM_E_NO_MEMORY : changes_order(units, &order);
    if (err == CM_OK) err = write_ranges(f, units, order, range);
    free(order);
    free(range);
    return err;
}

static cm_err write_answers(struct state_fold *f, const struct local *l, uint64_t now_ms) {
    size_t at = 0, written = 0;
    struct map_key key;
    void *value;
    while (map_next(&l->book.folding.answers, &at, &key, &value)) {
        const struct answer_record *record = value;
        if (record->n == 0) continue;
        uint8_t hash[EVENT_HASH_LEN];
        put_u64be(hash, key.hi);
        put_u64be(hash + sizeof key.hi, key.lo);
        TRY(fold_answer(f, hash, record));
        written++;
    }
    if (now_ms <= ANSWER_KEEP_MS) return CM_OK;
    /* More than come in, whatever the load: otherwise the table would grow without end. */
    return fold_expire_answers(f, now_ms - ANSWER_KEEP_MS, ANSWER_DROP_LIMIT + 2 * written);
}

static cm_err write_names(struct state_fold *f, const struct fold_job *job) {
    for (const struct dirty_document *d = job->documents; d != NULL; d = d->next)
        TRY(fold_document(f, d->kind, d->id, slice_of(d->text, d->len)));
    for (const struct dirty_recall *r = job->recalls; r != NULL; r = r->next)
        TRY(fold_recall(f, &r->recall));
    for (size_t i = 0; i < job->counters_n; i++)
        TRY(fold_counters(f, job->counters[i].set, &job->counters[i].counters));
    return held_write(f, buffer_slice(&job->held));
}

static cm_err write_job(struct local *l, const struct fold_job *job) {
    struct audit_tree tree = AUDIT_TREE_INIT;
    struct state_fold *f = NULL;
    TRY(state_fold_begin(l->state, &f));
    cm_err err = write_units(f, l);
    if (err == CM_OK) err = write_records(f, l);
    if (err == CM_OK) err = write_answers(f, l, job->time_ms);
    if (err == CM_OK) err = write_names(f, job);
    if (err == CM_OK) err = local_audit_fold(l, f, job, &tree);
    if (err != CM_OK) {
        fold_abort(f);
        return err;
    }
    TRY(fold_commit(f, job->position));
    local_audit_sign(l, &tree, job);
    return CM_OK;
}

static void fold_once(struct local *l) {
    const cm_err err = write_job(l, &l->job);
    if (err != CM_OK) log_event(LOG_WARN, "fold failed (%s): tried again later", cm_err_name(err));
    /* Segments that stay are only space: the next fold releases them. */
    if (err == CM_OK && l->journal != NULL)
        cm_ignore(journal_release(l->journal, l->job.position, NULL));
    (void)pthread_mutex_lock(&l->fold_lock);
    l->fold_err = err;
    l->phase = err == CM_OK ? FOLD_WRITTEN : FOLD_FAILED;
    (void)pthread_cond_broadcast(&l->fold_changed);
    (void)pthread_mutex_unlock(&l->fold_lock);
}

static cm_err idle_turn(struct local *l, void *ctx) {
    (void)ctx;
    const cm_err err = refusals_turn(l, false);
    fold_turn(l, l->unfolded_len + l->folding_len > 0); /* a quiet moment: sign it, too */
    return err;
}

/* The owner may be waiting for this thread: take the lead only if nobody has it. */
static void turn_if_idle(struct local *l) {
    struct owner_work work = {.admin = idle_turn};
    bool ran = false;
    committer_try(&l->committer, &work.work, &ran);
}

/* Wait for something to do; false after FOLD_IDLE_S of quiet. */
static bool wait_for_work(struct local *l) {
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += FOLD_IDLE_S;
    while (l->phase != FOLD_ASKED && !l->prepare && !l->stopping) {
        if (pthread_cond_timedwait(&l->fold_changed, &l->fold_lock, &until) != 0) return false;
    }
    return true;
}

static void *folder_main(void *ctx) {
    struct local *l = ctx;
    (void)pthread_mutex_lock(&l->fold_lock);
    while (!l->stopping || l->phase == FOLD_ASKED) {
        const bool quiet = !wait_for_work(l);
        const bool job = l->phase == FOLD_ASKED, prepare = l->prepare && !l->stopping;
        l->prepare = false;
        (void)pthread_mutex_unlock(&l->fold_lock);
        /* Ahead of need. A full disk is met again, and told, when the room is gone. */
        if (prepare) cm_ignore(journal_prepare(l->journal));
        if (job) fold_once(l);
        if (quiet && !job) turn_if_idle(l);
        (void)pthread_mutex_lock(&l->fold_lock);
    }
    (void)pthread_mutex_unlock(&l->fold_lock);
    return NULL;
}

cm_err folder_start(struct local *l) {
    if (pthread_create(&l->folder, NULL, folder_main, l) != 0) return CM_E_NO_MEMORY;
    l->folder_runs = true;
    return CM_OK;
}

void folder_stop(struct local *l) {
    if (!l->folder_runs) return;
    (void)pthread_mutex_lock(&l->fold_lock);
    l->stopping = true;
    (void)pthread_cond_broadcast(&l->fold_changed);
    (void)pthread_mutex_unlock(&l->fold_lock);
    (void)pthread_join(l->folder, NULL);
    l->folder_runs = false;
}

/* ---- The owner's side ------------------------------------------------------------------- */

static cm_err copy_counters(struct local *l, struct fold_job *job) {
    job->counters = calloc((size_t)l->registry.set_n + 1, sizeof *job->counters);
    if (job->counters == NULL) return CM_E_NO_MEMORY;
    for (uint32_t i = 1; i < l->registry.set_n; i++) {
        struct set_entry *s = l->registry.sets[i];
        if (s == NULL || !s->set.counters_dirty) continue;
        job->counters[job->counters_n++] =
            (struct counters_copy){.set = i, .counters = s->set.counters};
        s->set.counters_dirty = false;
    }
    return CM_OK;
}

/* What a start would have to replay of the time since the last fold began. */
static uint64_t unfolded(const struct local *l) {
    return l->unfolded_len + FOLD_GROUP_LEN * l->unfolded_n;
}

/* Under fold_lock, phase idle. */
static void ask(struct local *l, bool now) {
    struct fold_job job = {.position = l->book.sequence, .time_ms = l->book.time_ms, .now = now};
    if (stock_remember(l) != CM_OK) return;       /* no memory now: the next turn tries again */
    if (held_pack(l, &job.held) != CM_OK) return; /* no memory now: the next turn tries again */
    if (copy_counters(l, &job) != CM_OK) {
        held_unpack(l, buffer_slice(&job.held));
        buffer_free(&job.held);
        return;
    }
    struct journal_tail tail = {0};
    if (l->journal != NULL) journal_tail_get(l->journal, &tail); /* fsck has none */
    job.segment = tail.segment;
    book_freeze(&l->book);
    job.documents = take(&l->documents);
    job.recalls = take(&l->recalls);
    l->job = job;
    l->folding_len += unfolded(l);
    l->unfolded_len = l->unfolded_n = 0;
    l->phase = FOLD_ASKED;
    (void)pthread_cond_broadcast(&l->fold_changed);
}

/* A failed job's names and counters are due again. */
static void take_back(struct local *l, struct fold_job *job) {
    for (size_t i = 0; i < job->counters_n; i++)
        l->registry.sets[job->counters[i].set]->set.counters_dirty = true;
    held_unpack(l, buffer_slice(&job->held));
    struct dirty_document **end = &job->documents;
    while (*end != NULL)
        end = &(*end)->next;
    *end = l->documents;
    l->documents = take(&job->documents);
    struct dirty_recall **last = &job->recalls;
    while (*last != NULL)
        last = &(*last)->next;
    *last = l->recalls;
    l->recalls = take(&job->recalls);
}

static void finish(struct local *l) {
    const bool committed = l->phase == FOLD_WRITTEN;
    if (!committed) take_back(l, &l->job);
    if (book_folded(&l->book, committed) != CM_OK)
        (void)local_die(l, "no memory to take back a failed fold");
    if (committed) {
        l->stats.folded_to = l->job.position;
        l->folding_len = 0;
    }
    fold_job_free(&l->job);
    l->fold_failing = !committed;
    if (!committed) l->fold_failed_ms = clock_now_ms(l->clock);
    l->phase = FOLD_IDLE;
    if (fold_blocked(l) && l->fold_err == CM_E_DEAD)
        (void)local_die(l, "the image takes no more folds from this process");
}

bool fold_blocked(const struct local *l) {
    return l->fold_failing && l->folding_len + unfolded(l) > FOLD_BEHIND * l->fold_len;
}

/* Records that were only looked at weigh as much as changed ones: without that, a caller who only
 * asks could fill the memory and never make a fold due. */
static uint64_t weight(const struct local *l) {
    const uint64_t records = FOLD_ENTRY_LEN * (uint64_t)book_weight(&l->book);
    return records > unfolded(l) ? records : unfolded(l);
}

/* After a fold that failed the next one waits a little, or a full disk would keep it busy. */
static bool due(const struct local *l) {
    if (!l->fold_failing) return weight(l) >= l->fold_len;
    const uint64_t now = clock_now_ms(l->clock);
    return now >= l->fold_failed_ms + FOLD_RETRY_MS || now < l->fold_failed_ms;
}

/* A start replays all that the image lacks, and is to be ready within a second: so what is being
 * folded counts, too. The folder itself leads groups at times; it can't wait for itself. */
static bool too_far_ahead(const struct local *l) {
    const uint64_t len = l->folding_len + unfolded(l), records = weight(l);
    return l->phase == FOLD_ASKED && (len > records ? len : records) > FOLD_BEHIND * l->fold_len &&
           pthread_equal(pthread_self(), l->folder) == 0;
}

/* The folder fills the journal's next segment with zeros while this one is not full yet, which must
 * not wait for a fold: a group of one event takes a sector, so a segment of them is full before a
 * fold is due. Once a segment; where that failed, the roll tries again. */
static void ask_to_prepare(struct local *l) {
    struct journal_tail tail = {0};
    if (l->journal == NULL || !journal_half_full(l->journal)) return;
    journal_tail_get(l->journal, &tail);
    if (l->prepared == tail.segment + 1) return;
    l->prepared = tail.segment + 1;
    l->prepare = true;
    (void)pthread_cond_broadcast(&l->fold_changed);
}

void fold_turn(struct local *l, bool now) {
    (void)pthread_mutex_lock(&l->fold_lock);
    while (too_far_ahead(l))
        (void)pthread_cond_wait(&l->fold_changed, &l->fold_lock);
    if (l->phase == FOLD_WRITTEN || l->phase == FOLD_FAILED) finish(l);
    if (l->folder_runs) ask_to_prepare(l);
    const bool may = l->phase == FOLD_IDLE && l->folder_runs && !atomic_load(&l->dead);
    if (may && (now || due(l))) ask(l, now);
    (void)pthread_mutex_unlock(&l->fold_lock);
}
