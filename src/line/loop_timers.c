/* A pairing heap without recursion. A child's prev is its elder sibling, or its parent when it is
 * the eldest. References as in loop_timers.h. */
#include "line/loop_timers.h"

#include <stddef.h>

static bool sooner(const struct loop_timer *a, const struct loop_timer *b) {
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

/* Two heaps without siblings become one. */
static struct loop_timer *meld(struct loop_timer *a, struct loop_timer *b) {
    if (a == NULL) return b;
    if (b == NULL) return a;
    if (sooner(b, a)) {
        struct loop_timer *swap = a;
        a = b;
        b = swap;
    }
    b->prev = a;
    b->next = a->child;
    if (b->next != NULL) b->next->prev = b;
    a->child = b;
    return a;
}

/* A row of siblings becomes one heap: in pairs from the left, then all from the right. */
static struct loop_timer *meld_row(struct loop_timer *row) {
    struct loop_timer *pairs = NULL, *all = NULL;
    while (row != NULL) {
        struct loop_timer *a = row, *b = row->next;
        row = b == NULL ? NULL : b->next;
        a->next = a->prev = NULL;
        if (b != NULL) b->next = b->prev = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs != NULL) {
        struct loop_timer *a = pairs;
        pairs = a->next;
        a->next = NULL;
        all = meld(all, a);
    }
    return all;
}

void loop_timers_add(struct loop_timers *h, struct loop_timer *t) {
    t->child = t->next = t->prev = NULL;
    t->order = ++h->order;
    t->set = true;
    h->first = meld(h->first, t);
}

void loop_timers_remove(struct loop_timers *h, struct loop_timer *t) {
    struct loop_timer *below = meld_row(t->child);
    if (t == h->first) {
        h->first = below;
    } else {
        if (t->prev->child == t) {
            t->prev->child = t->next;
        } else {
            t->prev->next = t->next;
        }
        if (t->next != NULL) t->next->prev = t->prev;
        h->first = meld(h->first, below);
    }
    if (h->first != NULL) h->first->prev = h->first->next = NULL;
    t->child = t->next = t->prev = NULL;
    t->set = false;
}
