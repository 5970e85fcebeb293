/* The audit tree over the state's table `nodes` and the journal's events.
 * It refuses to guess: a hash that is not there is an error, never a zero. */
#include "ledger/audit_store.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash_many.h"
#include "ledger/event_frame.h"
#include "ledger/state_table.h"

#define BLOCK_LEAVES (1u << AUDIT_STORED_LEVEL)

static struct table_key node_key(unsigned level, uint64_t index) {
    struct table_key key = {.len = 0};
    key_u8(&key, (uint8_t)level);
    key_u64(&key, index);
    return key;
}

/* ---- The frontier: size (8), then the hashes of its subtrees, largest first -------------- */

static void put_frontier(struct buffer *to, const struct audit_tree *tree) {
    buffer_u64be(to, tree->size);
    for (unsigned level = AUDIT_LEVEL_MAX + 1; level-- > 0;)
        if ((tree->size >> level & 1u) != 0) buffer_put(to, tree->frontier[level].b, HASH_LEN);
}

static cm_err read_frontier(struct cm_slice content, struct audit_tree *out) {
    struct cursor c = cursor_over(content);
    struct audit_tree tree = {.size = cursor_u64be(&c)};
    for (unsigned level = AUDIT_LEVEL_MAX + 1; level-- > 0;)
        if ((tree.size >> level & 1u) != 0) cursor_copy(&c, tree.frontier[level].b, HASH_LEN);
    if (cursor_end(&c) != CM_OK) return CM_E_CORRUPT;
    *out = tree;
    return CM_OK;
}

static cm_err stored(const struct state *s, MDB_txn *txn, struct cm_diag *diag,
                     struct audit_tree *out) {
    const struct table_key key = key_text("frontier");
    struct cm_slice content;
    bool found = false;
    TRY(table_get(s, txn, TABLE_NODES, &key, diag, &content, &found));
    if (found) return read_frontier(content, out);
    *out = (struct audit_tree)AUDIT_TREE_INIT;
    return CM_OK;
}

cm_err audit_stored(struct state *s, struct audit_tree *out) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    TRY(read_begin(s, &turn));
    return stored(s, s->reader, NULL, out);
}

cm_err audit_stored_size(const struct state *s, uint64_t *size) {
    MDB_txn *txn = NULL;
    struct audit_tree tree;
    TRY(state_err(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn), "begin"));
    const cm_err err = stored(s, txn, NULL, &tree);
    mdb_txn_abort(txn);
    if (err == CM_OK) *size = tree.size;
    return err;
}

/* A put that fails spoils the fold; anything else leaves it as good as it was. */
static cm_err put(struct state_fold *f, const struct table_key *key, struct cm_slice content) {
    f->err = table_put(f->state, f->txn, TABLE_NODES, key, content);
    return f->err;
}

static cm_err keep_node(void *ctx, unsigned level, uint64_t index, const struct hash256 *hash) {
    if (level < AUDIT_STORED_LEVEL) return CM_OK;
    const struct table_key key = node_key(level, index);
    return put(ctx, &key, slice_of(hash->b, HASH_LEN));
}

/* ---- Leaves: hashed together as long as they are of one length ---------------------------- */

/* What is done with the leaf hashes of events, in order. */
typedef cm_err use_leaves(void *ctx, const struct hash256 *leaves, size_t n);

struct leaves {
    struct hasher *hasher; /* borrowed */
    use_leaves *use;
    void *ctx;
    size_t n, len;
    uint8_t rows[AUDIT_EXTEND_MAX][HASH_MANY_LEN_MAX];
};

static cm_err leaves_flush(struct leaves *l) {
    struct hash256 hashes[AUDIT_EXTEND_MAX];
    const struct hash_messages messages = {
        .first = l->rows[0], .len = l->len, .stride = sizeof l->rows[0], .n = l->n};
    const size_t n = l->n;
    l->n = 0;
    if (n == 0) return CM_OK;
    TRY(hash_many(l->hasher, &messages, hashes));
    return l->use(l->ctx, hashes, n);
}

