/* Where minted codes come from: the minter in this process, or a running vault's, chunk by chunk.
 */
#ifndef CM_CLI_MINT_SOURCE_H
#define CM_CLI_MINT_SOURCE_H

#include "cli/session.h"
#include "doc/json.h"
#include "vault/minter.h"

struct mint_source {
    struct session *session;
    const char *batch;
    struct minter *minter; /* NULL with a running vault */
    uint64_t at;           /* next serial */
    uint8_t code_len;
    char *texts; /* of a chunk that came as JSON */
    uint8_t *skip;
    struct buffer args, result;
};

/** @param[in] number  of the batch      @retval as minter_open */
CM_MUST_CHECK cm_err mint_source_open(struct mint_source *s, struct session *session,
                                      const char *batch, uint32_t number, uint8_t code_len,
                                      struct cm_diag *diag);
/** The next chunk; rows->n is 0 at the end. @retval as minter_next */
CM_MUST_CHECK cm_err mint_source_next(struct mint_source *s, struct minter_rows *rows,
                                      struct cm_diag *diag);
void mint_source_close(struct mint_source *s);

#endif
