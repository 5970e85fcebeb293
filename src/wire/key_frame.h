/* What the vault tells an edge about callers: API keys by hash, and doors by name. Sent unasked,
 * whole, on connection and after every change. No secret is in it: the hash of a key opens
 * nothing without the key. */
#ifndef CM_WIRE_KEY_FRAME_H
#define CM_WIRE_KEY_FRAME_H

#include <stdbool.h>

#include "base/buffer.h"

#define KEY_FRAME_HASH_LEN 32u
#define KEY_FRAME_NAME_CAP 64u /* bytes with NUL */
#define KEY_FRAME_ROWS_MAX 65536u

/* The numbers of enum api_role (engine/registry.h). */
enum key_role {
    KEY_ROLE_VERIFY,
    KEY_ROLE_REDEEM,
    KEY_ROLE_ISSUE,
    KEY_ROLE_ADMIN,
    KEY_ROLE_LINE,
    KEY_ROLE_TILL, /* as redeem, and sells and loads cards */
    KEY_ROLE_DESK  /* as till, and blocks and replaces cards */
};
#define KEY_ROLE_N 7u

struct key_row {
    uint32_t id, brand, door; /* door 0: any of its brand */
    uint32_t agent;           /* the vault's own: never on the wire, 0 where it was read */
    bool test;
    enum key_role role;
    uint8_t hash[KEY_FRAME_HASH_LEN];
    char name[KEY_FRAME_NAME_CAP];
};
struct door_row {
    uint32_t id, brand;
    bool test;
    bool cards; /* answers may be of cards with a life */
    char name[KEY_FRAME_NAME_CAP];
};
struct key_table {
    struct key_row *keys;
    struct door_row *doors;
    size_t key_n, door_n;
};
#define KEY_TABLE_INIT                                                                             \
    { NULL, NULL, 0, 0 }
void key_table_wipe(struct key_table *t);

/** @retval CM_E_LIMIT  more rows than KEY_FRAME_ROWS_MAX      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err key_table_encode(struct buffer *out, const struct key_table *t);
/** @param[out] out  key_table_wipe it; untouched on error
 * @retval CM_E_FORMAT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err key_table_decode(struct cm_slice body, struct key_table *out);

#endif
