/* Reading the files of an imported list, and the layout that reader and writer share. */
#include "engine/legacy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "engine/legacy.h"
#include "ledger/disk.h"

#define MAGIC         "cmlegacy"
#define MAGIC_LEN     (sizeof MAGIC - 1)
#define FORMAT        1u
#define HEAD_USED_LEN 68u /* bytes of the head block that say something; the rest is zero */
#define BUCKETS_MAX   ((uint64_t)1 << 24)

/* ---- Layout ---------------------------------------------------------------------------------- */

struct legacy_layout legacy_layout_of(const struct legacy_head *h) {
    struct legacy_layout l = {.blocks = (h->rows + LEGACY_BLOCK_ROWS - 1) / LEGACY_BLOCK_ROWS};
    l.directory_at = (l.blocks + 1) * LEGACY_BLOCK_LEN; /* behind the head block and the rows */
    l.directory_len = h->buckets == 0 ? 0 : (h->buckets + 1) * sizeof(uint32_t);
    l.hashes_at = l.directory_at + l.directory_len;
    l.hashes_len = l.blocks * HASH_LEN;
    l.len = l.hashes_at + l.hashes_len;
    return l;
}

void legacy_head_put(const struct legacy_head *h, uint8_t block[static LEGACY_BLOCK_LEN]) {
    memset(block, 0, LEGACY_BLOCK_LEN);
    memcpy(block, MAGIC, MAGIC_LEN);
    put_u32be(block + 8, FORMAT);
    put_u32be(block + 12, (uint32_t)h->kind);
    memcpy(block + 16, h->workspace_id, sizeof h->workspace_id);
    put_u32be(block + 32, h->set);
    put_u64be(block + 36, h->rows);
    put_u64be(block + 44, h->units);
    put_u64be(block + 52, h->buckets);
    put_u64be(block + 60, legacy_layout_of(h).len);
}
_Static_assert(60 + sizeof(uint64_t) == HEAD_USED_LEN, "the last field ends the head");

uint64_t legacy_buckets_of(uint64_t rows) {
    uint64_t buckets = 1;
    while (buckets < BUCKETS_MAX && buckets * LEGACY_BUCKET_ROWS < rows)
        buckets *= 2;
    return buckets;
}

/* Hashes are uniform: their first bits are the bucket. */
uint64_t legacy_bucket_of(uint64_t buckets, const uint8_t *row) {
    return get_u32be(row) / (((uint64_t)UINT32_MAX + 1) / buckets);
}

cm_err legacy_hash(struct cm_slice data, struct hash256 *out) {
    CM_CLEANUP(hasher_freep) struct hasher *h = NULL;
    TRY(hasher_new(&h));
    TRY(hasher_begin(h));
    TRY(hasher_update(h, data));
    return hasher_end(h, out);
}

cm_err legacy_head_hash(const uint8_t *block, struct cm_slice directory, struct cm_slice hashes,
                        struct hash256 *out) {
    CM_CLEANUP(hasher_freep) struct hasher *h = NULL;
    TRY(hasher_new(&h));
    TRY(hasher_begin(h));
    TRY(hasher_update(h, slice_of(block, LEGACY_BLOCK_LEN)));
    TRY(hasher_update(h, directory));
    TRY(hasher_update(h, hashes));
    return hasher_end(h, out);
}

/* ---- Opening --------------------------------------------------------------------------------- */

static cm_err damaged(const char *path, const char *place, struct cm_diag *diag) {
    return diag_fail(diag, CM_E_CORRUPT, path, place, "bring it back from a backup",
                     "not the file that was imported");
}

static cm_err map_file(struct legacy_file *f, const char *path, struct cm_diag *diag) {
    CM_CLEANUP(disk_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0)
        return diag_fail(diag, disk_err(errno), path, NULL, "bring it back from a backup",
                         "an imported list's file cannot be opened");
    if (fstat(fd, &st) != 0) return disk_err(errno);
    if (!S_ISREG(st.st_mode) || st.st_size <= 0) return damaged(path, NULL, diag);
    void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) return disk_err(errno);
    f->map = map;
    f->len = (size_t)st.st_size;
    (void)madvise(map, f->len, MADV_RANDOM); /* only slower without */
    return CM_OK;
}

