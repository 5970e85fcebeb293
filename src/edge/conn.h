/* Connections and their deadlines. The HTTP library's own limits are on inactivity, so a sender of
 * one byte a second would be served for ever; here every phase of a connection has an absolute end.
 * Who misses it loses the socket. */
#ifndef CM_EDGE_CONN_H
#define CM_EDGE_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONN_HEADER_US 5000000u  /* for the header of the first request, TLS handshake included */
#define CONN_IDLE_US   15000000u /* between requests, then the next header has CONN_HEADER_US */
#define CONN_GRACE_US  5000000u  /* before a rate is asked of bodies and answers */
#define CONN_BYTES_S   16384u    /* least rate of bodies and answers */

enum conn_phase {
    CONN_HEADER, /* the first header is awaited */
    CONN_BODY,
    CONN_WORK,   /* we owe the answer: no deadline */
    CONN_ANSWER, /* the other side owes reading */
    CONN_IDLE
};

struct key_row;

/* The last key that was found on a connection, and by which header: callers send the same one again
 * and again. */
#define CONN_MEMO_CAP 280u /* bytes: "Bearer " and the longest token */
struct conn_memo {
    uint64_t generation; /* of the key table; 0 = none */
    const struct key_row *key;
    size_t len;
    char authorization[CONN_MEMO_CAP];
};

struct conn {
    struct conn *next, *previous;
    int fd; /* borrowed */
    enum conn_phase phase;
    uint64_t since_us, bytes; /* of the phase */
    struct conn_memo memo;
};
struct conn_list {
    struct conn *first;
    size_t n;
};

void conn_add(struct conn_list *list, struct conn *c, int fd, uint64_t now_us);
void conn_remove(struct conn_list *list, struct conn *c);
/* `bytes`: of the answer; a body's are added as they come. */
void conn_enter(struct conn *c, enum conn_phase phase, uint64_t bytes, uint64_t now_us);
/* Shut the sockets that are late; how many. */
size_t conn_expire(const struct conn_list *list, uint64_t now_us);
/* Shut those that have no request under way. */
void conn_shut_idle(const struct conn_list *list);

#endif
