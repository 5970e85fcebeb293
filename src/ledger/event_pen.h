/* How events are written: a cursor over memory that is known to be large enough, and the frame's
 * head put in when the length is known. For the files of this room that encode events (event.c,
 * event_*.c), and nobody else. Byte tables: docs/design/journal.md, "Events". */
#ifndef CM_LEDGER_EVENT_PEN_H
#define CM_LEDGER_EVENT_PEN_H

#include <string.h>

#include "ledger/event.h"
#include "ledger/event_frame.h"

/* A writing cursor over memory that is known to be large enough. */
struct pen {
    uint8_t *p;
};
static inline void pen_u8(struct pen *w, uint8_t v) { *w->p++ = v; }
static inline void pen_u16(struct pen *w, uint16_t v) {
    put_u16be(w->p, v);
    w->p += sizeof v;
}
static inline void pen_u32(struct pen *w, uint32_t v) {
    put_u32be(w->p, v);
    w->p += sizeof v;
}
static inline void pen_u64(struct pen *w, uint64_t v) {
    put_u64be(w->p, v);
    w->p += sizeof v;
}
static inline void pen_put(struct pen *w, const void *p, size_t len) {
    if (len > 0) memcpy(w->p, p, len);
    w->p += len;
}
static inline struct pen pen_open(uint8_t *to) { return (struct pen){.p = to + EVENT_FRAME_LEN}; }
static inline size_t pen_close(const struct pen *w, uint8_t *to, enum event_type type,
                               uint8_t flags) {
    const size_t len = (size_t)(w->p - to);
    event_frame_head(to, (uint8_t)type, flags, (uint16_t)(len - EVENT_FRAME_LEN));
    return len;
}

/* event_stock.c */
void event_read_stock(struct cursor *c, struct stock_event *e);
void event_read_alias(struct cursor *c, struct alias_event *e);

#endif
