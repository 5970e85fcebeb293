/* The engine in process, seen from inside its room: one struct, split over local_*.c by what is
 * done with it. Fields say who may touch them: "owner" is the leader of the committer.
 * Source: docs/design/engine.md. */
#ifndef CM_ENGINE_LOCAL_H
#define CM_ENGINE_LOCAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/buffer.h"
#include "crypto/cmac.h"
#include "engine/commit.h"
#include "engine/decide.h"
#include "engine/engine.h"
#include "engine/held.h"
#include "engine/opener.h"
#include "engine/workspace.h"
#include "ledger/audit_store.h"
#include "ledger/journal.h"

#define REFUSAL_SCHEMES_MAX 256u /* schemes counted apart; further ones count as "no scheme" */

/* What one calling thread works with: an opener and the keyed hash for idempotency. */
struct bench_place {
    struct bench_place *next;
    struct opener *opener;
    struct cmac *hash;
    struct buffer scratch;     /* serialised requests, for hashing */
    struct resolved *resolved; /* of the work being done, resolved_cap of them */
    struct call_hashes *hashes;
    size_t resolved_cap, hashes_cap;
};

/* Calls as the owner gets them. */
struct call_work {
    struct cm_call *calls;
    size_t n;
    struct resolved *resolved;  /* of all requests, one after the other */
    struct call_hashes *hashes; /* one a call */
    bool changes;               /* some request may write an event */
    bool cards;                 /* some call is at a door of cards with a life */
    size_t events_max;          /* bytes of events at most */
    size_t request_n;
};

struct local;
/* Runs as the owner, alone in its group. */
typedef cm_err admin_fn(struct local *l, void *ctx);

struct owner_work {
    struct work work;        /* first */
    struct call_work *calls; /* or */
    admin_fn *admin;
    void *admin_ctx;
};

/* A document waiting to be folded. */
struct dirty_document {
    struct dirty_document *next;
    enum document_kind kind;
    uint32_t id;
    size_t len;
    uint8_t text[];
};
struct dirty_recall {
    struct dirty_recall *next;
    struct recall_event recall;
};
struct counters_copy {
    uint32_t set;
    struct set_counters counters;
};

/* What a fold writes: made by the owner, then read by the folder alone. */
struct fold_job {
    struct counters_copy *counters;
    size_t counters_n;
    struct dirty_document *documents;
    struct dirty_recall *recalls;
    struct buffer held; /* rows: run (4), set (4), length (4), content */
    uint64_t position, time_ms;
    uint64_t segment; /* of the journal when it was asked for */
    bool now;         /* asked for, not just due: sign a checkpoint, too */
};

enum fold_phase { FOLD_IDLE, FOLD_ASKED, FOLD_WRITTEN, FOLD_FAILED };

struct local {
    struct cm_engine base; /* first */
    struct keystore *keystore;
    struct clock_source clock;
    uint64_t fold_len;
    char folder_path[WORKSPACE_PATH_CAP]; /* of the workspace */
    char legacy_path[WORKSPACE_PATH_CAP]; /* of imported lists */
    struct cm_diag *opening; /* while it is opened: where a document's problem is told; or NULL */
    uint8_t workspace_id[WORKSPACE_ID_LEN];
    struct journal *journal;
    struct state *state;
    size_t group_cap; /* bytes of events that fit one group, whatever the segment */

    pthread_rwlock_t registry_lock; /* openers read; the owner writes */
    struct registry registry;
    struct committer committer;
    pthread_mutex_t bench_lock;
    struct bench_place *bench; /* idle places */

    /* owner */
    struct book book;
    struct held held;
    struct bench_place *own;
    struct dirty_document *documents;
    struct dirty_recall *recalls;
    struct buffer parts;   /* a document arriving in parts */
    uint64_t unfolded_len; /* bytes of events since the last fold began */
    uint64_t unfolded_n;   /* groups that hold them */
    uint64_t folding_len;  /* what was due to fold before it and is not yet in the image */
    bool fold_failing;     /* the last fold failed, at fold_failed_ms */
    uint64_t fold_failed_ms;
    uint32_t epoch;
    bool restored;
    struct engine_stats stats;
    /* Refusals of this minute and of ever, by scheme; [0] is "no scheme". */
    struct refusals_event refusing[REFUSAL_SCHEMES_MAX];
    uint64_t refused[REFUSAL_SCHEMES_MAX][REFUSAL_VERDICT_N];
    size_t refusing_n;

