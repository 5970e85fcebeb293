/* Writing a file of an imported list: rows front to back, each block hashed on its way; the head
 * last, so that a cut file is none. The directory and the hashes stay in memory until the end:
 * 0.16 bytes a row. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "engine/legacy_file.h"
#include "ledger/disk.h"

#define PENDING_LEN ((size_t)64 * LEGACY_BLOCK_LEN) /* bytes of one write */

struct legacy_writer {
    char temporary[LEGACY_PATH_CAP + 4];
    int fd;
    struct legacy_head head; /* rows: how many have come */
    uint64_t rows_max;
    uint64_t bucket; /* the next one whose first row is not known yet */
    uint64_t at;     /* bytes of rows written */
    uint8_t *pending;
    size_t pending_len;
    struct buffer directory, hashes;
};

static cm_err told(const struct legacy_writer *w, cm_err err, struct cm_diag *diag) {
    if (err == CM_OK) return CM_OK;
    return diag_fail(diag, err, w->temporary, NULL, "check free space and rights, then start anew",
                     "an imported list cannot be written");
}

void legacy_writer_free(struct legacy_writer *w) {
    if (w == NULL) return;
    if (w->fd >= 0) {
        (void)close(w->fd);
        (void)unlink(w->temporary);
    }
    free(w->pending);
    buffer_free(&w->directory);
    buffer_free(&w->hashes);
    free(w);
}

void legacy_writer_freep(struct legacy_writer **w) { legacy_writer_free(*w); }

cm_err legacy_writer_new(struct legacy_writer **out, const char *path,
                         const struct legacy_head *head, struct cm_diag *diag) {
    CM_CLEANUP(legacy_writer_freep) struct legacy_writer *w = calloc(1, sizeof *w);
    if (w == NULL) return CM_E_NO_MEMORY;
    w->fd = -1;
    w->head = *head;
    w->head.rows = 0;
    w->rows_max = head->rows;
    w->head.buckets = head->kind == LEGACY_INDEX ? legacy_buckets_of(head->rows) : 0;
    const int n = snprintf(w->temporary, sizeof w->temporary, "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof w->temporary) return CM_E_RANGE;
    w->pending = calloc(1, PENDING_LEN);
    if (w->pending == NULL) return CM_E_NO_MEMORY;
    w->fd = open(w->temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (w->fd < 0) return told(w, disk_err(errno), diag);
    *out = take(&w);
    return CM_OK;
}

uint64_t legacy_writer_rows(const struct legacy_writer *w) { return w->head.rows; }

static cm_err flush_rows(struct legacy_writer *w) {
    const size_t len =
        (w->pending_len + LEGACY_BLOCK_LEN - 1) / LEGACY_BLOCK_LEN * LEGACY_BLOCK_LEN;
    memset(w->pending + w->pending_len, 0, len - w->pending_len);
    for (size_t at = 0; at < len; at += LEGACY_BLOCK_LEN) {
        struct hash256 hash;
        TRY(legacy_hash(slice_of(w->pending + at, LEGACY_BLOCK_LEN), &hash));
        buffer_put(&w->hashes, hash.b, sizeof hash.b);
    }
    TRY(buffer_err(&w->hashes));
    TRY(disk_write(w->fd, w->pending, len, LEGACY_BLOCK_LEN + w->at));
    w->at += len;
    w->pending_len = 0;
    return CM_OK;
}

/* Every bucket up to this row's begins here, if none of its rows came before. */
static cm_err enter_buckets(struct legacy_writer *w, uint64_t bucket) {
    for (; w->bucket <= bucket; w->bucket++)
        buffer_u32be(&w->directory, (uint32_t)w->head.rows);
    return buffer_err(&w->directory);
}

cm_err legacy_writer_put(struct legacy_writer *w, const uint8_t row[static LEGACY_ROW_LEN],
                         struct cm_diag *diag) {
    if (w->head.rows == w->rows_max) return CM_E_ARGUMENT;
    if (w->head.buckets > 0) TRY(enter_buckets(w, legacy_bucket_of(w->head.buckets, row)));
    memcpy(w->pending + w->pending_len, row, LEGACY_ROW_LEN);
    w->pending_len += LEGACY_ROW_LEN;
    w->head.rows++;
    return w->pending_len == PENDING_LEN ? told(w, flush_rows(w), diag) : CM_OK;
}

/* The directory was sized for all rows that might come. With fewer, pairs of buckets fall together:
 * the reader derives how many there are from the rows that there are. */
static void fold_directory(struct legacy_writer *w) {
    const uint64_t wanted = legacy_buckets_of(w->head.rows);
    const uint64_t step = w->head.buckets / wanted;
    for (uint64_t i = 0; i <= wanted; i++)
        memmove(w->directory.p + i * sizeof(uint32_t), w->directory.p + i * step * sizeof(uint32_t),
                sizeof(uint32_t));
    w->directory.len = (size_t)(wanted + 1) * sizeof(uint32_t);
    w->head.buckets = wanted;
}

static cm_err write_tail(struct legacy_writer *w, struct hash256 *hash) {
    uint8_t block[LEGACY_BLOCK_LEN];
    TRY(flush_rows(w));
    if (w->head.buckets > 0) {
        TRY(enter_buckets(w, w->head.buckets));
        fold_directory(w);
    }
    const struct legacy_layout l = legacy_layout_of(&w->head);
    legacy_head_put(&w->head, block);
    TRY(legacy_head_hash(block, buffer_slice(&w->directory), buffer_slice(&w->hashes), hash));
    TRY(disk_write(w->fd, w->directory.p, w->directory.len, l.directory_at));
    TRY(disk_write(w->fd, w->hashes.p, w->hashes.len, l.hashes_at));
    TRY(disk_sync_all(w->fd));
    TRY(disk_write(w->fd, block, sizeof block, 0));
    return disk_sync_all(w->fd);
}

cm_err legacy_writer_finish(struct legacy_writer *w, uint32_t set, uint64_t units, const char *path,
                            struct hash256 *hash, struct cm_diag *diag) {
    struct hash256 made;
    w->head.set = set;
    w->head.units = units;
    TRY(told(w, write_tail(w, &made), diag));
    if (rename(w->temporary, path) != 0) return told(w, disk_err(errno), diag);
    (void)close(w->fd);
    w->fd = -1;
    TRY(file_sync_folder_of(path, diag));
    *hash = made;
    return CM_OK;
}
