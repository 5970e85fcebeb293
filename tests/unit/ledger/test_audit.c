/* The Merkle tree against the reference tree of eight leaves that the implementations of RFC 6962
 * share (certificate-transparency, merkletree tests); the same roots come out of
 * tests/oracle/audit.mjs, which also checks every proof with code written from RFC 9162. */
#include "ledger/audit.h"

#include <string.h>

#include "base/text.h"
#include "support/cm.h"
#include "support/splitmix.h"

static const char *const leaves[8] = {
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
};
static const char *const roots[9] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static struct hash256 reference_leaf(unsigned i) {
    uint8_t bytes[1 + 16] = {0};
    const size_t len = strlen(leaves[i]) / 2;
    assert_ok(hex_parse(slice_text(leaves[i]), bytes + 1, len));
    struct hash256 hash;
    hash_sha256(slice_of(bytes, 1 + len), &hash);
    return hash;
}

static void assert_root(const struct hash256 *root, const char *hex) {
    char got[2 * HASH_LEN + 1];
    hex_format(root->b, HASH_LEN, got);
    assert_string_equal(got, hex);
}

static void a_tree_grows_leaf_by_leaf_through_the_reference_roots(void **state) {
    (void)state;
    CM_CLEANUP(hasher_freep) struct hasher *hasher = NULL;
    assert_ok(hasher_new(&hasher));
    struct audit_tree tree = AUDIT_TREE_INIT;
    struct hash256 root;
    audit_root(&tree, &root);
    assert_root(&root, roots[0]);
    for (unsigned i = 0; i < 8; i++) {
        const struct hash256 leaf = reference_leaf(i);
        assert_ok(audit_append(&tree, hasher, &leaf, NULL, NULL));
        audit_root(&tree, &root);
        assert_root(&root, roots[i + 1]);
    }
}

/* Complete subtrees of a tree of made-up leaves, kept by level and index. */
enum { LEAVES = 70, LEVELS = 7 };
struct shelf {
    struct hash256 nodes[LEVELS][LEAVES];
    struct hash256 roots[LEAVES + 1];
};

static cm_err shelve(void *ctx, unsigned level, uint64_t index, const struct hash256 *hash) {
    struct shelf *s = ctx;
    assert_true(level < LEVELS && index < LEAVES);
    s->nodes[level][index] = *hash;
    return CM_OK;
}

static cm_err fetch(void *ctx, unsigned level, uint64_t index, struct hash256 *out) {
    const struct shelf *s = ctx;
    if (level >= LEVELS || index >= LEAVES) return CM_E_NOT_FOUND;
    *out = s->nodes[level][index];
    return CM_OK;
}

static void fill(struct shelf *s) {
    CM_CLEANUP(hasher_freep) struct hasher *hasher = NULL;
    assert_ok(hasher_new(&hasher));
    struct audit_tree tree = AUDIT_TREE_INIT;
    memset(s, 0, sizeof *s);
    audit_root(&tree, &s->roots[0]);
    for (uint8_t i = 0; i < LEAVES; i++) {
        struct hash256 leaf;
        hash_sha256(slice_of(&i, 1), &leaf);
        assert_ok(audit_append(&tree, hasher, &leaf, shelve, s));
        audit_root(&tree, &s->roots[i + 1]);
    }
}

static void roots_of_the_past_come_from_the_kept_subtrees(void **state) {
    (void)state;
    static struct shelf s;
    fill(&s);
    const struct audit_nodes nodes = {.node = fetch, .ctx = &s};
    for (uint64_t size = 0; size <= LEAVES; size++) {
        struct hash256 root;
        assert_ok(audit_root_at(&nodes, size, &root));
        assert_memory_equal(root.b, s.roots[size].b, HASH_LEN);
    }
}

/* Every change of one part of a proof must be seen. */
static void assert_leaf_proof_is_tight(struct audit_proof *p, const struct shelf *s, uint64_t index,
                                       uint64_t size) {
    const struct hash256 *leaf = &s->nodes[0][index], *root = &s->roots[size];
    assert_true(audit_leaf_holds(leaf, index, size, p, root));
    assert_false(audit_leaf_holds(&s->nodes[0][(index + 1) % LEAVES], index, size, p, root));
    assert_false(audit_leaf_holds(leaf, index, size, p, &s->roots[size - 1]));
    assert_false(audit_leaf_holds(leaf, size, size, p, root));
    if (size > 1) assert_false(audit_leaf_holds(leaf, index ^ 1, size, p, root));
    for (size_t i = 0; i < p->n; i++) {
        p->hashes[i].b[i % HASH_LEN] ^= 1;
        assert_false(audit_leaf_holds(leaf, index, size, p, root));
        p->hashes[i].b[i % HASH_LEN] ^= 1;
    }
    p->hashes[p->n] = *leaf;
    p->n++;
    assert_false(audit_leaf_holds(leaf, index, size, p, root));
    p->n--;
    if (p->n == 0) return;
    p->n--;
    assert_false(audit_leaf_holds(leaf, index, size, p, root));
    p->n++;
}

