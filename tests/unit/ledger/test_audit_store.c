/* The audit tree of a real journal: grown fold by fold, kept in the state, proved from both. The
 * expected root is the one of a tree grown here from the same events, leaf by leaf. */
#include "ledger/audit_store.h"

#include "support/journal_kit.h"

struct ledger {
    struct kit kit;
    struct scratch image;
    struct state *state;
    struct journal *journal;
    struct audit_feed feed; /* goes on from fold to fold, as the folder does */
};

static int setup(void **state) {
    struct ledger *l = calloc(1, sizeof *l);
    assert_non_null(l);
    kit_init(&l->kit);
    l->image = scratch_below(&l->kit.root, "state");
    struct state_options o = {.path = l->image.path, .map_len = 1u << 28, .create = true};
    memcpy(o.workspace_id, l->kit.options.workspace_id, sizeof o.workspace_id);
    assert_ok(state_open(&l->state, &o, NULL));
    assert_ok(journal_create(&l->kit.options, NULL));
    assert_ok(journal_open(&l->journal, &l->kit.options, 1, NULL, NULL, NULL));
    l->feed.journal.dir = l->kit.dir.path;
    memcpy(l->feed.journal.workspace_id, o.workspace_id, sizeof o.workspace_id);
    *state = l;
    return 0;
}

static int teardown(void **state) {
    struct ledger *l = *state;
    audit_feed_close(&l->feed);
    journal_close(l->journal);
    state_close(l->state);
    kit_wipe(&l->kit);
    free(l);
    return 0;
}

static struct audit_tree fold_all(struct ledger *l, uint64_t limit) {
    struct state_fold *f = NULL;
    struct audit_tree tree;
    const uint64_t end = journal_next_sequence(l->journal);
    assert_ok(state_fold_begin(l->state, &f));
    assert_ok(audit_fold(f, &l->feed, end, limit, &tree, NULL));
    assert_ok(fold_commit(f, end));
    return tree;
}

struct plain {
    struct hasher *hasher;
    struct audit_tree tree;
    struct hash256 leaves[2000];
};

static cm_err add_group(void *ctx, const struct journal_group *g) {
    struct plain *p = ctx;
    struct cm_slice rest = g->events;
    struct event_frame frame;
    while (frame_next(&rest, &frame)) {
        const struct cm_slice whole = slice_of(frame.payload.p - 4, frame.payload.len + 4);
        struct hash256 *leaf = &p->leaves[p->tree.size];
        TRY(audit_leaf(p->hasher, p->tree.size + 1, g->time_ms, whole, leaf));
        TRY(audit_append(&p->tree, p->hasher, leaf, NULL, NULL));
    }
    return CM_OK;
}

/* Close the journal, replay it into a plain tree, open it again. */
static struct plain *plain_tree(struct ledger *l) {
    struct plain *p = calloc(1, sizeof *p);
    assert_non_null(p);
    assert_ok(hasher_new(&p->hasher));
    journal_close(l->journal);
    assert_ok(journal_open(&l->journal, &l->kit.options, 1, add_group, p, NULL));
    return p;
}

static void plain_free(struct plain *p) {
    hasher_free(p->hasher);
    free(p);
}

static void assert_same_root(const struct audit_tree *a, const struct audit_tree *b) {
    struct hash256 x, y;
    audit_root(a, &x);
    audit_root(b, &y);
    assert_int_equal(a->size, b->size);
    assert_memory_equal(x.b, y.b, HASH_LEN);
}

static void the_tree_follows_the_journal_fold_by_fold(void **state) {
    struct ledger *l = *state;
    for (int fold = 0; fold < 20; fold++) {
        for (int i = 0; i < 10; i++)
            assert_ok(kit_commit(l->journal, 1 + (uint32_t)i % 5, 60));
        (void)fold_all(l, UINT64_MAX);
    }
    struct audit_tree stored;
    assert_ok(audit_stored(l->state, &stored));
    struct plain *p = plain_tree(l);
    assert_same_root(&stored, &p->tree);
    plain_free(p);
}

