/* Where the audit tree lives: its frontier and its larger subtrees in the state, its leaves in the
 * journal. The tree is derived and may lag behind the image; it never runs ahead of it.
 * Reference: docs/design/audit.md. */
#ifndef CM_LEDGER_AUDIT_STORE_H
#define CM_LEDGER_AUDIT_STORE_H

#include "ledger/audit.h"
#include "ledger/journal_read.h"
#include "ledger/state.h"

#define AUDIT_STORED_LEVEL 8u /* subtrees of 2^8 leaves and more are kept: 0.3 bytes an event */

/** The tree as last folded; empty when it never was. @retval CM_E_CORRUPT, CM_E_IO */
CM_MUST_CHECK cm_err audit_stored(struct state *s, struct audit_tree *out);

/* Its size; from any thread, beside owner and folder. @retval CM_E_CORRUPT, CM_E_IO, CM_E_BUSY */
CM_MUST_CHECK cm_err audit_stored_size(const struct state *s, uint64_t *size);

/* Where the tree's reading of the journal stands from fold to fold, so that no fold looks through
 * what an earlier one read. The folder's alone; start with {.journal = ...}. */
struct audit_feed {
    struct journal_reader_options journal; /* its texts must live during audit_fold only */
    struct journal_reader *reader;         /* NULL: opened when next needed */
    uint64_t next;                         /* sequence before which it stands */
};
void audit_feed_close(struct audit_feed *feed);

/** Within a fold, read on in the journal and grow the tree.
 * @param[in]  below  a sequence all before which is durable; usually the fold's position
 * @param[in]  limit  about this many events at most, so that a fold stays short
 * @param[out] tree   as it will be once the fold is committed; may be NULL
 * @retval CM_E_NOT_FOUND  the journal begins behind the tree's end
 * @retval CM_E_CORRUPT, CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY, CM_E_CRYPTO
 * After an error the tree stands where it stood. The fold may be committed without it, unless a
 * put failed: then every later put and the commit say so again. */
CM_MUST_CHECK cm_err audit_fold(struct state_fold *f, struct audit_feed *feed, uint64_t below,
                                uint64_t limit, struct audit_tree *tree, struct cm_diag *diag);

/* Hashes of the stored tree for proofs; one thread, the state's owner. */
struct audit_store;
CM_MUST_CHECK cm_err audit_store_open(struct audit_store **out, struct state *s,
                                      const struct journal_reader_options *journal);
void audit_store_close(struct audit_store *store);
void audit_store_closep(struct audit_store **store);
/* For audit_root_at and the proofs; sizes up to that of audit_stored. Nodes end in CM_E_NOT_FOUND
 * where the leaves' segments are gone, CM_E_CORRUPT where something contradicts itself. */
struct audit_nodes audit_store_nodes(struct audit_store *store);

#endif
