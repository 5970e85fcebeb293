/* Aliases in the image: which card a keyed hash names. One row a hash; a hash that names nothing
 * has none. Byte table: docs/design/state.md. */
#ifndef CM_LEDGER_STATE_ALIAS_H
#define CM_LEDGER_STATE_ALIAS_H

#include "base/macros.h"
#include "ledger/state.h"

struct alias_record {
    uint32_t set;
    uint64_t serial;
    enum alias_kind kind;
    uint64_t until_ms; /* 0 = never */
};
#define RECORD_ALIAS_LEN 21u /* set 4, serial 8, kind 1, until 8 */

/* As state_extra. */
CM_MUST_CHECK cm_err state_alias(struct state *s, const uint8_t hash[static EVENT_HASH_LEN],
                                 struct alias_record *out, bool *found);
/* Each row in order of its hash: for fsck, and to know at start whether there is any. */
typedef cm_err state_visit_alias(void *ctx, const uint8_t hash[static EVENT_HASH_LEN],
                                 const struct alias_record *record);
CM_MUST_CHECK cm_err state_aliases(struct state *s, state_visit_alias *visit, void *ctx);
/* record NULL removes the row. */
CM_MUST_CHECK cm_err fold_alias(struct state_fold *f, const uint8_t hash[static EVENT_HASH_LEN],
                                const struct alias_record *record);

#endif
