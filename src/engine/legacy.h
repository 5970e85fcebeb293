/* An imported list: texts of another maker, kept as keyed hashes only. The index says which serial
 * a text belongs to; the base says what a card was worth when it came. Both are immutable files of
 * the workspace (legacy/SET.index, legacy/SET.base), mapped, proved block by block when first used
 * against the hash that the journaled document names.
 *
 * It refuses a file that is not byte for byte the one that was imported. It holds no text and no
 * state of a unit: that lives in the ledger, as for any other.
 * Threads: look-ups from any number. Byte tables: docs/design/imports.md. */
#ifndef CM_ENGINE_LEGACY_H
#define CM_ENGINE_LEGACY_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"
#include "countermark/life.h"

#define LEGACY_HASH_LEN 10u                   /* bytes of a keyed hash that are kept: 80 bits */
#define LEGACY_ROWS_MAX ((uint64_t)400000000) /* our choice: 6.4 GB of index */

struct legacy;

/* What must be true of the files; from the document and the workspace. */
struct legacy_wanted {
    const char *folder; /* WORKSPACE/legacy */
    uint8_t workspace_id[16];
    uint32_t set;
    uint64_t rows;          /* of the index */
    uint64_t units;         /* serials are below it */
    uint8_t index_hash[32]; /* SHA-256 of the index's head */
    bool has_base;
    uint8_t base_hash[32];
};

/** Map the files of a set and prove their heads; the rows are proved when they are first read.
 * @param[out] out  legacy_close it; untouched on error
 * @retval CM_E_NOT_FOUND  a file is missing     @retval CM_E_CORRUPT  not the file that was
 * imported
 * @retval CM_E_VERSION    of another format     @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err legacy_open(struct legacy **out, const struct legacy_wanted *wanted,
                                 struct cm_diag *diag);
void legacy_close(struct legacy *l);
void legacy_closep(struct legacy **l);

/** The serials of n keyed hashes.
 * @param[in]  hashes  n rows of `stride` bytes; the first LEGACY_HASH_LEN of each are looked up
 * @param[out] serials LEGACY_NONE where the list has no such text
 * @retval CM_E_CORRUPT  a block is not as imported: nothing of it is believed */
#define LEGACY_NONE UINT64_MAX
CM_MUST_CHECK cm_err legacy_find(const struct legacy *l, const uint8_t *hashes, size_t stride,
                                 size_t n, uint64_t *serials);

/* What a card was when it was imported: its record as long as the ledger has none. */
struct legacy_base {
    enum cm_card_state state; /* ACTIVE, BLOCKED, EXPIRED, LOST, VOID, MADE, STOCK */
    enum cm_card_reason reason;
    uint64_t balance;    /* minor units of the set's currency */
    uint64_t expires_ms; /* 0 = never */
};
/** @retval CM_E_NOT_FOUND  serial beyond the list, or a list without a base
 * @retval CM_E_CORRUPT  the block is not as imported */
CM_MUST_CHECK cm_err legacy_base(const struct legacy *l, uint64_t serial, struct legacy_base *out);

/* The path of a file of which a block was read that is not as imported; NULL while none was. */
const char *legacy_changed(const struct legacy *l);

/** Prove every block of both files (fsck). @retval CM_E_CORRUPT, CM_E_IO  diag says which block */
CM_MUST_CHECK cm_err legacy_prove(const struct legacy *l, struct cm_diag *diag);

#endif
