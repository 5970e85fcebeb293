/* Frames between our own processes: a fixed header, then one CBOR map (RFC 8949, deterministic
 * encoding). Pure: no I/O, no clock. What is not exactly one well-formed frame is refused.
 *
 *     offset  len  field
 *          0    4  body length, big-endian, at most FRAME_BODY_MAX
 *          4    1  version, FRAME_VERSION
 *          5    1  kind, enum frame_kind
 *          6    2  zero
 *          8    4  number: an answer carries the number of its question
 *
 * Design: docs/design/processes.md. */
#ifndef CM_WIRE_FRAME_H
#define CM_WIRE_FRAME_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/macros.h"

#define FRAME_VERSION    2u
#define FRAME_HEADER_LEN 12u       /* bytes */
#define FRAME_BODY_MAX   16777216u /* bytes; 10,000 codes of 1,024 bytes and their columns fit */

/* Append only: the numbers cross process borders. */
enum frame_kind {
    FRAME_CALLS = 1,   /* arrays of questions                      verify, admin */
    FRAME_ANSWERS = 2, /* their verdicts and the sets they speak of */
    FRAME_KEYS = 3,    /* vault -> edge, unasked: API keys and doors      verify */
    FRAME_STATUS = 4,  /* how are you?                             verify, admin */
    FRAME_STATUS_ANSWER = 5,
    FRAME_ISSUE = 6, /* make codes                                       issue */
    FRAME_ISSUE_ANSWER = 7,
    FRAME_ACT = 8, /* an operator's act                         admin, line */
    FRAME_ACT_ANSWER = 9,
    FRAME_FAULT = 10,    /* in place of an answer: why there is none */
    FRAME_RUNS = 11,     /* vault -> line, unasked: the runs it is to drive          line */
    FRAME_KEYED_ACT = 12 /* an act on runs for an API key, answered as FRAME_ISSUE     issue */
};
#define FRAME_KIND_LAST FRAME_KEYED_ACT

struct frame {
    enum frame_kind kind;
    uint32_t number;
    struct cm_slice body; /* borrowed */
};

/** Take the first frame off a stream of bytes.
 * @param[in]  bytes  what has arrived so far
 * @param[out] out    borrowed from bytes; untouched on error
 * @param[out] used   bytes the frame occupies
 * @retval CM_E_TRUNCATED  not all of it has arrived yet
 * @retval CM_E_VERSION    another version      @retval CM_E_LIMIT  body longer than FRAME_BODY_MAX
 * @retval CM_E_FORMAT     unknown kind, non-zero filler */
CM_MUST_CHECK cm_err frame_take(struct cm_slice bytes, struct frame *out, size_t *used);

/* Begin a frame: the header with room for the length. Returns where the frame starts in `out`. */
size_t frame_begin(struct buffer *out, enum frame_kind kind, uint32_t number);
/** Write the length of the frame that starts at `start`.
 * @retval CM_E_LIMIT  body longer than FRAME_BODY_MAX: the frame is taken back
 * @retval CM_E_NO_MEMORY  the buffer failed */
CM_MUST_CHECK cm_err frame_end(struct buffer *out, size_t start);

#endif
