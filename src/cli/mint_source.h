/* Where minted codes come from: the minter in this process, or a running vault's, chunk by chunk.
 * Several threads may take chunks in turns, each at a place of its own; with a vault elsewhere
 * nothing can be computed ahead. */
#ifndef CM_CLI_MINT_SOURCE_H
#define CM_CLI_MINT_SOURCE_H

#include "cli/session.h"
#include "doc/json.h"
#include "vault/minter.h"

struct mint_source {
    struct session *session;
    const char *batch;
    struct minter *minter; /* NULL with a running vault */
    uint64_t at;           /* next serial there */
    uint8_t code_len;
    struct buffer args, result;
};

/* Of one thread. */
struct mint_place {
    struct minter_place *minter; /* NULL with a running vault */
    uint8_t code_len;
    char *texts; /* of a chunk that came as JSON */
    uint8_t *skip;
};

/** @param[in] number  of the batch      @retval as minter_open */
CM_MUST_CHECK cm_err mint_source_open(struct mint_source *s, struct session *session,
                                      const char *batch, uint32_t number, uint8_t code_len,
                                      struct cm_diag *diag);
void mint_source_close(struct mint_source *s);

/** @retval as minter_place_new; wipe the place anyway */
CM_MUST_CHECK cm_err mint_place_init(struct mint_place *p, const struct mint_source *s);
void mint_place_wipe(struct mint_place *p);
/** As minter_compute; nothing with a vault elsewhere. */
CM_MUST_CHECK cm_err mint_source_ahead(const struct mint_source *s, struct mint_place *p,
                                       uint64_t first, uint64_t n);
/** The next chunk, one thread at a time; rows->n is 0 at the end.
 * @param[out] rows  valid until the place is used again      @retval as minter_take */
CM_MUST_CHECK cm_err mint_source_take(struct mint_source *s, struct mint_place *p,
                                      struct minter_rows *rows, struct cm_diag *diag);
/* Serial that comes next, and about how many are left that can be computed ahead. */
uint64_t mint_source_at(const struct mint_source *s);
uint64_t mint_source_left(const struct mint_source *s);

#endif
