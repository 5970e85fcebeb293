/* One HTTP request from its header to its answer, without the HTTP library: http.c feeds it, the
 * gateway answers it. The states:
 *
 *     READING -> READY                       a problem, or an answer the edge knows itself
 *     READING -> WAITING -> READY            a question for the vault
 */
#ifndef CM_EDGE_EXCHANGE_H
#define CM_EDGE_EXCHANGE_H

#include "edge/access.h"
#include "edge/address.h"
#include "edge/conn.h"
#include "edge/problem.h"
#include "edge/reply.h"

struct edge;

enum exchange_state { EXCHANGE_READING, EXCHANGE_WAITING, EXCHANGE_READY };

/* Header fields we look at; NULL where absent. Borrowed until the exchange ends. */
struct head {
    const char *method, *path;
    const char *authorization, *content_type, *content_length, *transfer_encoding,
        *content_encoding, *idempotency_key, *forwarded;
    bool doubled;        /* one of these came twice */
    size_t field_n, len; /* of all header fields */
    struct address peer;
};

struct exchange {
    struct edge *edge;
    struct conn *conn;
    void *http;            /* the library's connection */
    struct exchange *next; /* waiting for the gateway, or idle */
    enum exchange_state state;
    enum route route;
    const char *act; /* of routes that are acts */
    enum problem problem;
    uint64_t began_us, retry_after_s;

    struct address address;
    uint64_t generation; /* of the key table that the caller was found in */
    const struct key_row *key;
    struct cm_caller caller;
    char idempotency[CM_KEY_TEXT_MAX];
    size_t idempotency_len;

    struct buffer body, reply;
    struct request request;
    struct cm_call call; /* its answers are those below */
    struct cm_answer *answers;
    size_t answer_cap;
    struct cm_card_told *told; /* at doors with cards */
    size_t told_cap;
    const char *allow; /* for PROBLEM_METHOD */
};

/* An exchange for a new request, with the room of an earlier one if there is one idle; NULL without
 * memory. Given back with exchange_give: what it held is wiped, a usual amount of room is kept. */
struct exchange *exchange_take(struct edge *edge, struct conn *conn, void *http);
void exchange_give(struct exchange *x);
/* Those that are idle, at the end. */
void exchange_free_idle(struct edge *edge);
/* The header is there: find route and caller, refuse what can be refused at once. */
void exchange_begin(struct exchange *x, const struct head *head);
/* Some of the body. */
void exchange_body(struct exchange *x, struct cm_slice bytes);
/* The body is complete: READY or WAITING. */
void exchange_end(struct exchange *x);
/* End in a problem; diag may be NULL. */
void exchange_fail(struct exchange *x, enum problem p, const struct cm_diag *diag);
/* The vault has answered x->call, or a fault stands in its place. */
void exchange_answered(struct exchange *x, const struct set_words *words, size_t words_n);
void exchange_fault(struct exchange *x, cm_err err, const struct cm_diag *diag);
void exchange_issued(struct exchange *x, struct cm_slice result_json);

/* Whom a throttle by key means. */
static inline struct cm_slice exchange_key_name(const struct exchange *x) {
    return slice_of(&x->caller.actor, sizeof x->caller.actor);
}
/* End in a problem with a cause of our own; remedy may be NULL. */
void exchange_fail_because(struct exchange *x, enum problem p, const char *remedy, const char *why);
#define EXCHANGE_RETRY_S 1u /* seconds that a caller is asked to wait for what passes by itself */

#endif
