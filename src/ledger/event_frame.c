/* Packing and walking of framed events. No allocation, no I/O.
 * It refuses to read past the group. Reference: docs/design/journal.md, "Event frame". */
#include "ledger/event_frame.h"

#include <string.h>

size_t frame_put(uint8_t *to, uint8_t type, uint8_t flags, struct cm_slice payload) {
    if (payload.len > EVENT_PAYLOAD_MAX) return 0;
    if (payload.len > 0) memmove(to + EVENT_FRAME_LEN, payload.p, payload.len);
    event_frame_head(to, type, flags, (uint16_t)payload.len);
    return EVENT_FRAME_LEN + payload.len;
}

bool frame_next(struct cm_slice *rest, struct event_frame *out) {
    if (rest->len < EVENT_FRAME_LEN) return false;
    const size_t len = get_u16be(rest->p + 2);
    if (rest->len - EVENT_FRAME_LEN < len) return false;
    out->type = rest->p[0];
    out->flags = rest->p[1];
    out->payload = slice_of(rest->p + EVENT_FRAME_LEN, len);
    *rest = slice_of(rest->p + EVENT_FRAME_LEN + len, rest->len - EVENT_FRAME_LEN - len);
    return true;
}

cm_err frame_check(struct cm_slice events, uint32_t count) {
    struct event_frame frame;
    uint64_t seen = 0;
    while (frame_next(&events, &frame))
        seen += 1;
    return events.len == 0 && seen == count ? CM_OK : CM_E_CORRUPT;
}
