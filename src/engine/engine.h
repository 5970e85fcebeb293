/* The engine in process: a workspace's ledger, keys and registry behind countermark/engine.h, and
 * what only the operator may do with them. One process at a time owns a workspace.
 * Source: docs/design/engine.md. */
#ifndef CM_ENGINE_ENGINE_H
#define CM_ENGINE_ENGINE_H

#include "base/clock.h"
#include "base/diag.h"
#include "countermark/engine.h"
#include "crypto/keystore.h"
#include "engine/registry.h"
#include "engine/units.h"
#include "ledger/backup.h"

/* What the two implementations of the interface share; first member of each. */
struct engine_ops {
    cm_err (*run)(struct cm_engine *engine, struct cm_call *calls, size_t n);
    void (*close)(struct cm_engine *engine);
};
struct cm_engine {
    const struct engine_ops *ops;
};

#define FOLD_JOURNAL_LEN 16777216u /* bytes of journal after which a fold starts */

struct engine_options {
    const char *workspace;     /* folder */
    struct keystore *keystore; /* borrowed until close */
    struct clock_source clock;
    uint64_t segment_len; /* 0 = the journal's default */
    uint64_t fold_len;    /* bytes of journal between folds; 0 = FOLD_JOURNAL_LEN */
    bool read_only;       /* fsck, decode: no lock is taken, nothing written */
};

/** Make an empty ledger in a workspace folder that has none. @retval as journal_create, state_open
 */
CM_MUST_CHECK cm_err engine_create(const char *workspace, const uint8_t workspace_id[16],
                                   struct cm_diag *diag);
/* The same with a first segment of another length (0 = the journal's default). */
CM_MUST_CHECK cm_err engine_create_sized(const char *workspace, const uint8_t workspace_id[16],
                                         uint64_t segment_len, struct cm_diag *diag);
/** Open: load the image, replay what it lacks, be ready.
 * @retval CM_E_BUSY     another process has it      @retval CM_E_NOT_FOUND  no workspace there
 * @retval CM_E_CORRUPT, CM_E_VERSION, CM_E_IO, CM_E_NO_MEMORY, CM_E_NO_SPACE */
CM_MUST_CHECK cm_err engine_open(struct cm_engine **out, const struct engine_options *options,
                                 struct cm_diag *diag);

/* A restored workspace refuses changes until the operator has accepted what may be missing. */
bool engine_restored(struct cm_engine *engine);

/* Which ledger this is, as a text: another one for another workspace, and after each restore. */
#define ENGINE_IDENTITY_CAP 44u /* 32 hex digits, a slash, the epoch, a NUL */
void engine_identity(struct cm_engine *engine, char out[static ENGINE_IDENTITY_CAP]);

/** Run `read` with the registry held still. For look-ups; no engine call inside. */
typedef cm_err registry_reader(void *ctx, const struct registry *registry);
CM_MUST_CHECK cm_err engine_read(struct cm_engine *engine, registry_reader *read, void *ctx);

/* Changes by the operator: each is validated, journaled, durable when CM_OK. */

/** Add or replace a document. @param[in,out] id  0 = the next free one, returned
 * @retval as registry_check, and CM_E_STATE, CM_E_DEAD, CM_E_NO_SPACE */
CM_MUST_CHECK cm_err engine_document(struct cm_engine *engine, enum document_kind kind,
                                     uint32_t *id, uint32_t actor, struct cm_slice text,
                                     struct cm_diag *diag);
/** Spend serials and count the units issued with them (states.md section 5).
 * @retval CM_E_CONFLICT  e->first is not the next serial   @retval CM_E_LIMIT  beyond quantity
 * @retval CM_E_STATE     batch closed */
CM_MUST_CHECK cm_err engine_issue(struct cm_engine *engine, const struct issue_event *e,
                                  struct cm_diag *diag);

/* Issue under an idempotency key (states.md section 4). What was asked becomes an issue_key, keyed
 * hashes; a request may take several ranges, each issued as the next item of its key. */
struct issue_asked {
    uint32_t actor, set, count;
    struct cm_slice key; /* the caller's, not empty */
};
struct issue_key {
    uint8_t key[EVENT_HASH_LEN], request[EVENT_HASH_LEN];
    uint16_t item; /* of the next range: how many ranges stand under the key */
};
CM_MUST_CHECK cm_err engine_issue_key(struct cm_engine *engine, const struct issue_asked *asked,
                                      struct issue_key *out);
struct issued_range {
    uint64_t first, count; /* serials spent */
};
/** The ranges that were issued under a key, first to last.
 * @param[out] n  of them; 0 = the key is new
 * @retval CM_E_CONFLICT  the key belongs to another request    @retval CM_E_LIMIT  more than cap
 * @retval CM_E_IO, CM_E_CORRUPT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err engine_issued_before(struct cm_engine *engine, const struct issue_key *key,
                                          struct issued_range *out, size_t cap, size_t *n,
                                          struct cm_diag *diag);
/** As engine_issue, and with key NULL the same; range and record are one group: both are durable or
 * neither.
 * @retval CM_E_CONFLICT  also: key->item is not the key's next range */
