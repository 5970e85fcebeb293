/* Growing the tree and proving from it. Step names are those of RFC 9162 section 2.1.
 * It reads no clock, no disk, no key. */
#include "ledger/audit.h"

#include <string.h>

#include "crypto/hash_many.h"

#define PREFIX_LEAF 0x00u
#define PREFIX_NODE 0x01u

static bool same(const struct hash256 *a, const struct hash256 *b) {
    return memcmp(a->b, b->b, HASH_LEN) == 0;
}

void audit_leaf_head(uint8_t to[static AUDIT_LEAF_HEAD_LEN], uint64_t sequence, uint64_t time_ms) {
    to[0] = PREFIX_LEAF;
    put_u64be(to + 1, sequence);
    put_u64be(to + 1 + sizeof sequence, time_ms);
}

cm_err audit_leaf(struct hasher *hasher, uint64_t sequence, uint64_t time_ms, struct cm_slice frame,
                  struct hash256 *out) {
    uint8_t head[AUDIT_LEAF_HEAD_LEN];
    audit_leaf_head(head, sequence, time_ms);
    TRY(hasher_begin(hasher));
    TRY(hasher_update(hasher, slice_of(head, sizeof head)));
    TRY(hasher_update(hasher, frame));
    return hasher_end(hasher, out);
}

void audit_pair(const struct hash256 *left, const struct hash256 *right, struct hash256 *out) {
    uint8_t bytes[1 + 2 * HASH_LEN] = {PREFIX_NODE};
    memcpy(bytes + 1, left->b, HASH_LEN);
    memcpy(bytes + 1 + HASH_LEN, right->b, HASH_LEN);
    hash_sha256(slice_of(bytes, sizeof bytes), out);
}

/* As audit_pair, at a quarter of its price. */
static cm_err pair_fast(struct hasher *hasher, const struct hash256 *left,
                        const struct hash256 *right, struct hash256 *out) {
    uint8_t bytes[1 + 2 * HASH_LEN] = {PREFIX_NODE};
    memcpy(bytes + 1, left->b, HASH_LEN);
    memcpy(bytes + 1 + HASH_LEN, right->b, HASH_LEN);
    TRY(hasher_begin(hasher));
    TRY(hasher_update(hasher, slice_of(bytes, sizeof bytes)));
    return hasher_end(hasher, out);
}

cm_err audit_append(struct audit_tree *tree, struct hasher *hasher, const struct hash256 *leaf,
                    audit_completed *completed, void *ctx) {
    if (tree->size >> AUDIT_LEVEL_MAX != 0) return CM_E_LIMIT;
    struct hash256 hash = *leaf;
    unsigned level = 0;
    for (;; level++) {
        if (completed != NULL) TRY(completed(ctx, level, tree->size >> level, &hash));
        if ((tree->size >> level & 1u) == 0) break;
        TRY(pair_fast(hasher, &tree->frontier[level], &hash, &hash));
    }
    tree->frontier[level] = hash;
    tree->size++;
    return CM_OK;
}

/* Nodes of one level next to each other, with room for one that waited in the frontier. */
struct row {
    uint64_t first; /* index of the first of them in its level */
    size_t n;
    struct hash256 nodes[AUDIT_EXTEND_MAX + 1];
};

static cm_err tell(const struct row *r, unsigned level, audit_completed *completed, void *ctx) {
    for (size_t i = 0; completed != NULL && i < r->n; i++)
        TRY(completed(ctx, level, r->first + i, &r->nodes[i]));
    return CM_OK;
}

/* From the row to the row above it; a node without a partner goes into the frontier. */
static cm_err climb(struct row *r, struct hasher *hasher, struct hash256 *frontier) {
    uint8_t pairs[AUDIT_EXTEND_MAX / 2 + 1][1 + 2 * HASH_LEN];
    if ((r->first & 1u) != 0) {
        memmove(&r->nodes[1], &r->nodes[0], r->n * sizeof *r->nodes);
        r->nodes[0] = *frontier;
        r->first--;
        r->n++;
    }
    const size_t n = r->n / 2;
    for (size_t i = 0; i < n; i++) {
        pairs[i][0] = PREFIX_NODE;
        memcpy(pairs[i] + 1, &r->nodes[2 * i], (size_t)2 * HASH_LEN);
    }
    if (r->n % 2 != 0) *frontier = r->nodes[r->n - 1];
    r->first /= 2;
    r->n = n;
    const struct hash_messages messages = {
        .first = pairs[0], .len = sizeof pairs[0], .stride = sizeof pairs[0], .n = n};
    return hash_many(hasher, &messages, r->nodes);
}

cm_err audit_extend(struct audit_tree *tree, struct hasher *hasher, const struct hash256 *leaves,
                    size_t n, audit_completed *completed, void *ctx) {
    if (n > AUDIT_EXTEND_MAX) return CM_E_RANGE;
    if (tree->size >> AUDIT_LEVEL_MAX != 0) return CM_E_LIMIT;
    struct audit_tree next = *tree;
    struct row row = {.first = tree->size, .n = n};
    if (n > 0) memcpy(row.nodes, leaves, n * sizeof *leaves);
    for (unsigned level = 0; row.n > 0; level++) {
        TRY(tell(&row, level, completed, ctx));
        TRY(climb(&row, hasher, &next.frontier[level]));
    }
    next.size += n;
    *tree = next;
    return CM_OK;
}

