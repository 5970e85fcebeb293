/* The folded state of the ledger in LMDB: an image as of exactly one durable sequence.
 *
 * It is derived: the journal can rebuild it. It is read by the engine's owner thread and written
 * by its folder, in one transaction that also carries the position. No LMDB type or code leaves
 * this file's room. Tables and their keys: docs/design/state.md.
 */
#ifndef CM_LEDGER_STATE_H
#define CM_LEDGER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "ledger/event.h"

#define STATE_PAGE_LEN   4076u /* bytes; with its checksum it fills one LMDB overflow page */
#define STATE_PAGE_UNITS (STATE_PAGE_LEN * 4ul) /* two bits a unit */

/* Units whose changes are gathered together before their pages are written: at ten changes a page
 * and fold, as a thousand million live codes have, a fold fills a chunk of every range's tail. */
#define STATE_RANGE_PAGES 16u
#define STATE_RANGE_UNITS (STATE_RANGE_PAGES * STATE_PAGE_UNITS)

struct state;

struct state_options {
    const char *path; /* folder of the environment; made if absent when create is set */
    uint8_t workspace_id[16];
    uint64_t map_len; /* bytes of address space; 0 = 256 GiB */
    bool create, read_only;
};

/* What an exception record says of a unit (states.md section 1). */
struct unit_extra {
    uint8_t flags;        /* UNIT_* below */
    uint32_t uses;        /* redemptions that stand */
    uint32_t reserved_by; /* actor */
    uint64_t reserved_until_ms;
    uint64_t since_ms;                /* of the reservation or the voiding */
    uint8_t redeemer[EVENT_HASH_LEN]; /* for whom it is reserved, with UNIT_HAS_REDEEMER */
};
enum { UNIT_RESERVED = 1, UNIT_VOID = 2, UNIT_HAS_REDEEMER = 4 };

/* Who used a unit and when: the last redemption that stands, or the last reversal. */
struct unit_detail {
    uint64_t time_ms, sequence;
    uint32_t actor;
    uint32_t use;
};

/* One accepted item of an idempotent call; of an issue: one range, its first serial, and in `use`
 * how many serials it spent. */
struct answer_item {
    uint16_t item;
    uint32_t use, set;
    uint64_t serial, sequence, time_ms, until_ms;
};
struct answer_record {
    uint8_t request[EVENT_HASH_LEN];
    uint64_t time_ms; /* of the latest item */
    size_t n;
    struct answer_item *items; /* owned by whoever fetched it */
};

/* Counters of one set. */
struct set_counters {
    uint64_t next_serial, issued, redeemed, reversed, reserved, voided;
    uint8_t phase, shipped, rule_version;
    /* Cards with a life; with others all zero. */
    uint64_t active;        /* cards that are active */
    uint64_t balance;       /* sum of all balances, in minor units */
    uint64_t loaded, spent; /* sums of all that went on cards and off them; a refund goes on */
    uint8_t pin_issue_most; /* newest PIN that any card has; 0 as 1 */
};

/** Open or create the image.
 * @retval CM_E_NOT_FOUND  no image here and create is not set
 * @retval CM_E_VERSION    format of another version     @retval CM_E_CONFLICT  other workspace
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY, CM_E_CORRUPT */
CM_MUST_CHECK cm_err state_open(struct state **out, const struct state_options *options,
                                struct cm_diag *diag);
void state_close(struct state *state);
void state_closep(struct state **state);

/* The image contains every event below this sequence; 0 for a new image. */
uint64_t state_position(const struct state *state);

/* Which table and key the last CM_E_CORRUPT of a read or a walk spoke of. */
void state_fault(const struct state *state, struct cm_diag *diag);

/* Reads. All see the image of the last commit; one thread at a time (the owner). Each returns
 * CM_OK and sets *found, or CM_E_IO / CM_E_CORRUPT. A visitor may read on. */
CM_MUST_CHECK cm_err state_page(struct state *s, uint32_t set, uint64_t page,
                                uint8_t out[static STATE_PAGE_LEN], bool *found);
CM_MUST_CHECK cm_err state_extra(struct state *s, uint32_t set, uint64_t serial,
                                 struct unit_extra *out, bool *found);
CM_MUST_CHECK cm_err state_detail(struct state *s, uint32_t set, uint64_t serial,
                                  struct unit_detail *out, bool *found);
CM_MUST_CHECK cm_err state_used_by(struct state *s, uint32_t set, uint64_t serial,
                                   const uint8_t redeemer[static EVENT_HASH_LEN], bool *found);
/* items is malloc'ed; the caller frees it. */
CM_MUST_CHECK cm_err state_answer(struct state *s, const uint8_t key[static EVENT_HASH_LEN],
                                  struct answer_record *out, bool *found);

/* Cards with a life, and one line of a card's history. */
CM_MUST_CHECK cm_err state_card(struct state *s, uint32_t set, uint64_t serial,
                                struct card_record *out, bool *found);
CM_MUST_CHECK cm_err state_card_line(struct state *s, uint32_t set, uint64_t serial,
                                     uint64_t sequence, struct card_line *out, bool *found);

/* Visits at start; a visitor's error ends the walk and is returned. */
typedef cm_err state_visit_document(void *ctx, enum document_kind kind, uint32_t id,
                                    struct cm_slice text);
