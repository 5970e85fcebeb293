/* A small world for tests of the engine: a TEST workspace in a folder of its own, with one scheme,
 * one door and as many batches as asked for. Everything in it is the real thing: keystore, journal,
 * LMDB, codes; only the clock is ours. */
#ifndef CM_TESTS_SUPPORT_WORLD_H
#define CM_TESTS_SUPPORT_WORLD_H

#include "engine/engine.h"
#include "engine/workspace.h"
#include "support/scratch.h"

#define WORLD_CODE_CAP    24u /* bytes of one code with its NUL */
#define WORLD_SCHEME      1u
#define WORLD_DOOR        1u
#define WORLD_SEGMENT_LEN 1048576u       /* bytes, unless set before world_make */
#define WORLD_NOW_MS      1795000000000u /* where the clock starts */

struct world {
    char dir[SCRATCH_CAP];
    struct keystore *keystore;
    struct cm_engine *engine;
    uint64_t now_ms; /* the clock: set it as you like */
    uint64_t segment_len, fold_len;
    struct cm_coder *coder;
    struct cm_scheme_numbers numbers;
    uint32_t batch_n;
};

/* Make it; `length` data characters of the default alphabet, `serials` a batch. Fails the running
 * test when it cannot. */
void world_make(struct world *w, uint8_t length, uint64_t serials);
/* Version 1 of a key that is the same in every run: what codes it makes, and who wins, is no
 * chance. */
void world_key(struct world *w, enum key_kind kind, uint32_t id);
void world_remove(struct world *w);
/* Close the engine as a clean stop does, and open it again. */
void world_close(struct world *w);
void world_open(struct world *w);
cm_err world_try_open(struct world *w, struct cm_diag *diag);

/* Add or replace a document; the second fails the running test when it is refused. */
cm_err world_try_document(struct world *w, enum document_kind kind, uint32_t id,
                          struct cm_slice text, struct cm_diag *diag);
void world_document(struct world *w, enum document_kind kind, uint32_t id, struct cm_slice text);

/* Add a batch of `quantity`, issue all of it, and open it if asked. Returns its set number. */
uint32_t world_batch(struct world *w, uint64_t quantity, bool open);
/* Terms of the scheme (JSON). */
void world_terms(struct world *w, const char *json);
/* The code of a unit, NUL-terminated. */
void world_code(struct world *w, uint32_t set, uint64_t serial, char out[static WORLD_CODE_CAP]);

/* One request under an optional idempotency key, by an actor. */
struct cm_answer world_ask(struct world *w, enum cm_operation operation, const char *code,
                           const char *key, uint32_t actor);
/* As world_ask, with PIN, redeemer and hold. */
struct world_request {
    enum cm_operation operation;
    const char *code, *pin, *key, *redeemer;
    uint32_t actor;
    uint64_t hold_ms;
};
struct cm_answer world_request(struct world *w, const struct world_request *q,
                               enum cm_call_status *status);

#endif
