/* The minter: the units of one batch in order of serial, chunk after chunk. Serials are spent in
 * the ledger, durably, before their codes are handed out; a serial whose code the filters forbid or
 * another unit owns is skipped; it stops at exactly the ordered quantity. Serials that were spent
 * earlier come again as they came the first time, as long as nothing of the batch was shipped.
 * Memory is constant. Source: docs/design/construction.md. Example: tests/unit/vault/test_minter.c
 *
 *     TRY(minter_open(&m, &options, diag));
 *     do TRY(minter_next(m, UINT64_MAX, &rows, diag)); while (rows.n > 0);
 */
#ifndef CM_VAULT_MINTER_H
#define CM_VAULT_MINTER_H

#include "engine/engine.h"

#define MINTER_CHUNK 65536u /* serials of one chunk: one durable event each */

struct minter;

struct minter_options {
    struct cm_engine *engine;
    const struct keystore *keystore;
    uint32_t set;    /* registry number of the batch */
    uint32_t actor;  /* who asked */
    bool from_start; /* begin with serial `first`, giving spent ones again; else with the next new
                        one */
    uint64_t first;  /* from_start: at most the next new serial */
    struct issue_key
        *key; /* idempotency key that new ranges join, kept at its next item; or NULL */
};

struct minter_rows {
    uint64_t first;      /* serial of row 0 */
    size_t n;            /* rows, skipped ones included; 0 = the batch is complete */
    size_t units;        /* rows that are units */
    const uint8_t *skip; /* n bytes: not 0 = no unit */
    const char *texts;   /* n codes of code_len characters, without grouping */
    uint8_t code_len;
    bool again; /* these serials had been spent before */
};

/** Begin.
 * @retval CM_E_NOT_FOUND  no such batch, or its key version is not in the keystore
 * @retval CM_E_STATE      its key version was destroyed; from_start: codes of it were shipped
 * @retval CM_E_NO_MEMORY, CM_E_CRYPTO */
CM_MUST_CHECK cm_err minter_open(struct minter **out, const struct minter_options *options,
                                 struct cm_diag *diag);
/** The next chunk.
 * @param[in]  most  units wanted at most, at least 1
 * @param[out] rows  valid until the next call
 * @retval CM_E_CONFLICT  another process minted from this batch meanwhile: start again
 * @retval CM_E_LIMIT     the batch's serials are used up before its quantity is reached
 * @retval others         as engine_issue */
CM_MUST_CHECK cm_err minter_next(struct minter *m, uint64_t most, struct minter_rows *rows,
                                 struct cm_diag *diag);
/** A range that was issued under an idempotency key, again, shipped or not: its codes go to the
 * caller they were made for. The minter stays where it is.
 * @retval CM_E_RANGE  not so many serials from `first` on were spent, or more than MINTER_CHUNK */
CM_MUST_CHECK cm_err minter_again(struct minter *m, const struct issued_range *range,
                                  struct minter_rows *rows);
void minter_close(struct minter *m);
void minter_closep(struct minter **m);

#endif
