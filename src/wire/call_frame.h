/* Calls and their answers as frame bodies, in columns: whatever number of codes a frame carries, it
 * has a dozen CBOR items. Byte tables: docs/design/processes.md, "Frames".
 * Decoding is strict: lengths add up, limits of countermark/engine.h hold, nothing is left over. */
#ifndef CM_WIRE_CALL_FRAME_H
#define CM_WIRE_CALL_FRAME_H

#include "base/buffer.h"
#include "countermark/engine.h"

#define FRAME_CALLS_MAX    4096u  /* calls of one frame */
#define FRAME_REQUESTS_MAX 65536u /* requests of one frame, all calls together */

/* Calls with their requests and answers in one allocation; codes, keys and redeemers borrow. */
struct call_list {
    struct cm_call *calls;
    struct cm_request *requests;
    struct cm_answer *answers;
    struct cm_card_ask *asks;  /* NULL: no call asks anything of cards */
    struct cm_card_told *told; /* NULL: no call wants to be told */
    size_t n, request_n;
};
#define CALL_LIST_INIT                                                                             \
    { NULL, NULL, NULL, NULL, NULL, 0, 0 }
void call_list_wipe(struct call_list *list);

/* What a set is, for answers: a JSON object. */
struct set_words {
    uint32_t set;
    struct cm_slice description; /* JSON object text, borrowed */
    struct cm_slice receipt;     /* of pools that print receipts: JSON array of lines, borrowed */
};

/** Write the body of FRAME_CALLS.
 * @retval CM_E_LIMIT  more calls, requests or bytes than a frame holds      @retval CM_E_NO_MEMORY
 */
CM_MUST_CHECK cm_err calls_encode(struct buffer *out, const struct cm_call *calls, size_t n);
/** Read it. @param[out] out  call_list_wipe it; borrows from body; untouched on error
 * @retval CM_E_FORMAT  malformed      @retval CM_E_LIMIT  beyond the limits above
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err calls_decode(struct cm_slice body, struct call_list *out);

/** Write the body of FRAME_ANSWERS: statuses, answers, and the words of each set once.
 * @param[in] words  ascending by set      @retval CM_E_LIMIT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err answers_encode(struct buffer *out, const struct cm_call *calls, size_t n,
                                    const struct set_words *words, size_t words_n);
/** Read it into the calls that were asked: n and each call's n must be what was sent.
 * Where a call has no place for what is told of cards, nothing may be told.
 * @param[out] words    set_words of the frame, ascending; free() it; may be NULL
 * @retval CM_E_FORMAT  malformed, or the answer to other questions: nothing is written
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err answers_decode(struct cm_slice body, struct cm_call *calls, size_t n,
                                    struct set_words **words, size_t *words_n);
/* The words of a set; empty ones where it has none. */
struct set_words set_words_find(const struct set_words *words, size_t n, uint32_t set);

#endif
