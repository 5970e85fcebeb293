/* Answers as JSON for the public: verdict, product, times, the count of uses, a redemption id.
 * Serials and registry numbers are for operators and never appear. Pure. */
#ifndef CM_EDGE_REPLY_H
#define CM_EDGE_REPLY_H

#include "base/buffer.h"
#include "countermark/engine.h"
#include "wire/call_frame.h"

/** The body of a 200: one answer object, or {"answers": [...]} in the order of the codes.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err reply_write(struct buffer *out, const struct cm_call *call, bool single,
                                 const struct set_words *words, size_t words_n);

#endif
