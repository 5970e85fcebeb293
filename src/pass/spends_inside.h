/* The device's file of admissions, inside: what is in memory of it, and its reading. */
#ifndef CM_PASS_SPENDS_INSIDE_H
#define CM_PASS_SPENDS_INSIDE_H

#include "base/buffer.h"
#include "base/map.h"
#include "pass/spends.h"

#define SPENDS_PATH_CAP    2048u
#define SPENDS_ISSUERS_MAX 64u /* whose lists one device uses; our choice */

/* Where a ticket was admitted first. */
struct spends_first {
    uint64_t n, time_ms;
};
struct spends_floor {
    char iss[SPEND_ISS_MAX + 1];
    uint64_t sequence;
};

struct spends {
    char path[SPENDS_PATH_CAP];
    int fd;
    uint64_t len;        /* of whole entries: where the next one goes */
    struct cm_key *seed; /* guarded */
    struct sign_public device;
    struct spend_chain chain;
    struct map tickets;
    struct spends_floor floors[SPENDS_ISSUERS_MAX];
    size_t floor_n, healed;
    struct buffer line;
    bool dead; /* a sync failed: nothing goes into it any more */
};

/** Keep in memory what an entry says. @retval CM_E_NO_MEMORY, CM_E_LIMIT */
CM_MUST_CHECK cm_err spends_remember(struct spends *s, const struct spend_entry *e);
/** Read the file's bytes: chain, device, the signature at the end, which vouches for all before.
 * @param[out] torn  bytes of an unfinished entry at the end
 * @retval CM_E_AUTH, CM_E_CORRUPT, CM_E_NO_MEMORY, CM_E_LIMIT */
CM_MUST_CHECK cm_err spends_replay(struct spends *s, struct cm_slice bytes, size_t *torn,
                                   struct cm_diag *diag);

#endif
