/* How events are packed in a group: type, flags, payload length, payload, one after the other.
 *
 * The framing knows nothing of what an event means (event.h does) and refuses a group whose count
 * and lengths do not add up. Byte table: docs/design/journal.md, section "Event frame".
 */
#ifndef CM_LEDGER_EVENT_FRAME_H
#define CM_LEDGER_EVENT_FRAME_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/macros.h"

#define EVENT_FRAME_LEN   4u      /* bytes: type (1), flags (1), payload length (2) */
#define EVENT_PAYLOAD_MAX 0xFFFFu /* bytes; the length field has 16 bits */

/* One event of a group; the payload borrows from the group's events. */
struct event_frame {
    uint8_t type, flags;
    struct cm_slice payload;
};

/* Write the four bytes before a payload of `len` bytes that stands, or will stand, behind them. */
static inline void event_frame_head(uint8_t *to, uint8_t type, uint8_t flags, uint16_t len) {
    to[0] = type;
    to[1] = flags;
    put_u16be(to + 2, len);
}

/** Write a whole event at `to`, which has room for EVENT_FRAME_LEN + payload.len bytes.
 * @param[in] payload  at most EVENT_PAYLOAD_MAX bytes; may lie in place (to + EVENT_FRAME_LEN)
 * @return bytes written; 0 if the payload is too long, nothing written then */
size_t frame_put(uint8_t *to, uint8_t type, uint8_t flags, struct cm_slice payload);

/** Take the next event off the front of `rest`.
 * @param[in,out] rest  the events of a group, advanced past the event taken
 * @return true with *out filled; false at the end, or when fewer bytes are left than the frame says
 *         (`rest` is not empty then; groups from the journal are checked and never end so) */
bool frame_next(struct cm_slice *rest, struct event_frame *out);

/** Check that `events` is exactly `count` whole events.
 * @retval CM_E_CORRUPT  another count, or an event that runs past the end */
CM_MUST_CHECK cm_err frame_check(struct cm_slice events, uint32_t count);

#endif
