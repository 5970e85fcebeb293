/* Fuzz target for events: bytes that are read as an event are what writing that event gives, so
 * there is one form for each event and nothing in the payload goes unread. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "ledger/event.h"
#include "ledger/event_frame.h"

static uint8_t again[EVENT_FRAME_LEN + EVENT_PAYLOAD_MAX]; /* too large for a frame */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct cm_slice rest = slice_of(data, len);
    struct event_frame frame;
    while (frame_next(&rest, &frame)) {
        struct event e;
        if (event_read(frame.type, frame.flags, frame.payload, &e) != CM_OK) continue;
        const size_t n = event_put(again, &e);
        fuzz_require(n == EVENT_FRAME_LEN + frame.payload.len);
        fuzz_require(memcmp(again, frame.payload.p - EVENT_FRAME_LEN, n) == 0);
    }
    return 0;
}
