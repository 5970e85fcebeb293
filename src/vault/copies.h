/* What the vault repeats to its callers out of the registry: the description of sets for answers,
 * and the table of API keys and doors. Copies, thrown away whenever the registry changes. */
#ifndef CM_VAULT_COPIES_H
#define CM_VAULT_COPIES_H

#include "engine/engine.h"
#include "wire/call_frame.h"
#include "wire/key_frame.h"

struct set_copy {
    struct buffer text;     /* description, then receipt; empty = not copied yet */
    size_t description_len; /* bytes */
    uint32_t stamp;         /* last frame that spoke of it */
};

struct copies {
    struct set_copy *sets; /* by set number */
    uint32_t cap, stamp;
    struct set_words *list; /* of the frame at hand */
    size_t list_n, list_cap;
};

void copies_wipe(struct copies *c);
/* Forget every copy: the registry has changed. */
void copies_forget(struct copies *c);
/** The sets that these calls' answers speak of, ascending, in c->list until the next collection.
 * @retval CM_E_NO_MEMORY, CM_E_DEAD */
CM_MUST_CHECK cm_err copies_collect(struct copies *c, struct cm_engine *engine,
                                    const struct cm_call *calls, size_t n);

/** All keys that are not revoked, ascending by id, and all doors.
 * @param[out] out  key_table_wipe it; untouched on error      @retval CM_E_NO_MEMORY, CM_E_DEAD */
CM_MUST_CHECK cm_err copies_key_table(struct cm_engine *engine, struct key_table *out,
                                      uint64_t *generation);

#endif
