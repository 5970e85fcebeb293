/* Whether a return file that comes in pieces, several times over, is the one that was named: its
 * first pass is hashed as a whole and piece by piece, and every later piece must be the same as the
 * first time. So what a second person signed for is what is judged, taken and read for names.
 * Memory is 32 bytes a piece. */
#ifndef CM_VAULT_RETURN_PIECES_H
#define CM_VAULT_RETURN_PIECES_H

#include "base/bytes.h"
#include "base/diag.h"
#include "crypto/hash.h"

#define RETURN_PIECES_MAX 65536u /* of some mebibyte each: more than any order returns */

struct return_pieces {
    struct hash256 named;
    struct hasher *whole;
    struct hash256 *piece;
    size_t n, cap;
    size_t at;   /* in the present pass */
    bool proved; /* the first pass is over and was the named file */
};

/** Begin with the file's SHA-256, as the caller says, and its first line. return_pieces_wipe it in
 * every case. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err return_pieces_init(struct return_pieces *p, const struct hash256 *named,
                                        struct cm_slice head);
void return_pieces_wipe(struct return_pieces *p);
/** The next piece, before anything is made of it.
 * @retval CM_E_CONFLICT  not what it was in the first pass   @retval CM_E_LIMIT  RETURN_PIECES_MAX
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err return_pieces_next(struct return_pieces *p, struct cm_slice text,
                                        struct cm_diag *diag);
/** A pass is over. @retval CM_E_CONFLICT  not the file that was named, or pieces are missing */
CM_MUST_CHECK cm_err return_pieces_turn(struct return_pieces *p, struct cm_diag *diag);

#endif
