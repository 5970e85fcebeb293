/* Looking for the pages that a file lacks in LMDB's list of free ones. They are looked up with
 * reads, not through the map, since a page of the list may be what is missing: a bus error. What is
 * read: the newer meta page, and the tree of the free list (branch, leaf and overflow pages), in
 * the machine's own byte order. Source: layout of LMDB 0.9 (mdb.c: MDB_meta, MDB_page, MDB_node,
 * MDB_IDL).
 */
#include "ledger/state_whole.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "ledger/state_table.h"

#define PAGE_MAX 65536u
#define MISSING_MAX                                                                                \
    65536u             /* pages that one transaction took and gave back: far more than any does */
#define DEPTH_MAX  8u  /* of a tree of 2^64 pages, with room */
#define HEADER_LEN 16u /* of a page */
#define FLAGS_AT   10u
#define LOWER_AT   12u
#define NODE_LEN   8u /* of a node, before its key */
#define KEY_LEN    8u /* of the free list: a transaction's number */
#define META_ROOT  (HEADER_LEN + 64u)
#define META_TXN   (HEADER_LEN + 128u)
#define P_BRANCH   1u
#define P_LEAF     2u
#define F_BIGDATA  1u

struct whole {
    int fd;
    size_t page_len;
    uint64_t have, last; /* pages in the file; number of the last one */
    uint64_t found;
    uint8_t missing[MISSING_MAX / 8u]; /* 1: found to be free */
    uint8_t pages[DEPTH_MAX][PAGE_MAX];
};

static uint16_t u16_at(const uint8_t *p) {
    uint16_t v = 0;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t u64_at(const uint8_t *p) {
    uint64_t v = 0;
    memcpy(&v, p, sizeof v);
    return v;
}

static cm_err read_at(const struct whole *w, uint64_t offset, uint8_t *to, size_t n) {
    if (offset / w->page_len >= w->have) return CM_E_CORRUPT;
    for (size_t done = 0; done < n;) {
        const ssize_t got = pread(w->fd, to + done, n - done, (off_t)(offset + done));
        if (got < 0) return CM_E_IO;
        if (got == 0) return CM_E_CORRUPT;
        done += (size_t)got;
    }
    return CM_OK;
}

static void found(struct whole *w, uint64_t page) {
    if (page < w->have || page > w->last) return;
    const uint64_t at = page - w->have;
    const uint8_t bit = (uint8_t)(1u << (at % 8u));
    w->found += (w->missing[at / 8u] & bit) == 0 ? 1u : 0u;
    w->missing[at / 8u] |= bit;
}

/* A list of pages: its length, then their numbers. */
static cm_err read_list(struct whole *w, uint64_t offset, uint64_t len) {
    uint8_t word[sizeof(uint64_t)];
    TRY(read_at(w, offset, word, sizeof word));
    const uint64_t n = u64_at(word);
    if (n > len / sizeof word - 1u) return CM_E_CORRUPT;
    for (uint64_t i = 1; i <= n; i++) {
        TRY(read_at(w, offset + i * sizeof word, word, sizeof word));
        found(w, u64_at(word));
    }
    return CM_OK;
}

static cm_err read_leaf(struct whole *w, uint64_t page, const uint8_t *bytes, size_t at) {
    const uint64_t len = u16_at(bytes + at) | (uint64_t)u16_at(bytes + at + 2) << 16u;
    const size_t data = at + NODE_LEN + KEY_LEN;
    if (len < sizeof(uint64_t) || data + sizeof(uint64_t) > w->page_len) return CM_E_CORRUPT;
    if ((u16_at(bytes + at + 4) & F_BIGDATA) == 0)
        return read_list(w, page * w->page_len + data, len);
    const uint64_t overflow = u64_at(bytes + data);
    if (overflow >= w->have) return CM_E_CORRUPT;
    return read_list(w, overflow * w->page_len + HEADER_LEN, len);
}

static cm_err read_tree(struct whole *w, uint64_t page, unsigned depth) {
    if (page >= w->have || depth == DEPTH_MAX) return CM_E_CORRUPT;
    uint8_t *bytes = w->pages[depth];
    TRY(read_at(w, page * w->page_len, bytes, w->page_len));
    const uint16_t flags = u16_at(bytes + FLAGS_AT);
    const size_t lower = u16_at(bytes + LOWER_AT);
    if ((flags & (P_BRANCH | P_LEAF)) == 0 || lower < HEADER_LEN || lower > w->page_len)
        return CM_E_CORRUPT;
    for (size_t i = HEADER_LEN; i + 2u <= lower; i += 2u) {
        const size_t at = u16_at(bytes + i);
        if (at < lower || at + NODE_LEN > w->page_len) return CM_E_CORRUPT;
        if ((flags & P_LEAF) != 0) {
            TRY(read_leaf(w, page, bytes, at));
            continue;
        }
        const uint64_t child = u16_at(bytes + at) | (uint64_t)u16_at(bytes + at + 2) << 16u |
                               (uint64_t)u16_at(bytes + at + 4) << 32u;
        TRY(read_tree(w, child, depth + 1u));
    }
    return CM_OK;
}

/* Of the two meta pages the one of the newest transaction. */
static cm_err read_root(const struct whole *w, uint64_t txn, uint64_t *root) {
    for (uint64_t page = 0; page < 2; page++) {
        uint8_t bytes[META_TXN + sizeof(uint64_t)];
        TRY(read_at(w, page * w->page_len, bytes, sizeof bytes));
        if (u64_at(bytes + META_TXN) != txn) continue;
        *root = u64_at(bytes + META_ROOT);
        return CM_OK;
    }
    return CM_E_CORRUPT;
}

static cm_err look(struct whole *w, uint64_t txn) {
    uint64_t root = UINT64_MAX;
    if (w->page_len > PAGE_MAX || w->last - w->have >= MISSING_MAX) return CM_E_CORRUPT;
    TRY(read_root(w, txn, &root));
    TRY(read_tree(w, root, 0)); /* no root: no page is free */
    return w->found == w->last - w->have + 1u ? CM_OK : CM_E_CORRUPT;
}

cm_err state_whole(MDB_env *env, struct cm_diag *diag) {
    MDB_envinfo info;
    MDB_stat shape;
    struct stat st;
    int fd = -1;
    TRY(state_err(mdb_env_info(env, &info), "env_info"));
    TRY(state_err(mdb_env_stat(env, &shape), "env_stat"));
    TRY(state_err(mdb_env_get_fd(env, &fd), "env_get_fd"));
    if (fstat(fd, &st) != 0) return state_err(errno, "fstat");
    const uint64_t have = (uint64_t)st.st_size / shape.ms_psize;
    if (have > info.me_last_pgno) return CM_OK;
    struct whole *w = calloc(1, sizeof *w);
    if (w == NULL) return CM_E_NO_MEMORY;
    w->fd = fd;
    w->page_len = shape.ms_psize;
    w->have = have;
    w->last = info.me_last_pgno;
    const cm_err err = look(w, info.me_last_txnid);
    free(w);
    if (err != CM_E_CORRUPT) return err;
    return diag_fail(diag, CM_E_CORRUPT, "state", "data.mdb", "rebuild the state from the journal",
                     "the file ends before its last page");
}
