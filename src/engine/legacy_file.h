/* The shape of an imported list's files: a head block, blocks of rows, a directory of buckets, and
 * a SHA-256 for each block of rows. The head hash covers the head block, the directory and the
 * block hashes, and so every byte: the journaled document names it.
 *
 * Written once, front to back, under a temporary name; renamed when it is durable. Mapped for
 * reading; a block is proved when it is first used. Byte table: docs/design/imports.md. */
#ifndef CM_ENGINE_LEGACY_FILE_H
#define CM_ENGINE_LEGACY_FILE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/diag.h"
#include "base/macros.h"
#include "crypto/hash.h"
#include "engine/workspace.h"

#define LEGACY_ROW_LEN     16u   /* bytes of a row of either file */
#define LEGACY_BLOCK_LEN   4096u /* bytes: a page, and what one hash proves */
#define LEGACY_BLOCK_ROWS  (LEGACY_BLOCK_LEN / LEGACY_ROW_LEN)
#define LEGACY_BUCKET_ROWS 128u /* rows of a bucket at most, on the average */
#define LEGACY_PATH_CAP    (WORKSPACE_PATH_CAP + 32u)

enum legacy_file_kind { LEGACY_INDEX = 1, LEGACY_BASE = 2 };

/* What the head block says. */
struct legacy_head {
    enum legacy_file_kind kind;
    uint32_t set;
    uint8_t workspace_id[16];
    uint64_t rows;
    uint64_t units;   /* serials are below it */
    uint64_t buckets; /* index: a power of two; base: 0 */
};

/* ---- Writing --------------------------------------------------------------------------------- */

struct legacy_writer;
/** Begin a file under a temporary name.
 * @param[in] path  where it will be; the temporary name is path.new, replaced if there is one
 * @param[in] head  rows: at most so many will come (it sizes the directory); the rest as it is
 * @retval CM_E_NO_SPACE, CM_E_IO, CM_E_DENIED, CM_E_NO_MEMORY, CM_E_CRYPTO */
CM_MUST_CHECK cm_err legacy_writer_new(struct legacy_writer **out, const char *path,
                                       const struct legacy_head *head, struct cm_diag *diag);
/** Append a row; of an index in ascending order.
 * @retval CM_E_NO_SPACE, CM_E_IO, CM_E_CRYPTO; CM_E_ARGUMENT  more rows than announced */
CM_MUST_CHECK cm_err legacy_writer_put(struct legacy_writer *w,
                                       const uint8_t row[static LEGACY_ROW_LEN],
                                       struct cm_diag *diag);
/** Finish, make durable, put in place.
 * @param[in]  set, units  as the head is to say them
 * @param[out] hash        of the head
 * @retval as legacy_writer_put; nothing is left in place */
CM_MUST_CHECK cm_err legacy_writer_finish(struct legacy_writer *w, uint32_t set, uint64_t units,
                                          const char *path, struct hash256 *hash,
                                          struct cm_diag *diag);
uint64_t legacy_writer_rows(const struct legacy_writer *w);
/* Unfinished: the temporary file is removed. NULL is fine. */
void legacy_writer_free(struct legacy_writer *w);
void legacy_writer_freep(struct legacy_writer **w);

/* ---- Reading --------------------------------------------------------------------------------- */

struct legacy_proved {
    _Atomic uint8_t yes;
};
struct legacy_file {
    const uint8_t *map; /* NULL = not open */
    size_t len;
    struct legacy_head head;
    uint64_t blocks;
    const uint8_t *directory, *hashes;
    struct legacy_proved *proved; /* one a block, and last: a block is not as imported */
};

/** Map a file and prove its head.
 * @param[in] wanted  what the head must say
 * @retval CM_E_NOT_FOUND, CM_E_CORRUPT, CM_E_VERSION, CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err legacy_file_open(struct legacy_file *f, const char *path,
                                      const struct legacy_head *wanted,
                                      const uint8_t hash[HASH_LEN], struct cm_diag *diag);
void legacy_file_close(struct legacy_file *f);
/** Borrow a row. @retval CM_E_CORRUPT  its block is not as imported */
CM_MUST_CHECK cm_err legacy_file_row(const struct legacy_file *f, uint64_t row,
                                     const uint8_t **out);
/* Rows first .. last - 1 of the bucket that a row of these first bytes lies in. */
void legacy_file_bucket(const struct legacy_file *f, const uint8_t *row, uint64_t *first,
                        uint64_t *last);
/* Whether a block was read that is not as imported. */
bool legacy_file_changed(const struct legacy_file *f);
/** Prove every block. @retval CM_E_CORRUPT  diag names the block */
CM_MUST_CHECK cm_err legacy_file_prove(const struct legacy_file *f, const char *path,
                                       struct cm_diag *diag);

/* The head block's bytes, and the layout that follows from it; for both sides. */
struct legacy_layout {
    uint64_t blocks, directory_at, directory_len, hashes_at, hashes_len, len;
};
struct legacy_layout legacy_layout_of(const struct legacy_head *head);
void legacy_head_put(const struct legacy_head *head, uint8_t block[static LEGACY_BLOCK_LEN]);
/* Buckets for at most so many rows. */
uint64_t legacy_buckets_of(uint64_t rows);
/* The bucket of a row by its first bytes. */
uint64_t legacy_bucket_of(uint64_t buckets, const uint8_t *row);
/* Over the head block, the directory and the block hashes. @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err legacy_head_hash(const uint8_t *block, struct cm_slice directory,
                                      struct cm_slice hashes, struct hash256 *out);
/** SHA-256 at hardware speed. @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err legacy_hash(struct cm_slice data, struct hash256 *out);

#endif
