/* Keys, roles, doors. References as in access.h. */
#include "edge/access.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/secret.h"

#define SCHEME        "Bearer "
#define PREFIX_LIVE   "cmk_live_"
#define PREFIX_TEST   "cmk_test_"
#define TOKEN_MAX_LEN 256u

/* Rows are sorted by the first bytes of a SHA-256: what a search over them tells by its time are
 * bytes of a hash that nobody can aim. The whole is compared in constant time. */
#define HEAD_LEN 4u

static int by_hash(const void *a, const void *b) {
    return memcmp(((const struct key_row *)a)->hash, ((const struct key_row *)b)->hash,
                  KEY_FRAME_HASH_LEN);
}

void access_sort(struct key_table *t) {
    if (t->key_n > 1) qsort(t->keys, t->key_n, sizeof *t->keys, by_hash);
}

static size_t first_with_head(const struct key_table *t, const uint8_t *head) {
    size_t low = 0, high = t->key_n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (memcmp(t->keys[middle].hash, head, HEAD_LEN) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct key_row *access_find(const struct key_table *t, const char *authorization) {
    if (strncmp(authorization, SCHEME, strlen(SCHEME)) != 0) return NULL;
    const char *token = authorization + strlen(SCHEME);
    const size_t len = strnlen(token, TOKEN_MAX_LEN + 1);
    const bool live = strncmp(token, PREFIX_LIVE, strlen(PREFIX_LIVE)) == 0;
    const bool test = strncmp(token, PREFIX_TEST, strlen(PREFIX_TEST)) == 0;
    if (len > TOKEN_MAX_LEN || (!live && !test)) return NULL;
    struct hash256 hash;
    hash_sha256(slice_of(token, len), &hash);
    const struct key_row *found = NULL;
    for (size_t i = first_with_head(t, hash.b); i < t->key_n; i++) {
        if (memcmp(t->keys[i].hash, hash.b, HEAD_LEN) != 0) break;
        if (secret_equal(t->keys[i].hash, hash.b, sizeof hash.b)) found = &t->keys[i];
    }
    return found != NULL && found->test == test ? found : NULL;
}

const struct key_row *access_again(struct conn_memo *memo, const struct key_table *t,
                                   uint64_t generation, const char *authorization) {
    const size_t len = strnlen(authorization, CONN_MEMO_CAP);
    const bool same = memo->generation == generation && memo->len == len && generation != 0;
    if (same && secret_equal(memo->authorization, authorization, len)) return memo->key;
    const struct key_row *key = access_find(t, authorization);
    if (key == NULL || len == CONN_MEMO_CAP) return key;
    *memo = (struct conn_memo){.generation = generation, .key = key, .len = len};
    memcpy(memo->authorization, authorization, len);
    return key;
}

bool access_allows(enum key_role role, enum route route) {
    if (role == KEY_ROLE_ADMIN) return true;
    if (role == KEY_ROLE_LINE || route == ROUTE_RUN)
        return role == KEY_ROLE_LINE && route == ROUTE_RUN;
    if (route == ROUTE_CHECK) return true;
    if (route == ROUTE_ISSUE) return role == KEY_ROLE_ISSUE;
    const bool desk = role == KEY_ROLE_DESK, till = desk || role == KEY_ROLE_TILL;
    if (route == ROUTE_DEACTIVATE || route == ROUTE_LOAD || route == ROUTE_CARD) return till;
    if (route >= ROUTE_BLOCK) return desk;
    return till || role == KEY_ROLE_REDEEM; /* who has a token activates without being a till */
}

static bool named(const struct door_row *d, struct cm_slice name) {
    return slice_equal(slice_text(d->name), name);
}

const struct door_row *access_door(const struct key_table *t, const struct key_row *key,
                                   struct cm_slice name) {
    for (size_t i = 0; i < t->door_n; i++) {
        const struct door_row *d = &t->doors[i];
        if (key->door != 0) {
            if (d->id == key->door) return name.len == 0 || named(d, name) ? d : NULL;
            continue;
        }
        if (d->test == key->test && (key->brand == 0 || d->brand == key->brand) && named(d, name))
            return d;
    }
    return NULL;
}
