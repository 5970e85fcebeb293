/* A TEST workspace for the bench, on the disk to measure, of the shape that the planner would
 * advise: the default alphabet, 12 characters and a check character in groups 5-4-4, the word
 * filter on. Everything in it is the real thing; a key file opens it, so that the daemon
 * can serve it.
 * Reference: docs/design/performance.md. */
#ifndef CM_TESTS_BENCH_SHOP_H
#define CM_TESTS_BENCH_SHOP_H

#include "countermark/code.h"
#include "engine/engine.h"
#include "engine/workspace.h"

#define SHOP_ID       "0123456789abcde" /* of the workspace, with its NUL */
#define SHOP_SCHEME   1u
#define SHOP_DOOR     1u
#define SHOP_BATCHES  64u
#define SHOP_SERIALS  33554432u /* 2^25 a batch */
#define SHOP_CODE_LEN 13u       /* characters, check character included */

struct shop {
    char dir[WORKSPACE_PATH_CAP]; /* empty: not made */
    struct keystore *keystore;
    struct cm_engine *engine;
    uint32_t batch_n;
};

/* The frozen numbers of the shop's scheme. */
CM_MUST_CHECK cm_err shop_numbers(struct cm_scheme_numbers *out, struct cm_diag *diag);

/** Make a workspace in a fresh folder below `parent` and open it.
 * @retval as keystore_create, engine_create, engine_open, engine_document; shop_close it anyway */
CM_MUST_CHECK cm_err shop_open(struct shop *s, const char *parent, struct cm_diag *diag);
/** Start the engine of a shop that was left or whose last process was killed. @retval as
 * engine_open
 */
CM_MUST_CHECK cm_err shop_enter(struct shop *s, struct cm_diag *diag);
/* Close the engine; the workspace stays. */
void shop_leave(struct shop *s);
/* Close and remove it. */
void shop_close(struct shop *s);
/** Add a batch, of which nothing is issued yet. @param[out] set  its registry number */
CM_MUST_CHECK cm_err shop_batch(struct shop *s, uint64_t quantity, uint32_t *set,
                                struct cm_diag *diag);

#endif