CM_MUST_CHECK cm_err engine_issue_keyed(struct cm_engine *engine, const struct issue_event *e,
                                        const struct issue_key *key, struct cm_diag *diag);
CM_MUST_CHECK cm_err engine_phase(struct cm_engine *engine, const struct phase_event *e,
                                  struct cm_diag *diag);
CM_MUST_CHECK cm_err engine_recall(struct cm_engine *engine, const struct recall_event *e,
                                   struct cm_diag *diag);
CM_MUST_CHECK cm_err engine_note(struct cm_engine *engine, uint32_t actor, struct cm_slice text,
                                 struct cm_diag *diag);
/** Accept a restored workspace. What left it after the backup is unknown: units that open runs held
 * and had not settled become unknown (cause restore), their runs are stopped; for every set that
 * was still issuing, `skips` spends serials past all that may have left. They count as issued and
 * can be redeemed, for they may be on packs.
 * @param[in] skips  n acts: the set, and how many serials to spend from its next one on
 * @retval CM_E_STATE      the workspace was not restored
 * @retval CM_E_NOT_FOUND  no such set      @retval CM_E_LIMIT  not that many serials are left */
struct engine_skip {
    uint32_t set;
    uint64_t serials;
};
CM_MUST_CHECK cm_err engine_accept_restore(struct cm_engine *engine,
                                           const struct engine_skip *skips, size_t n,
                                           struct cm_diag *diag);

/** Back up a running workspace into a stream (ledger/backup.h): image, journal, workspace file and
 * keystore file (both sealed or harmless as they are; seal the stream all the same).
 * @param[in] history  every segment that is still there, so that fsck can rebuild the image
 * @retval as backup_write */
CM_MUST_CHECK cm_err engine_backup(struct cm_engine *engine, bool history,
                                   const struct backup_sink *sink, struct backup_report *report,
                                   struct cm_diag *diag);

/** State and times of one unit, for people; journaled as a look-up. */
struct unit_view {
    enum unit_bits bits;
    struct unit_extra extra;
    struct unit_detail detail;
    bool has_detail;
};
CM_MUST_CHECK cm_err engine_lookup(struct cm_engine *engine, uint32_t actor, uint32_t set,
                                   uint64_t serial, struct unit_view *out, struct cm_diag *diag);
/** Which of the n serials from `first` on are units: issued and not skipped. Not journaled: for the
 * minter, who must not give a text to a second owner.
 * @param[out] exist  n answers
 * @retval CM_E_NOT_FOUND  no such batch      @retval CM_E_IO, CM_E_CORRUPT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err engine_exist(struct cm_engine *engine, uint32_t set, uint64_t first, size_t n,
                                  bool *exist);
/** The same of units that are not void: for whoever gives them out once more. @retval as above */
CM_MUST_CHECK cm_err engine_alive(struct cm_engine *engine, uint32_t set, uint64_t first, size_t n,
                                  bool *alive);
/** Fold now and wait for it: before a backup, and in tests. */
CM_MUST_CHECK cm_err engine_fold(struct cm_engine *engine);

/** The prizes of a batch, in the order of their candidates; those of units that became worthless
 * are drawn again first (none while the ledger may not be written).
 * @param[out] out  malloc'ed, n of them
 * @retval CM_E_NOT_FOUND  none were drawn     @retval CM_E_STATE  seed or key destroyed
 * @retval CM_E_IO, CM_E_CORRUPT, CM_E_NO_MEMORY, CM_E_NO_SPACE, CM_E_DEAD */
struct prize_view {
    uint64_t serial, candidate;
    uint16_t tier;
    bool given; /* the unit was redeemed */
    bool lost;  /* it became worthless */
};
CM_MUST_CHECK cm_err engine_prizes(struct cm_engine *engine, uint32_t set, struct prize_view **out,
                                   size_t *n, struct cm_diag *diag);

struct engine_stats {
    uint64_t sequence, folded_to, journal_bytes, groups, events;
    uint64_t verdicts[CM_VERDICT_N]; /* answers since start */
    uint64_t refusals[CM_VERDICT_N]; /* journaled, since ever, all schemes; the last minute later */
    size_t unit_memory;              /* bytes of pages */
    size_t overlay_n;                /* records in memory that lie over the image */
    bool dead, restored;
};
void engine_stats(struct cm_engine *engine, struct engine_stats *out);

/* Guesses at cards: texts that are right by all that is public (prefix, length, check digit) and
 * open to no card that was issued; since ever, this minute's included. Each is counted for its pool
 * and for who asked. With more than ENGINE_GUESSES_MAX pools and keys, those of further ones count
 * as nobody's. */
#define ENGINE_GUESSES_MAX 256u
struct guess_count {
    uint32_t pool;  /* set number, or 0 */
    bool of_key;    /* it is a caller's count */
    uint32_t actor; /* with of_key: registry number of the API key; 0 = the operator */
    uint64_t n;
};
/** @param[out] n  of the counts told, at most cap     @retval CM_E_DEAD */
CM_MUST_CHECK cm_err engine_guesses(struct cm_engine *engine, struct guess_count *out, size_t cap,
                                    size_t *n);

#endif