    /* folder and owner, under fold_lock */
    pthread_mutex_t fold_lock;
    pthread_cond_t fold_changed;
    pthread_t folder;
    bool folder_runs, stopping;
    enum fold_phase phase;
    cm_err fold_err;   /* of the last fold */
    bool prepare;      /* the folder is to make the journal's next segment ready */
    uint64_t prepared; /* the last one that it was asked for */
    struct fold_job job;

    /* folder */
    struct cm_key *audit_seed; /* guarded copy, or NULL */
    char audit_origin[64];
    struct audit_feed audit_feed;
    uint64_t checkpoint_ms; /* when the last one was written */

    atomic_bool lives; /* some set has cards with a life: their events are longer */
    atomic_bool dead;
};

static inline struct local *local_of(struct cm_engine *e) { return (struct local *)(void *)e; }

/* local_open.c */
cm_err local_new(struct local **out, const struct engine_options *options);
void local_free(struct local *l);
cm_err local_open_state(struct local *l, const char *path, const struct workspace *w,
                        const struct engine_options *options, struct cm_diag *diag);
/* A journal_visit: apply what the book does not have yet. */
cm_err local_replay_group(void *ctx, const struct journal_group *group);

/* local_legacy.c: for fsck, read every block of the files of imported lists; counts them and the
 * damaged ones. @retval as legacy_prove, of the first damaged one */
cm_err local_legacy_prove(struct local *l, uint64_t *lists, uint64_t *damaged,
                          struct cm_diag *diag);

/* local_audit.c */
cm_err local_audit_open(struct local *l, const struct workspace *w, struct cm_diag *diag);
void local_audit_close(struct local *l);
cm_err local_audit_fold(struct local *l, struct state_fold *f, const struct fold_job *job,
                        struct audit_tree *tree);
void local_audit_sign(struct local *l, const struct audit_tree *tree, const struct fold_job *job);

/* local_run.c */
cm_err local_run(struct cm_engine *engine, struct cm_call *calls, size_t n);
void local_process(void *ctx, struct work *list);
bool call_changes(const struct cm_call *call);
cm_err local_as_owner(struct local *l, admin_fn *fn, void *ctx);
/* Give up: nothing more is acknowledged by this process. */
cm_err local_die(struct local *l, const char *why);
/* A group is in the journal, or was replayed: the image lacks it. */
static inline void local_count_group(struct local *l, size_t events_len) {
    l->unfolded_len += events_len;
    l->unfolded_n++;
}
/* Time of the next event: the wall clock's, but never before the last event's. */
static inline uint64_t local_now_ms(const struct local *l) {
    const uint64_t wall = clock_now_ms(l->clock);
    return wall > l->book.time_ms ? wall : l->book.time_ms;
}

/* local_bench.c */
cm_err bench_take(struct local *l, struct bench_place **out);
void bench_give(struct local *l, struct bench_place *place);
void bench_wipe(struct local *l);
/* Room for what becomes of the work's requests: the place's, so that no call allocates it. */
cm_err bench_room(struct bench_place *place, struct call_work *w);
cm_err bench_hash(struct bench_place *place, const struct cm_call *call, struct call_hashes *out);
cm_err bench_hash_issue(struct bench_place *place, const struct issue_asked *asked,
                        struct call_hashes *out);

/* local_group.c: one group of calls, by the owner. */
void group_run(struct local *l, struct owner_work **works, size_t n);
/* Bring a unit that is known by its number into memory, and have its prizes drawn; what was never
 * issued becomes CM_V_NOT_A_CODE.  as book_touch */
cm_err group_touch(struct local *l, struct resolved *r, enum cm_operation operation);
/* Write what was decided. What it rests on is durable when it returns CM_OK. */
cm_err group_write(struct local *l, const struct deciding *d);

/* local_apply.c: one event, by the owner, in replay or after its commit. */
cm_err local_apply(struct local *l, const struct event *e, uint64_t sequence, uint64_t time_ms);
/* Apply to the registry; while the workspace is opened, what is wrong is told. */
cm_err local_registry_apply(struct local *l, enum document_kind kind, uint32_t id,
                            struct cm_slice text);
cm_err local_remember_document(struct local *l, enum document_kind kind, uint32_t id,
                               struct cm_slice text);
/* Records that an event may make in the book, at most. */
size_t local_weight(const struct event *e);
/* What an event needs in memory before it can be applied. */
cm_err local_touch(struct local *l, const struct event *e);
/* Write one event as its own group and apply it. */
cm_err local_commit_event(struct local *l, const struct event *e);
/* Several as one group: all or nothing. */
cm_err local_commit_events(struct local *l, const struct event *events, uint32_t n);

