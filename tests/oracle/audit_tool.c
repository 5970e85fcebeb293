/* Prints the audit tree of made-up events for tests/oracle/audit.mjs to judge:
 *   audit_tool N   N events; a root for every size, then proofs, then a signed checkpoint.
 * Event i (from 1): type 10, flags i mod 8, i mod 40 payload bytes of value i mod 251; time
 * 1700000000000 + i. Lines: `root SIZE HASH`, `leaf INDEX SIZE HASH...`, `growth OLD NEW HASH...`,
 * `key TEXT`, then the checkpoint to the end. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/secret.h"
#include "ledger/checkpoint.h"
#include "ledger/event_frame.h"

#define LEAVES_MAX  2048u
#define LEVELS      12u
#define PAYLOAD_CAP 40u
#define FIRST_MS    1700000000000u
#define ORIGIN      "countermark.example/oracle"

struct shelf {
    struct hash256 nodes[LEVELS][LEAVES_MAX];
};

static cm_err shelve(void *ctx, unsigned level, uint64_t index, const struct hash256 *hash) {
    struct shelf *s = ctx;
    s->nodes[level][index] = *hash;
    return CM_OK;
}

static cm_err fetch(void *ctx, unsigned level, uint64_t index, struct hash256 *out) {
    const struct shelf *s = ctx;
    *out = s->nodes[level][index];
    return CM_OK;
}

static void print_hashes(const struct hash256 *hashes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char hex[2 * HASH_LEN + 1];
        hex_format(hashes[i].b, HASH_LEN, hex);
        printf(" %s", hex);
    }
    printf("\n");
}

static cm_err add_event(struct hasher *hasher, uint64_t i, struct audit_tree *tree,
                        struct shelf *shelf) {
    uint8_t payload[PAYLOAD_CAP], frame[EVENT_FRAME_LEN + PAYLOAD_CAP];
    struct hash256 leaf, root;
    memset(payload, (int)(i % 251), sizeof payload);
    const size_t len = frame_put(frame, 10, (uint8_t)(i % 8), slice_of(payload, i % PAYLOAD_CAP));
    TRY(audit_leaf(hasher, i, FIRST_MS + i, slice_of(frame, len), &leaf));
    TRY(audit_append(tree, hasher, &leaf, shelve, shelf));
    audit_root(tree, &root);
    printf("root %" PRIu64, i);
    print_hashes(&root, 1);
    return CM_OK;
}

static cm_err print_proofs(const struct audit_nodes *nodes, uint64_t n) {
    struct audit_proof proof;
    for (uint64_t i = 0; i < 3 * n; i++) {
        const uint64_t size = 1 + i * 7919 % n, at = i * 104729 % size;
        TRY(audit_prove_leaf(nodes, at, size, &proof));
        printf("leaf %" PRIu64 " %" PRIu64, at, size);
        print_hashes(proof.hashes, proof.n);
        TRY(audit_prove_growth(nodes, at + 1, size, &proof));
        printf("growth %" PRIu64 " %" PRIu64, at + 1, size);
        print_hashes(proof.hashes, proof.n);
    }
    return CM_OK;
}

static cm_err print_checkpoint(const struct audit_tree *tree) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const struct cm_key seed = {{7, 7, 7}};
    struct checkpoint c = {.size = tree->size};
    struct sign_public key;
    audit_root(tree, &c.root);
    sign_public_of(&seed, &key);
    buffer_text(&text, "key ");
    TRY(checkpoint_key(&text, ORIGIN, &key));
    buffer_text(&text, "\n");
    TRY(checkpoint_write(&text, ORIGIN, &c, &seed));
    return fwrite(text.p, 1, text.len, stdout) == text.len ? CM_OK : CM_E_IO;
}

static cm_err run(uint64_t n) {
    static struct shelf shelf;
    struct audit_tree tree = AUDIT_TREE_INIT;
    CM_CLEANUP(hasher_freep) struct hasher *hasher = NULL;
    TRY(crypto_init());
    TRY(hasher_new(&hasher));
    for (uint64_t i = 1; i <= n; i++)
        TRY(add_event(hasher, i, &tree, &shelf));
    TRY(print_proofs(&(struct audit_nodes){.node = fetch, .ctx = &shelf}, n));
    return print_checkpoint(&tree);
}

int main(int argc, char **argv) {
    uint64_t n = 0;
    if (argc != 2 || text_u64(slice_text(argv[1]), LEAVES_MAX, &n) != CM_OK || n == 0) return 2;
    return run(n) == CM_OK && fflush(stdout) == 0 ? 0 : 1;
}
