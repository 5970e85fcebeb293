/* The engine signs what its ledger amounts to: the checkpoint it leaves behind covers every event,
 * and its root is the one computed here from the journal alone (RFC 9162; the arithmetic itself is
 * held to published roots in unit.ledger.audit). */
#include "support/cm.h"

#include <string.h>

#include "base/file.h"
#include "ledger/audit.h"
#include "ledger/checkpoint.h"
#include "ledger/event_frame.h"
#include "ledger/journal_read.h"
#include "support/scratch.h"
#include "support/world.h"

static void grow(struct audit_tree *tree, struct hasher *hasher, const struct journal_group *g) {
    struct cm_slice rest = g->events;
    for (uint64_t sequence = g->first_sequence; rest.len > 0; sequence++) {
        const uint8_t *start = rest.p;
        struct event_frame frame;
        struct hash256 leaf;
        assert_true(frame_next(&rest, &frame));
        assert_ok(audit_leaf(hasher, sequence, g->time_ms,
                             slice_of(start, (size_t)(rest.p - start)), &leaf));
        assert_ok(audit_append(tree, hasher, &leaf, NULL, NULL));
    }
}

static struct audit_tree tree_of_journal(const struct world *w) {
    struct workspace_paths paths;
    struct workspace file;
    assert_ok(workspace_paths(w->dir, &paths, NULL));
    assert_ok(workspace_read(w->dir, &file, NULL));
    struct journal_reader_options ro = {.dir = paths.journal, .archive_dir = paths.archive};
    memcpy(ro.workspace_id, file.id, sizeof ro.workspace_id);
    struct journal_reader *reader = NULL;
    struct hasher *hasher = NULL;
    assert_ok(journal_reader_open(&reader, &ro, 0, NULL));
    assert_ok(hasher_new(&hasher));
    struct audit_tree tree = AUDIT_TREE_INIT;
    for (bool found = true; found;) {
        struct journal_group g;
        assert_ok(journal_reader_next(reader, JOURNAL_TO_THE_END, &g, &found, NULL));
        if (found) grow(&tree, hasher, &g);
    }
    journal_reader_close(reader);
    hasher_free(hasher);
    return tree;
}

static void a_clean_stop_leaves_a_checkpoint_over_every_event(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    const uint32_t set = world_batch(&w, 500, true);
    for (uint64_t i = 0; i < 500; i++) {
        char code[WORLD_CODE_CAP];
        world_code(&w, set, i, code);
        assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_ACCEPTED);
    }
    world_close(&w);
    const struct audit_tree tree = tree_of_journal(&w);
    assert_true(tree.size > 500);

    char path[SCRATCH_CAP + 32u], origin[64] = "countermark/";
    (void)snprintf(path, sizeof path, "%s/audit/latest.checkpoint", w.dir);
    struct workspace file;
    assert_ok(workspace_read(w.dir, &file, NULL));
    for (size_t i = 0; i < WORKSPACE_ID_LEN; i++)
        (void)snprintf(origin + 12 + 2 * i, 3, "%02x", file.id[i]);
    struct buffer text = BUFFER_INIT;
    assert_ok(file_read(path, CHECKPOINT_TEXT_MAX, &text, NULL));
    const struct cm_key *seed = NULL;
    struct sign_public key;
    struct checkpoint c;
    struct hash256 root;
    assert_ok(keystore_find(w.keystore, KEY_AUDIT, 0, 1, &seed));
    sign_public_of(seed, &key);
    assert_ok(checkpoint_read(buffer_slice(&text), origin, &key, &c));
    audit_root(&tree, &root);
    assert_true(c.size == tree.size);
    assert_memory_equal(c.root.b, root.b, sizeof root.b);
    /* Another key did not sign it. */
    key.b[0] ^= 1u;
    assert_err(CM_E_AUTH, checkpoint_read(buffer_slice(&text), origin, &key, &c));
    buffer_free(&text);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_stop_leaves_a_checkpoint_over_every_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
