/* Acts for the holder of an API key: the daemon's interface over HTTP. An admin key may what the
 * operator may with runs of its own brand and mode; a line computer's key may hand in its report
 * and nothing else; who sells cards may look at one, and a number that is no card's counts as a
 * wrong answer. Every other act is the operator's alone. */
#ifndef CM_VAULT_KEYED_H
#define CM_VAULT_KEYED_H

#include "vault/gate.h"
#include "vault/run_live.h"
#include "wire/frame.h"

/** Answer one FRAME_KEYED_ACT.
 * @param[in,out] result  the act's result is appended
 * @retval CM_E_DENIED  the key may not ask for this act
 * @retval CM_E_BUSY    it has given too many wrong numbers     @retval others  the act's own */
CM_MUST_CHECK cm_err keyed_act(const struct vault_options *o, struct gate *gate,
                               struct run_live *live, const struct frame *frame,
                               struct buffer *result, struct cm_diag *diag);

#endif