static void each_leaf_is_proved_in_each_tree_and_nothing_else_is(void **state) {
    (void)state;
    static struct shelf s;
    fill(&s);
    const struct audit_nodes nodes = {.node = fetch, .ctx = &s};
    for (uint64_t size = 1; size <= LEAVES; size++) {
        for (uint64_t index = 0; index < size; index++) {
            struct audit_proof p;
            assert_ok(audit_prove_leaf(&nodes, index, size, &p));
            assert_leaf_proof_is_tight(&p, &s, index, size);
        }
    }
    struct audit_proof p = {.n = 77};
    assert_err(CM_E_RANGE, audit_prove_leaf(&nodes, 5, 5, &p));
    assert_err(CM_E_NOT_FOUND, audit_prove_leaf(&nodes, 0, 1000, &p));
    assert_int_equal(p.n, 77);
}

static void each_growth_is_proved_and_no_other_past_is(void **state) {
    (void)state;
    static struct shelf s;
    fill(&s);
    const struct audit_nodes nodes = {.node = fetch, .ctx = &s};
    for (uint64_t newer = 1; newer <= LEAVES; newer++) {
        for (uint64_t older = 1; older <= newer; older++) {
            const struct hash256 *from = &s.roots[older], *to = &s.roots[newer];
            struct audit_proof p;
            assert_ok(audit_prove_growth(&nodes, older, newer, &p));
            assert_true(audit_growth_holds(older, newer, from, to, &p));
            assert_false(audit_growth_holds(older, newer, &s.roots[older - 1], to, &p));
            assert_false(audit_growth_holds(older, newer, from, &s.roots[newer - 1], &p));
            for (size_t i = 0; i < p.n; i++) {
                p.hashes[i].b[0] ^= 1;
                assert_false(audit_growth_holds(older, newer, from, to, &p));
                p.hashes[i].b[0] ^= 1;
            }
            p.hashes[p.n++] = *from;
            assert_false(audit_growth_holds(older, newer, from, to, &p));
        }
    }
    struct audit_proof p;
    assert_err(CM_E_RANGE, audit_prove_growth(&nodes, 0, 5, &p));
    assert_err(CM_E_RANGE, audit_prove_growth(&nodes, 6, 5, &p));
}

static cm_err refuse(void *ctx, unsigned level, uint64_t index, const struct hash256 *hash) {
    (void)ctx;
    (void)index;
    (void)hash;
    return level == 2 ? CM_E_NO_SPACE : CM_OK;
}

static void a_leaf_that_cannot_be_kept_is_not_in_the_tree(void **state) {
    (void)state;
    CM_CLEANUP(hasher_freep) struct hasher *hasher = NULL;
    assert_ok(hasher_new(&hasher));
    struct audit_tree tree = AUDIT_TREE_INIT;
    const struct hash256 leaf = reference_leaf(3);
    for (int i = 0; i < 3; i++)
        assert_ok(audit_append(&tree, hasher, &leaf, refuse, NULL));
    struct hash256 before, after;
    audit_root(&tree, &before);
    assert_err(CM_E_NO_SPACE, audit_append(&tree, hasher, &leaf, refuse, NULL));
    audit_root(&tree, &after);
    assert_int_equal(tree.size, 3);
    assert_memory_equal(before.b, after.b, HASH_LEN);
}

/* Every node of a larger tree, in its place. */
enum { MANY_LEAVES = 2048, MANY_LEVELS = 12 };
struct nodes {
    struct hash256 at[MANY_LEVELS][MANY_LEAVES];
};

static cm_err keep(void *ctx, unsigned level, uint64_t index, const struct hash256 *hash) {
    struct nodes *s = ctx;
    assert_true(level < MANY_LEVELS && index < MANY_LEAVES);
    s->at[level][index] = *hash;
    return CM_OK;
}

static void many_leaves_at_once_make_the_tree_of_one_by_one(void **state) {
    (void)state;
    static struct nodes one, many;
    CM_CLEANUP(hasher_freep) struct hasher *hasher = NULL;
    assert_ok(hasher_new(&hasher));
    struct audit_tree slow = AUDIT_TREE_INIT, fast = AUDIT_TREE_INIT;
    struct hash256 more[AUDIT_EXTEND_MAX], a, b;
    uint64_t seed = 7;
    while (fast.size + AUDIT_EXTEND_MAX <= MANY_LEAVES) {
        const size_t n = splitmix_next(&seed) % (AUDIT_EXTEND_MAX + 1);
        for (size_t i = 0; i < n; i++) {
            (void)splitmix_next(&seed);
            hash_sha256(slice_of(&seed, sizeof seed), &more[i]);
            assert_ok(audit_append(&slow, hasher, &more[i], keep, &one));
        }
        assert_ok(audit_extend(&fast, hasher, more, n, keep, &many));
        assert_int_equal(fast.size, slow.size);
        audit_root(&slow, &a);
        audit_root(&fast, &b);
        assert_memory_equal(a.b, b.b, HASH_LEN);
    }
    assert_memory_equal(&one, &many, sizeof one);
    assert_err(CM_E_RANGE, audit_extend(&fast, hasher, more, AUDIT_EXTEND_MAX + 1, NULL, NULL));
    assert_err(CM_E_NO_SPACE, audit_extend(&fast, hasher, more, 7, refuse, NULL));
    assert_int_equal(fast.size, slow.size);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_grows_leaf_by_leaf_through_the_reference_roots),
        cmocka_unit_test(roots_of_the_past_come_from_the_kept_subtrees),
        cmocka_unit_test(each_leaf_is_proved_in_each_tree_and_nothing_else_is),
        cmocka_unit_test(each_growth_is_proved_and_no_other_past_is),
        cmocka_unit_test(a_leaf_that_cannot_be_kept_is_not_in_the_tree),
        cmocka_unit_test(many_leaves_at_once_make_the_tree_of_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