/* The whole head is known from the document: it is compared, never believed. */
static cm_err check_head(struct legacy_file *f, const char *path, const uint8_t hash[HASH_LEN],
                         struct cm_diag *diag) {
    uint8_t expected[LEGACY_BLOCK_LEN];
    struct hash256 is;
    const struct legacy_layout l = legacy_layout_of(&f->head);
    if (f->len < LEGACY_BLOCK_LEN || memcmp(f->map, MAGIC, MAGIC_LEN) != 0)
        return damaged(path, "head", diag);
    if (get_u32be(f->map + MAGIC_LEN) != FORMAT)
        return diag_fail(diag, CM_E_VERSION, path, "head", "use a newer countermark",
                         "of format %u", get_u32be(f->map + MAGIC_LEN));
    legacy_head_put(&f->head, expected);
    if (memcmp(f->map, expected, sizeof expected) != 0 || f->len != l.len)
        return damaged(path, "head", diag);
    f->directory = f->map + l.directory_at;
    f->hashes = f->map + l.hashes_at;
    f->blocks = l.blocks;
    TRY(legacy_head_hash(f->map, slice_of(f->directory, l.directory_len),
                         slice_of(f->hashes, l.hashes_len), &is));
    return memcmp(is.b, hash, HASH_LEN) == 0 ? CM_OK : damaged(path, "head", diag);
}

cm_err legacy_file_open(struct legacy_file *out, const char *path, const struct legacy_head *wanted,
                        const uint8_t hash[HASH_LEN], struct cm_diag *diag) {
    CM_CLEANUP(legacy_file_close) struct legacy_file f = {.head = *wanted};
    if (wanted->rows > LEGACY_ROWS_MAX) return CM_E_RANGE;
    f.head.buckets = wanted->kind == LEGACY_INDEX ? legacy_buckets_of(wanted->rows) : 0;
    TRY(map_file(&f, path, diag));
    TRY(check_head(&f, path, hash, diag));
    f.proved = calloc(f.blocks + 1, sizeof *f.proved);
    if (f.proved == NULL) return CM_E_NO_MEMORY;
    *out = f;
    f = (struct legacy_file){.map = NULL};
    return CM_OK;
}

void legacy_file_close(struct legacy_file *f) {
    void *map = NULL;
    memcpy(&map, &f->map, sizeof map);
    if (map != NULL) (void)munmap(map, f->len);
    free(f->proved);
    *f = (struct legacy_file){.map = NULL};
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static cm_err prove_block(const struct legacy_file *f, uint64_t block) {
    struct hash256 is;
    const uint8_t *p = f->map + (block + 1) * LEGACY_BLOCK_LEN;
    TRY(legacy_hash(slice_of(p, LEGACY_BLOCK_LEN), &is));
    if (memcmp(is.b, f->hashes + block * HASH_LEN, HASH_LEN) != 0) {
        atomic_store_explicit(&f->proved[f->blocks].yes, 1, memory_order_relaxed);
        return CM_E_CORRUPT;
    }
    atomic_store_explicit(&f->proved[block].yes, 1, memory_order_relaxed);
    return CM_OK;
}

bool legacy_file_changed(const struct legacy_file *f) {
    return f->map != NULL &&
           atomic_load_explicit(&f->proved[f->blocks].yes, memory_order_relaxed) != 0;
}

cm_err legacy_file_row(const struct legacy_file *f, uint64_t row, const uint8_t **out) {
    const uint64_t block = row / LEGACY_BLOCK_ROWS;
    if (row >= f->head.rows) return CM_E_NOT_FOUND;
    if (atomic_load_explicit(&f->proved[block].yes, memory_order_relaxed) == 0)
        TRY(prove_block(f, block));
    *out = f->map + LEGACY_BLOCK_LEN + row * LEGACY_ROW_LEN;
    return CM_OK;
}

void legacy_file_bucket(const struct legacy_file *f, const uint8_t *row, uint64_t *first,
                        uint64_t *last) {
    const uint64_t bucket = legacy_bucket_of(f->head.buckets, row);
    *first = get_u32be(f->directory + bucket * sizeof(uint32_t));
    *last = get_u32be(f->directory + (bucket + 1) * sizeof(uint32_t));
}

cm_err legacy_file_prove(const struct legacy_file *f, const char *path, struct cm_diag *diag) {
    for (uint64_t block = 0; block < f->blocks; block++) {
        const cm_err err = prove_block(f, block);
        if (err != CM_E_CORRUPT) {
            TRY(err);
            continue;
        }
        return diag_fail(diag, CM_E_CORRUPT, path, NULL, "bring it back from a backup",
                         "rows %llu to %llu are not as imported",
                         (unsigned long long)(block * LEGACY_BLOCK_ROWS),
                         (unsigned long long)((block + 1) * LEGACY_BLOCK_ROWS - 1));
    }
    return CM_OK;
}
