/* The audit tree: a Merkle tree over every event, so that the past cannot be rewritten unseen.
 *
 * RFC 9162 section 2.1 with SHA-256. Leaf i is event i + 1. This file is pure arithmetic over
 * hashes: growing by a frontier, roots, proofs and their checking. Where hashes are kept is
 * audit_store.h, how a root is signed checkpoint.h. Text: docs/design/audit.md.
 */
#ifndef CM_LEDGER_AUDIT_H
#define CM_LEDGER_AUDIT_H

#include <stdbool.h>

#include "crypto/hash.h"

#define AUDIT_LEVEL_MAX  63u  /* of a complete subtree; sizes are below 2^63 */
#define AUDIT_PROOF_MAX  64u  /* hashes */
#define AUDIT_EXTEND_MAX 128u /* leaves of one audit_extend */

/* A tree of `size` leaves, known by the roots of its complete subtrees: frontier[l] counts where
 * bit l of size is set. */
struct audit_tree {
    uint64_t size;
    struct hash256 frontier[AUDIT_LEVEL_MAX + 1];
};
#define AUDIT_TREE_INIT                                                                            \
    { .size = 0 }

struct audit_proof {
    size_t n;
    struct hash256 hashes[AUDIT_PROOF_MAX]; /* in the order of RFC 9162 */
};

/* What a leaf's hash is of, before the event's frame: 0x00, sequence, event time. */
#define AUDIT_LEAF_HEAD_LEN 17u
void audit_leaf_head(uint8_t to[static AUDIT_LEAF_HEAD_LEN], uint64_t sequence, uint64_t time_ms);
/** Leaf hash of one event: 0x00, sequence (8), event time ms (8), frame with its four bytes.
 * @retval CM_E_CRYPTO  the hash could not be computed */
CM_MUST_CHECK cm_err audit_leaf(struct hasher *hasher, uint64_t sequence, uint64_t time_ms,
                                struct cm_slice frame, struct hash256 *out);
/* Hash of a node over two children. */
void audit_pair(const struct hash256 *left, const struct hash256 *right, struct hash256 *out);

/* Told of every subtree that becomes complete: it covers leaves index << level and on. */
typedef cm_err audit_completed(void *ctx, unsigned level, uint64_t index,
                               const struct hash256 *hash);
/** Append one leaf.
 * @param hasher     the fast way to hash two children, once an event on average
 * @param completed  may be NULL
 * @retval CM_E_LIMIT  2^63 leaves      @retval CM_E_CRYPTO
 * and what `completed` returns: the tree is as before then */
CM_MUST_CHECK cm_err audit_append(struct audit_tree *tree, struct hasher *hasher,
                                  const struct hash256 *leaf, audit_completed *completed,
                                  void *ctx);
/** Append n leaves: the same tree as one by one, at a fraction of the price, since the hashes of a
 * level are computed together.
 * @param[in] n  at most AUDIT_EXTEND_MAX
 * @retval CM_E_RANGE  n too large, and as audit_append: the tree is as before then */
CM_MUST_CHECK cm_err audit_extend(struct audit_tree *tree, struct hasher *hasher,
                                  const struct hash256 *leaves, size_t n,
                                  audit_completed *completed, void *ctx);
/* MTH(D[size]); for no leaves the hash of nothing. */
void audit_root(const struct audit_tree *tree, struct hash256 *out);

/* Where the hash of a complete subtree comes from. */
struct audit_nodes {
    cm_err (*node)(void *ctx, unsigned level, uint64_t index, struct hash256 *out);
    void *ctx;
};
/** Root of the first `size` leaves. @retval whatever nodes->node returns */
CM_MUST_CHECK cm_err audit_root_at(const struct audit_nodes *nodes, uint64_t size,
                                   struct hash256 *out);
/** Proof that leaf `index` is in the tree of `size` (RFC 9162 2.1.3.1).
 * @retval CM_E_RANGE  index is not below size */
CM_MUST_CHECK cm_err audit_prove_leaf(const struct audit_nodes *nodes, uint64_t index,
                                      uint64_t size, struct audit_proof *out);
/** Proof that the tree of `older` leaves is the beginning of that of `newer` (RFC 9162 2.1.4.1).
 * @retval CM_E_RANGE  not 0 < older <= newer */
CM_MUST_CHECK cm_err audit_prove_growth(const struct audit_nodes *nodes, uint64_t older,
                                        uint64_t newer, struct audit_proof *out);

/* Checking, with nothing but what a stranger has: RFC 9162 2.1.3.2 and 2.1.4.2. */
bool audit_leaf_holds(const struct hash256 *leaf, uint64_t index, uint64_t size,
                      const struct audit_proof *proof, const struct hash256 *root);
bool audit_growth_holds(uint64_t older, uint64_t newer, const struct hash256 *older_root,
                        const struct hash256 *newer_root, const struct audit_proof *proof);

#endif
