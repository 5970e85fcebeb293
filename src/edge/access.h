/* Callers by their API key. The edge knows keys by hash alone and finds one without telling by its
 * time how much of a guess was right. */
#ifndef CM_EDGE_ACCESS_H
#define CM_EDGE_ACCESS_H

#include "wire/key_frame.h"

#include "edge/conn.h"
#include "edge/request.h"

/* Sort the keys by hash, once after arrival. */
void access_sort(struct key_table *t);
/* The key of an Authorization header ("Bearer cmk_live_..."), or NULL. */
const struct key_row *access_find(const struct key_table *t, const char *authorization);
/* The same on a connection that has found one before; memo begins as zeros. `generation` counts the
 * tables, from 1: what was found in another one is looked up anew. */
const struct key_row *access_again(struct conn_memo *memo, const struct key_table *t,
                                   uint64_t generation, const char *authorization);
/* Whether the role covers the route. */
bool access_allows(enum key_role role, enum route route);
/* The door the key asks at: its own, which a given name must match, or for a key of all its brand's
 * doors the one named. NULL: none such. */
const struct door_row *access_door(const struct key_table *t, const struct key_row *key,
                                   struct cm_slice name);

#endif
