/* One unit inside an emulated printer, and the queues such units wait in. Queues reuse their
 * memory: a printer that drains at full speed allocates nothing. */
#ifndef CM_TESTS_PRINTERS_ITEM_H
#define CM_TESTS_PRINTERS_ITEM_H

#include "base/buffer.h"

struct item {
    struct buffer text; /* "name=value|name=value", escaped: what the record says of it */
    uint64_t index;     /* the printer's own number of it; 0: none */
    uint32_t copies;    /* how often it is to be printed */
    uint32_t kind;      /* the grammar's own */
};

void item_clear(struct item *i);
void item_free(struct item *i);
void item_copy(struct item *to, const struct item *from);
/* Append a field; the name may be empty. */
void item_field(struct item *i, struct cm_slice name, struct cm_slice value);

struct fifo {
    struct item *at; /* a ring */
    size_t cap, first, n;
};

void fifo_free(struct fifo *f);
/* A cleared item at the end, to be filled. */
struct item *fifo_push(struct fifo *f);
/* The i-th from the front, i < n. */
struct item *fifo_at(const struct fifo *f, size_t i);
/* Exchange the front with *out, whose memory the queue reuses. The queue must not be empty. */
void fifo_pop(struct fifo *f, struct item *out);
/* Take out the i-th, i < n; the order of the others stays. */
void fifo_remove(struct fifo *f, size_t i);

#endif