static void a_tree_that_lags_catches_up_in_steps(void **state) {
    struct ledger *l = *state;
    for (int i = 0; i < 300; i++)
        assert_ok(kit_commit(l->journal, 3, 60));
    struct audit_tree tree = fold_all(l, 100);
    assert_in_range(tree.size, 100, 102); /* a group is never cut in two */
    for (int i = 0; i < 20 && tree.size < 900; i++)
        tree = fold_all(l, 100);
    struct plain *p = plain_tree(l);
    assert_same_root(&tree, &p->tree);
    plain_free(p);
}

static void events_are_proved_from_state_and_journal(void **state) {
    struct ledger *l = *state;
    for (int i = 0; i < 400; i++)
        assert_ok(kit_commit(l->journal, 3, 60));
    const struct audit_tree tree = fold_all(l, UINT64_MAX);
    struct plain *p = plain_tree(l);
    struct hash256 root;
    audit_root(&tree, &root);
    CM_CLEANUP(audit_store_closep) struct audit_store *store = NULL;
    assert_ok(audit_store_open(&store, l->state, &l->feed.journal));
    const struct audit_nodes nodes = audit_store_nodes(store);
    for (uint64_t i = 0; i < tree.size; i += i < 520 ? 37 : 113) {
        struct audit_proof proof;
        assert_ok(audit_prove_leaf(&nodes, i, tree.size, &proof));
        assert_true(audit_leaf_holds(&p->leaves[i], i, tree.size, &proof, &root));
    }
    for (uint64_t older = 1; older < tree.size; older += 211) {
        struct audit_proof proof;
        struct hash256 past;
        assert_ok(audit_root_at(&nodes, older, &past));
        assert_ok(audit_prove_growth(&nodes, older, tree.size, &proof));
        assert_true(audit_growth_holds(older, tree.size, &past, &root, &proof));
    }
    struct audit_proof proof;
    assert_err(CM_E_NOT_FOUND, audit_prove_leaf(&nodes, 0, tree.size + 300, &proof));
    plain_free(p);
}

static void an_aborted_fold_leaves_the_tree_as_it_was(void **state) {
    struct ledger *l = *state;
    assert_ok(kit_commit(l->journal, 5, 60));
    const struct audit_tree before = fold_all(l, UINT64_MAX);
    assert_ok(kit_commit(l->journal, 5, 60));
    struct state_fold *f = NULL;
    struct audit_tree during, after;
    assert_ok(state_fold_begin(l->state, &f));
    assert_ok(audit_fold(f, &l->feed, 11, UINT64_MAX, &during, NULL));
    assert_int_equal(during.size, 10);
    fold_abort(f);
    assert_ok(audit_stored(l->state, &after));
    assert_same_root(&before, &after);
    assert_int_equal(fold_all(l, UINT64_MAX).size, 10); /* it reads again what was not kept */
}

static void a_journal_that_is_gone_does_not_spoil_the_fold(void **state) {
    struct ledger *l = *state;
    assert_ok(kit_commit(l->journal, 5, 60));
    struct state_fold *f = NULL;
    struct audit_feed nowhere = {.journal = l->feed.journal};
    nowhere.journal.dir = l->image.path;
    assert_ok(state_fold_begin(l->state, &f));
    assert_err(CM_E_NOT_FOUND, audit_fold(f, &nowhere, 6, UINT64_MAX, NULL, NULL));
    assert_ok(fold_commit(f, 6));
    uint64_t size = 77;
    assert_ok(audit_stored_size(l->state, &size));
    assert_int_equal(size, 0);
    assert_int_equal(fold_all(l, UINT64_MAX).size, 5); /* it catches up later */
    assert_ok(audit_stored_size(l->state, &size));
    assert_int_equal(size, 5);
}

#define WITH_LEDGER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_LEDGER(the_tree_follows_the_journal_fold_by_fold),
        WITH_LEDGER(a_tree_that_lags_catches_up_in_steps),
        WITH_LEDGER(events_are_proved_from_state_and_journal),
        WITH_LEDGER(a_journal_that_is_gone_does_not_spoil_the_fold),
        WITH_LEDGER(an_aborted_fold_leaves_the_tree_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
