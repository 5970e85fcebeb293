/* Pieces to send. References as in outbox.h. */
#include "support/printers/outbox.h"

#include <stdlib.h>
#include <string.h>

struct outbox_piece {
    uint64_t due_us;
    size_t len;
};

static struct outbox_piece piece_at(const struct outbox *o, size_t i) {
    struct outbox_piece piece;
    memcpy(&piece, o->pieces.p + i * sizeof piece, sizeof piece);
    return piece;
}

static size_t piece_n(const struct outbox *o) {
    return o->pieces.len / sizeof(struct outbox_piece);
}

void outbox_free(struct outbox *o) {
    buffer_free(&o->bytes);
    buffer_free(&o->pieces);
    *o = (struct outbox){0};
}

void outbox_clear(struct outbox *o) {
    buffer_clear(&o->bytes);
    buffer_clear(&o->pieces);
    o->first = o->at = 0;
}

bool outbox_empty(const struct outbox *o) { return o->first == piece_n(o); }

void outbox_put(struct outbox *o, uint64_t due_us, struct cm_slice piece) {
    if (piece.len == 0) return;
    const struct outbox_piece p = {due_us, piece.len};
    buffer_put(&o->pieces, &p, sizeof p);
    buffer_put(&o->bytes, piece.p, piece.len);
    if (o->pieces.failed || o->bytes.failed) abort();
}

uint64_t outbox_due_us(const struct outbox *o) { return piece_at(o, o->first).due_us; }

struct cm_slice outbox_next(const struct outbox *o, uint64_t now_us) {
    if (outbox_empty(o) || outbox_due_us(o) > now_us) return slice_of(NULL, 0);
    return slice_of(o->bytes.p + o->at, piece_at(o, o->first).len);
}

void outbox_left(struct outbox *o, size_t len) {
    struct outbox_piece piece = piece_at(o, o->first);
    o->at += len;
    piece.len -= len;
    memcpy(o->pieces.p + o->first * sizeof piece, &piece, sizeof piece);
    if (piece.len == 0) o->first++;
    if (outbox_empty(o)) outbox_clear(o);
}