/* Events under construction, as one group or several. Documents' parts and holes are borrowed. */
struct event_list {
    struct event *p;
    size_t n, cap;
};
#define EVENT_LIST_INIT                                                                            \
    { NULL, 0, 0 }
void event_list_wipe(struct event_list *list);
CM_MUST_CHECK cm_err event_list_put(struct event_list *list, const struct event *e);
/* The parts of a document. */
CM_MUST_CHECK cm_err event_list_document(struct event_list *list, enum document_kind kind,
                                         uint32_t id, uint32_t actor, struct cm_slice text);

/* local_held.c: holds and moves, by the owner. */
bool held_event(const struct event *e);
/* As local_touch and local_apply, for these. CM_E_CORRUPT: no journal of ours says so. */
cm_err held_event_touch(struct local *l, const struct event *e);
cm_err held_event_apply(struct local *l, const struct event *e, uint64_t sequence,
                        uint64_t time_ms);
/* Room in the spans for all n events together. */
cm_err held_events_room(struct local *l, const struct event *events, size_t n);
cm_err held_load_image(struct local *l);
/* What changed, packed for the folder; and what a failed fold did not write is due again. */
cm_err held_pack(struct local *l, struct buffer *out);
void held_unpack(struct local *l, struct cm_slice packed);
cm_err held_write(struct state_fold *f, struct cm_slice packed);
static inline bool stage_scraps(enum cm_stage stage) {
    return stage == CM_STAGE_REJECTED || stage == CM_STAGE_VOID;
}

/* local_stock.c: where cards lie, tallies, counts of aliases. CM_E_CORRUPT: no journal of ours. */
cm_err stock_event_touch(struct local *l, const struct stock_event *e);
void stock_event_apply(struct local *l, const struct stock_event *e);
/* Room in the spans for all n events together. */
cm_err stock_events_room(struct local *l, const struct event *events, size_t n);
/* What changed becomes derived documents that wait to be folded. @retval CM_E_NO_MEMORY  the rest
 * is due again */
cm_err stock_remember(struct local *l);
cm_err stock_load_document(struct local *l, enum document_kind kind, uint32_t id,
                           struct cm_slice content);

/* local_alias.c: other names of cards. */
cm_err alias_event_touch(struct local *l, const struct alias_event *e);
void alias_event_apply(struct local *l, const struct alias_event *e);
/* A text that no reader of the door opened: is it another name of a card behind it? */
cm_err alias_settle(struct local *l, const struct door *door, const struct cm_request *q,
                    struct resolved *r);

/* local_run_move.c: decide what a line or the operator says of units, by the owner. */
struct run_move;
CM_MUST_CHECK cm_err run_moves_decide(struct local *l, uint32_t run, uint32_t actor,
                                      const struct run_move *moves, size_t n,
                                      struct event_list *out, struct cm_diag *diag);
/* The run of that number. @retval CM_E_NOT_FOUND */
CM_MUST_CHECK cm_err admin_run(const struct local *l, uint32_t number, struct cm_diag *diag,
                               struct run_entry **out);

/* local_issue.c: whether a range may be issued. @retval as engine_issue */
CM_MUST_CHECK cm_err local_check_issue(const struct local *l, const struct issue_event *e,
                                       struct cm_diag *diag);

/* local_admin.c: what acts ask before they change anything. */
cm_err admin_accepted(const struct local *l, struct cm_diag *diag);
cm_err admin_set(const struct local *l, uint32_t number, struct cm_diag *diag,
                 struct set_entry **out);

/* local_refusals.c: refusals are counted in memory and journaled once a minute, a scheme an event.
 */
void refusals_count(struct local *l, const struct set *set, enum cm_verdict verdict);
/* A text that was right by all that is public, of no card of this pool, asked by this API key. */
void refusals_guess(struct local *l, uint32_t pool, uint32_t actor);
cm_err refusals_turn(struct local *l, bool now);
cm_err refusals_apply(struct local *l, const struct refusals_event *e);
cm_err refusals_load(struct local *l, uint32_t scheme, struct cm_slice text);

/* local_fold.c */
cm_err folder_start(struct local *l);
void folder_stop(struct local *l);
/* By the owner: finish a written fold, start one when due (or `now`), wait when too far ahead. */
void fold_turn(struct local *l, bool now);
/* Folds fail and the image is too far behind: nothing more may be journaled until one succeeds. */
bool fold_blocked(const struct local *l);
void fold_job_free(struct fold_job *job);

#endif
