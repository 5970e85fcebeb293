/* Redeeming in PostgreSQL as one would write it: a table of spent codes with its primary key, and
 * INSERT ... ON CONFLICT DO NOTHING, prepared, a transaction each; from many connections at once,
 * all driven by one thread, so that clients cost as little as they can. Every key is fresh, and
 * every insert must say that it was. */
#ifndef CM_TESTS_BENCH_PG_REDEEM_H
#define CM_TESTS_BENCH_PG_REDEEM_H

#include "meter.h"
#include "pg.h"

#define PG_CLIENTS_MAX 64u
#define PG_ROWS_MAX    4096u

/* Other work than redeeming codes: its tables, its one prepared statement, which must tell as many
 * rows as it was given, and what the statement's one parameter is for the next n. */
struct pg_work {
    const char *make, *statement;
    void (*param)(uint64_t *state, size_t n, char *out, size_t cap);
};

struct pg_redeem {
    const struct pg *pg;
    struct cm_diag *diag;
    const char *table;
    const struct pg_work *work; /* NULL: redeeming */
    PGconn *clients[PG_CLIENTS_MAX];
    uint64_t begun_ns[PG_CLIENTS_MAX]; /* of the statement in flight */
    size_t client_n, row_n;            /* connections; rows of a statement */
    uint64_t keys;                     /* state of key_next, or of the work */
    int epoll;
    char *params; /* of one statement */
    struct latencies latencies;
};
#define PG_REDEEM_INIT                                                                             \
    { .epoll = -1 }

struct pg_redeem_options {
    const struct pg *pg;
    const char *table;          /* its own; the name also picks its keys */
    size_t client_n, row_n;     /* rows of a statement: 1, or many at once through unnest */
    size_t prior_n;             /* codes spent before, a multiple of PG_ROWS_MAX is best */
    const struct pg_work *work; /* borrowed; NULL: redeeming */
};

/** Make the table, fill it with prior rows, connect the clients.
 * @retval as pg_command, latencies_init; pg_redeem_close it anyway */
CM_MUST_CHECK cm_err pg_redeem_open(struct pg_redeem *r, const struct pg_redeem_options *options,
                                    struct cm_diag *diag);
void pg_redeem_close(struct pg_redeem *r);
bench_run pg_redeem_run;

#endif
