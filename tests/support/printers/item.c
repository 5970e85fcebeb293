/* Units and their queues. References as in item.h. */
#include "support/printers/item.h"

#include <stdlib.h>

#include "support/must.h"
#include "support/printers/escape.h"

#define FIRST_CAP 16u /* items of the first ring */

void item_clear(struct item *i) {
    buffer_clear(&i->text);
    i->index = 0;
    i->copies = 1;
    i->kind = 0;
}

void item_free(struct item *i) { buffer_free(&i->text); }

void item_copy(struct item *to, const struct item *from) {
    item_clear(to);
    buffer_put(&to->text, from->text.p, from->text.len);
    to->index = from->index;
    to->copies = from->copies;
    to->kind = from->kind;
}

void item_field(struct item *i, struct cm_slice name, struct cm_slice value) {
    if (i->text.len > 0) buffer_u8(&i->text, '|');
    if (name.len > 0) {
        escape_put(&i->text, name, "|=");
        buffer_u8(&i->text, '=');
    }
    escape_put(&i->text, value, "|");
    if (i->text.failed) abort();
}

void fifo_free(struct fifo *f) {
    for (size_t i = 0; i < f->cap; i++)
        item_free(&f->at[i]);
    free(f->at);
    *f = (struct fifo){0};
}

struct item *fifo_at(const struct fifo *f, size_t i) {
    return &f->at[(f->first + i) % f->cap];
}

static void grow(struct fifo *f) {
    const size_t cap = f->cap == 0 ? FIRST_CAP : 2 * f->cap;
    struct item *at = must_calloc(cap, sizeof *at);
    for (size_t i = 0; i < f->cap; i++)
        at[i] = *fifo_at(f, i);
    free(f->at);
    f->at = at;
    f->cap = cap;
    f->first = 0;
}

struct item *fifo_push(struct fifo *f) {
    if (f->n == f->cap) grow(f);
    struct item *i = fifo_at(f, f->n++);
    item_clear(i);
    return i;
}

static void exchange(struct item *a, struct item *b) {
    const struct item kept = *a;
    *a = *b;
    *b = kept;
}

void fifo_pop(struct fifo *f, struct item *out) {
    exchange(fifo_at(f, 0), out);
    f->first = (f->first + 1) % f->cap;
    f->n--;
}

void fifo_remove(struct fifo *f, size_t i) {
    for (; i + 1 < f->n; i++)
        exchange(fifo_at(f, i), fifo_at(f, i + 1));
    f->n--;
}