static cm_err leaves_add(struct leaves *l, uint64_t sequence, uint64_t time_ms,
                         struct cm_slice frame) {
    const size_t len = AUDIT_LEAF_HEAD_LEN + frame.len;
    if (l->n == AUDIT_EXTEND_MAX || len != l->len) TRY(leaves_flush(l));
    if (len > HASH_MANY_LEN_MAX) {
        struct hash256 leaf;
        TRY(audit_leaf(l->hasher, sequence, time_ms, frame, &leaf));
        return l->use(l->ctx, &leaf, 1);
    }
    l->len = len;
    audit_leaf_head(l->rows[l->n], sequence, time_ms);
    memcpy(l->rows[l->n++] + AUDIT_LEAF_HEAD_LEN, frame.p, frame.len);
    return CM_OK;
}

/* The leaves of one group from sequence `*next` on, which moves past them. */
static cm_err group_leaves(struct leaves *l, const struct journal_group *g, uint64_t *next) {
    struct cm_slice rest = g->events;
    struct event_frame frame;
    for (uint64_t sequence = g->first_sequence; frame_next(&rest, &frame); sequence++) {
        if (sequence < *next) continue;
        if (sequence > *next) return CM_E_CORRUPT;
        const struct cm_slice whole =
            slice_of(frame.payload.p - EVENT_FRAME_LEN, EVENT_FRAME_LEN + frame.payload.len);
        TRY(leaves_add(l, sequence, g->time_ms, whole));
        (*next)++;
    }
    return CM_OK;
}

/* ---- Growing ----------------------------------------------------------------------------- */

void audit_feed_close(struct audit_feed *feed) {
    journal_reader_close(feed->reader);
    feed->reader = NULL;
}

/* Stand before the tree's next leaf: where the last fold stopped, unless that one failed. */
static cm_err feed_at(struct audit_feed *feed, uint64_t next, struct cm_diag *diag) {
    if (feed->reader != NULL && feed->next == next) return CM_OK;
    audit_feed_close(feed);
    feed->next = next;
    return journal_reader_open(&feed->reader, &feed->journal, next, diag);
}

struct growth {
    struct state_fold *f;
    struct audit_tree tree;
    struct leaves leaves;
};

static void growth_freep(struct growth **g) {
    if (*g != NULL) hasher_free((*g)->leaves.hasher);
    free(*g);
}

static cm_err grow(void *ctx, const struct hash256 *leaves, size_t n) {
    struct growth *g = ctx;
    return audit_extend(&g->tree, g->leaves.hasher, leaves, n, keep_node, g->f);
}

static cm_err grow_to(struct growth *g, struct audit_feed *feed, uint64_t below, uint64_t limit,
                      struct cm_diag *diag) {
    uint64_t next = g->tree.size + JOURNAL_FIRST_SEQUENCE;
    const uint64_t stop = below - next < limit ? below : next + limit;
    TRY(feed_at(feed, next, diag));
    while (next < stop) {
        struct journal_group group;
        bool found = false;
        TRY(journal_reader_next(feed->reader, below, &group, &found, diag));
        if (!found) break;
        TRY(group_leaves(&g->leaves, &group, &next));
    }
    feed->next = next;
    return leaves_flush(&g->leaves);
}

static cm_err fold_tree(struct growth *g, struct audit_feed *feed, uint64_t below, uint64_t limit,
                        struct cm_diag *diag) {
    TRY(hasher_new(&g->leaves.hasher));
    TRY(stored(g->f->state, g->f->txn, diag, &g->tree));
    if (below > g->tree.size + JOURNAL_FIRST_SEQUENCE) TRY(grow_to(g, feed, below, limit, diag));
    CM_CLEANUP(buffer_free) struct buffer content = BUFFER_INIT;
    put_frontier(&content, &g->tree);
    TRY(buffer_err(&content));
    const struct table_key key = key_text("frontier");
    return put(g->f, &key, buffer_slice(&content));
}

cm_err audit_fold(struct state_fold *f, struct audit_feed *feed, uint64_t below, uint64_t limit,
                  struct audit_tree *tree, struct cm_diag *diag) {
    if (f->err != CM_OK) return f->err;
    CM_CLEANUP(growth_freep) struct growth *g = calloc(1, sizeof *g);
    if (g == NULL) return CM_E_NO_MEMORY;
    g->f = f;
    g->leaves.use = grow;
    g->leaves.ctx = g;
    const cm_err err = fold_tree(g, feed, below, limit, diag);
    if (err != CM_OK) audit_feed_close(feed);
    TRY(err);
    if (tree != NULL) *tree = g->tree;
    return CM_OK;
}