/* The root over complete subtrees whose levels are the set bits of size, smallest on the right. */
static void fold_frontier(const struct audit_tree *tree, struct hash256 *out) {
    bool first = true;
    for (unsigned level = 0; level <= AUDIT_LEVEL_MAX; level++) {
        if ((tree->size >> level & 1u) == 0) continue;
        if (first)
            *out = tree->frontier[level];
        else
            audit_pair(&tree->frontier[level], out, out);
        first = false;
    }
}

void audit_root(const struct audit_tree *tree, struct hash256 *out) {
    if (tree->size == 0)
        hash_sha256(slice_of(NULL, 0), out);
    else
        fold_frontier(tree, out);
}

/* MTH(D[from:to]) where `from` is a multiple of a power of two that is not below to - from. */
static cm_err range_hash(const struct audit_nodes *nodes, uint64_t from, uint64_t to,
                         struct hash256 *out) {
    struct audit_tree part = {.size = to - from};
    for (unsigned level = AUDIT_LEVEL_MAX + 1; level-- > 0;) {
        if ((part.size >> level & 1u) == 0) continue;
        TRY(nodes->node(nodes->ctx, level, from >> level, &part.frontier[level]));
        from += (uint64_t)1 << level;
    }
    audit_root(&part, out);
    return CM_OK;
}

cm_err audit_root_at(const struct audit_nodes *nodes, uint64_t size, struct hash256 *out) {
    return range_hash(nodes, 0, size, out);
}

/* The largest power of two below n; n is at least 2. */
static uint64_t split_of(uint64_t n) {
    uint64_t k = 1;
    while (k < n - k)
        k *= 2;
    return k;
}

/* Proofs are found from the root down and told from the leaf up. */
static void reverse(struct audit_proof *p) {
    for (size_t i = 0; i < p->n / 2; i++) {
        const struct hash256 t = p->hashes[i];
        p->hashes[i] = p->hashes[p->n - 1 - i];
        p->hashes[p->n - 1 - i] = t;
    }
}

/* PATH(m, D[n]) */
cm_err audit_prove_leaf(const struct audit_nodes *nodes, uint64_t index, uint64_t size,
                        struct audit_proof *out) {
    if (index >= size) return CM_E_RANGE;
    struct audit_proof p = {.n = 0};
    uint64_t from = 0, to = size;
    while (to - from > 1) {
        const uint64_t middle = from + split_of(to - from);
        const bool left = index < middle;
        TRY(range_hash(nodes, left ? middle : from, left ? to : middle, &p.hashes[p.n++]));
        if (left)
            to = middle;
        else
            from = middle;
    }
    reverse(&p);
    *out = p;
    return CM_OK;
}

/* SUBPROOF(m, D[n], true), without its recursion: `whole` says that the part at hand begins at
 * leaf 0, so that the verifier knows its hash already. */
cm_err audit_prove_growth(const struct audit_nodes *nodes, uint64_t older, uint64_t newer,
                          struct audit_proof *out) {
    if (older == 0 || older > newer) return CM_E_RANGE;
    struct audit_proof p = {.n = 0};
    uint64_t from = 0, to = newer;
    bool whole = true;
    while (older != to) {
        const uint64_t middle = from + split_of(to - from);
        const bool left = older <= middle;
        TRY(range_hash(nodes, left ? middle : from, left ? to : middle, &p.hashes[p.n++]));
        if (left) {
            to = middle;
        } else {
            from = middle;
            whole = false;
        }
    }
    if (!whole) TRY(range_hash(nodes, from, to, &p.hashes[p.n++]));
    reverse(&p);
    *out = p;
    return CM_OK;
}

/* RFC 9162 section 2.1.3.2 */
bool audit_leaf_holds(const struct hash256 *leaf, uint64_t index, uint64_t size,
                      const struct audit_proof *proof, const struct hash256 *root) {
    if (index >= size) return false;
    uint64_t fn = index, sn = size - 1;
    struct hash256 r = *leaf;
    for (size_t i = 0; i < proof->n; i++) {
        if (sn == 0) return false;
        if ((fn & 1u) != 0 || fn == sn) {
            audit_pair(&proof->hashes[i], &r, &r);
            while ((fn & 1u) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            audit_pair(&r, &proof->hashes[i], &r);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && same(&r, root);
}

/* RFC 9162 section 2.1.4.2, steps 4 to 6: both roots from the proof's hashes. */
static bool growth_roots(uint64_t fn, uint64_t sn, const struct hash256 *first,
                         const struct hash256 *rest, size_t n, struct hash256 *fr,
                         struct hash256 *sr) {
    *fr = *sr = *first;
    for (size_t i = 0; i < n; i++) {
        if (sn == 0) return false;
        if ((fn & 1u) != 0 || fn == sn) {
            audit_pair(&rest[i], fr, fr);
            audit_pair(&rest[i], sr, sr);
            while ((fn & 1u) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            audit_pair(sr, &rest[i], sr);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0;
}

bool audit_growth_holds(uint64_t older, uint64_t newer, const struct hash256 *older_root,
                        const struct hash256 *newer_root, const struct audit_proof *proof) {
    if (older == 0 || older > newer) return false;
    if (older == newer) return proof->n == 0 && same(older_root, newer_root);
    const bool power = (older & (older - 1)) == 0; /* step 1: the older root leads the proof */
    if (!power && proof->n == 0) return false;
    const struct hash256 *first = power ? older_root : &proof->hashes[0];
    const size_t skip = power ? 0 : 1;
    uint64_t fn = older - 1, sn = newer - 1;
    while ((fn & 1u) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    struct hash256 fr, sr;
    if (!growth_roots(fn, sn, first, proof->hashes + skip, proof->n - skip, &fr, &sr)) return false;
    return same(&fr, older_root) && same(&sr, newer_root);
}
