/* The minter: the units of one batch in order of serial, chunk after chunk. Serials are spent in
 * the ledger, durably, before their codes are handed out; a serial whose code the filters forbid or
 * another unit owns is skipped; it stops at exactly the ordered quantity. Serials that were spent
 * earlier come again as they came the first time, as long as nothing of the batch was shipped.
 * Memory is constant. Source: docs/design/construction.md. Example: tests/unit/vault/test_minter.c
 *
 *     TRY(minter_open(&m, &options, diag));
 *     do TRY(minter_next(m, UINT64_MAX, &rows, diag)); while (rows.n > 0);
 *
 * Several threads share the work through places: each computes ahead at its own place, and they
 * take their chunks in turns, one thread at a time. */
#ifndef CM_VAULT_MINTER_H
#define CM_VAULT_MINTER_H

#include "engine/engine.h"

#define MINTER_CHUNK 65536u /* serials of one chunk: one durable event each */

struct minter;

/* Spends a range durably in another way than engine_issue alone. @retval as engine_issue */
typedef cm_err minter_spend(void *ctx, const struct issue_event *e, struct cm_diag *diag);

struct minter_options {
    struct cm_engine *engine;
    const struct keystore *keystore;
    uint32_t set;    /* registry number of the batch */
    uint32_t actor;  /* who asked */
    bool from_start; /* begin with serial `first`, giving spent ones again; else with the next new
                        one */
    uint64_t first;  /* from_start: at most the next new serial */
    uint32_t run;    /* new ranges are held by this run from the first moment on; 0 = by none */
    struct issue_key
        *key;            /* idempotency key that new ranges join, kept at its next item; or NULL */
    bool shipped;        /* from_start even when codes were shipped: an order's own */
    minter_spend *spend; /* how new ranges are spent, without run and key; NULL = engine_issue */
    void *spend_ctx;
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
/* Where one thread computes: scratch of its own, room for one chunk. */
struct minter_place;
/** @retval CM_E_NO_MEMORY, CM_E_CRYPTO, and as keystore_find */
CM_MUST_CHECK cm_err minter_place_new(struct minter_place **out, const struct minter *m);
void minter_place_free(struct minter_place *p);
void minter_place_freep(struct minter_place **p);
/** Compute the codes of serials that this place is going to take, or so it seems: nothing is spent.
 * Safe beside every other place and beside minter_take.
 * @param[in] first, n  serials; those that the batch does not have are left out
 * @retval as cm_coder_mint_range and cross_find */
CM_MUST_CHECK cm_err minter_compute(const struct minter *m, struct minter_place *p, uint64_t first,
                                    uint64_t n);
/** The next chunk, as minter_next, at a place: from what was computed there if it is what comes
 * next, else computed now. One thread at a time.
 * @param[out] rows  valid until the place is used again      @retval as minter_next */
CM_MUST_CHECK cm_err minter_take(struct minter *m, struct minter_place *p, uint64_t most,
                                 struct minter_rows *rows, struct cm_diag *diag);
/* Serial that comes next, and units that are still to be made: the caller's turn alone may ask. */
uint64_t minter_at(const struct minter *m);
uint64_t minter_left(const struct minter *m);

/** A range that was issued under an idempotency key, again, shipped or not: its codes go to the
 * caller they were made for. The minter stays where it is.
 * @retval CM_E_RANGE  not so many serials from `first` on were spent, or more than MINTER_CHUNK */
CM_MUST_CHECK cm_err minter_again(struct minter *m, const struct issued_range *range,
                                  struct minter_rows *rows);
void minter_close(struct minter *m);
void minter_closep(struct minter **m);

#endif