/* ---- Proofs ------------------------------------------------------------------------------ */

struct audit_store {
    struct state *state;
    struct journal_reader_options journal; /* its texts are the caller's */
    struct hasher *hasher;
    uint64_t block; /* whose leaves are in memory, plus 1; 0 = none */
    size_t n;
    struct hash256 hashes[BLOCK_LEAVES];
    struct leaves leaves;
};

static cm_err note_leaves(void *ctx, const struct hash256 *leaves, size_t n) {
    struct audit_store *store = ctx;
    for (size_t i = 0; i < n && store->n < BLOCK_LEAVES; i++)
        store->hashes[store->n++] = leaves[i];
    return CM_OK;
}

cm_err audit_store_open(struct audit_store **out, struct state *s,
                        const struct journal_reader_options *journal) {
    CM_CLEANUP(audit_store_closep) struct audit_store *store = calloc(1, sizeof *store);
    if (store == NULL) return CM_E_NO_MEMORY;
    store->state = s;
    store->journal = *journal;
    TRY(hasher_new(&store->hasher));
    store->leaves.hasher = store->hasher;
    store->leaves.use = note_leaves;
    store->leaves.ctx = store;
    *out = take(&store);
    return CM_OK;
}

void audit_store_close(struct audit_store *store) {
    if (store == NULL) return;
    hasher_free(store->hasher);
    free(store);
}

void audit_store_closep(struct audit_store **store) { audit_store_close(take(store)); }

static cm_err load_block(struct audit_store *store, uint64_t block) {
    if (store->block == block + 1) return CM_OK;
    struct audit_tree tree;
    TRY(audit_stored(store->state, &tree));
    uint64_t next = block * BLOCK_LEAVES + JOURNAL_FIRST_SEQUENCE;
    CM_CLEANUP(journal_reader_closep) struct journal_reader *reader = NULL;
    TRY(journal_reader_open(&reader, &store->journal, next, NULL));
    store->block = 0;
    store->n = store->leaves.n = 0;
    bool found = true;
    while (found && store->n + store->leaves.n < BLOCK_LEAVES) {
        struct journal_group g;
        TRY(journal_reader_next(reader, tree.size + JOURNAL_FIRST_SEQUENCE, &g, &found, NULL));
        if (found) TRY(group_leaves(&store->leaves, &g, &next));
    }
    TRY(leaves_flush(&store->leaves));
    store->block = block + 1;
    return CM_OK;
}

/* A subtree inside one block, from its leaves. */
static cm_err small_node(struct audit_store *store, unsigned level, uint64_t index,
                         struct hash256 *out) {
    const uint64_t first = index << level;
    TRY(load_block(store, first / BLOCK_LEAVES));
    const size_t at = (size_t)(first % BLOCK_LEAVES), n = (size_t)1 << level;
    if (at + n > store->n) return CM_E_NOT_FOUND;
    struct audit_tree part = AUDIT_TREE_INIT;
    for (size_t i = 0; i < n; i++)
        TRY(audit_append(&part, store->hasher, &store->hashes[at + i], NULL, NULL));
    audit_root(&part, out);
    return CM_OK;
}

static cm_err node(void *ctx, unsigned level, uint64_t index, struct hash256 *out) {
    struct audit_store *store = ctx;
    if (level < AUDIT_STORED_LEVEL) return small_node(store, level, index, out);
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    TRY(read_begin(store->state, &turn));
    const struct table_key key = node_key(level, index);
    struct cm_slice content;
    bool found = false;
    TRY(table_get(store->state, store->state->reader, TABLE_NODES, &key, NULL, &content, &found));
    if (!found) return CM_E_NOT_FOUND;
    if (content.len != HASH_LEN) return CM_E_CORRUPT;
    memcpy(out->b, content.p, HASH_LEN);
    return CM_OK;
}

struct audit_nodes audit_store_nodes(struct audit_store *store) {
    return (struct audit_nodes){.node = node, .ctx = store};
}
