/* Fuzz target for events: bytes that are read as an event are what writing that event gives, so
 * there is one form for each event and nothing in the payload goes unread. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "ledger/event.h"
#include "ledger/event_frame.h"

static size_t put_again(uint8_t *to, const struct event *e) {
    switch ((unsigned)e->type) {
    case EVENT_ANSWER: return event_put_answer(to, &e->u.answer);
    case EVENT_ISSUE: return event_put_issue(to, &e->u.issue);
    case EVENT_PHASE: return event_put_phase(to, &e->u.phase);
    case EVENT_RECALL: return event_put_recall(to, &e->u.recall);
    case EVENT_DOCUMENT: return event_put_document(to, &e->u.document);
    case EVENT_EPOCH: return event_put_epoch(to, &e->u.epoch);
    case EVENT_LOOKUP: return event_put_lookup(to, &e->u.lookup);
    case EVENT_REFUSALS: return event_put_refusals(to, &e->u.refusals);
    case EVENT_NOTE: return event_put_note(to, &e->u.note);
    default: return event_put_unit(to, &e->u.unit);
    }
}

static uint8_t again[EVENT_FRAME_LEN + EVENT_PAYLOAD_MAX]; /* too large for a frame */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct cm_slice rest = slice_of(data, len);
    struct event_frame frame;
    while (frame_next(&rest, &frame)) {
        struct event e;
        if (event_read(frame.type, frame.flags, frame.payload, &e) != CM_OK) continue;
        const size_t n = put_again(again, &e);
        fuzz_require(n == EVENT_FRAME_LEN + frame.payload.len);
        fuzz_require(memcmp(again, frame.payload.p - EVENT_FRAME_LEN, n) == 0);
    }
    return 0;
}
