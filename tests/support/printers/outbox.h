/* What one connection still has to be sent: pieces, each leaving in one write of its own and not
 * before its time. Pieces never overtake each other, as on a wire. */
#ifndef CM_TESTS_PRINTERS_OUTBOX_H
#define CM_TESTS_PRINTERS_OUTBOX_H

#include <stdbool.h>

#include "base/buffer.h"

struct outbox {
    struct buffer bytes;  /* of all pieces since the box was last empty */
    struct buffer pieces; /* of struct outbox_piece */
    size_t first;         /* piece that leaves next */
    size_t at;            /* its first byte in bytes */
};

void outbox_free(struct outbox *o);
void outbox_clear(struct outbox *o);
void outbox_put(struct outbox *o, uint64_t due_us, struct cm_slice piece);
bool outbox_empty(const struct outbox *o);
/* When the next piece is due; the box must not be empty. */
uint64_t outbox_due_us(const struct outbox *o);
/* The next piece, or an empty slice when none is due. Borrowed until the box changes. */
struct cm_slice outbox_next(const struct outbox *o, uint64_t now_us);
/* That much of the next piece has left. */
void outbox_left(struct outbox *o, size_t len);

#endif
