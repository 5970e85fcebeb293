/* Aliases: further names of a card, as their bearers' programs normalise them (a phone number, a
 * member number, a chip's UID), known to the ledger only as keyed hashes. A name is hashed with the
 * brand, so that one phone number may name a card of every brand, and none tells of another.
 * It refuses texts that are empty or longer than ALIAS_TEXT_MAX; it changes no letter of one.
 * Source: docs/design/stock.md, "Aliases". */
#ifndef CM_ENGINE_ALIAS_H
#define CM_ENGINE_ALIAS_H

#include "base/diag.h"
#include "countermark/engine.h"
#include "crypto/cmac.h"
#include "ledger/event.h"

#define ALIAS_TEXT_MAX    256u  /* bytes; our choice */
#define ALIAS_CHANGES_MAX 1000u /* of one call; our choice */
#define ALIAS_KEY_ID      1u    /* of KEY_ALIAS: one for the workspace, version 1 */

/** The word of a kind: "id", "uid", "token", "tag", "other". */
const char *alias_kind_name(enum alias_kind kind);

/** Hash a name under the workspace's key (KEY_ALIAS).
 * @param[in]  text  as its bearer's program normalised it
 * @retval CM_E_RANGE  empty or too long      @retval CM_E_CRYPTO */
CM_MUST_CHECK cm_err alias_hash(struct cmac *cmac, uint32_t brand, struct cm_slice text,
                                uint8_t out[static EVENT_HASH_LEN]);

struct alias_change {
    uint32_t set;    /* whose brand the name belongs to */
    uint64_t serial; /* read when given */
    enum alias_kind kind;
    bool on;           /* give; else take away */
    uint64_t until_ms; /* give: its end, 0 = none; a token must have one */
    struct cm_slice text;
};
struct alias_done {
    uint64_t changed, same; /* names given or taken; names that stood like that already */
};
/** Give cards names, or take names away, all or nothing, in one group.
 * @param[in]  changes  at most ALIAS_CHANGES_MAX, in order; texts are borrowed for the call
 * @param[in]  actor    registry number of the caller's API key; 0 = the operator
 * @param[out] done     may be NULL
 * @retval CM_E_EXISTS     a name belongs to another card, or stands otherwise (the diag says which
 *                         change, never the name)
 * @retval CM_E_NOT_FOUND  no such set, card, or, to take away, name
 * @retval CM_E_STATE      there is no key for names yet (KEY_ALIAS); the workspace was restored
 * @retval CM_E_ARGUMENT, CM_E_RANGE, CM_E_LIMIT, CM_E_CRYPTO, CM_E_DEAD, CM_E_NO_SPACE,
 * CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err engine_alias(struct cm_engine *engine, const struct alias_change *changes,
                                  size_t n, uint32_t actor, struct alias_done *done,
                                  struct cm_diag *diag);
/** Judge such changes, and write nothing; also where there is no key for names yet.
 * @retval as engine_alias */
CM_MUST_CHECK cm_err engine_alias_judge(struct cm_engine *engine,
                                        const struct alias_change *changes, size_t n,
                                        struct alias_done *done, struct cm_diag *diag);
/** How many names of each kind stand; tokens whose time is over among them. */
CM_MUST_CHECK cm_err engine_alias_counts(struct cm_engine *engine,
                                         uint64_t out[static ALIAS_KIND_N]);

#endif