CM_MUST_CHECK cm_err state_documents(struct state *s, state_visit_document *visit, void *ctx);
typedef cm_err state_visit_counters(void *ctx, uint32_t set, const struct set_counters *c);
CM_MUST_CHECK cm_err state_counters(struct state *s, state_visit_counters *visit, void *ctx);
typedef cm_err state_visit_recall(void *ctx, const struct recall_event *r);
CM_MUST_CHECK cm_err state_recalls(struct state *s, state_visit_recall *visit, void *ctx);
struct held_row; /* state_held.h */
/* Each row in order of (run, set); what the visitor takes out of it (spans, holes) is its own. */
typedef cm_err state_visit_held(void *ctx, struct held_row *row);
CM_MUST_CHECK cm_err state_held(struct state *s, state_visit_held *visit, void *ctx);
/* Every page, in order of (set, page): for fsck. */
typedef cm_err state_visit_page(void *ctx, uint32_t set, uint64_t page, const uint8_t *bytes);
CM_MUST_CHECK cm_err state_pages(struct state *s, state_visit_page *visit, void *ctx);
/* Every use that stands by a redeemer, in order of (set, serial, redeemer): for fsck. */
typedef cm_err state_visit_used_by(void *ctx, uint32_t set, uint64_t serial,
                                   const uint8_t redeemer[static EVENT_HASH_LEN]);
CM_MUST_CHECK cm_err state_all_used_by(struct state *s, state_visit_used_by *visit, void *ctx);

/* Every card record in order of (set, serial), every line of history likewise: for fsck. */
typedef cm_err state_visit_card(void *ctx, uint32_t set, uint64_t serial,
                                const struct card_record *card);
CM_MUST_CHECK cm_err state_all_cards(struct state *s, state_visit_card *visit, void *ctx);
typedef cm_err state_visit_card_line(void *ctx, const struct card_line *line);
CM_MUST_CHECK cm_err state_all_card_lines(struct state *s, state_visit_card_line *visit, void *ctx);

/** Copy the image of one commit, compacted, to a file or pipe; folds and reads may go on.
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_BUSY (too many readers) */
CM_MUST_CHECK cm_err state_copy(struct state *s, int fd);
/* Bytes of the image's tables, in whole pages; what the file has beyond them is free or LMDB's own.
 */
struct state_sizes {
    uint64_t states_len;  /* unit pages and exception records */
    uint64_t details_len; /* who used which unit: runs and tails */
    uint64_t answers_len, nodes_len, others_len, file_len;
};
/** @retval CM_E_IO */
CM_MUST_CHECK cm_err state_size(struct state *s, struct state_sizes *out);
/** Read every value of every table. @retval CM_E_CORRUPT  the diag names table and key */
CM_MUST_CHECK cm_err state_check(struct state *s, struct cm_diag *diag);

/* One fold: begin, puts in any order, commit with the new position; or abort. Only the folder
 * thread calls these; reads by the owner go on beside it. */
struct state_fold;
CM_MUST_CHECK cm_err state_fold_begin(struct state *s, struct state_fold **out);
/* What became of a unit: its two bits, and who used it and when. */
struct unit_change {
    uint64_t serial;
    struct unit_detail detail; /* with has_detail */
    bool has_bits, has_detail;
    uint8_t bits; /* with has_bits */
};
/** Fold changes of units.
 * @param[in] changes  n of one range (STATE_RANGE_UNITS), in order of serial, each unit once; newer
 *                     than all that was folded of these units
 * @retval CM_E_ARGUMENT  out of order or range      @retval CM_E_RANGE  time or sequence too large
 * @retval CM_E_IO, CM_E_CORRUPT, CM_E_NO_SPACE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err fold_units(struct state_fold *f, uint32_t set,
                                const struct unit_change *changes, size_t n);
/* extra NULL removes the record. */
CM_MUST_CHECK cm_err fold_extra(struct state_fold *f, uint32_t set, uint64_t serial,
                                const struct unit_extra *extra);
CM_MUST_CHECK cm_err fold_used_by(struct state_fold *f, uint32_t set, uint64_t serial,
                                  const uint8_t redeemer[static EVENT_HASH_LEN], bool used);
CM_MUST_CHECK cm_err fold_answer(struct state_fold *f, const uint8_t key[static EVENT_HASH_LEN],
                                 const struct answer_record *record);
/* Drop idempotency records last touched before this time; at most `limit` a fold. */
CM_MUST_CHECK cm_err fold_expire_answers(struct state_fold *f, uint64_t before_ms, size_t limit);
CM_MUST_CHECK cm_err fold_document(struct state_fold *f, enum document_kind kind, uint32_t id,
                                   struct cm_slice text);
CM_MUST_CHECK cm_err fold_counters(struct state_fold *f, uint32_t set,
                                   const struct set_counters *c);
/* content: as record_put_held makes it (state_held.h). */
CM_MUST_CHECK cm_err fold_held(struct state_fold *f, uint32_t run, uint32_t set,
                               struct cm_slice content);
CM_MUST_CHECK cm_err fold_card(struct state_fold *f, uint32_t set, uint64_t serial,
                               const struct card_record *card);
CM_MUST_CHECK cm_err fold_card_line(struct state_fold *f, const struct card_line *line);
CM_MUST_CHECK cm_err fold_recall(struct state_fold *f, const struct recall_event *r);
/* Durable when CM_OK; consumes f in every case. */
CM_MUST_CHECK cm_err fold_commit(struct state_fold *give_f, uint64_t position);
void fold_abort(struct state_fold *give_f);

#endif
