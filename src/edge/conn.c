/* Deadlines of connections. References as in conn.h. */
#include "edge/conn.h"

#include <sys/socket.h>

#define US_PER_S 1000000u

void conn_add(struct conn_list *list, struct conn *c, int fd, uint64_t now_us) {
    *c = (struct conn){.next = list->first, .fd = fd, .phase = CONN_HEADER, .since_us = now_us};
    if (list->first != NULL) list->first->previous = c;
    list->first = c;
    list->n++;
}

void conn_remove(struct conn_list *list, struct conn *c) {
    if (c->previous != NULL)
        c->previous->next = c->next;
    else
        list->first = c->next;
    if (c->next != NULL) c->next->previous = c->previous;
    list->n--;
}

void conn_enter(struct conn *c, enum conn_phase phase, uint64_t bytes, uint64_t now_us) {
    c->phase = phase;
    c->bytes = bytes;
    c->since_us = now_us;
}

static bool late(const struct conn *c, uint64_t now_us) {
    const uint64_t spent = now_us - c->since_us;
    switch (c->phase) {
    case CONN_HEADER: return spent > CONN_HEADER_US;
    case CONN_IDLE: return spent > CONN_IDLE_US + CONN_HEADER_US;
    case CONN_BODY:
        /* Bytes so far at the least rate: a faster sender earns time, a slower one has none. */
    case CONN_ANSWER: return spent > CONN_GRACE_US + c->bytes * US_PER_S / CONN_BYTES_S;
    case CONN_WORK:
    default: return false;
    }
}

size_t conn_expire(const struct conn_list *list, uint64_t now_us) {
    size_t n = 0;
    for (struct conn *c = list->first; c != NULL; c = c->next) {
        if (!late(c, now_us)) continue;
        (void)shutdown(c->fd, SHUT_RDWR);
        conn_enter(c, CONN_WORK, 0, now_us); /* once is enough */
        n++;
    }
    return n;
}

void conn_shut_idle(const struct conn_list *list) {
    for (struct conn *c = list->first; c != NULL; c = c->next)
        if (c->phase == CONN_IDLE) (void)shutdown(c->fd, SHUT_RDWR);
}
