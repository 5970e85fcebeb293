/* A pool in the world of a test (world.h): example C of docs/design/construction.md section 13,
 * whose key, number and PIN were printed by a program that shares no code with this one (node
 * tests/oracle/worked.mjs), put beside the scheme at the world's door. */
#ifndef CM_TESTS_SUPPORT_WORLD_POOL_H
#define CM_TESTS_SUPPORT_WORLD_POOL_H

#include "countermark/card.h"
#include "support/world.h"

#define POOL        7u
#define POOL_KEY    3u
#define POOL_INDEX  12345678u /* of the worked example */
#define POOL_NEXT   12350000u /* issued so far */
#define POOL_VOLUME 20000000u
#define KEYS_3      "{\"version\":3,\"from_index\":0}"
#define NUMBER      "9643632930836097"
#define PIN         "031327"
#define HELD_OUT    "{\"version\":1,\"from_index\":0,\"held_out\":\"0.02\",\"held_below\":85899345,"
#define RULES_1     HELD_OUT "\"patterns\":[],\"listed\":[]}"

/* What tests vary in a pool document. */
struct pool_text {
    const char *name, *mode, *prefix, *rules, *keys; /* keys NULL: KEYS_3 */
    unsigned id, body_n, pin_n, volume;
};
extern const struct pool_text gift; /* the worked example */

/* The document's text, in a buffer of POOL_TEXT_CAP. */
#define POOL_TEXT_CAP 1024u
void pool_text(const struct pool_text *t, char out[static POOL_TEXT_CAP]);
cm_err try_pool(struct world *w, const struct pool_text *t, struct cm_diag *diag);
void add_pool(struct world *w, const struct pool_text *t);
cm_err issue_cards(struct world *w, uint32_t set, uint64_t first, uint64_t count,
                   uint8_t rule_version);
/* The key of the worked example. */
void pool_root(struct cm_key *key);

/* The world with this pool at its door, under versions 3 (the worked example's) and 4 of its key;
 * then the same, opened and with POOL_NEXT cards issued. */
void world_pool_add(struct world *w, const struct pool_text *t);
void world_pool_make(struct world *w, const struct pool_text *t);

#endif
